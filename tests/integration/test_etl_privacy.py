"""What a load writes of persons: pseudonyms in landing, clear values in the vault only."""

from datetime import date
from pathlib import Path

import pytest

from etl.contract_files import get_contract
from etl.load import load_files
from etl.quarantine import batches_with_refusals, refused_rows
from etl.vault import read_person, read_vault
from tests.support.persons import (
    ANNA,
    BO,
    CHEN,
    expected_key,
    id_number,
    landed_rows,
    load_rows,
    make_settings,
    write_csv,
)
from warehouse.cli import main
from warehouse.errors import InputError
from warehouse.keys import parse_key
from warehouse.ledger import read_ledger
from warehouse.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return make_settings(tmp_path / "home")


def test_landing_has_pseudonyms_and_what_is_derived(settings: Settings) -> None:
    load_rows(settings, "registry", [ANNA, BO, CHEN])
    rows = landed_rows(settings, "residents")
    contract = get_contract("residents")
    assert set(rows.columns) == {
        column.name for column in (*contract.landed_columns, *contract.added_columns)
    }
    assert rows["person_key"].to_list() == [
        expected_key(settings, one["身份证号"]) for one in (ANNA, BO, CHEN)
    ]
    assert rows["household_key"].to_list() == [
        expected_key(settings, one["户编号"], kind="household") for one in (ANNA, BO, CHEN)
    ]
    assert rows["birth_month_date"].to_list() == [
        date(1953, 4, 1),
        date(1988, 2, 1),
        date(2015, 9, 1),
    ]
    assert rows["sex_code"].to_list() == ["male", "female", "male"]


def test_a_number_written_another_way_is_the_same_person(settings: Settings) -> None:
    number = next(one for one in (id_number("19700101", n) for n in range(50)) if one.endswith("X"))
    wide = "".join(chr(ord(one) + 0xFEE0) for one in number)
    spellings = (number, number.lower(), f"{number[:6]} {number[6:14]} {number[14:]}", wide)
    for day, spelled in enumerate(spellings, start=1):
        load_rows(
            settings, "registry", [{**ANNA, "身份证号": spelled, "居住起": f"2020-01-0{day}"}]
        )
    keys = landed_rows(settings, "residents")["person_key"].unique().to_list()
    assert keys == [expected_key(settings, number)]


def test_the_vault_has_the_clear_values_beside_the_pseudonyms(settings: Settings) -> None:
    report = load_rows(settings, "registry", [ANNA, BO, CHEN])
    assert report.batch is not None
    rows = read_vault(settings, "residents")
    assert rows["id_number"].to_list() == [one["身份证号"] for one in (ANNA, BO, CHEN)]
    assert rows["resident_name"].to_list() == [one["姓名"] for one in (ANNA, BO, CHEN)]
    assert rows["phone"].to_list() == [ANNA["电话"], BO["电话"], None]
    assert rows["batch_id"].unique().to_list() == [report.batch.batch_id]
    assert (
        rows["person_key"].to_list() == landed_rows(settings, "residents")["person_key"].to_list()
    )
    key = expected_key(settings, BO["身份证号"])
    found = read_person(settings, key)
    assert {name: frame["resident_name"].to_list() for name, frame in found.items()} == {
        "residents": [BO["姓名"]]
    }


