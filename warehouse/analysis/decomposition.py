"""What a change is made of: the part of each department, area or category, adding up exactly.

- Shares, ratios and means: with n and d a group's numerator and denominator, N and D their totals,
  0 before and 1 after, v̄ the mean of the two values of all, a group's part is

      (n₁ − v̄ d₁) ÷ D₁ − (n₀ − v̄ d₀) ÷ D₀

  which is Kitagawa's (1955, JASA 50, 1168–1194) within part, w̄ (r₁ − r₀), plus his mix part,
  (w₁ − w₀) (r̄ − v̄): r the group's value, w its share of the denominator, bars means of before and
  after. The centred mix blames a group for growing only where it is worse than all. Computed in
  fractions, so the parts add up before they are rounded.
- Counts, sums, stocks, and ratios to a population that is not split by the slice: differences.
- Scores: differences of the points of the parts (slice `part`).
- Medians and other quantiles are not decomposed: their change is no sum over groups. Ask the mean.

Every dimension is decomposed on its own: two at once would count a change twice.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import Any, Literal

import polars as pl

from warehouse.analysis.funnel import only_slice
from warehouse.catalogue import Kpi, get_kpi
from warehouse.errors import UsageError
from warehouse.published import Published
from warehouse.query import Question, answer_many
from warehouse.query.periods import Back, Period
from warehouse.query.question import AREA_LEVELS
from warehouse.query.scores import Ask, contributions

DIFFERENCES = ("count", "sum", "stock")
QUOTIENTS = ("rate", "ratio", "mean", "state_rate", "reach_rate")


@dataclass(frozen=True)
class Decomposition:
    """A change and its parts.

    Attributes:
        value, before: of all; change is value − before.
        method: `kitagawa`, `difference` or `points`.
        rows: one row per group, the greatest part first. code (of the slice; null for what has
            none), value, before, contribution (in the KPI's unit; math.fsum of them is the change,
            in any order), within and mix (null where the method has no such thing; rounded).
    """

    value: float
    before: float
    change: float
    period: Period
    compared: Period
    method: Literal["kitagawa", "difference", "points"]
    rows: pl.DataFrame


@dataclass(frozen=True)
class Sums:
    """Numerator and denominator of a group before and after; exact, 0 where it was not there."""

    numerator: tuple[Fraction, Fraction]
    denominator: tuple[Fraction, Fraction]


def decompose(
    published: Published,
    question: Question,
    *,
    back: Back = "previous",
    ask: Ask | None = None,
) -> Decomposition:
    """The change of a question's value since a compared period, by its one slice.

    A score is decomposed by its parts: its question has no slice.

    Args:
        ask: what answers questions, where answers are kept; null asks the version.

    Raises:
        UsageError: as `answer`; a KPI that cannot be decomposed, or not by this slice because its
            groups overlap; no value in one of the periods; not exactly one slice.
    """
    kpi = get_kpi(question.kpi_id)
    ask = ask or partial(answer_many, published)
    [answered] = ask([replace(question, by=(), compare=True)])
    whole = answered.row(0, named=True)
    value, before = whole["value"], whole[f"{back}_value"]
    if value is None or before is None:
        raise UsageError(f"{kpi.kpi_id}: 两期之一无值 / one of the two periods has no value")
    compared = Period(whole[f"{back}_start_date"], whole[f"{back}_end_date"])
    if kpi.kind == "score":
        method, groups = "points", _points(published, ask, question, compared)
    else:
        method, groups = _groups(ask, question, kpi, whole, back)
    parts, change = adding_up([group["contribution"] for group in groups], value - before)
    for group, part in zip(groups, parts, strict=True):
        group["contribution"] = part
    schema = {
        "code": pl.String,
        "value": pl.Float64,
        "before": pl.Float64,
        "contribution": pl.Float64,
        "within": pl.Float64,
        "mix": pl.Float64,
    }
    rows = pl.DataFrame(groups, schema=schema)
    rows = rows.sort(pl.col("contribution").abs(), "code", descending=[True, False])
    period = Period(whole["period_start_date"], whole["period_end_date"])
    return Decomposition(value, before, change, period, compared, method, rows)  # type: ignore[arg-type]


def _groups(
    ask: Ask,
    question: Question,
    kpi: Kpi,
    whole: dict[str, Any],
    back: Back,
) -> tuple[str, list[dict[str, Any]]]:
    if kpi.kind not in (*DIFFERENCES, *QUOTIENTS):
        raise UsageError(
            f"{kpi.kpi_id}: 此类指标的变化不是各组之和,不作分解 / the change of a"
            f" {kpi.kind} is no sum over groups and is not decomposed"
        )
    slice_ = only_slice(question)
    [answered] = ask([replace(question, compare=True)])
    rows = list(answered.iter_rows(named=True))
    is_split = kpi.denominator_table is None or question.slices[0] in AREA_LEVELS
    if kpi.kind in DIFFERENCES or not is_split:
        groups = [
            {
                "code": row[slice_],
                "value": row["value"],
                "before": row[f"{back}_value"],
                "contribution": (row["value"] or 0.0) - (row[f"{back}_value"] or 0.0),
            }
            for row in rows
        ]
        _check_total(kpi, [group["contribution"] for group in groups], whole, back)
        return "difference", groups
    sums = [_sums(row, back) for row in rows]
    total = _total(sums)
    for found, expected in zip(_all(total), _all(_sums(whole, back)), strict=True):
        if not math.isclose(found, expected, rel_tol=1e-9):
            raise UsageError(
                f"{kpi.kpi_id}: 各组有重叠或缺失,不能按此维度分解 / groups by {slice_}"
                f" overlap or miss some: {float(found)} and {float(expected)}"
            )
    per = Fraction(kpi.per or 1)
    return "kitagawa", [
        {"code": row[slice_], "value": row["value"], "before": row[f"{back}_value"]}
        | _kitagawa(part, total, per)
        for row, part in zip(rows, sums, strict=True)
    ]


def _check_total(kpi: Kpi, parts: Sequence[float], whole: dict[str, Any], back: Back) -> None:
    change = whole["value"] - whole[f"{back}_value"]
    if not math.isclose(math.fsum(parts), change, rel_tol=1e-9, abs_tol=1e-9):
        raise UsageError(
            f"{kpi.kpi_id}: 各组之和不等于总数 / the groups do not add up to the whole:"
            f" {math.fsum(parts)} and {change}"
        )


def _sums(row: dict[str, Any], back: Back) -> Sums:
    def both(name: str) -> tuple[Fraction, Fraction]:
        return Fraction(row[f"{back}_{name}"] or 0), Fraction(row[name] or 0)

    return Sums(both("numerator"), both("denominator"))


def _total(parts: Sequence[Sums]) -> Sums:
    def added(name: str, when: int) -> Fraction:
        return sum((getattr(part, name)[when] for part in parts), Fraction(0))

    return Sums(
        (added("numerator", 0), added("numerator", 1)),
        (added("denominator", 0), added("denominator", 1)),
    )


def _all(sums: Sums) -> tuple[Fraction, ...]:
    return (*sums.numerator, *sums.denominator)


def _kitagawa(part: Sums, total: Sums, per: Fraction) -> dict[str, Fraction | None]:
    """A group's part of the change; `within` only where it has a value in both periods."""
    value = [total.numerator[when] / total.denominator[when] for when in (0, 1)]
    middle = (value[0] + value[1]) / 2
    pull = [
        (part.numerator[when] - middle * part.denominator[when]) / total.denominator[when]
        for when in (0, 1)
    ]
    contribution = per * (pull[1] - pull[0])
    if 0 in part.denominator:
        return {"contribution": contribution, "within": None, "mix": None}
    rate = [part.numerator[when] / part.denominator[when] for when in (0, 1)]
    weight = [part.denominator[when] / total.denominator[when] for when in (0, 1)]
    within = per * (weight[0] + weight[1]) / 2 * (rate[1] - rate[0])
    return {"contribution": contribution, "within": within, "mix": contribution - within}


