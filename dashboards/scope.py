"""What a page is about, in the words of questions: county, days, filters, and the areas below."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import cast

from dashboards.context import Context
from dashboards.i18n import Lang
from dashboards.periods import Days, days_of
from dashboards.view import LEVELS, View
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
        return where

    @property
    def levels(self) -> tuple[str, ...]:
        """The county's levels of areas, top first."""
        return self.context.county(self.view.county).level_names

    @property
    def level_below(self) -> str | None:
        """The level to compare within the area: the next one down that has several areas.

        The area's own level where there is none below, null where the county has no levels. Grids
        are left to the map.
        """
        if self.area.level not in self.levels:
            return None
        below = self.levels[self.levels.index(self.area.level) + 1 :]
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

    def question_below(self, kpi_id: str) -> Question | None:
        """The question that slices by the areas to compare; null where the county has none."""
        level = self.level_below
        if level is None or level not in LEVELS:
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
