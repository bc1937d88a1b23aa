"""Flows through the levels of mediation: nothing gets lost, and the picture says the same."""

import itertools
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator

import duckdb
import numpy as np
import polars as pl
import pytest

from dashboards.data.council import passages_of as council_passages_of
from dashboards.data.mediation import EXITS, LEVELS, PATHS, Participation, passages_of
from dashboards.figures.mediation import shares_with_specialists
from dashboards.figures.sankey import Link, Node, sankey, sums
from dashboards.figures.spans import Span, Words, spans
from dashboards.i18n import Lang
from dashboards.theme import DARK, LIGHT

SVG = "{http://www.w3.org/2000/svg}"
OUTCOMES = ("settled", "failed", "withdrawn", "escalated", None)


def random_disputes(seed: int, *, count: int = 300) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Disputes and steps without any rule: levels twice, backwards, or none at all."""
    rng = np.random.default_rng(seed)
    disputes, steps = [], []
    for number in range(count):
        outcome = rng.choice(["settled", "failed", "court", "withdrawn", ""])
        status = "open" if not outcome else "closed"
        disputes.append((f"d{number}", outcome or None, status))
        for step in range(int(rng.integers(0, 5))):
            outcome_of_step = OUTCOMES[rng.integers(0, len(OUTCOMES))]
            steps.append(
                (
                    f"d{number}",
                    step + 1,
                    LEVELS[rng.integers(0, 3)],
                    outcome_of_step,
                    outcome_of_step == "settled",
                    outcome_of_step == "withdrawn",
                    outcome_of_step == "escalated",
                    outcome_of_step is None and status == "open",
                )
            )
    return (
        pl.DataFrame(disputes, schema=["mediation_id", "outcome_code", "status"], orient="row"),
        pl.DataFrame(
            steps,
            schema=[
                "mediation_id",
                "step_number",
                "level_code",
                "outcome_code",
                "is_settled_here",
                "is_withdrawn",
                "is_escalated",
                "is_still_here",
            ],
            orient="row",
        ),
    )


def paths_of(disputes: pl.DataFrame, steps: pl.DataFrame) -> pl.DataFrame:
    with duckdb.connect() as connection:
        connection.execute("create schema mart")
        for name, frame in (("fct_mediations", disputes), ("fct_mediation_steps", steps)):
            connection.register("frame", frame)
            connection.execute(f"create table mart.{name} as select * from frame")
            connection.unregister("frame")
        return connection.sql(PATHS.format(condition="true")).pl()


@pytest.mark.parametrize("seed", range(5))
def test_at_every_level_as_many_leave_as_come(seed: int) -> None:
    disputes, steps = random_disputes(seed)
    found = passages_of(paths_of(disputes, steps))
    into, out = sums([Link(way.source, way.target, way.dispute_count, "") for way in found])
    assert out["received"] == len(disputes)
    for level in LEVELS:
        assert into[level] == out[level] > 0
        reached = steps.filter(pl.col("level_code") == level)["mediation_id"].n_unique()
        assert into[level] == reached
    ends = sum(count for place, count in into.items() if place not in LEVELS)
    assert ends == len(disputes)
    assert {place.partition(".")[2] for place in into if "." in place} <= set(EXITS)


def test_a_dispute_that_skips_a_level_and_one_without_levels_have_their_own_ways() -> None:
    disputes = pl.DataFrame(
        {
            "mediation_id": ["a", "b"],
            "outcome_code": ["court", None],
            "status": ["closed", "open"],
        }
    )
    steps = pl.DataFrame(
        {
            "mediation_id": ["a", "a"],
            "step_number": [1, 2],
            "level_code": ["grid", "town"],
            "outcome_code": ["escalated", "failed"],
            "is_settled_here": [False, False],
            "is_withdrawn": [False, False],
            "is_escalated": [True, False],
            "is_still_here": [False, False],
        }
    )
    found = {(way.source, way.target) for way in passages_of(paths_of(disputes, steps))}
    assert found == {
        ("received", "grid"),
        ("grid", "town"),
        ("town", "town.court"),
        ("received", "no_level"),
    }


def test_at_every_stage_of_a_council_as_many_leave_as_come() -> None:
    ends = {
        "proposed.withdrawn": 3,
        "deliberated.waiting": 4,
        "voted.rejected": 5,
        "voted.waiting": 2,
        "publicised.overdue": 7,
        "publicised.under_way": 1,
        "completed": 40,
        "completed.unpublicised": 6,
    }
    found = council_passages_of(ends)
    into, out = sums([Link(way.source, way.target, way.proposal_count, "") for way in found])
    assert out["proposed"] == sum(ends.values())
    for stage in ("deliberated", "voted", "publicised"):
        assert into[stage] == out[stage]
    assert into["completed"] == 46
    assert ("voted", "completed", 6) in {
        (way.source, way.target, way.proposal_count) for way in found
    }


NODES = [
    Node("in", "进 <in>", "10", 0, "stage"),
    Node("kept", 'kept "here"', "6", 1, "good", is_end=True),
    Node("next", "next", "3", 1, "stage"),
    Node("last", "last", "4", 2, "bad", is_end=True),
    Node("never", "never", "0", 2, "muted", is_end=True),
]
LINKS = [
    Link("in", "kept", 6, "in → kept & co: 6"),
    Link("in", "next", 3, "in → next: 3"),
    Link("next", "last", 3, "next → last: 3"),
    Link("in", "last", 1, "in → last: 1"),
    Link("next", "never", 0, "next → never: 0"),
]


def elements(svg: str, tag: str) -> Iterator[ET.Element]:
    return ET.fromstring(svg).iter(f"{SVG}{tag}")


def test_each_band_has_its_words_and_texts_are_escaped() -> None:
    svg = sankey(NODES, LINKS, colours=LIGHT)
    bands = [path.findtext(f"{SVG}title") for path in elements(svg, "path")]
    assert bands == [link.title for link in LINKS if link.count]
    shown = ["".join(found.itertext()) for found in elements(svg, "text")]
    assert "进 <in>" in shown
    assert not any("never" in words for words in shown)


def test_bars_are_as_tall_as_their_counts_and_none_lies_on_another() -> None:
    bars = [
        {name: float(bar.get(name, "0")) for name in ("x", "y", "height")}
        for bar in elements(sankey(NODES, LINKS, colours=DARK), "rect")
        if bar.get("x")
    ]
    heights = sorted(round(bar["height"]) for bar in bars)
    assert heights == [75, 100, 150, 250]
    for column, count in Counter(bar["x"] for bar in bars).items():
        of_column = sorted((bar for bar in bars if bar["x"] == column), key=lambda bar: bar["y"])
        assert len(of_column) == count
        for upper, lower in itertools.pairwise(of_column):
            assert upper["y"] + upper["height"] < lower["y"]


def test_a_flow_backwards_is_refused() -> None:
    with pytest.raises(ValueError, match="later column"):
        sankey(NODES, [Link("next", "in", 1, "")], colours=LIGHT)


def test_nothing_flowing_is_an_empty_picture() -> None:
    assert "<path" not in sankey(NODES, [], colours=LIGHT)


def test_a_span_without_values_is_left_out() -> None:
    figure = spans(
        [Span("a", 1.0, 2.0), Span("b", None, None)],
        words=Words("median", "P90", "days"),
        colours=LIGHT,
    )
    line, medians, p90s = figure.data
    assert list(line.x) == [1.0, 2.0]
    assert (list(medians.x), list(p90s.x), list(medians.y)) == ([1.0], [2.0], ["a"])


def test_participation_is_a_share_of_the_levels_disputes() -> None:
    part = Participation("town", 50, psychologist_count=20, lawyer_count=30, both_count=10)
    assert part.neither_count == 10
    figure = shares_with_specialists([part], lang=Lang.ZH, colours=LIGHT)
    assert [list(bars.x) for bars in figure.data] == [[40.0], [60.0]]
