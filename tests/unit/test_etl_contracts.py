"""Contracts, and what is derived from them."""

from pathlib import Path

import pytest

from etl.contract import load_contracts, read_contract
from etl.reference import DBT_SOURCES, generated_files, main
from warehouse.errors import InputError

CONTRACT = """
apiVersion: v3.1.0
kind: DataContract
id: x
name: X
version: 1.0.0
status: active
schema:
  - name: things
    properties:
      - {name: a, logicalType: string, physicalType: %(type)s, primaryKey: true}
    quality:
      - {name: odd, type: custom, engine: gridgov, implementation: {%(rule)s}}
slaProperties: [{property: frequency, value: 1}, {property: latency, value: 1}]
customProperties: [{property: refusalTolerance, value: 0.05}]
"""


def _file(folder: Path, **parts: str) -> Path:
    file = folder / "things.yml"
    file.write_text(CONTRACT % {"type": "VARCHAR", "rule": "order: [a]", **parts})
    return file


def test_both_case_datasets_have_the_same_columns_from_one_file() -> None:
    contracts = load_contracts()
    assert contracts["grid_events"].columns == contracts["city_cases"].columns
    assert contracts["grid_events"].key == ("case_number",)


def test_the_key_of_an_area_is_in_its_stated_order() -> None:
    assert load_contracts()["areas"].key == ("area_level", "area_code", "valid_from_date")


def test_every_column_is_explained_in_both_languages() -> None:
    silent = [
        f"{contract.dataset}.{column.name}"
        for contract in load_contracts().values()
        for column in contract.columns
        if " / " not in column.description or not column.label
    ]
    assert silent == []


def test_a_deadline_before_the_report_breaks_no_rule() -> None:
    rules = load_contracts()["city_cases"].rules
    assert [rule.name for rule in rules if "due_at" in rule.columns] == []


def test_a_rule_about_a_column_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match='rule odd: column "b"'):
        read_contract(_file(tmp_path, rule="order: [a, b]"))


def test_a_rule_of_an_unknown_kind_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match='kind "magic"'):
        read_contract(_file(tmp_path, rule="magic: [a]"))


def test_types_that_contradict_each_other_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="column a: string is VARCHAR, not BIGINT"):
        read_contract(_file(tmp_path, type="BIGINT"))


def test_a_setting_that_is_not_in_the_standard_is_refused(tmp_path: Path) -> None:
    file = _file(tmp_path)
    file.write_text(file.read_text() + "colour: blue\n")
    with pytest.raises(InputError, match="colour"):
        read_contract(file)


def test_only_data_at_a_point_has_a_fallback_flag() -> None:
    contracts = load_contracts()
    added = {
        name: [one.name for one in contract.added_columns] for name, contract in contracts.items()
    }
    assert added["city_cases"] == ["is_fallback_point", *added["areas"]]


def test_stale_reference_files_are_told_apart_from_current_ones(tmp_path: Path) -> None:
    assert main([], root=tmp_path) == 0
    assert main(["--check"], root=tmp_path) == 0
    (tmp_path / DBT_SOURCES).write_text("edited by hand")
    assert main(["--check"], root=tmp_path) == 1


def test_a_page_without_a_contract_is_stale(tmp_path: Path) -> None:
    main([], root=tmp_path)
    left = tmp_path / "docs/reference/contracts/gone.md"
    left.write_text("a dataset of old")
    assert main(["--check"], root=tmp_path) == 1
    assert main([], root=tmp_path) == 0
    assert not left.exists()


def test_generated_files_say_so_on_their_first_line() -> None:
    first = [text.splitlines()[0] for text in generated_files().values()]
    assert [line for line in first if "Generated from etl/contracts" not in line] == []
