"""What a KPI is: one frozen model per YAML file, checked when it is read."""

import datetime
import math
from collections.abc import Iterator, Mapping
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from warehouse.catalogue.facts import COUNT, DAY, FLAG, NUMBER, Fact, load_facts
from warehouse.errors import unknown_value

Kind = Literal[
    "rate",
    "ratio",
    "quantile",
    "mean",
    "count",
    "sum",
    "stock",
    "state_rate",
    "reach_rate",
    "share",
    "score",
]
Unit = Literal[
    "percent",
    "minutes",
    "hours",
    "days",
    "cases",
    "cases_per_1000",
    "documents",
    "points",
    "score",
    "index",
]
Better = Literal["higher", "lower", "neither"]
Counted = Literal["last_day", "every_day"]
PartValue = Literal["value", "attainment", "index"]

NEEDED: dict[Kind, tuple[str, ...]] = {
    "rate": ("numerator", "denominator"),
    "ratio": ("denominator",),
    "quantile": ("measure", "quantile"),
    "mean": ("measure",),
    "count": (),
    "sum": ("measure",),
    "stock": ("leaves",),
    "state_rate": ("numerator", "denominator", "counted"),
    "reach_rate": ("denominator", "numerator_fact", "numerator", "numerator_date"),
    "share": ("measure", "whole"),
    "score": ("parts", "part_value"),
}
"""Fields a kind cannot do without."""

POSSIBLE: dict[Kind, tuple[str, ...]] = {
    "ratio": ("numerator", "denominator_table", "per"),
    "quantile": ("observed",),
    "count": ("numerator",),
}
"""Fields a kind may have besides. A ratio without a numerator counts rows."""

DATELESS: tuple[Kind, ...] = ("state_rate", "reach_rate", "score")
"""Kinds whose rows are spells, or that have no rows of their own: no `date`."""


class Text(BaseModel):
    """A text in both languages of the interface."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)


class Target(BaseModel):
    """A value to reach, in force from a day on until the next one."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    valid_from: datetime.date = Field(alias="from")
    value: float
    reference: Text
    county: str | None = None
    """County the value was set for; null holds everywhere."""


class Baseline(BaseModel):
    """The value before the programme, as published."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    value: float
    reference: Text
    county: str | None = None


class Parts(BaseModel):
    """What a score is made of, in force from a day on until the next one."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    valid_from: datetime.date = Field(alias="from")
    weights: Mapping[str, float]
    """KPI → its weight; they add up to 1."""
    reference: Text

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if not math.isclose(sum(self.weights.values()), 1, abs_tol=1e-9):
            raise ValueError(f"weights add up to {sum(self.weights.values()):g}, not to 1")
        return self


