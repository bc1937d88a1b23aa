"""Made-up persons, and the sources of a home that deliver them."""

import hashlib
import hmac
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from etl.load import BatchReport, load_files
from warehouse.keys import load_keys
from warehouse.settings import Settings

WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]


def id_number(born: str, sequence: int, *, division: str = "990001") -> str:
    """A number with its check character, worked out by the standard's table of weights."""
    body = f"{division}{born}{sequence:03d}"
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, body, strict=True))
    return body + "10X98765432"[total % 11]


ANNA, BO, CHEN = (
    {
        "身份证号": id_number(born, sequence),
        "姓名": name,
        "电话": phone,
        "住址": address,
        "户编号": household,
        "网格编码": "430181001001001",
        "居住类别": "户籍",
        "居住起": "2020-01-01",
        "更新时间": "2024-05-01 08:00:00",
    }
    for born, sequence, name, phone, address, household in (
        ("19530412", 21, "欧阳安娜", "12012345678", "集里街道园丁路甲12号", "H-0001"),
        ("19880229", 112, "薄熙宁", "12087654321", "集里街道园丁路乙7号", "H-0001"),
        ("20150930", 3, "陈壹辰", "", "淮川街道解放路丙9号", "H-0002"),
    )
)

RESIDENTS: dict[str, Any] = {
    "name": {"zh": "居民", "en": "Residents"},
    "dataset": "residents",
    "county": "430181",
    "format": "csv",
    "encoding": "utf-8",
    "is_labelled": True,
    "optional": [
        "community_code",
        "town_code",
        "resident_to_date",
        "leave_reason_code",
        "phone",
    ],
    "date_formats": ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d"],
    "tolerance": 1.0,
}

VISITS: dict[str, Any] = {
    **RESIDENTS,
    "name": {"zh": "来电", "en": "Calls"},
    "dataset": "city_cases",
    "department_code": "urban_management",
    "is_labelled": False,
    "optional": [],
    "columns": {
        "case_number": "编号",
        "category_code": "类别",
        "reported_at": "上报",
        "updated_at": "更新",
        "reporter_name": "姓名",
        "reporter_phone": "电话",
        "address": "地址",
        "description": "描述",
    },
}


def make_settings(home: Path, **sources: dict[str, Any]) -> Settings:
    """Settings of a home that knows the sources `registry` and `calls`, and more when given."""
    settings = Settings(home=home)
    settings.paths.sources.mkdir(parents=True, exist_ok=True)
    for name, source in {"registry": RESIDENTS, "calls": VISITS, **sources}.items():
        text = yaml.safe_dump(source, allow_unicode=True)
        (settings.paths.sources / f"{name}.yml").write_text(text, encoding="utf-8")
    return settings


def write_csv(file: Path, rows: list[dict[str, str]]) -> Path:
    """Rows as a file, empty texts as no value."""
    pl.DataFrame(rows).write_csv(file)
    return file


def load_rows(
    settings: Settings, source: str, rows: list[dict[str, str]], **options: Any
) -> BatchReport:
    """Load rows as one file beside the home."""
    content = repr(rows).encode()
    name = f"{source}_{hashlib.sha256(content).hexdigest()[:8]}.csv"
    file = write_csv(settings.home.parent / name, rows)
    return load_files(source, [file], settings=settings, **options)[0]


def landed_rows(settings: Settings, dataset: str) -> pl.DataFrame:
    """Every landed row of a dataset."""
    files = sorted((settings.paths.landing / dataset).glob("batch=*/rows.parquet"))
    return pl.concat([pl.read_parquet(file, hive_partitioning=False) for file in files])


def expected_key(settings: Settings, value: str, *, kind: str = "person") -> str:
    """A pseudonym by the standard library."""
    key = load_keys(settings).pseudonyms.hex().encode()
    return hmac.new(key, f"{kind}:{value}".encode(), hashlib.sha256).hexdigest()[:32]
