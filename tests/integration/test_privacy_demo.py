"""After a whole demonstration nothing below the home but vault and quarantine names anybody."""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl
import pytest

from etl.contract_files import get_contract
from etl.pseudonymise import PSEUDONYMS
from etl.readers import read_file
from etl.rekey import rekey
from etl.source import get_source
from etl.vault import read_vault
from tests.support.personal_scan import Scan, scan, scan_home
from tests.support.recomputed.county import published_sample
from warehouse.counties import get_county
from warehouse.settings import Settings

KINDS = ("id_number", "name", "phone", "address")


@dataclass
class Demo:
    """A home after a demonstration, its files, and who is in them."""

    settings: Settings
    files: Mapping[str, list[Path]]
    values: dict[str, set[str]]
    scan: Scan


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    county = published_sample(tmp_path_factory, scale="town")
    values = clear_values(county.settings, county.files, scratch=tmp_path_factory.mktemp("privacy"))
    return Demo(county.settings, county.files, values, scan(county.settings.home, values))


def clear_values(
    settings: Settings, files: Mapping[str, list[Path]], *, scratch: Path
) -> dict[str, set[str]]:
    """Kind → every value of a column of that kind in any delivered file."""
    values: dict[str, set[str]] = {kind: set() for kind in KINDS}
    for source_id, paths in files.items():
        source = get_source(settings, source_id)
        county = get_county(settings, source.county)
        for number, path in enumerate(paths):
            place = scratch / f"{source_id}_{number}"
            place.mkdir()
            frame = read_file(
                path, source=source, county=county, scratch=place, settings=settings
            ).frame
            for column in source.contract.columns:
                if column.personal_data in KINDS and column.name in frame.columns:
                    given = frame[column.name].cast(pl.String).drop_nulls().unique()
                    values[column.personal_data].update(given.str.strip_chars())
    # What the sample spoils on purpose is no longer anybody's number.
    values["id_number"] = {one for one in values["id_number"] if len(one) == 18}
    return {kind: {one for one in given if len(one) > 1} for kind, given in values.items()}


def test_the_values_looked_for_are_those_of_everybody(demo: Demo, tmp_path: Path) -> None:
    assert len(demo.values["id_number"]) > 5_000
    assert min(len(demo.values[kind]) for kind in ("name", "phone", "address")) > 1_000
    shutil.copy(demo.files["sample_residents"][0], tmp_path)
    assert {hit.kind for hit in scan_home(tmp_path, demo.values)} == set(KINDS)


def test_nobody_is_named_outside_vault_and_quarantine(demo: Demo) -> None:
    assert demo.scan.hits == []


def test_the_scan_looked_into_everything_that_is_kept(demo: Demo) -> None:
    places = demo.scan.places
    looked_into = {Path(file).parts[0] for file in places}
    assert {"landing", "work", "published", "logs"} <= looked_into
    for columns in (
        places["work/warehouse.duckdb"],
        places["published/people_1.duckdb"],
        places["published/serve_1.duckdb"],
    ):
        assert len(columns) > 50
    assert not {"vault", "quarantine"} & looked_into
    names = {".".join(one.split(".")[-1:]) for one in places["published/people_1.duckdb"]}
    assert "person_key" in names


def test_what_is_served_to_everybody_has_no_pseudonym(demo: Demo) -> None:
    served = demo.settings.paths.published / "serve_1.duckdb"
    # Attached: other tests of this process may have it open in another way.
    with duckdb.connect() as con:
        con.execute(f"attach '{served}' as served (read_only)")
        columns = con.sql(
            "select table_name, column_name from duckdb_columns() where database_name = 'served'"
        ).fetchall()
    assert len(columns) > 50
    assert [one for one in columns if one[1].endswith(("person_key", "household_key"))] == []


def keyed_rows(settings: Settings) -> Iterator[tuple[str, str, pl.DataFrame]]:
    """Dataset, clear column, and its distinct clear values with their pseudonyms."""
    for folder in sorted(path for path in settings.paths.vault.iterdir() if path.is_dir()):
        rows = read_vault(settings, folder.name)
        contract = get_contract(folder.name)
        for column in contract.columns:
            if column.personal_data in PSEUDONYMS:
                pair = rows.select(clear=column.name, key=column.landed[0].name)
                yield folder.name, column.personal_data, pair.drop_nulls("clear").unique()


def test_one_person_has_one_pseudonym_in_every_dataset(demo: Demo) -> None:
    by_kind: dict[str, list[pl.DataFrame]] = {}
    for _, kind, rows in keyed_rows(demo.settings):
        by_kind.setdefault(kind, []).append(rows)
    assert {kind: len(frames) > 1 for kind, frames in by_kind.items()} == {
        "id_number": True,
        "household": True,
    }
    for frames in by_kind.values():
        pairs = pl.concat(frames).unique()
        assert pairs["key"].n_unique() == pairs["clear"].n_unique() == pairs.height


def test_under_another_key_everybody_has_another_pseudonym_and_nobody_is_named(
    demo: Demo, tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path / "home")
    shutil.copytree(demo.settings.home, settings.home, symlinks=True)
    shutil.copy(f"{demo.settings.home}.key", f"{settings.home}.key")
    rekey(settings)
    before = list(keyed_rows(demo.settings))
    after = list(keyed_rows(settings))
    for (dataset, kind, old), (same_dataset, same_kind, new) in zip(before, after, strict=True):
        assert (dataset, kind) == (same_dataset, same_kind)
        assert set(old["clear"]) == set(new["clear"])
        assert not set(old["key"]) & set(new["key"])
    assert scan_home(settings.home, demo.values) == []
