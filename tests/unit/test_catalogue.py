"""The catalogue refuses what it cannot mean, naming file, field and what is allowed."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest
import yaml

from warehouse.catalogue import catalogue_frames, get_kpi, load_catalogue, load_caveats
from warehouse.catalogue.load import FOLDER, read_kpi
from warehouse.catalogue.model import Kpi
from warehouse.errors import InputError, UsageError

SPELLS_OF_A_GRID = {
    "fact": "fct_grid_spells",
    "kind": "reach_rate",
    "denominator": "is_active",
    "numerator_fact": "fct_cases",
    "numerator": "is_closed",
    "numerator_date": "reported_date",
    **dict.fromkeys(("excluded", "not_yet_due", "due_passed", "date", "caveats"), ...),
}


def written(folder: Path, **changes: object) -> Path:
    """A copy of a good KPI file with some fields changed; `...` takes a field out."""
    content = yaml.safe_load(
        (FOLDER / "kpis" / "on_time_resolution_rate.yml").read_text(encoding="utf-8")
    )
    content |= changes
    file = folder / "some_rate.yml"
    kept = {name: value for name, value in content.items() if value is not ...}
    file.write_text(yaml.safe_dump(kept, allow_unicode=True), encoding="utf-8")
    return file


def read(folder: Path, **changes: object) -> Kpi:
    return read_kpi(written(folder, **changes), caveats=load_caveats())


def test_an_unknown_kpi_names_the_ones_there_are() -> None:
    with pytest.raises(UsageError, match="open_backlog"):
        get_kpi("backlog")


def test_the_file_name_is_the_id(tmp_path: Path) -> None:
    assert read(tmp_path).kpi_id == "some_rate"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"numerator": "is_closed_in_time"}, r'numerator: column "is_closed_in_time" .*is_closed'),
        ({"numerator": "closed_at"}, r'numerator: column "closed_at"'),
        ({"excluded": ["is_void", "is_nil"]}, r'excluded: column "is_nil"'),
        ({"date": "closed_at"}, r'date: column "closed_at" .*reported_date'),
        ({"numerator": "is_closed; drop table x"}, r"numerator: column"),
        ({"denominator": ...}, r"kind rate needs denominator"),
        ({"measure": "response_minutes"}, r"kind rate has no measure"),
        ({"colour": "red"}, r"some_rate\.yml: colour: .*allowed: name, question"),
        ({"kind": "percent"}, r"some_rate\.yml: kind: .*'rate'"),
        ({"name": {"zh": "率"}}, r"name\.en"),
        ({"caveats": ["rain"]}, r'some_rate\.yml: caveats: .*"rain".*reached_only'),
        ({"next_review": date(2020, 1, 1)}, r"next_review must be after reviewed"),
        ({"better": "neither"}, r"targets need better"),
        (SPELLS_OF_A_GRID | {"fact": "fct_cases"}, r"reach_rate needs spells, which fct_cases"),
        (SPELLS_OF_A_GRID | {"numerator_fact": "fct_warnings"}, r'has no column "grid_code"'),
        (SPELLS_OF_A_GRID | {"numerator_fact": "fct_visits"}, r"are not in one file"),
    ],
)
def test_a_kpi_that_makes_no_sense_does_not_load(
    tmp_path: Path, changes: dict[str, object], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        read(tmp_path, **changes)


def test_what_reaches_the_keys_of_spells_may_be_another_fact(tmp_path: Path) -> None:
    kpi = read(tmp_path, **SPELLS_OF_A_GRID)
    assert [fact.name for fact in kpi.facts] == ["fct_grid_spells", "fct_cases"]


def test_a_file_that_is_no_mapping_says_so(tmp_path: Path) -> None:
    file = tmp_path / "some_rate.yml"
    file.write_text("- a list\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"some_rate\.yml: a mapping"):
        read_kpi(file, caveats=load_caveats())


TEXT = {"zh": "文", "en": "text"}


def test_the_target_is_the_latest_in_force_and_the_county_goes_before_the_general(
    tmp_path: Path,
) -> None:
    kpi = read(
        tmp_path,
        targets=[
            {"from": date(2024, 1, 1), "value": 0.8, "reference": TEXT},
            {"from": date(2025, 1, 1), "value": 0.9, "reference": TEXT},
            {"from": date(2024, 6, 1), "value": 0.7, "county": "boston", "reference": TEXT},
        ],
    )

    def on(day: date, county: str) -> float | None:
        target = kpi.target_on(day, county_code=county)
        return target.value if target else None

    assert on(date(2023, 12, 31), "430181") is None
    assert on(date(2024, 1, 1), "430181") == 0.8
    assert on(date(2025, 1, 1), "430181") == 0.9
    assert on(date(2025, 1, 1), "boston") == 0.7


def test_a_baseline_of_one_county_is_not_another_s() -> None:
    kpi = get_kpi("response_time_median")
    baseline = kpi.baseline_of("430181")
    assert baseline is not None
    assert baseline.value == 120
    assert kpi.baseline_of("boston") is None


def test_the_frames_hold_every_kpi_and_target_once() -> None:
    frames = catalogue_frames()
    assert frames["dim_kpis"]["kpi_id"].to_list() == sorted(load_catalogue())
    targets = frames["dim_kpi_targets"]
    assert len(targets) == sum(len(kpi.targets) for kpi in load_catalogue().values())
    assert targets.select("kpi_id", "county_code", "valid_from_date").is_unique().all()
    parts = frames["dim_kpi_parts"]
    assert (
        parts["kpi_id"].is_in([kpi.kpi_id for kpi in load_catalogue().values() if kpi.parts]).all()
    )
    totals = parts.group_by("kpi_id", "valid_from_date").agg(pl.col("weight").sum())
    assert totals["weight"].to_list() == pytest.approx([1.0] * len(totals))


def test_every_caveat_of_the_vocabulary_is_used() -> None:
    used = {code for kpi in load_catalogue().values() for code in kpi.caveats}
    assert set(load_caveats()) - used == {"spring_festival_moved"}