def _points(
    published: Published, ask: Ask, question: Question, compared: Period
) -> list[dict[str, Any]]:
    after = replace(question, by=(), compare=False)
    before = replace(after, start=compared.start, end=compared.end)
    given = [contributions(published, asked, ask) for asked in (before, after)]
    points = [dict(frame.select("part_id", "points").iter_rows()) for frame in given]
    return [
        {
            "code": part,
            "value": points[1].get(part, 0.0),
            "before": points[0].get(part, 0.0),
            "contribution": points[1].get(part, 0.0) - points[0].get(part, 0.0),
        }
        for part in {**points[1], **points[0]}
    ]


def adding_up(parts: Sequence[float | Fraction], change: float) -> tuple[list[float], float]:
    """The parts as doubles whose exact sum, rounded once (`math.fsum`), is the change.

    What rounding left over goes into the part where it alters least, never into a part that is
    zero. Where no double could take it up (parts far larger than the change, which cancel out), the
    change itself becomes their sum, less than 1e-12 of the largest part away.
    """
    rounded = [float(part) for part in parts]
    for _ in range(3):
        left = math.fsum([change, *(-part for part in rounded)])
        if math.fsum(rounded) == change or not any(rounded):
            break
        places = sorted(
            (number for number, part in enumerate(rounded) if part),
            key=lambda number: (-abs(rounded[number]), number),
        )
        for place in places:
            moved = [*rounded[:place], rounded[place] + left, *rounded[place + 1 :]]
            if math.fsum(moved) == change:
                rounded = moved
                break
        else:
            rounded[places[0]] += left
    return rounded, math.fsum(rounded)


def shown(parts: Sequence[float], total: float, decimals: int) -> list[float]:
    """Parts rounded so that what a reader sees adds up to the total as rounded.

    Largest remainder: each is rounded down, and the units missing go to those cut most.

    >>> shown([2.14, 0.94, 0.16], 3.24, 1)
    [2.1, 0.9, 0.2]
    """
    unit = 10**decimals
    floors = [math.floor(part * unit) for part in parts]
    missing = round(total * unit) - sum(floors)
    order = sorted(
        range(len(parts)), key=lambda number: (floors[number] - parts[number] * unit, number)
    )
    for number in order[: max(missing, 0)]:
        floors[number] += 1
    return [floor / unit for floor in floors]
