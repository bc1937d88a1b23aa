"""Ages of what is open: bands that are half-open and add up to the backlog."""

from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tests.support.marts import AS_OF, ZONE, area, case, marts
from warehouse.cli import main
from warehouse.errors import UsageError
from warehouse.published import Published
from warehouse.query import Dimension, Question, answer
from warehouse.query.backlog_ages import BAND_STARTS_DAYS, backlog_ages

BACKLOG = Question("open_backlog", "430181")
DAY = timedelta(days=1)
MICROSECOND = timedelta(microseconds=1)


def test_a_band_begins_at_its_age_and_ends_before_the_next(tmp_path: Path) -> None:
    ages = {
        "0–1": [timedelta(0), DAY - MICROSECOND],
        "1–3": [DAY, 3 * DAY - MICROSECOND],
        "3–7": [3 * DAY, 7 * DAY - MICROSECOND],
        "7–30": [7 * DAY, 30 * DAY - MICROSECOND],
        ">30": [30 * DAY, 400 * DAY],
    }
    cases = [case(f"{age}", AS_OF - age) for of_band in ages.values() for age in of_band]
    rows = backlog_ages(marts(tmp_path, cases=cases), BACKLOG)
    assert rows["age_band"].to_list() == list(ages)
    assert rows["age_from_days"].to_list() == list(BAND_STARTS_DAYS)
    assert rows["age_to_days"].to_list() == [1, 3, 7, 30, None]
    assert rows["open_count"].to_list() == [2, 2, 2, 2, 2]
    assert rows["value"].unique().to_list() == [10]


def test_age_counts_to_local_midnight_and_on_the_last_day_to_now(tmp_path: Path) -> None:
    reported = datetime(2026, 11, 14, 0, 0, tzinfo=ZONE)
    published = marts(tmp_path, cases=[case("a", reported)])
    on_the_day = Question(
        "open_backlog", "430181", start=date(2026, 11, 14), end=date(2026, 11, 15)
    )
    assert _bands(published, on_the_day) == {"1–3": 1}
    # Reported a microsecond later, it is not a whole day old when the day ends.
    (tmp_path / "later").mkdir()
    later = marts(tmp_path / "later", cases=[case("a", reported + MICROSECOND)])
    assert _bands(later, on_the_day) == {"0–1": 1}
    (tmp_path / "now").mkdir()
    now = marts(tmp_path / "now", cases=[case("a", AS_OF - DAY), case("b", AS_OF - 0.9 * DAY)])
    assert _bands(now, BACKLOG) == {"0–1": 1, "1–3": 1}


def _bands(published: Published, question: Question) -> dict[str, int]:
    rows = backlog_ages(published, question)
    return {
        row["age_band"]: row["open_count"]
        for row in rows.iter_rows(named=True)
        if row["open_count"]
    }


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    """Cases of two towns and of none, four of five that could be closed by now being so."""
    random = np.random.default_rng(9)
    cases = []
    for number in range(300):
        reported = AS_OF - timedelta(days=float(random.exponential(20)))
        closed = reported + timedelta(days=float(random.exponential(8)))
        ended = {}
        if random.random() < 0.8 and closed <= AS_OF:
            ended = {"voided_at" if random.random() < 0.1 else "closed_at": closed}
        cases.append(
            case(
                f"{number}",
                reported,
                town_code=str(random.choice(["A", "B", ""])) or None,
                department_code=str(random.choice(["x", "y"])),
                channel_code=str(random.choice(["p", "q"])),
                is_duplicate=bool(random.random() < 0.1),
                **ended,
            )
        )
    towns = [area("town", "A"), area("town", "B")]
    return marts(tmp_path_factory.mktemp("ages"), cases=cases, areas=towns)


@pytest.mark.parametrize(
    "by", [(), ("town",), ("department", "channel"), ("month",), ("town", "week"), ("day",)]
)
def test_bands_add_up_to_the_backlog(published: Published, by: tuple[Dimension, ...]) -> None:
    question = Question("open_backlog", "430181", by=by, start=date(2026, 10, 1))
    rows = backlog_ages(published, question)
    keys = ["area_code", "department_code", "channel_code", "period_end_date"]
    totals = rows.group_by(keys, maintain_order=True).agg(total=pl.col("open_count").sum())
    values = answer(published, question)
    assert totals["total"].to_list() == values["value"].to_list()
    assert len(rows) == 5 * len(values)


def test_what_is_not_known_is_in_no_band(tmp_path: Path) -> None:
    cases = [case("a", AS_OF - DAY, is_closing_unknown=True)]
    rows = backlog_ages(marts(tmp_path, cases=cases), BACKLOG)
    assert rows["open_count"].null_count() == 5


def test_only_a_stock_has_ages(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="bands of age"):
        backlog_ages(marts(tmp_path), Question("resolution_rate", "430181"))


def test_the_command_shows_the_bands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "published"
    folder.mkdir()
    marts(folder, cases=[case("a", AS_OF - 2 * DAY)])
    (folder / "current").symlink_to("serve_1.duckdb")
    assert main(["kpi", "open_backlog", "--ages"], {"GRIDGOV_HOME": str(tmp_path)}) == 0
    shown = capsys.readouterr().out
    assert "1–3" in shown
    assert ">30" in shown
