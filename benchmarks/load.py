"""Loading against a bare read of the same file: ratio of medians in one run, and peak memory.

`python -m benchmarks.load [FILE.csv SOURCE] [--rows N] [--runs N]`. Without a file, N rows of the
sample's case format are made. Both sides run in fresh processes, in turn, so that neither profits
from the other; the time is that of the work itself, without starting Python.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import polars as pl

OURS = """
import json, resource, sys, time
from pathlib import Path
from etl.load import load_files
from warehouse.settings import Settings
file, source, home = sys.argv[1:]
start = time.perf_counter()
(report,) = load_files(source, [Path(file)], settings=Settings(home=Path(home)))
seconds = time.perf_counter() - start
assert report.exit_code == 0, report.error
rows = report.batch.rows_read
"""
BARE = """
import json, resource, sys, time
import duckdb
file, source, home = sys.argv[1:]
connection = duckdb.connect()
connection.execute("set enable_progress_bar = false")
start = time.perf_counter()
connection.execute("create table bare as select * from read_csv(?, all_varchar = true)", [file])
seconds = time.perf_counter() - start
rows = connection.sql("select count(*) from bare").fetchall()[0][0]
"""
TELL = """
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"seconds": seconds, "peak_mb": peak, "rows": rows}))
"""

SOURCE = """\
extends: sample_city_cases
encoding: utf-8
optional: [address, description, reporter_name, reporter_phone]
"""
"""The source of made cases: about nobody, and in the encoding that both sides read."""

MOMENTS = ("上报", "受理", "立案", "派遣", "到场", "处置", "核查", "结案")


def made_cases(rows: int) -> pl.DataFrame:
    """Cases as the sample county's city management writes them: 30 columns, eight times filled."""
    number = pl.int_range(rows)
    start = pl.datetime(2023, 11, 1) + pl.duration(seconds=number * 37 % 90_000_000)
    frame = pl.select(
        pl.format("CG{}", number + 10_000_000).alias("案件编号"),
        pl.lit("4301810101").alias("事件类别"),
        pl.lit("43018101").alias("事件大类"),
        pl.format("D{}", number % 9).alias("承办部门"),
        pl.lit("hotline").alias("来源渠道"),
        pl.format("430181{}", 100_000_000 + number % 3000).alias("网格编码"),
        (113.2 + number % 9973 / 9973).round(6).alias("经度"),
        (27.8 + number % 7919 / 9000).round(6).alias("纬度"),
        *[
            (start + pl.duration(minutes=step * 30))
            .dt.strftime("%Y-%m-%d %H:%M:%S")
            .alias(f"{name}时间")
            for step, name in enumerate(MOMENTS)
        ],
        (start + pl.duration(days=3)).dt.strftime("%Y-%m-%d %H:%M:%S").alias("办理时限"),
        (start + pl.duration(hours=2)).dt.strftime("%Y-%m-%d %H:%M:%S").alias("响应时限"),
        (number % 3).alias("返工次数"),
        pl.lit(1).alias("派遣次数"),
        (start + pl.duration(days=2)).dt.strftime("%Y-%m-%d %H:%M:%S").alias("更新时间"),
    )
    empty = ("社区编码", "街道编码", "作废时间", "挂账时间", "恢复时间", "缓办时间")
    more = ("重复案件编号", "严重程度", "延期次数")
    return frame.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in (*empty, *more))


def measure(script: str, *, file: Path, source: str) -> dict[str, float]:
    """Run one side in a process of its own, in an empty home."""
    with TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        (home / "sources").mkdir(parents=True)
        (home / "sources" / "made_cases.yml").write_text(SOURCE, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-c", script + TELL, str(file), source, str(home)],
            check=True,
            capture_output=True,
            text=True,
        )
    result: dict[str, float] = json.loads(done.stdout)
    return result


def compare(file: Path, *, source: str, runs: int) -> None:
    """Print medians of both sides, their ratio and the peaks."""
    sides: dict[str, list[dict[str, float]]] = {"ours": [], "bare": []}
    for _ in range(runs):
        for name, script in (("ours", OURS), ("bare", BARE)):
            sides[name].append(measure(script, file=file, source=source))
    times = {name: median(one["seconds"] for one in all_) for name, all_ in sides.items()}
    peaks = {name: max(one["peak_mb"] for one in all_) for name, all_ in sides.items()}
    print(
        f"{file.name}: {sides['ours'][0]['rows']:,} rows, {file.stat().st_size / 1e6:.0f} MB, "
        f"{runs} runs in turn\n"
        f"  gridgov load  {times['ours']:.2f} s  peak {peaks['ours']:.0f} MB\n"
        f"  bare read_csv {times['bare']:.2f} s  peak {peaks['bare']:.0f} MB\n"
        f"  ratio         {times['ours'] / times['bare']:.2f}"
    )


def main() -> None:
    """Read the arguments and compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("source", nargs="?", default="made_cases")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    if arguments.file:
        compare(arguments.file, source=arguments.source, runs=arguments.runs)
        return
    with TemporaryDirectory() as folder:
        file = Path(folder) / "city_cases.csv"
        made_cases(arguments.rows).write_csv(file)
        compare(file, source=arguments.source, runs=arguments.runs)


if __name__ == "__main__":
    main()