class Kpi(BaseModel):
    """One number, defined once. Names of columns only, no SQL."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kpi_id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: Text
    question: Text
    formula: Text
    fact: str | None = None
    """Table of its rows; null for a score."""
    kind: Kind
    numerator: str | None = None
    """Flag of the rows that count for the value (rate, count, state_rate, reach_rate); column that
    is added up, a flag counting its rows (ratio)."""
    denominator: str | None = None
    """Flag of the rows the value is a share of (rate, state_rate, reach_rate); column that is added
    up, of the fact or of `denominator_table` (ratio)."""
    denominator_table: Literal["dim_areas"] | None = None
    numerator_fact: str | None = None
    """Table of what reaches the keys of `fact` (reach_rate): of visits, where those are persons."""
    numerator_date: str | None = None
    """Day in `numerator_fact` on which it does."""
    per: int | None = Field(default=None, ge=1)
    """A ratio is stated per this many of its denominator."""
    measure: str | None = None
    """Column of which the quantile, mean, sum or share is taken; a row where it is null has not
    got there."""
    observed: str | None = None
    """Column with the time a row without a `measure` was watched without getting there, in the same
    unit: with it a quantile has its Kaplan-Meier version (kpis rule 6)."""
    quantile: float | None = Field(default=None, gt=0, lt=1)
    whole: Literal["stage", "category", "department"] | None = None
    """Slice over all of which a share is taken."""
    counted: Counted | None = None
    """Whether a state counts at the end of the period's last day, or on every day of it."""
    leaves: tuple[str, ...] = ()
    """Days on which a case leaves the stock; the first of them counts."""
    parts: tuple[Parts, ...] = ()
    """KPIs a score is made of."""
    part_value: PartValue | None = None
    """What a part gives: its share as 0–100; how much of its target it reached, 0–100, at most 100;
    or value ÷ target as it is (target ÷ value where lower is better), 1 being the target."""
    excluded: tuple[str, ...] | None = None
    """Flags of rows left out, each counted in `excluded_count`; null takes the fact's own."""
    not_yet_due: str | None = None
    """Flag of rows that will still come in; above zero, the value is provisional."""
    due_passed: str | None = None
    """Flag of rows whose deadline has passed: the value among them is shown beside (rule 4)."""
    date: str | None = None
    """Day that puts a row into a period."""
    unit: Unit
    better: Better
    targets: tuple[Target, ...] = ()
    baseline: Baseline | None = None
    reference: Text
    caveats: tuple[str, ...] = ()
    owner: Text
    reviewed: datetime.date
    next_review: datetime.date

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> Self:
        needed = [*NEEDED[self.kind]]
        needed += [] if self.kind == "score" else ["fact"]
        needed += [] if self.kind in DATELESS else ["date"]
        missing = [name for name in needed if not getattr(self, name)]
        if missing:
            raise ValueError(f"kind {self.kind} needs {', '.join(missing)}")
        of_kinds = {name for names in (*NEEDED.values(), *POSSIBLE.values()) for name in names}
        extra = [
            name
            for name in sorted(of_kinds | {"fact", "date"})
            if getattr(self, name) and name not in (*needed, *POSSIBLE.get(self.kind, ()))
        ]
        if extra:
            raise ValueError(f"kind {self.kind} has no {', '.join(extra)}")
        if self.better == "neither" and self.targets:
            raise ValueError("targets need better: higher or lower")
        if self.next_review <= self.reviewed:
            raise ValueError("next_review must be after reviewed")
        return self

    @model_validator(mode="after")
    def _names_only_known_columns(self) -> Self:
        for field, fact_name in (("fact", self.fact), ("numerator_fact", self.numerator_fact)):
            if fact_name and fact_name not in load_facts():
                raise ValueError(f"{field}: {unknown_value('fact', fact_name, load_facts())}")
        if self.kind in ("state_rate", "reach_rate") and not self.about.is_spells:
            raise ValueError(f"fact: kind {self.kind} needs spells, which {self.fact} has not")
        if self.numerator_fact:
            self._check_reaching()
        for field, fact, name, types in self._named_columns():
            allowed = fact.columns_of(*types)
            if name not in allowed:
                raise ValueError(
                    f'{field}: column "{name}" is not one of {fact.name}; '
                    f"allowed: {', '.join(allowed)}"
                )
        return self

    def _check_reaching(self) -> None:
        """What reaches the keys must have them, in the same file."""
        key = self.about.key
        if key not in self.reaching.columns:
            raise ValueError(f'numerator_fact: {self.numerator_fact} has no column "{key}"')
        if self.reaching.is_in_people_file != self.about.is_in_people_file:
            raise ValueError(
                f"numerator_fact: {self.numerator_fact} and {self.fact} are not in one file"
            )

    def _named_columns(self) -> Iterator[tuple[str, Fact, str, tuple[str, ...]]]:
        """Field, the fact it is about, the column it names and the types it may have."""
        if self.fact is None:
            return
        fact = load_facts()[self.fact]
        of_numerator = load_facts()[self.numerator_fact] if self.numerator_fact else fact
        added = (NUMBER, COUNT, FLAG) if self.kind == "ratio" else (FLAG,)
        denominator = None if self.denominator_table else self.denominator
        named = [
            ("numerator", of_numerator, self.numerator, added),
            ("denominator", fact, denominator, added),
            ("not_yet_due", fact, self.not_yet_due, (FLAG,)),
            ("due_passed", fact, self.due_passed, (FLAG,)),
            ("date", fact, self.date, (DAY,)),
            ("numerator_date", of_numerator, self.numerator_date, (DAY,)),
            ("measure", fact, self.measure, (NUMBER, COUNT)),
            ("observed", fact, self.observed, (NUMBER, COUNT)),
            *(("excluded", fact, name, (FLAG,)) for name in self.left_out),
            *(("leaves", fact, name, (DAY,)) for name in self.leaves),
        ]
        for field, of_fact, name, types in named:
            if name:
                yield field, of_fact, name, types

    @property
    def about(self) -> Fact:
        """The fact its rows are of.

        Raises:
            ValueError: a score, which has no rows of its own.
        """
        if self.fact is None:
            raise ValueError(f"{self.kpi_id} is a score and has no rows of its own")
        return load_facts()[self.fact]

    @property
    def reaching(self) -> Fact:
        """The fact of what reaches its keys.

        Raises:
            ValueError: of a kind that has none.
        """
        if self.numerator_fact is None:
            raise ValueError(f"{self.kpi_id} is no reach rate")
        return load_facts()[self.numerator_fact]

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The facts it reads: a slice must be one of each."""
        return (self.about, self.reaching) if self.numerator_fact else (self.about,)

    @property
    def left_out(self) -> tuple[str, ...]:
        """Flags of rows left out: its own, else the fact's."""
        if self.excluded is not None or self.fact is None:
            return self.excluded or ()
        return load_facts()[self.fact].excluded

    @property
    def is_personal(self) -> bool:
        """About persons in need: small cells are not shown."""
        return self.fact is not None and self.about.is_personal

    @property
    def grows_with_days(self) -> bool:
        """Whether a longer period has more of it: then periods are compared by their length."""
        return self.kind in ("count", "sum") or self.denominator_table is not None

    @property
    def flags(self) -> tuple[str, ...]:
        """Flags of the fact that decide a row's part in the value, each once."""
        return tuple(
            dict.fromkeys(
                name
                for _, fact, name, _ in self._named_columns()
                if fact.name == self.fact and fact.columns[name] == FLAG
            )
        )

    @property
    def unknown(self) -> str | None:
        """Flag, among `excluded`, of rows whose source does not deliver the milestone (rule 10)."""
        return next((flag for flag in self.left_out if flag.endswith("_unknown")), None)

    def target_on(self, day: datetime.date, *, county_code: str) -> Target | None:
        """The target in force on a day; one set for the county goes before a general one."""
        in_force = [
            target
            for target in self.targets
            if target.valid_from <= day and target.county in (None, county_code)
        ]
        return max(
            in_force,
            key=lambda target: (target.county is not None, target.valid_from),
            default=None,
        )

    def baseline_of(self, county_code: str) -> Baseline | None:
        """The baseline, where it was measured in this county or holds for all."""
        if self.baseline and self.baseline.county in (None, county_code):
            return self.baseline
        return None
