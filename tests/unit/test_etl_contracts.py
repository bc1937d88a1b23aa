"""Contracts, and what is derived from them."""

from pathlib import Path

import pytest

from etl.contract_files import load_contracts, read_contract
from etl.reference import DBT_SOURCES, ROOT, generated_files, main
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


def test_a_number_of_any_dataset_has_a_unit() -> None:
    bare = [
        f"{contract.dataset}.{column.name}"
        for contract in load_contracts().values()
        for column in contract.columns
        if column.logical_type in {"integer", "number"} and not column.unit
    ]
    assert [name for name in bare if not name.endswith("_number")] == []


def test_every_rule_is_explained_in_both_languages_and_named_once() -> None:
    for contract in load_contracts().values():
        rules = (*contract.load_time_rules, *contract.build_time_rules)
        assert [rule.name for rule in rules if " / " not in rule.description] == []
        assert len({rule.name for rule in rules}) == len(rules), contract.dataset


def test_a_code_list_is_a_seed_with_editions_and_the_column() -> None:
    for contract in load_contracts().values():
        for column in contract.columns:
            if column.code_list:
                seed = ROOT / f"dbt_project/seeds/{column.code_list}.csv"
                header = seed.read_text(encoding="utf-8").splitlines()[0].split(",")
                assert {column.name, "valid_from_date", "valid_to_date"} <= set(header)


def test_every_rule_across_datasets_is_about_columns_that_land() -> None:
    contracts = load_contracts()
    for contract in contracts.values():
        for rule in contract.build_time_rules:
            for name in rule.columns:
                assert contract.landed_name(name)
            if rule.dataset:
                other = contracts[rule.dataset]
                theirs = (*rule.other_columns, *(rule.during[1:] if rule.during else ()))
                assert [other.landed_name(name) for name in theirs]


def test_what_names_a_person_does_not_land() -> None:
    roll = load_contracts()["special_group_roll"]
    assert roll.landed_name("id_number") == "person_key"
    with pytest.raises(KeyError, match="person_name does not land"):
        roll.landed_name("person_name")


def test_the_time_of_a_record_is_not_when_it_is_due() -> None:
    contracts = load_contracts()
    names = {
        name: contract.time_column and contract.time_column.name
        for name, contract in contracts.items()
    }
    assert names["city_cases"] == "reported_at"
    assert names["special_group_roll"] == "roll_from_date"
    assert names["health_followups"] is None
    assert names["areas"] is None


def test_a_column_with_a_code_list_has_a_rule_that_only_counts() -> None:
    rules = load_contracts()["special_group_roll"].build_time_rules
    listed = {rule.name: rule.severity for rule in rules if rule.kind == "listed"}
    assert listed == {"unknown_group_code": "warning", "unknown_need_level_code": "warning"}


def test_a_page_says_what_becomes_of_a_personal_column_and_what_the_build_judges() -> None:
    page = generated_files()[Path("docs/reference/contracts/council_votes.md")]
    assert "| household | `household_key` |" in page
    assert "| `second_vote_of_the_household` | error |" in page
    roll = generated_files()[Path("docs/reference/contracts/special_group_roll.md")]
    assert "| name | 不落地,入保险库 / vault only |" in roll
    assert "code list `special_groups`" in roll


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
