"""A published version in memory whose columns can be changed, to see who notices."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfile

import duckdb

from warehouse.catalogue.facts import COUNT, DAY, FLAG, NUMBER, Fact, load_facts
from warehouse.catalogue.model import Kpi
from warehouse.published import Published

CHANGES = {
    FLAG: "not {column}",
    COUNT: "{column} + 1",
    NUMBER: "{column} + 1",
    DAY: "{column} + interval 40 days",
}
"""Type of a column → what it is changed to."""


class Changeable(Published):
    """The tables of a published version, one column of them at a time other than published."""

    def __init__(self, published: Published, folder: Path) -> None:
        """Copy a version.

        Args:
            published: opened with the rows about persons.
            folder: for the copies of its files while they are read.
        """
        self.version = published.version
        self.path = published.path
        self.people_path = published.people_path
        self._connection = _in_memory(published.path, folder)
        self._people: duckdb.DuckDBPyConnection = _in_memory(published.people_path, folder)

    @contextmanager
    def changed(self, fact: Fact, column: str) -> Iterator[None]:
        """With a column changed in every row, and as it was again afterwards."""
        connection = self._people if fact.is_in_people_file else self._connection
        change = CHANGES[fact.columns[column]].format(column=column)
        table = f"mart.{fact.name}"
        connection.execute(f"create table kept as select * from {table}")
        try:
            connection.execute(f"update {table} set {column} = {change}")
            yield
        finally:
            connection.execute(f"create or replace table {table} as select * from kept")
            connection.execute("drop table kept")


def _in_memory(file: Path, folder: Path) -> duckdb.DuckDBPyConnection:
    # A file that is open already cannot be attached again.
    copy = folder / file.name
    copyfile(file, copy)
    connection = duckdb.connect(config={"threads": 2})
    connection.execute("set global TimeZone = 'UTC'")
    connection.execute(f"attach '{copy}' as published (read_only)")
    connection.execute("copy from database published to memory")
    connection.execute("detach published")
    copy.unlink()
    return connection


def named_columns(kpi: Kpi) -> set[tuple[str, str]]:
    """Facts and columns of them that a definition names."""
    if kpi.fact is None:
        return set()
    facts = load_facts()
    of_numerator = kpi.numerator_fact or kpi.fact
    named = {(of_numerator, kpi.numerator), (of_numerator, kpi.numerator_date)}
    of_fact = (
        None if kpi.denominator_table else kpi.denominator,
        kpi.not_yet_due,
        kpi.due_passed,
        kpi.date,
        kpi.measure,
        kpi.observed,
        *kpi.left_out,
        *kpi.leaves,
        *(("valid_from_date", "valid_to_date") if kpi.about.is_spells else ()),
    )
    named |= {(kpi.fact, name) for name in of_fact}
    return {(fact, name) for fact, name in named if name and name in facts[fact].columns}