def test_free_text_is_masked_in_landing_and_kept_in_the_vault(settings: Settings) -> None:
    text = f"{ANNA['姓名']}（{ANNA['身份证号']}）称{BO['电话']}的车主占道,住{ANNA['住址']}"
    case = {
        "编号": "A1",
        "类别": "1",
        "上报": "2024-05-01 08:00:00",
        "更新": "2024-05-01 08:00:00",
        "姓名": ANNA["姓名"],
        "电话": ANNA["电话"],
        "地址": ANNA["住址"],
        "描述": text,
    }
    load_rows(settings, "calls", [case, {**case, "编号": "A2", "描述": "路灯不亮"}])
    rows = landed_rows(settings, "city_cases")
    assert rows["description"].to_list() == [
        "〔姓名〕（〔身份证号〕）称〔电话〕的车主占道,住〔地址〕",
        "路灯不亮",
    ]
    assert {"reporter_name", "reporter_phone", "address"}.isdisjoint(rows.columns)
    assert read_vault(settings, "city_cases")["description"].to_list() == [text, None]


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("99000119530412021", "invalid_identity_number:id_number"),
        ("990001195302300211", "invalid_identity_number:id_number"),
        ("990001530412021", "invalid_identity_number:id_number"),
        ("9.90001195304120E+17", "digits_lost:id_number"),
        ("990001195304121000", "digits_lost:id_number"),
    ],
)
def test_a_number_that_is_none_is_refused_and_shown_nowhere(
    number: str, reason: str, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    report = load_rows(settings, "registry", [{**ANNA, "身份证号": number}, BO])
    assert report.batch is not None
    assert report.batch.refused_by_reason == {reason: 1}
    refused = refused_rows(settings, batch=report.batch)
    assert f'身份证号 (id_number): "{number}" ' in refused["details"][0][0]
    strict = load_rows(settings, "registry", [{**ANNA, "身份证号": number}], strict=True)
    main(["quarantine", "list"], {"GRIDGOV_HOME": str(settings.home)})
    said = [*report.examples, str(strict.error), capsys.readouterr().out]
    said.append(report.batch.model_dump_json())
    assert f"〔{len(number)} 字符 / characters〕" in report.examples[0]
    assert [
        part
        for part in said
        for value in (number, *ANNA.values())
        if len(value) > 10
        and value != ANNA["更新时间"]
        and value != ANNA["网格编码"]
        and value in part
    ] == []


def test_a_name_in_the_wrong_column_is_not_shown(settings: Settings) -> None:
    report = load_rows(settings, "registry", [{**ANNA, "居住起": ANNA["姓名"]}, BO])
    assert report.examples == [
        'row 1, line 2: 居住起 (resident_from_date): "〔4 字符 / characters〕" 不是日期 / is not a '
        "date of format %Y-%m-%d %H:%M:%S, %Y-%m-%d"
    ]


def test_a_file_without_a_header_is_not_quoted(settings: Settings) -> None:
    file = settings.home.parent / "headless.csv"
    file.write_text(",".join(ANNA.values()) + "\n", encoding="utf-8")
    (report,) = load_files("registry", [file], settings=settings)
    assert "missing column" in str(report.error)
    assert not [value for value in ANNA.values() if value and value in str(report.error)]


def test_a_quote_that_swallows_lines_is_not_quoted(settings: Settings) -> None:
    file = write_csv(settings.home.parent / "quote.csv", [ANNA, BO, CHEN])
    file.write_text(file.read_text().replace(BO["姓名"], f'"{BO["姓名"]}'))
    (report,) = load_files("registry", [file], settings=settings)
    assert "never closed" in str(report.error)
    assert not [name for name in (ANNA["姓名"], BO["姓名"]) if name in str(report.error)]


def test_quarantine_opens_with_the_key_and_lists_without(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    report = load_rows(settings, "registry", [{**ANNA, "居住起": "gestern"}, BO])
    assert report.batch is not None
    key_file = settings.home.with_name("home.key")
    key_file.write_text("ab" * 32)
    environ = {"GRIDGOV_HOME": str(settings.home)}
    assert main(["quarantine", "show", report.batch.batch_id], environ) == 3
    shown = capsys.readouterr().err
    assert f"wrong key in {key_file}" in shown
    assert "abab" not in shown
    key_file.unlink()
    assert main(["quarantine", "show", report.batch.batch_id], environ) == 3
    assert f"no key file {key_file}" in capsys.readouterr().err
    assert main(["quarantine", "list"], environ) == 0
    assert "not a date (resident_from_date) 1" in capsys.readouterr().out


def test_a_load_does_not_go_on_under_another_key(settings: Settings) -> None:
    load_rows(settings, "registry", [ANNA])
    settings.home.with_name("home.key").unlink()
    with pytest.raises(InputError, match="no key file"):
        load_rows(settings, "registry", [BO])
    assert not settings.home.with_name("home.key").exists()
    other = settings.model_copy(update={"key_file": settings.home.with_name("other.key")})
    settings.home.with_name("other.key").write_text("cd" * 32)
    with pytest.raises(InputError, match="wrong key"):
        load_rows(other, "registry", [BO])
    assert [batch.rows_landed for batch in read_ledger(settings)] == [1]


def test_the_ledger_names_the_checks_in_force(settings: Settings) -> None:
    report = load_rows(settings, "registry", [ANNA])
    assert report.batch is not None
    assert {
        "missing:id_number",
        "invalid_identity_number:id_number",
        "digits_lost:id_number",
        "not_a_date:resident_from_date",
        "unknown_residence_kind_code",
        "ended_before_it_began",
        "duplicate_key",
    } <= set(report.batch.rules)


def test_the_key_is_made_once_beside_the_home_for_its_owner_only(settings: Settings) -> None:
    told: list[str] = []
    load_rows(settings, "registry", [ANNA], notice=told.append)
    load_rows(settings, "registry", [BO], notice=told.append)
    key_file = settings.home.with_name("home.key")
    assert len(told) == 1
    assert str(key_file) in told[0]
    assert key_file.stat().st_mode & 0o777 == 0o600
    assert len(parse_key(key_file.read_text(), place="")) == 32
    content = key_file.read_bytes().strip()
    assert not [
        file for file in settings.home.rglob("*") if file.is_file() and content in file.read_bytes()
    ]


def test_data_without_personal_data_needs_no_key(settings: Settings) -> None:
    source = {
        "name": {"zh": "雨量站", "en": "Gauges"},
        "dataset": "rain_gauges",
        "county": "430181",
        "format": "csv",
        "encoding": "utf-8",
        "is_labelled": True,
    }
    settings = make_settings(settings.home, gauges=source)
    row = dict.fromkeys((column.label for column in get_contract("rain_gauges").columns), "")
    gauge = {
        **row,
        "站号": "G1",
        "经度": "113.6",
        "纬度": "28.1",
        "启用日期": "2020-01-01 00:00:00",
    }
    load_rows(settings, "gauges", [gauge], strict=True)
    assert landed_rows(settings, "rain_gauges").height == 1
    assert not settings.home.with_name("home.key").exists()


def test_batches_with_refusals_need_no_key(settings: Settings) -> None:
    load_rows(settings, "registry", [{**ANNA, "居住起": "gestern"}, BO])
    settings.home.with_name("home.key").unlink()
    assert [batch.rows_refused for batch in batches_with_refusals(settings)] == [1]
