"""The report of a month, put together; every form of it is made from this."""

from dashboards import numbers_text
from dashboards.context import Context
from dashboards.i18n import Lang, text
from dashboards.report import cases, departments, notes, subjects, summary
from dashboards.report.asked import Asked
from dashboards.report.model import Report, Section, tables_of
from dashboards.scope import area_name
from dashboards.spreadsheets import kpis_of
from dashboards.view import View


def report(view: View, context: Context) -> Report:
    """The report a view asks for: its county, area, department, month and language.

    Raises:
        UsageError: no such month, area or department.
    """
    asked = Asked(view, context)
    everything = list(
        dict.fromkeys(
            (
                *summary.KPIS,
                *cases.KPIS,
                departments.SCORE,
                *(kpi_id for of in subjects.SUBJECTS for kpi_id in of.kpi_ids),
            )
        )
    )
    asked.read(everything)
    sections = [
        summary.summary(asked, [kpi_id for kpi_id in everything if kpi_id != departments.SCORE]),
        cases.cases(asked),
        departments.departments(asked),
        *(subjects.subject(asked, of) for of in subjects.SUBJECTS),
        notes.data_notes(asked, everything),
    ]
    sections = [section for section in sections if section.blocks]
    sections.append(notes.definitions(asked, kpis_of(tables_of(sections))))
    return _bound(asked, sections)


def _bound(asked: Asked, sections: list[Section]) -> Report:
    lang, build = asked.lang, asked.context.builds[asked.view.county]
    zone = asked.context.county(asked.view.county).zone
    scope = asked.scope
    words = [area_name(scope, area) for area in scope.trail]
    if scope.department_name:
        words.append(scope.department_name)
    month = text("report.month", lang, year=asked.first.year, month=asked.first.month)
    if lang is Lang.EN:
        month = f"{asked.first:%B %Y}"
    about = [
        (text("receipt.scope", lang), " · ".join(words)),
        (
            text("receipt.period", lang),
            numbers_text.days(scope.days.first, scope.days.last, lang),
        ),
        (text("receipt.as_of", lang), numbers_text.moment(build.as_of_at, zone, lang)),
        (text("receipt.version", lang), text("report.fixed", lang, version=build.version)),
    ]
    if build.is_sample:
        about.append((text("sample.data", lang), text("sample.data.note", lang)))
    return Report(
        title=text("report.title", lang),
        place=" · ".join(words),
        month=month,
        month_code=f"{asked.first:%Y-%m}",
        version=build.version,
        about=about,
        sample=text("sample.data", lang) if build.is_sample else "",
        sections=_numbered(sections, lang),
    )


def _numbered(sections: list[Section], lang: Lang) -> list[Section]:
    return [
        Section(
            section.name,
            text("report.numbered", lang, number=_ordinal(number, lang), title=section.title),
            section.blocks,
        )
        for number, section in enumerate(sections, 1)
    ]


def _ordinal(number: int, lang: Lang) -> str:
    return "零一二三四五六七八九十"[number] if lang is Lang.ZH else str(number)
