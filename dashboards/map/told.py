"""What a map is of, in words: for headings, file names and what stands beside exported figures."""

from dataclasses import dataclass
from datetime import date

from dashboards import numbers_text
from dashboards.context import Context
from dashboards.i18n import Lang, text
from dashboards.map.asked import OF_KPIS, RAW, Asked
from dashboards.map.modes import shade
from warehouse.case_kinds import FAMILIES
from warehouse.catalogue import Kpi

WITH_COVERAGE = ("gap", "bivariate")
WITH_KINDS = ("risk", "hotspots", "bivariate")
WITH_HORIZON = ("risk", "bivariate")


@dataclass(frozen=True)
class Told:
    """The words for one map in one language."""

    context: Context
    asked: Asked
    lang: Lang

    @property
    def kpi(self) -> Kpi | None:
        """The KPI that is shown, or whose gap is; none of hot spots and risk."""
        if self.asked.mode in OF_KPIS:
            return self.asked.kpi
        is_gap = self.asked.mode in WITH_COVERAGE
        return self.context.kpis[self.asked.coverage] if is_gap else None

    @property
    def name(self) -> str:
        """What is shown and of which cases: tells every two maps of a place and period apart."""
        parts = self.measured
        if self.asked.mode == RAW:
            parts = [*parts, self.mode]
        return "_".join(parts)

    @property
    def measured(self) -> list[str]:
        """The KPI if there is one, the mode unless it is the plain value, and what it is limited
        to."""
        return [
            *([self._of(self.kpi.name)] if self.kpi else []),
            *([self.mode] if self.asked.mode != RAW else []),
            *self.limits.values(),
        ]

    @property
    def mode(self) -> str:
        """The mode as its tab has it."""
        return text(f"map.mode.{self.asked.mode}", self.lang)

    @property
    def limits(self) -> dict[str, str]:
        """Which cases and what they are held against, by label."""
        asked, lang, found = self.asked, self.lang, {}
        if asked.department:
            found[text("filter.department", lang)] = self._department()
        if asked.mode in WITH_KINDS:
            family = FAMILIES.get(asked.family)
            found[text("map.family", lang)] = self._of(family) if family else asked.family
        if asked.mode in WITH_HORIZON:
            found[text("map.horizon", lang)] = text(f"map.horizon.{asked.horizon}", lang)
        if asked.mode == "hotspots":
            against = asked.against or "default"
            found[text("map.against", lang)] = text(f"map.against.{against}", lang)
            if asked.is_followed:
                found[text("map.follow", lang)] = text("map.follow.month", lang)
        if asked.mode == "change":
            found[text("map.about.compared", lang)] = text(f"compare.{asked.compare}", lang)
        return found

    @property
    def lines(self) -> list[tuple[str, str]]:
        """All of it as label and text, for people who have the file only."""
        mode = text(f"map.mode.{self.asked.mode}.long", self.lang)
        found = [(text("map.mode", self.lang), f"{self.mode}: {mode}")]
        if self.kpi:
            found.append((text("export.kpi", self.lang), self._of(self.kpi.name)))
        found += self.limits.items()
        if days := self._compared_days():
            label, said = found.pop()
            found.append((label, f"{said}: {days}"))
        if shade(self.context, self.asked).facts.get("has_severity") is False:
            label = text(f"map.table.{self.asked.mode}", self.lang)
            found.append((label, text("map.risk.all_cases", self.lang)))
        return found

    def _compared_days(self) -> str:
        """The days of the period a change is counted from; empty in other modes."""
        facts = shade(self.context, self.asked).facts
        if self.asked.mode != "change" or not facts.get("before_from"):
            return ""
        first, last = (date.fromisoformat(facts[name]) for name in ("before_from", "before_to"))
        said = numbers_text.days(first, last, self.lang)
        if self.asked.kpi.grows_with_days:
            said = f"{said} ({text('map.about.equal_days', self.lang)})"
        return said

    def _department(self) -> str:
        rows = self.context.sql(
            "select coalesce(department_name, department_code) as zh, "
            "coalesce(department_name_en, department_name, department_code) as en "
            "from mart.dim_departments where county_code = ? and department_code = ?",
            self.asked.county.code,
            self.asked.department,
        )
        return str(rows[self.lang.value][0]) if rows.height else self.asked.department

    def _of(self, name: object) -> str:
        return str(getattr(name, self.lang.value))
