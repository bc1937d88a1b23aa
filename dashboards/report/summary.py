"""First section: is it getting better, in the words a leader reads first."""

from dashboards import numbers_text
from dashboards.components.words import kpi_name
from dashboards.data.overview import Tile
from dashboards.data.tables import Figure
from dashboards.i18n import text
from dashboards.report.asked import Asked, KpiMonth
from dashboards.report.model import Block, Points, Section, Words
from dashboards.report.parts import kpi_table, trend_charts, value_words
from warehouse.catalogue import load_caveats
from warehouse.query.periods import Back

KPIS = (
    "response_time_mean",
    "satisfaction_rate",
    "dispute_resolution_rate",
    "public_service_coverage_rate",
    "on_time_resolution_rate",
    "approval_days_median",
    "waste_sorting_accuracy_rate",
    "target_index",
)
DRAWN = KPIS[:5] + KPIS[6:7]
VOLUME = "cases_per_1000_residents"


def summary(asked: Asked, everything: list[str]) -> Section:
    """The programme's KPIs against target and baseline, and what moved by more than chance.

    Args:
        everything: all KPIs of the report, whose changes are looked through.
    """
    lang = asked.lang
    blocks: list[Block] = [
        Words(_opening(asked), "lead"),
        Points(text("report.points", lang), _points(asked, everything)),
        *kpi_table(asked, KPIS, name="programme", with_baseline=asked.is_whole_county),
        Words(text("report.judgement.note", lang), "aside"),
        *trend_charts(asked, DRAWN),
    ]
    return Section("summary", text("report.section.summary", lang), blocks)


def _opening(asked: Asked) -> str:
    """How much there was, and how many of the targets are met."""
    lang = asked.lang
    sentences = []
    for month in asked.months_of([VOLUME]):
        row = month.figure.row
        if row["numerator"] is not None:
            count = numbers_text.number(row["numerator"])
            key = "report.volume" if month.figure.value is not None else "report.volume.alone"
            rate = value_words(month.figure, asked)
            sentences.append(text(key, lang, count=count, rate=rate))
    months = [
        month
        for month in asked.months_of(KPIS)
        if month.kpi.kpi_id != "target_index" and _standing(month) != "none"
    ]
    if months:
        met = [month for month in months if _standing(month) == "met"]
        sentences.append(text("report.met", lang, all=len(months), met=len(met)))
    for standing in ("near", "missed"):
        if of_it := [month for month in months if _standing(month) == standing]:
            names = text("report.and", lang).join(_against(month, asked) for month in of_it)
            sentences.append(text(f"report.{standing}", lang, names=names))
    return text("report.space", lang).join(sentences)


def _standing(month: KpiMonth) -> str:
    return Tile(month.kpi, month.figure, None, None).standing


def _against(month: KpiMonth, asked: Asked) -> str:
    lang, kpi = asked.lang, month.kpi
    target = numbers_text.value(month.figure.row["target"], kpi, lang)
    value = value_words(month.figure, asked)
    key = "report.against" if value != target else "report.against.close"
    return text(key, lang, name=kpi_name(kpi, lang), value=value, target=target)


def _points(asked: Asked, everything: list[str]) -> list[str]:
    """What changed by more than chance, the rest being noise."""
    lang = asked.lang
    backs: tuple[Back, ...] = ("previous", "last_year")
    points = []
    for back in backs:
        months = asked.months_of(everything)
        for judgement in ("better", "worse"):
            found = [month for month in months if month.judgement(back) == judgement]
            found.sort(key=lambda month: -month.strength(back))
            if found:
                names = text("report.and", lang).join(_moved(month, back, asked) for month in found)
                points.append(text(f"report.{judgement}.{back}", lang, names=names))
        noise = sum(month.judgement(back) == "within" for month in months)
        judged = sum(month.judgement(back) not in ("no_value", "unjudged") for month in months)
        if judged:
            points.append(text(f"report.noise.{back}", lang, noise=noise, judged=judged))
    return points + _caveats(asked, everything)


def _moved(month: KpiMonth, back: Back, asked: Asked) -> str:
    lang, kpi = asked.lang, month.kpi
    change = numbers_text.change(month.changes[back].amount or 0.0, kpi, lang)
    value = value_words(month.figure, asked)
    return text("report.moved", lang, name=kpi_name(kpi, lang), value=value, change=change)


def _caveats(asked: Asked, everything: list[str]) -> list[str]:
    """What the comparison with last year has to say of itself, each once."""
    known = load_caveats()
    names = {
        change.caveat
        for month in asked.months_of(everything)
        for change in month.changes.values()
        if change.caveat
    }
    said = [getattr(known[name], asked.lang.value) for name in sorted(names)]
    if not asked.is_complete:
        said.insert(0, text("report.incomplete", asked.lang))
    return said


def of_whole(asked: Asked, kpi_id: str) -> Figure | None:
    """A KPI of the whole scope; null where the scope does not fit it."""
    months = asked.months_of([kpi_id])
    return months[0].figure if months else None
