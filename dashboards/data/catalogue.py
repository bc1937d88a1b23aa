"""The KPI catalogue with the values of a page's scope, and where each value comes from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from dashboards.data.page_kpis import pages_with
from dashboards.data.subjects import by_subject
from dashboards.data.tables import Figure, figures
from dashboards.scope import Scope, facts_of
from warehouse.catalogue import Kpi, get_kpi
from warehouse.catalogue.model import Parts
from warehouse.lineage import INTERMEDIATE, Model, datasets_of, load_models, origin_of

SOURCES = """
    select dataset, count(distinct source_id) as source_count, count(*) as batch_count,
        max_by(source_id, received_at) as source_id,
        max_by(file_name, received_at) as file_name, max(received_at) as received_at
    from ops.batches where county_code = ? and status = 'landed' group by dataset
"""

NAMES = """
    select dataset, dataset_name_zh as zh, dataset_name_en as en
    from ops.freshness where county_code = ?
"""


@dataclass(frozen=True)
class Entry:
    """A KPI of the list: its value over the page's scope, or why it cannot be asked for."""

    kpi: Kpi
    subject: str
    figure: Figure | None
    lacks: str | None


@dataclass(frozen=True)
class Origin:
    """A dataset at the start of a lineage: what it is called, and what was delivered of it last."""

    dataset: str
    names: Mapping[str, str]
    file_name: str | None
    batch_count: int
    staging: str


@dataclass(frozen=True)
class FactOrigin:
    """A fact of a lineage: its datasets and the models between."""

    fact: str
    datasets: tuple[str, ...]
    between: tuple[str, ...]


@dataclass(frozen=True)
class Lineage:
    """From the files to the pages: all that a KPI rests on and all that shows it.

    Attributes:
        parts: of a score: KPI → its facts; of any other KPI itself.
    """

    kpi: Kpi
    origins: tuple[Origin, ...]
    facts: tuple[FactOrigin, ...]
    parts: Mapping[str, tuple[str, ...]]
    pages: tuple[str, ...]


def dataset_names(scope: Scope) -> dict[str, str]:
    """Names of the county's datasets in the page's language."""
    rows = scope.context.sql(NAMES, scope.view.county)
    return {row["dataset"]: row[scope.view.lang.value] for row in rows.iter_rows(named=True)}


def kpis_with(kpis: Iterable[Kpi], dataset: str) -> list[Kpi]:
    """The KPIs into whose facts a dataset's records go."""
    return [kpi for kpi in kpis if any(dataset in datasets_of(fact.name) for fact in facts_of(kpi))]


def lacks(scope: Scope, kpi: Kpi) -> str | None:
    """Why a KPI cannot be asked for: a filter its rows do not have, or `people` where it needs the
    file about persons and this server may not read it; null if it can.
    """
    needs_people = any(fact.is_in_people_file for fact in facts_of(kpi))
    if needs_people and not scope.context.published.has_people:
        return "people"
    return scope.lacks(kpi)


def entries(scope: Scope) -> list[Entry]:
    """Every KPI by subject, with its value where the page's filters fit it."""
    kpis = list(scope.context.kpis.values())
    lacking = {kpi.kpi_id: lacks(scope, kpi) for kpi in kpis}
    fitting = [kpi for kpi in kpis if not lacking[kpi.kpi_id]]
    answers = figures(scope.context, [scope.question(kpi.kpi_id) for kpi in fitting])
    values = {
        kpi.kpi_id: rows[0] if rows else None for kpi, rows in zip(fitting, answers, strict=True)
    }
    return [
        Entry(kpi, subject, values.get(kpi.kpi_id), lacking[kpi.kpi_id])
        for subject, listed in by_subject(scope.context.kpis).items()
        for kpi in listed
    ]


def parts_on(kpi: Kpi, day: date) -> Parts | None:
    """The parts of a score in force on a day; null for any other KPI."""
    in_force = [parts for parts in kpi.parts if parts.valid_from <= day]
    return max(in_force, key=lambda parts: parts.valid_from, default=None)


def lineage(scope: Scope, kpi: Kpi, *, pages: tuple[object, ...]) -> Lineage:
    """Where a KPI comes from and where it is shown, from the build's models and the ledger.

    Args:
        pages: modules of all pages.
    """
    as_of = scope.context.builds[scope.view.county].as_of_date
    parts = parts_on(kpi, as_of)
    kpis = [get_kpi(part) for part in parts.weights] if parts else [kpi]
    by_part = {part.kpi_id: tuple(fact.name for fact in facts_of(part)) for part in kpis}
    facts = tuple(dict.fromkeys(fact for names in by_part.values() for fact in names))
    rows = scope.context.sql(SOURCES, scope.view.county).rows(named=True)
    sources = {row["dataset"]: row for row in rows}
    names = {
        row["dataset"]: row for row in scope.context.sql(NAMES, scope.view.county).rows(named=True)
    }
    staging = {model.dataset: model for model in load_models().values() if model.dataset}
    datasets = sorted({name for fact in facts for name in datasets_of(fact)})
    return Lineage(
        kpi=kpi,
        origins=tuple(_origin(name, sources, names, staging) for name in datasets),
        facts=tuple(
            FactOrigin(
                fact,
                datasets_of(fact),
                tuple(model.name for model in origin_of(fact) if model.layer == INTERMEDIATE),
            )
            for fact in facts
        ),
        parts=by_part,
        pages=tuple(pages_with(kpi.kpi_id, pages)),
    )


def _origin(
    dataset: str,
    sources: Mapping[str, Mapping[str, object]],
    names: Mapping[str, Mapping[str, str]],
    staging: Mapping[str, Model],
) -> Origin:
    source = sources.get(dataset, {})
    file_name, count = source.get("file_name"), source.get("batch_count")
    return Origin(
        dataset=dataset,
        names=names.get(dataset, {"zh": dataset, "en": dataset}),
        file_name=str(file_name) if file_name else None,
        batch_count=count if isinstance(count, int) else 0,
        staging=staging[dataset].name,
    )
