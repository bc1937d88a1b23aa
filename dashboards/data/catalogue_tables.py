"""The tables of the KPI catalogue, for the page and for its export."""

from collections.abc import Iterable, Mapping, Sequence

from dashboards import numbers_text
from dashboards.catalogue_words import (
    asked_words,
    definition,
    field_name,
    result_words,
    say,
    standing,
    targets,
    unit,
)
from dashboards.components.words import kpi_name
from dashboards.data.catalogue import Entry, Lineage, dataset_names, lacks, parts_on
from dashboards.data.tables import Cell, Figure, Link, Table, figures
from dashboards.i18n import Lang, text
from dashboards.names import code_names
from dashboards.scope import Scope
from warehouse.catalogue import Kpi, get_kpi
from warehouse.catalogue.examples import Example, Record, load_examples
from warehouse.lineage import column_words, load_models, staging_of

STATUSES = ("met", "missed")


def heads(lang: Lang, *keys: str) -> list[str]:
    """Titles of columns."""
    return [text(f"catalogue.column.{key}", lang) for key in keys]


def all_table(found: Sequence[Entry], scope: Scope) -> Table:
    """Every KPI with its definition, its value over the page's scope, and who answers for it."""
    lang = scope.view.lang
    return Table(
        "kpis",
        text("page.catalogue", lang),
        heads(
            lang,
            "subject",
            "kpi",
            "kpi_id",
            "value",
            "target",
            "status",
            "unit",
            "better",
            "question",
            "formula",
            "reference",
            "owner",
            "reviewed",
            "next_review",
        ),
        [_line(entry, lang) for entry in found],
    )


def _line(entry: Entry, lang: Lang) -> list[Cell]:
    kpi = entry.kpi
    target = entry.figure.row["target"] if entry.figure else None
    return [
        text(f"subject.{entry.subject}", lang),
        kpi_name(kpi, lang),
        kpi.kpi_id,
        entry.figure or lacking(entry.lacks, lang),
        numbers_text.value(target, kpi, lang) if target is not None else None,
        status(entry.figure, lang),
        unit(kpi, lang),
        text(f"catalogue.better.{kpi.better}", lang),
        say(kpi.question, lang),
        say(kpi.formula, lang),
        say(kpi.reference, lang),
        say(kpi.owner, lang),
        kpi.reviewed,
        kpi.next_review,
    ]


def status(figure: Figure | None, lang: Lang) -> str | None:
    """Whether the target is met; null where there is none or no value."""
    found = figure.row["status"] if figure else None
    return text(f"status.{found}", lang) if found in STATUSES else None


def lacking(reason: str | None, lang: Lang) -> str:
    """What stands in place of a value that cannot be asked for."""
    return text("catalogue.no_people" if reason == "people" else "value.lacks", lang)


def definition_table(kpi: Kpi, scope: Scope) -> Table:
    """The chosen KPI's definition, a line each."""
    lang = scope.view.lang
    lines = [
        (text(f"catalogue.line.{key}", lang), " ".join(filter(None, (words, *codes))))
        for key, words, codes in definition(kpi, lang)
    ]
    lines += [
        (text(f"catalogue.line.{key}", lang), words)
        for key, words in standing(kpi, scope.view.county, lang)
    ]
    return Table(
        "definition",
        kpi_name(kpi, lang),
        heads(lang, "item", "words"),
        [list(one) for one in lines],
    )


def targets_table(kpi: Kpi, scope: Scope) -> Table:
    """Targets with the day they hold from and where they are written."""
    lang = scope.view.lang
    return Table(
        "targets",
        text("catalogue.targets", lang),
        heads(lang, "from", "target", "reference"),
        [
            [
                target.valid_from,
                numbers_text.value(target.value, kpi, lang),
                say(target.reference, lang),
            ]
            for target in targets(kpi, scope.view.county)
        ],
    )


