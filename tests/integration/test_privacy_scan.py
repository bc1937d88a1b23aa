"""The scan for personal data finds a value planted in any kind of file, and none where none is."""

import gzip
import io
import json
import random
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import polars as pl
import pytest

from tests.support.personal_scan import Hit, scan, scan_home, stands_alone
from tests.support.persons import ANNA, BO

VALUES = {
    "id_number": [ANNA["身份证号"], BO["身份证号"]],
    "name": [ANNA["姓名"], BO["姓名"]],
    "phone": [ANNA["电话"], BO["电话"]],
    "address": [ANNA["住址"], BO["住址"]],
}
FILLING = [f"路灯不亮 {n}" for n in range(20_000)]


def parquet(file: Path, value: str) -> None:
    texts = [*FILLING, f"路灯不亮 5 {value}反映"]
    pl.DataFrame({"n": range(len(texts)), "text": texts}).write_parquet(file, compression="zstd")


def parquet_list(file: Path, value: str) -> None:
    pl.DataFrame({"texts": [["x"], ["y", value]]}).write_parquet(file)


def parquet_struct(file: Path, value: str) -> None:
    pl.DataFrame({"texts": [{"a": 1, "b": [{"c": value}]}]}).write_parquet(file)


def parquet_category(file: Path, value: str) -> None:
    frame = pl.DataFrame({"text": [value, "x"]}, schema={"text": pl.Categorical})
    frame.write_parquet(file)


def parquet_bytes(file: Path, value: str) -> None:
    pl.DataFrame({"blob": [value.encode(), b"\xff\x00"]}).write_parquet(file)


def into_database(*statements: str) -> Callable[[Path, str], None]:
    def write(file: Path, value: str) -> None:
        with duckdb.connect(str(file)) as con:
            for statement in statements:
                con.execute(statement.replace("VALUE", value))

    return write


def database_log(file: Path, value: str) -> None:
    # A write-ahead log stays when its process ends without closing the database.
    database = file.with_suffix("")
    con = duckdb.connect(str(database))
    con.execute("set checkpoint_threshold = '1GB'; create table t (text varchar)")
    con.execute("insert into t values (?)", [value])
    log = Path(f"{database}.wal").read_bytes()
    con.close()
    database.unlink()
    file.write_bytes(log)


def archive(file: Path, value: str) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr("sheet1.xml", "<c>" + "x" * 5000 + f"{value}</c>")


def tiles(file: Path, value: str) -> None:
    con = sqlite3.connect(file)
    con.execute("create table metadata (name text, value text)")
    con.execute("create table tiles (tile_data blob)")
    con.execute("insert into metadata values ('description', 'x')")
    con.execute("insert into tiles values (?)", [gzip.compress(f"x {value} y".encode())])
    con.commit()
    con.close()


def in_encoding(encoding: str) -> Callable[[Path, str], None]:
    def write(file: Path, value: str) -> None:
        file.write_bytes(("日志\n" * 300 + f"来电 {value}\n").encode(encoding))

    return write


