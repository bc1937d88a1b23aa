"""`python -m warehouse` is `gridgov`."""

from warehouse.cli import run

run()
