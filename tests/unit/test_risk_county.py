"""The risk of a published county: what is read, what is known, what is printed."""

import csv
import io
import json
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import typer
from typer.testing import CliRunner

from geo.risk.assess import assess, backtest_rows
from geo.risk.cli import register
from geo.risk.inputs import FEATURES, WHY_READ
from geo.risk.read import read_cases
from tests.support.risk_county import (
    COUNTY,
    ORIGIN,
    SIDE,
    SPLIT_ON,
    WEEKS,
    grid_code,
    made_cases,
    made_grids,
    publish_risk_county,
)
from warehouse.case_kinds import ALL, FAMILIES
from warehouse.errors import UsageError
from warehouse.project import project_folder
from warehouse.published import Published
from warehouse.settings import load_settings


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("risk")
    publish_risk_county(folder)
    return folder


@pytest.fixture(scope="module")
def cases(home):
    return read_cases(Published(home / "published" / "serve_1.duckdb"), COUNTY)


@pytest.fixture(scope="module")
def found(cases):
    return assess(cases)


class Watched(Published):
    """A published version that asks the engine which columns each of its statements reads."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.columns: set[str] = set()

    def sql(self, query: str, params: Any = ()) -> pl.DataFrame:
        explained = super().sql(f"explain (format json) {query}", params)
        for plan in explained["explain_value"]:
            for node in json.loads(plan):
                self._note(node)
        return super().sql(query, params)

    def people_sql(self, query: str, params: Any = ()) -> pl.DataFrame:
        raise AssertionError(f"rows about persons are read: {query} {params}")

    def _note(self, node: Mapping[str, Any]) -> None:
        """Columns of a scan: those it hands on and those it filters by."""
        extra = node.get("extra_info", {})
        if "Table" in extra:
            table = extra["Table"].split(".", 1)[1]
            known = set(super().sql(f"describe {table}")["column_name"])
            told = " ".join(str(extra.get(part, "")) for part in ("Projections", "Filters"))
            words = set("".join(c if c.isalnum() or c == "_" else " " for c in told).split())
            self.columns |= {f"{table}.{column}" for column in known & words}
        for child in node.get("children", []):
            self._note(child)


def test_only_declared_columns_are_read_and_all_of_them(home):
    watched = Watched(home / "published" / "serve_1.duckdb")
    assess(read_cases(watched, COUNTY), family="theft")
    declared = {source for feature in FEATURES for source in feature.sources} | set(WHY_READ)
    assert watched.columns == declared


def test_no_column_about_persons_is_declared():
    """Tables of counts and places only; population is there to judge by, never a feature."""
    sources = {source for feature in FEATURES for source in feature.sources}
    tables = {source.rsplit(".", 1)[0] for source in sources}
    assert tables == {
        "mart.fct_cases",
        "mart.dim_categories",
        "mart.dim_grids",
        "mart.dim_dates",
        "mart.fct_rain_hours",
    }
    said = " ".join(sources | set(WHY_READ))
    for word in ("person", "name_hash", "age", "sex", "ethnic", "disab", "elder", "group", "need",
                 "household", "income", "worker", "party", "resident", "satisfaction"):  # fmt: skip
        assert not [part for part in said.replace(".", "_").split("_") if part == word], word
    assert not [source for source in sources if "population" in source]


def test_neither_residents_nor_wristbands_change_a_forecast(tmp_path, cases):
    cases_without = made_cases().filter(pl.col("dataset") != "wristband_alerts")
    grids = made_grids().with_columns(pl.col("population").reverse() * 3)
    file = publish_risk_county(tmp_path, cases=cases_without, grids=grids)
    other = assess(read_cases(Published(file), COUNTY), family="help")
    expected = assess(cases, family="help")
    assert other.rows.equals(expected.rows)
    assert other.choice == expected.choice


def test_what_is_reported_on_or_after_the_first_day_changes_no_forecast(tmp_path, found):
    later = made_cases(seed=9).with_columns(
        pl.lit(ORIGIN).dt.offset_by("1d").alias("reported_date"),
        ("later:" + pl.col("case_id")).alias("case_id"),
    )
    on_the_day = later.head(500).with_columns(pl.lit(ORIGIN).alias("reported_date"))
    file = publish_risk_county(
        tmp_path, cases=pl.concat([made_cases(), later.tail(2000), on_the_day])
    )
    assert assess(read_cases(Published(file), COUNTY)).rows.equals(found.rows)


def test_every_case_is_counted_once_or_said_to_be_left_out(cases):
    made = made_cases().filter(pl.col("dataset") != "wristband_alerts")
    assert cases.origin == ORIGIN
    assert cases.week_count >= WEEKS - 1
    assert len(cases.cases) + sum(cases.left_out.values()) == len(made)
    assert cases.left_out["duplicate"] == made["is_duplicate"].sum()
    assert cases.left_out["former_grid"] == 0


def test_the_panel_counts_what_was_known_at_the_end_of_each_week(cases):
    panel = cases.panel("theft")
    made = made_cases().filter(
        pl.col("dataset") != "wristband_alerts",
        pl.col("location_method") == "reported",
        ~pl.col("is_duplicate"),
        pl.col("category_code") == "C1",
        pl.col("severity_code") != "general",
        pl.col("reported_date") >= cases.first_day,
    )
    expected = np.zeros_like(panel.history)
    outcomes = np.zeros_like(panel.history)
    place = {code: number for number, code in enumerate(cases.places.codes)}
    for row in made.iter_rows(named=True):
        code = row["grid_code"]
        if code == grid_code(0):
            # Nearest half of the grid that gave way to two.
            code = grid_code(901 if row["longitude"] <= 113.6 else 902)
        week = (row["reported_date"] - cases.first_day).days // 7
        end = cases.first_day + timedelta(days=7 * week + 7)
        outcomes[week, place[code]] += row["voided_date"] is None
        expected[week, place[code]] += row["voided_date"] is None or row["voided_date"] >= end
    assert np.array_equal(panel.history, expected)
    assert np.array_equal(panel.outcomes, outcomes)
    assert expected.sum() > outcomes.sum()
    assert grid_code(0) not in place
    assert cases.first_day < SPLIT_ON
    assert len(place) == SIDE * SIDE + 1


def test_rain_and_holidays_are_those_of_the_town_and_calendar(cases, home):
    panel = cases.panel(ALL)
    rows = Published(home / "published" / "serve_1.duckdb").sql(
        "select sum(rain_mm) as rain from mart.fct_rain_hours where town_code = '430181001000'"
        " and rain_date >= $start and rain_date < $last",
        {"start": ORIGIN - timedelta(days=7), "last": ORIGIN},
    )
    assert panel.rain_mm[-1] == pytest.approx(rows["rain"][0], rel=1e-5)
    assert panel.holidays.sum() * 7 == pytest.approx(
        sum(
            (day := cases.first_day + timedelta(days=n)).month == 10 and day.day <= 7
            for n in range(7 * (cases.week_count + 4))
        )
    )


def test_rows_are_ranked_and_their_shares_add_up(found):
    rows = found.rows
    assert rows["rank"].to_list() == list(range(1, len(rows) + 1))
    assert rows["expected_cases"].is_sorted(descending=True)
    assert (found.start, found.end) == (ORIGIN, date(2026, 11, 23))
    for reasons in rows["reasons"].to_list():
        assert sum(reason["share"] for reason in reasons) == pytest.approx(1, abs=0.06)
        assert all(reason["text_zh"] and reason["text_en"] for reason in reasons)


def test_a_county_without_severities_counts_every_case(tmp_path):
    file = publish_risk_county(
        tmp_path, cases=made_cases().with_columns(pl.lit(None, pl.String).alias("severity_code"))
    )
    plain = read_cases(Published(file), COUNTY)
    panel = plain.panel(ALL)
    assert not plain.has_severity
    assert panel.lesser is None
    assert panel.history.sum() == plain.cases["is_known"].sum()


def test_an_unknown_kind_or_horizon_is_said(cases):
    with pytest.raises(UsageError, match="theft"):
        assess(cases, family="thefts")
    with pytest.raises(UsageError, match="month, week"):
        assess(cases, horizon="year")


def test_every_family_of_the_sample_has_a_name():
    seed = pl.read_csv(project_folder() / "seeds" / "categories.csv", infer_schema_length=None)
    assert set(seed["category_family"].drop_nulls()) <= set(FAMILIES)


def run(home, *arguments):
    app = typer.Typer(
        context_settings={"obj": load_settings({"GRIDGOV_HOME": str(home)}, folder=home)}
    )
    app.callback()(lambda: None)
    register(app)
    result = CliRunner().invoke(app, ["risk", *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def test_the_command_prints_what_the_functions_give(home, found):
    printed = json.loads(run(home, "--format", "json"))
    assert [row["area_code"] for row in printed] == found.rows["area_code"].to_list()
    assert [row["expected_cases"] for row in printed] == found.rows["expected_cases"].to_list()
    assert printed[0]["reasons"] == found.rows["reasons"][0].to_list()
    assert {row["method"] for row in printed} == {found.choice.method}
    table = run(home)
    assert all(text.zh in table and text.en in table for text in found.texts)


def test_the_command_prints_the_backtest_of_both_horizons(home, found):
    printed = list(csv.DictReader(io.StringIO(run(home, "--backtest", "--format", "csv"))))
    assert [(row["method"], row["horizon"]) for row in printed] == [
        (method, horizon)
        for horizon in ("week", "month")
        for method in ("score", "prior_counts", "kernel_density")
    ]
    rows = backtest_rows(found.backtest, found.choice, family=ALL, horizon="week")
    for name in ("hit_rate_5", "hit_rate_10", "hit_rate_20", "pai_10", "pei_10"):
        for end in ("", "_low", "_high"):
            given = [float(row[f"{name}{end}"]) for row in printed[:3]]
            assert given == rows[f"{name}{end}"].to_list()
    assert "population_hit_rate_10" in printed[0]
    once = list(
        csv.DictReader(
            io.StringIO(run(home, "--backtest", "--horizon", "month", "--format", "csv"))
        )
    )
    assert once == printed[3:]