PLACES: dict[str, Callable[[Path, str], None]] = {
    "landing/residents/batch=1/rows.parquet": parquet,
    "landing/lists/batch=1/rows.parquet": parquet_list,
    "landing/structs/batch=1/rows.parquet": parquet_struct,
    "landing/categories/batch=1/rows.parquet": parquet_category,
    "landing/blobs/batch=1/rows.parquet": parquet_bytes,
    "work/warehouse.duckdb": into_database(
        "create schema s",
        "create table s.t as select case when i = 9999 then 'x VALUE y' else 'z' || i end as text "
        "from range(10000) as r(i)",
    ),
    "published/people_1.duckdb": into_database(
        "create table t as select [{'a': 'VALUE'}] as nested, null::json as j"
    ),
    "published/serve_1.duckdb": into_database("create view v as select 'VALUE' as text"),
    "published/serve_2.duckdb": into_database(
        "create table t (n integer)", "comment on column t.n is 'as of VALUE'"
    ),
    "work/warehouse.duckdb.wal": database_log,
    "work/duckdb_temp_storage.tmp": in_encoding("utf-8"),
    "work/loading-x/copy.csv": in_encoding("gb18030"),
    "work/loading-x/wide.csv": in_encoding("utf-16-le"),
    "logs/dbt.log": in_encoding("utf-8"),
    "logs/dbt.log.1.gz": lambda file, value: (
        file.write_bytes(gzip.compress(value.encode())) and None
    ),
    "reports/report.xlsx": archive,
    "tiles/430181/grids.mbtiles": tiles,
    "tiles/430181/metadata.json": lambda file, value: (
        file.write_text(json.dumps({"name": value}, ensure_ascii=False)) and None
    ),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_planted_value_is_found(place: str, tmp_path: Path) -> None:
    for kind, (value, _) in VALUES.items():
        home = tmp_path / kind
        file = home / place
        file.parent.mkdir(parents=True)
        PLACES[place](file, value)
        hits = scan_home(home, VALUES)
        assert {(hit.file, hit.kind, hit.value) for hit in hits} == {(place, kind, value)}


def test_a_search_of_the_bytes_alone_would_not_have_found_it(tmp_path: Path) -> None:
    parquet(tmp_path / "rows.parquet", ANNA["姓名"])
    archive(tmp_path / "report.xlsx", ANNA["姓名"])
    for file in tmp_path.iterdir():
        assert ANNA["姓名"].encode() not in file.read_bytes()
    assert {hit.place for hit in scan_home(tmp_path, VALUES)} == {"text", "sheet1.xml"}


def test_a_number_kept_as_a_number_and_a_file_s_name_are_found(tmp_path: Path) -> None:
    pl.DataFrame({"n": [int(ANNA["电话"])]}).write_parquet(tmp_path / "rows.parquet")
    (tmp_path / f"{BO['姓名']}.txt").touch()
    assert [(hit.place, hit.value) for hit in scan_home(tmp_path, VALUES)] == [
        ("n", ANNA["电话"]),
        ("name", BO["姓名"]),
    ]


def test_vault_and_quarantine_are_left_out_and_nothing_else(tmp_path: Path) -> None:
    for folder in ("vault", "quarantine", "landing", "sources", "inbox", "work", "new"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.json").write_text(ANNA["姓名"])
    found = {hit.file.split("/")[0] for hit in scan_home(tmp_path, VALUES)}
    assert found == {"landing", "sources", "inbox", "work", "new"}


def test_a_value_across_two_chunks_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.support.personal_scan.CHUNK_BYTES", 1000)
    content = io.BytesIO(b"x" * 995 + ANNA["住址"].encode() + b"x" * 1000)
    (tmp_path / "some.log").write_bytes(content.getvalue())
    assert [hit.kind for hit in scan_home(tmp_path, VALUES)] == ["address"]


def test_other_texts_and_digits_within_longer_numbers_are_no_hits(tmp_path: Path) -> None:
    pl.DataFrame({"text": FILLING, "x": [113.12012345678] * len(FILLING)}).write_parquet(
        tmp_path / "rows.parquet"
    )
    (tmp_path / "some.json").write_text(f'{{"a": 9{ANNA["电话"]}1, "b": 113.{ANNA["电话"]}}}')
    assert scan_home(tmp_path, VALUES) == []
    assert stands_alone("12", "112 12")
    assert not stands_alone("12", "112 0.12")


def test_what_only_looks_like_a_name_in_another_encoding_is_no_hit(tmp_path: Path) -> None:
    name = BO["姓名"]
    noise = random.Random(1).randbytes(100_000)
    for encoding in ("utf-16-le", "gb18030"):
        (tmp_path / encoding).write_bytes(noise + b"\0" + name.encode(encoding) + noise)
    assert scan_home(tmp_path, VALUES) == []


def test_every_column_of_text_is_looked_into(tmp_path: Path) -> None:
    into_database("create table t (a varchar, b integer, c date, d varchar[])")(
        tmp_path / "w.duckdb", ""
    )
    places = scan(tmp_path, VALUES).places["w.duckdb"]
    assert {"main.t.a", "main.t.b", "main.t.d", "bytes", "name"} <= places
    assert Hit("a", "b", "c", "d") < Hit("b", "b", "c", "d")
