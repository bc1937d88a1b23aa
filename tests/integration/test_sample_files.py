"""The sample's files: the same by seed, in the departments' formats, as many rows as told."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from etl.contract_files import get_contract, load_contracts
from etl.load import BatchReport
from etl.sample.defects import IMPOSSIBLE_TIME, UNKNOWN_CATEGORY
from etl.sample.formats import DELIVERIES
from etl.sample.generate import MANIFEST, SEED, generate_sample
from tests.support.recomputed.county import County, published_sample
from warehouse.errors import UsageError

CASES = ("grid_events", "city_cases", "police_incidents", "device_alerts", "wristband_alerts")


def digests(folder: Path) -> dict[str, str]:
    return {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.iterdir())
    }


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> County:
    """The published town, whose files are those of `SEED`; only looked at."""
    return published_sample(tmp_path_factory, scale="town")


@pytest.fixture(scope="module")
def folder(town: County) -> Path:
    return town.files["sample_areas"][0].parent


@pytest.fixture(scope="module")
def told(folder: Path) -> dict[str, Any]:
    """What the manifest says of each dataset."""
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    return dict(manifest["datasets"])


@pytest.fixture(scope="module")
def reports(town: County) -> dict[str, list[BatchReport]]:
    """What became of every file when loaded, by dataset."""
    return {source.removeprefix("sample_"): found for source, found in town.reports.items()}


def test_another_seed_gives_other_bytes(folder: Path, tmp_path: Path) -> None:
    generate_sample(tmp_path, scale="town", seed=8)
    one, other = digests(folder), digests(tmp_path)
    same = {name for name in one if one[name] == other.get(name)}
    assert all(name.startswith("divisions") for name in same)


def test_a_folder_is_left_as_it_is_and_a_damaged_one_made_again_with_the_same_bytes(
    folder: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    files = generate_sample(copy, scale="town", seed=SEED)
    file = files["sample_city_cases"][0]
    file.write_bytes(b"not looked at")
    assert generate_sample(copy, scale="town", seed=SEED) == files
    assert file.read_bytes() == b"not looked at"
    file.unlink()
    assert generate_sample(copy, scale="town", seed=SEED) == files
    assert digests(copy) == digests(folder)


def test_every_dataset_of_the_contracts_is_there(folder: Path) -> None:
    files = generate_sample(folder, scale="town", seed=SEED)
    assert sorted(files) == sorted(f"sample_{dataset}" for dataset in load_contracts())
    assert list(files)[:2] == ["sample_areas", "sample_grids"]
    assert all(file.is_file() for group in files.values() for file in group)


def test_an_unknown_scale_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="galaxy"):
        generate_sample(tmp_path, scale="galaxy")  # type: ignore[arg-type]


def test_ten_thousand_cases_are_shared_out_among_the_departments(told: dict[str, Any]) -> None:
    again = {dataset: told[dataset]["corrected"] for dataset in CASES}
    rows = {dataset: sum(told[dataset]["rows"].values()) - again[dataset] for dataset in CASES}
    assert list(rows.values()) == [4500, 3500, 1500, 400, 100]


@pytest.mark.parametrize("dataset", DELIVERIES)
def test_what_loads_and_what_is_refused_is_what_the_manifest_says(
    dataset: str, told: dict[str, Any], reports: dict[str, list[BatchReport]]
) -> None:
    batches = [report.batch for report in reports[dataset] if report.batch]
    judged_later = {rule.name for rule in get_contract(dataset).rules if not rule.is_judged_on_load}
    refused: dict[str, int] = {}
    for batch in batches:
        for reason, count in batch.refused_by_reason.items():
            refused[reason] = refused.get(reason, 0) + count
    assert {batch.file_name: batch.rows_read for batch in batches} == told[dataset]["rows"]
    assert refused == {
        reason: count
        for reason, count in told[dataset]["planted"].items()
        if reason not in judged_later
    }
    assert all(batch.rows_landed + batch.rows_refused == batch.rows_read for batch in batches)
    assert all(batch.status == "landed" for batch in batches)


@pytest.mark.parametrize("dataset", CASES)
def test_planted_defects_are_in_the_first_delivery(
    dataset: str, folder: Path, told: dict[str, Any]
) -> None:
    (name, *_) = told[dataset]["rows"]
    frame = _shown(folder / name)
    planted = dict(told[dataset]["planted"])
    assert (frame["事件类别"] == UNKNOWN_CATEGORY).sum() == planted["unknown_category_code"] > 0
    assert (frame["经度"].cast(pl.Float64) < 113).sum() == planted["point_outside_county"] > 0
    impossible = (frame["上报时间"].cast(pl.String) == IMPOSSIBLE_TIME).sum()
    assert impossible == planted.get("not_a_date:reported_at", 0)
    assert sum(planted.values()) == pytest.approx(max(len(frame) * 0.001, 3), rel=0.35)


def test_text_files_are_in_the_encoding_of_their_department(folder: Path) -> None:
    header = "案件编号,事件类别"
    assert (folder / "grid_events_01.csv").read_bytes().startswith(header.encode())
    assert (folder / "city_cases_01.csv").read_bytes().startswith(header.encode("gb18030"))


def test_a_workbook_has_a_title_over_all_columns_and_its_header_below(folder: Path) -> None:
    file = folder / "grid_workers_01.xlsx"
    cells = pl.read_excel(file, has_header=False)
    labels = [column.label for column in get_contract("grid_workers").columns]
    title = [cell for cell in cells.row(0) if cell is not None]
    assert title == ["浏阳市网格员任职台账(示例数据)"]
    assert list(cells.row(1)) == labels
    assert set(cells["column_5"][2:]) == {"是", "否"}


def test_codes_of_closed_lists_are_written_as_people_say_them(folder: Path) -> None:
    alarms = _shown(folder / "wristband_alerts_01.parquet")
    assert set(alarms["报警类别"]) <= {"求救", "跌倒", "心率异常", "离开区域"}
    assert alarms["是否误报"].dtype == pl.Boolean
    calls = _shown(folder / "followups_01.csv")
    assert set(calls["满意度"].drop_nulls()) == {"满意", "基本满意", "不满意"}


def _shown(file: Path) -> pl.DataFrame:
    if file.suffix == ".parquet":
        return pl.read_parquet(file)
    text = file.read_bytes().decode(
        "gb18030" if "city" in file.name or "police" in file.name else "utf-8"
    )
    return pl.read_csv(text.encode(), infer_schema=False)
