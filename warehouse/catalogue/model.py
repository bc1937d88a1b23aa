"""What a KPI is: one frozen model per YAML file, checked when it is read."""

import datetime
from collections.abc import Iterator
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from warehouse.catalogue.facts import COUNT, DAY, FACT_COLUMNS, FLAG, NUMBER

Kind = Literal["rate", "quantile", "mean", "ratio", "stock"]
Unit = Literal["percent", "minutes", "hours", "cases", "cases_per_1000"]
Better = Literal["higher", "lower", "neither"]

NEEDED: dict[Kind, tuple[str, ...]] = {
    "rate": ("numerator", "denominator"),
    "quantile": ("measure", "quantile"),
    "mean": ("measure",),
    "ratio": ("denominator_table", "denominator", "per"),
    "stock": ("leaves",),
}
"""Fields a kind cannot do without. A ratio without a numerator counts rows."""


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


class Kpi(BaseModel):
    """One number, defined once. Names of columns only, no SQL."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kpi_id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: Text
    question: Text
    formula: Text
    fact: Literal["fct_cases"]
    kind: Kind
    numerator: str | None = None
    """Flag of the rows that count for the value (rate)."""
    denominator: str | None = None
    """Flag of the rows the value is a share of (rate); column of `denominator_table` (ratio)."""
    denominator_table: Literal["dim_areas"] | None = None
    per: int | None = Field(default=None, ge=1)
    """A ratio is stated per this many of its denominator."""
    measure: str | None = None
    """Column of which the quantile or mean is taken; a row where it is null has not got there."""
    quantile: float | None = Field(default=None, gt=0, lt=1)
    leaves: tuple[str, ...] = ()
    """Days on which a case leaves the stock; the first of them counts."""
    excluded: tuple[str, ...] = ("is_void", "is_duplicate")
    """Flags of rows left out, each counted in `excluded_count`."""
    not_yet_due: str | None = None
    """Flag of rows that will still come in; above zero, the value is provisional."""
    due_passed: str | None = None
    """Flag of rows whose deadline has passed: the value among them is shown beside (rule 4)."""
    date: str
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
        missing = [name for name in NEEDED[self.kind] if not getattr(self, name)]
        if missing:
            raise ValueError(f"kind {self.kind} needs {', '.join(missing)}")
        optional = {name for names in NEEDED.values() for name in names}
        extra = [name for name in sorted(optional - set(NEEDED[self.kind])) if getattr(self, name)]
        if extra:
            raise ValueError(f"kind {self.kind} has no {', '.join(extra)}")
        if self.better == "neither" and self.targets:
            raise ValueError("targets need better: higher or lower")
        if self.next_review <= self.reviewed:
            raise ValueError("next_review must be after reviewed")
        return self

    @model_validator(mode="after")
    def _names_only_known_columns(self) -> Self:
        columns = FACT_COLUMNS[self.fact]
        for field, name, types in self._named_columns():
            allowed = [column for column, kind in columns.items() if kind in types]
            if name not in allowed:
                raise ValueError(
                    f'{field}: column "{name}" is not one of {self.fact}; '
                    f"allowed: {', '.join(allowed)}"
                )
        return self

    def _named_columns(self) -> Iterator[tuple[str, str, tuple[str, ...]]]:
        flags = {
            "numerator": self.numerator,
            "not_yet_due": self.not_yet_due,
            "due_passed": self.due_passed,
            "denominator": None if self.kind == "ratio" else self.denominator,
        }
        yield from ((field, name, (FLAG,)) for field, name in flags.items() if name)
        yield from (("excluded", name, (FLAG,)) for name in self.excluded)
        yield from (("leaves", name, (DAY,)) for name in self.leaves)
        yield ("date", self.date, (DAY,))
        if self.measure:
            yield ("measure", self.measure, (NUMBER, COUNT))

    @property
    def flags(self) -> tuple[str, ...]:
        """Flags of the fact that decide a row's part in the value, each once."""
        return tuple(
            dict.fromkeys(name for _, name, types in self._named_columns() if FLAG in types)
        )

    @property
    def unknown(self) -> str | None:
        """Flag, among `excluded`, of rows whose source does not deliver the milestone (rule 10)."""
        return next((flag for flag in self.excluded if flag.endswith("_unknown")), None)

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
