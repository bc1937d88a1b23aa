"""What a page is about, in the words of questions: county, days, filters, and the areas below."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import cast

from dashboards.cells import cell_of
from dashboards.context import Context
from dashboards.i18n import Lang
from dashboards.names import code_names
from dashboards.periods import ONE_DAY, Days, days_of
from dashboards.view import LEVELS, View
from warehouse.catalogue import Kpi, get_kpi
from warehouse.catalogue.facts import Fact
from warehouse.errors import UsageError, unknown_value
from warehouse.query import Dimension, Question


@dataclass(frozen=True)
class Area:
    """An area of the county as it is today, or as it last was."""

    code: str
    level: str
    name: str
    parent_code: str | None


@dataclass(frozen=True)
class Scope:
    """A view's filters, checked against the published version."""

    view: View
    context: Context

    @cached_property
    def days(self) -> Days:
        """The period, both days in it."""
        build = self.context.builds[self.view.county]
        return days_of(self.view, as_of=build.as_of_date, first=self.first_date)

    @cached_property
    def first_date(self) -> date:
        """The county's first reported day; its as-of day where there is no case."""
        rows = self.context.sql(
            "select min(reported_date) as first_date from mart.fct_cases where county_code = ?",
            self.view.county,
        )
        first: date | None = rows["first_date"].item()
        return first or self.context.builds[self.view.county].as_of_date

    @cached_property
    def areas(self) -> dict[str, Area]:
        """Areas by code, grids left out: they are many, and no page lists them all."""
        rows = self.context.sql(
            "select area_code, area_level, area_name, parent_code from mart.dim_areas "
            "where county_code = ? and area_level in ('county', 'town', 'community') "
            "order by area_level, area_code, valid_from_date",
            self.view.county,
        )
        return _told_apart({code: Area(code, *rest) for code, *rest in rows.iter_rows()})

    @cached_property
    def area(self) -> Area:
        """The area the page is limited to; the county itself when there is no such limit.

        Raises:
            UsageError: no such area in the county.
        """
        code = self.view.area or self.view.county
        if code in self.areas:
            return self.areas[code]
        grid = self.context.sql(
            "select area_name, parent_code from mart.dim_areas "
            "where county_code = ? and area_level = 'grid' and area_code = ? "
            "order by valid_from_date desc limit 1",
            self.view.county,
            code,
        )
        if grid.is_empty():
            towns = [area.code for area in self.areas.values() if area.level == "town"]
            raise UsageError(unknown_value("area", code, towns))
        name, parent = grid.row(0)
        return Area(code, "grid", name, parent)

    @cached_property
    def departments(self) -> dict[str, tuple[str, str]]:
        """Departments by code: Chinese and English name, the code where there is none."""
        rows = self.context.sql(
            "select department_code, coalesce(department_name, department_code), "
            "coalesce(department_name_en, department_name, department_code) "
            "from mart.dim_departments where county_code = ? order by department_code",
            self.view.county,
        )
        return {code: (zh, en) for code, zh, en in rows.iter_rows()}

    @property
    def department_names(self) -> dict[str, str]:
        """Names of the departments in the page's language."""
        index = 0 if self.view.lang is Lang.ZH else 1
        return {code: names[index] for code, names in self.departments.items()}

    @property
    def department_name(self) -> str:
        """Name of the department the page is limited to; empty without such a limit.

        Raises:
            UsageError: no such department.
        """
        return self.department_names[self.view.department] if "department" in self.where else ""

    def names_of_areas(self, level: str) -> dict[str, str]:
        """Names of the areas of a level by code; of grids, those of the page's community."""
        if level != "grid":
            return {code: area.name for code, area in self.areas.items() if area.level == level}
        community = (
            self.area
            if self.area.level == "community"
            else self.areas.get(self.area.parent_code or "")
        )
        rows = self.context.sql(
            "select area_code, max_by(area_name, valid_from_date) as name from mart.dim_areas "
            "where county_code = ? and area_level = 'grid' and parent_code = ? group by all",
            self.view.county,
            community.code if community else "",
        )
        return dict(rows.iter_rows())

    @cached_property
    def where(self) -> dict[str, str | tuple[str, ...]]:
        """The filters as a question takes them.

        Raises:
            UsageError: no such area or department.
        """
        where: dict[str, str | tuple[str, ...]] = {}
        if self.area.level != "county":
            where[self.area.level] = self.area.code
        if self.view.department:
            if self.view.department not in self.departments:
                raise UsageError(
                    unknown_value("department", self.view.department, self.departments)
                )
            where["department"] = self.view.department
        if self.view.category:
            where["category"] = self.view.category
        return where

    def lacks(self, kpi: Kpi) -> str | None:
        """The first filter of the page that the KPI's rows cannot be limited by; null if none.

        A category belongs to one kind of rows: a dispute has none of the cases' categories.
        """
        facts = facts_of(kpi)
        for name in self.where:
            if not all(fact.column_of(name) for fact in facts):
                return name
        if self.view.category and not all(
            self.view.category in self.category_names(fact) for fact in facts
        ):
            return "category"
        return None

    def category_names(self, fact: Fact) -> dict[str, str]:
        """Categories of a fact's rows in the county by code: those there are, with their names."""
        if fact.category is None:
            return {}
        county = self.view.county
        names = code_names(self.context, county, fact.category, self.view.lang)
        file = self.context.people_sql if fact.is_in_people_file else self.context.sql
        there = file(
            f"select distinct {fact.category} as code from mart.{fact.name} "
            f"where county_code = ? and {fact.category} is not null order by 1",
            county,
        )
        return {code: names.get(code, code) for code in there["code"]}

    @cached_property
    def trail(self) -> tuple[Area, ...]:
        """The areas from the county down to the page's own."""
        area: Area | None = self.area
        trail: list[Area] = []
        while area is not None:
            trail.append(area)
            area = self.areas.get(area.parent_code or "")
        return tuple(reversed(trail))

    @property
    def levels(self) -> tuple[str, ...]:
        """The county's levels of areas, top first."""
        return self.context.county(self.view.county).level_names

    def level_name(self, level: str | None) -> str:
        """Name of a level of areas in the page's language; empty where the county has none."""
        for known in self.context.county(self.view.county).levels:
            if known.level == level:
                return known.name.zh if self.view.lang is Lang.ZH else known.name.en
        return ""

    @cached_property
    def level_below(self) -> str | None:
        """The level to compare within the area: the next one down that has several areas.

        The area's own level where there is none below, null where the county has no levels. Grids
        are compared within one community only; elsewhere they are left to the map.
        """
        if self.area.level not in self.levels:
            return None
        below = self.levels[self.levels.index(self.area.level) + 1 :]
        if self.area.level == "community" and below:
            return below[0]
        several = [level for level in below if level != "grid" and self._count_within(level) > 1]
        if several:
            return several[0]
        return self.area.level if self.area.level != "county" else next(iter(below), None)

    def _count_within(self, level: str) -> int:
        areas = [area for area in self.areas.values() if area.level == level]
        if self.area.level == "county":
            return len(areas)
        return sum(area.parent_code == self.area.code for area in areas)

    @property
    def compared_area(self) -> Area:
        """The area whose value the areas of `level_below` are held against."""
        if self.level_below == self.area.level and self.area.parent_code in self.areas:
            return self.areas[self.area.parent_code]
        return self.area

    def question(
        self,
        kpi_id: str,
        *,
        by: tuple[Dimension, ...] = (),
        start: date | None = None,
        end: date | None = None,
        compare: bool = False,
    ) -> Question:
        """A question within the filters; over the view's period unless days are given."""
        return Question(
            kpi_id=kpi_id,
            county_code=self.view.county,
            by=by,
            start=start or self.days.first,
            end=end or self.days.end,
            where=self.where,
            compare=compare,
        )

    def cell(self, kpi_id: str) -> Question:
        """The cell of a KPI's value over the page's period and filters."""
        question = self.question(kpi_id)
        row = {"period_start_date": question.start, "period_end_date": self.end_of(question)}
        return cell_of(question, row)

    def end_of(self, question: Question) -> date:
        """The end of a question's period, cut after the as-of day as its answer is."""
        known_until = self.context.builds[self.view.county].as_of_date + ONE_DAY
        return min(question.end or known_until, known_until)

    def question_below(self, kpi_id: str) -> Question | None:
        """The question that slices by the areas to compare; null where there are none, or where the
        KPI's rows are not known so finely."""
        level = self.level_below
        if level is None or level not in LEVELS:
            return None
        if not all(fact.column_of(level) for fact in facts_of(get_kpi(kpi_id))):
            return None
        where = {name: code for name, code in self.where.items() if name != self.area.level}
        if self.compared_area.level != "county":
            where[self.compared_area.level] = self.compared_area.code
        return Question(
            kpi_id=kpi_id,
            county_code=self.view.county,
            by=(cast(Dimension, level),),
            start=self.days.first,
            end=self.days.end,
            where=where,
        )


def facts_of(kpi: Kpi) -> tuple[Fact, ...]:
    """The facts a KPI is computed of; those of its parts where it is a score."""
    if kpi.kind != "score":
        return kpi.facts
    parts = dict.fromkeys(part for parts in kpi.parts for part in parts.weights)
    return tuple(fact for part in parts for fact in facts_of(get_kpi(part)))


def _told_apart(areas: dict[str, Area]) -> dict[str, Area]:
    """Areas of one level and name get the name of their parent too, or their code at the top."""
    names = Counter((area.level, area.name) for area in areas.values())

    def addition(area: Area) -> str:
        parent = areas.get(area.parent_code or "")
        return area.code if parent is None or parent.level == "county" else parent.name

    return {
        code: area
        if names[area.level, area.name] == 1
        else replace(area, name=f"{area.name} {addition(area)}")
        for code, area in areas.items()
    }


def area_name(scope: Scope, area: Area) -> str:
    """Name of an area in the page's language; areas below the county have the one of their file."""
    if area.level != "county":
        return area.name
    build = scope.context.builds[scope.view.county]
    return build.name_zh if scope.view.lang is Lang.ZH else build.name_en
