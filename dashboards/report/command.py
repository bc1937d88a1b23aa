"""Command `gridgov report`: the monthly report as a file."""

from pathlib import Path

from dashboards.context import Services
from dashboards.i18n import Lang
from dashboards.report.files import Form, report_file
from dashboards.view import View
from warehouse.errors import InputError, UsageError, unknown_value
from warehouse.settings import Settings


def write_report(
    settings: Settings,
    *,
    form: Form,
    lang: Lang,
    county: str | None = None,
    month: str | None = None,
    area: str | None = None,
    department: str | None = None,
    out: Path | None = None,
) -> Path:
    """Make a report of the published version and write it; returns the file.

    Args:
        out: a file, or a folder that is there; null is `reports/` of the home.

    Raises:
        UsageError: no such county, month, area or department.
        InputError: nothing is published, no browser for a PDF, or no such folder.
    """
    context = Services(settings).open()
    known = context.known
    if county is not None and county not in known.counties:
        raise UsageError(unknown_value("--county", county, known.counties))
    view = View.parse("", known=known).with_(
        county=county or known.default_county,
        lang=lang,
        month=month or "",
        area=area or "",
        department=department or "",
    )
    name, body = report_file(view, context, form)
    file = _place(settings, name, out)
    file.write_bytes(body)
    return file


def _place(settings: Settings, name: str, out: Path | None) -> Path:
    if out is None:
        settings.paths.reports.mkdir(parents=True, exist_ok=True)
        return settings.paths.reports / name
    if out.is_dir():
        return out / name
    if not out.parent.is_dir():
        raise InputError(f'--out "{out}": 没有这个文件夹 / there is no such folder: {out.parent}')
    return out
