"""The report as a file: its name and its bytes."""

from typing import Literal, get_args

from dashboards.context import Context
from dashboards.report.content import report
from dashboards.report.document import document
from dashboards.report.model import Report
from dashboards.report.pdf import as_pdf
from dashboards.report.workbook import workbook
from dashboards.view import View

Form = Literal["pdf", "xlsx"]
FORMS: tuple[Form, ...] = get_args(Form)


def kept_report(view: View, context: Context) -> Report:
    """The report of a view, made once for each version whatever else the view says.

    Raises:
        UsageError: as `content.report`.
    """
    county, kpi = view.defaults
    plain = View(
        county=view.county,
        kpi=kpi or view.kpi,
        lang=view.lang,
        theme=view.theme,
        area=view.area,
        department=view.department,
        month=view.month,
        scheme=view.scheme,
        defaults=(county, kpi),
    )
    key = (context.published.version, "report", plain, plain.scheme)
    return context.services.answers.get(key, lambda: report(plain, context))


def report_file(view: View, context: Context, form: Form) -> tuple[str, bytes]:
    """File name and content; always in the colours of paper.

    Raises:
        UsageError: as `content.report`.
        NoBrowserError, PrintError, BusyError: as `pdf.as_pdf`.
    """
    made = kept_report(view.with_(scheme="light"), context)
    zone = context.county(view.county).zone
    if form == "xlsx":
        body = workbook(made, lang=view.lang, zone=zone)
    else:
        page = document(made, lang=view.lang, zone=zone)
        body = as_pdf(page, settings=context.services.settings)
    return file_name(made, form), body


def file_name(made: Report, form: Form) -> str:
    """Scope, month, title and version: what a file is of, and to which version it is fixed.

    A report made again of the same version has the same name and the same figures.
    """
    place = made.place.replace(" · ", "_").replace("/", "-").replace(" ", "-")
    title = made.title.replace(" ", "-")
    return f"{place}_{made.month_code}_{title}_v{made.version}.{form}"
