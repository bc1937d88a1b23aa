# The two front doors are `make demo` and `make test`; both do all the set-up there is.
PYTHON ?= python3
BIN := .venv/bin
SCALE ?= county
PORT ?= 8050

.PHONY: help install demo test check soak bench docs lock clean browser database
.DEFAULT_GOAL := help

help:
	@echo "make demo    sample county: generate, load, build, serve (SCALE=town|county|full|large PORT=8050)"
	@echo "make test    every test a clone needs, browser included"
	@echo "make check   style, types, layers, SQL format, generated pages current"
	@echo "make soak    kills, many seeds, long runs"
	@echo "make bench   speed and memory, as ratios measured in one run"
	@echo "make docs    write the generated reference pages again"
	@echo "make lock    pin every package again"
	@echo "make clean   remove all that these made, the data folder included"

install: .venv/.installed dashboards/assets/vendor/.installed

# The lock is complete, so nothing is resolved: what is not in it is not installed.
.venv/.installed: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --no-deps --require-hashes --requirement requirements.lock
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

dashboards/assets/vendor/.installed: dashboards/web/package-lock.json
	cd dashboards/web && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error && npm run --silent vendor
	touch $@

demo: install
	$(BIN)/gridgov demo --scale $(SCALE) --port $(PORT)

browser: install
	tests/support/install_browser.sh $(BIN)

database:
	tests/support/install_postgresql.sh

test: browser database
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not soak"

soak: browser database
	$(BIN)/pytest -m soak

check: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/sqlfmt --check --quiet dbt_project
	$(BIN)/python -m etl.reference --check
	$(BIN)/python -m warehouse.reference --check

docs: install
	$(BIN)/python -m etl.reference
	$(BIN)/python -m warehouse.reference

bench: browser
	$(BIN)/python -m benchmarks

lock:
	$(PYTHON) -m venv .venv/.lock
	.venv/.lock/bin/pip install --quiet pip-tools
	(echo "# Written by 'make lock' from pyproject.toml: every package with its version and hashes, no addresses."; \
	 .venv/.lock/bin/pip-compile --quiet --extra dev --generate-hashes --allow-unsafe --strip-extras \
	   --no-header --no-annotate --no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
	   --output-file - pyproject.toml) > requirements.lock.new
	mv requirements.lock.new requirements.lock
	rm -rf .venv/.lock

clean:
	rm -rf .venv data data.* dist dashboards/assets/vendor dashboards/web/node_modules
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis test-results