def parts_table(kpi: Kpi, scope: Scope) -> Table | None:
    """What a score is made of at the period's end; null for any other KPI."""
    lang = scope.view.lang
    parts = parts_on(kpi, scope.days.last)
    if parts is None:
        return None
    kpis = [get_kpi(part) for part in parts.weights]
    fitting = [part for part in kpis if not lacks(scope, part)]
    values = dict(
        zip(
            (part.kpi_id for part in fitting),
            figures(scope.context, [scope.question(part.kpi_id) for part in fitting]),
            strict=True,
        )
    )
    title = text("catalogue.column.weight", lang)
    return Table(
        "parts",
        text("receipt.parts", lang),
        heads(lang, "kpi", "weight", "value", "kpi_id"),
        [
            [
                Link(kpi_name(part, lang), scope.view.href(kpi=part.kpi_id)),
                parts.weights[part.kpi_id],
                values[part.kpi_id][0]
                if values.get(part.kpi_id)
                else lacking(lacks(scope, part), lang),
                part.kpi_id,
            ]
            for part in kpis
        ],
        note=f"{numbers_text.day(parts.valid_from, lang)} · {say(parts.reference, lang)}",
        decimals={title: 2},
    )


def example_tables(number: int, example: Example, scope: Scope) -> list[Table]:
    """An example's records, a table for each dataset and for corrections."""
    groups: dict[tuple[str, bool], list[Record]] = {}
    for record in example.records:
        groups.setdefault((record.dataset or "", record.is_correction), []).append(record)
    return [
        _records(f"example_{number}_{place}", dataset, records, scope)
        for place, ((dataset, _), records) in enumerate(groups.items(), 1)
    ]


def _records(name: str, dataset: str, records: list[Record], scope: Scope) -> Table:
    lang = scope.view.lang
    staging = staging_of(dataset)
    words = column_words(staging.name) if staging else {}
    fields = list(dict.fromkeys(field for record in records for field in record.fields))
    has_copies = any(record.copies > 1 for record in records)
    has_why = any(record.why for record in records)
    names = dataset_names(scope)
    title = names.get(dataset, dataset) or text("catalogue.example.cases", lang)
    if records[0].is_correction:
        title = f"{title} · {text('catalogue.example.correction', lang)}"
    codes = {
        field: code_names(scope.context, scope.view.county, field, lang)
        for field in fields
        if field.endswith("_code")
    }
    return Table(
        name,
        title,
        [
            *(field_name(field, words, lang) for field in fields),
            *(heads(lang, "copies") if has_copies else ()),
            *(heads(lang, "why") if has_why else ()),
        ],
        [
            [
                *(_field(record.fields.get(field), codes.get(field, {}), lang) for field in fields),
                *([record.copies] if has_copies else ()),
                *([say(record.why, lang) if record.why else None] if has_why else ()),
            ]
            for record in records
        ],
    )


def _field(value: object, names: Mapping[str, str], lang: Lang) -> Cell:
    """A field as the example has it; codes by their names, yes and no in words."""
    if value is None:
        return None
    if isinstance(value, bool):
        return text(f"catalogue.{'yes' if value else 'no'}", lang)
    return names.get(str(value), str(value))


def examples_table(kpi: Kpi, lang: Lang) -> Table:
    """Every worked example with what is asked and what comes out."""
    rows = []
    for example in load_examples(kpi.kpi_id):
        value, parts = result_words(kpi, example.expect, lang)
        rows.append([say(example.title, lang), asked_words(example, lang), value, parts])
    return Table(
        "examples",
        text("catalogue.examples", lang),
        heads(lang, "example", "asked", "value", "result"),
        rows,
    )


def lineage_table(
    found: Lineage, lang: Lang, *, to_quality: Iterable[tuple[str, str]] = ()
) -> Table:
    """Each dataset of a KPI: its newest file, its staging model and the facts it goes into.

    Args:
        to_quality: dataset → address of the page that tells how good it is.
    """
    addresses = dict(to_quality)
    return Table(
        "lineage",
        text("catalogue.lineage", lang),
        heads(lang, "dataset", "file", "batches", "staging", "between", "fact"),
        [
            [
                Link(origin.names[lang.value], addresses[origin.dataset])
                if origin.dataset in addresses
                else origin.names[lang.value],
                origin.file_name,
                origin.batch_count,
                origin.staging,
                ", ".join(_between(found, origin.dataset)),
                ", ".join(fact.fact for fact in found.facts if origin.dataset in fact.datasets),
            ]
            for origin in found.origins
        ],
    )


def _between(found: Lineage, dataset: str) -> list[str]:
    """Intermediate models of the KPI's facts that read the dataset themselves."""
    staging = staging_of(dataset)
    names = dict.fromkeys(name for fact in found.facts for name in fact.between)
    return [name for name in names if staging and staging.name in load_models()[name].refs]
