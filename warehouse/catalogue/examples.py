"""Worked examples of KPIs: records in, value out, as the tests run them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

import yaml

from warehouse.catalogue.model import Text
from warehouse.project import YAML_LOADER, examples_folder

SAID_APART = ("why", "repeat")


@dataclass(frozen=True)
class Record:
    """A record of an example.

    Attributes:
        dataset: its dataset; null for a case in the short words of the examples.
        fields: what is given of it.
        copies: how many alike there are.
        why: what it is there for; null where that is plain.
        is_correction: a later version of a record before it.
    """

    dataset: str | None
    fields: Mapping[str, Any]
    copies: int
    why: Text | None
    is_correction: bool


@dataclass(frozen=True)
class Example:
    """Records, a question, and the value it must have.

    Attributes:
        as_of: the example's "now".
        asked: the question as far as it is not about all there is: `from`, `to`, `by`, `where`,
            `population`.
        expect: the parts of the answer that are held.
    """

    title: Text
    as_of: str
    records: tuple[Record, ...]
    asked: Mapping[str, Any]
    expect: Mapping[str, Any]


@cache
def load_examples(kpi_id: str) -> tuple[Example, ...]:
    """A KPI's worked examples in the order of their file; none where there is no file."""
    file = examples_folder() / f"{kpi_id}.yml"
    if not file.exists():
        return ()
    content = yaml.load(file.read_text(encoding="utf-8"), YAML_LOADER)
    return tuple(
        Example(
            title=in_both(example["title"]),
            as_of=str(example["as_of"]),
            records=tuple(_records(example)),
            asked={
                name: example[name]
                for name in ("from", "to", "by", "where", "population")
                if name in example
            },
            expect=example["expect"],
        )
        for example in content["examples"]
    )


def in_both(said: object) -> Text:
    """Chinese and English on both sides of the last ` / `; one text stands for both.

    >>> in_both("逾期 / overdue").en, in_both("90%").zh
    ('overdue', '90%')
    """
    zh, _, en = str(said).rpartition("/ ")
    return Text(zh=zh.strip(), en=en.strip()) if zh.strip() else Text(zh=str(said), en=str(said))


def _records(example: Mapping[str, Any]) -> Iterator[Record]:
    for cases, datasets, is_correction in (
        ("records", "datasets", False),
        ("corrections", "dataset_corrections", True),
    ):
        for record in example.get(cases) or ():
            yield _record(None, record, is_correction)
        for dataset, records in (example.get(datasets) or {}).items():
            for record in records:
                yield _record(dataset, record, is_correction)


def _record(dataset: str | None, record: Mapping[str, Any], is_correction: bool) -> Record:
    return Record(
        dataset=dataset,
        fields={name: _plain(value) for name, value in record.items() if name not in SAID_APART},
        copies=int(record.get("repeat", 1)),
        why=in_both(record["why"]) if record.get("why") else None,
        is_correction=is_correction,
    )


def _plain(value: object) -> object:
    """Days and times as the example writes them."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    return value
