"""Texts and numbers in both languages."""

import re
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from dashboards import numbers_text
from dashboards.i18n import Lang, catalogue, text
from warehouse.catalogue import Kpi, load_catalogue

FOLDER = Path(__file__).parents[2] / "dashboards"
LITERAL = re.compile(r"""(f?)["']([a-z_]+\.(?:[\w.-]|\{[^{}]*\})+)["']""")
PLACE = re.compile(r"\{(\w+)\}")
RATE = load_catalogue()["on_time_resolution_rate"]
MINUTES = load_catalogue()["response_time_median"]


def test_both_languages_have_the_same_texts() -> None:
    zh, en = catalogue(Lang.ZH), catalogue(Lang.EN)
    assert zh.keys() == en.keys()
    for key in zh:
        assert set(PLACE.findall(en[key])) <= set(PLACE.findall(zh[key])), key


def test_every_text_that_is_used_exists() -> None:
    keys = catalogue(Lang.ZH)
    families = {key.split(".")[0] for key in keys if "." in key}
    found = 0
    for file in FOLDER.rglob("*.py"):
        for is_made, key in LITERAL.findall(file.read_text(encoding="utf-8")):
            if key.split(".")[0] not in families:
                continue
            found += 1
            start = key.split("{")[0] if is_made else key
            known = any(name.startswith(start) for name in keys) if is_made else key in keys
            assert known, f"{file.name}: {key}"
    assert found > 100


@pytest.mark.parametrize(
    ("value", "kpi", "zh", "en"),
    [
        (0.7542, RATE, "75.4%", "75.4%"),
        (1234.56, MINUTES, "1,234.6 分钟", "1,234.6 min"),
        (None, RATE, "无应办", "None due"),
    ],
)
def test_a_value_has_the_unit_of_its_kpi(value: float | None, kpi: Kpi, zh: str, en: str) -> None:
    assert numbers_text.value(value, kpi, Lang.ZH) == zh
    assert numbers_text.value(value, kpi, Lang.EN) == en


def test_two_rates_differ_by_points() -> None:
    assert numbers_text.change(-0.0123, RATE, Lang.ZH) == "−1.2 个百分点"
    assert numbers_text.change(0.5, MINUTES, Lang.EN) == "+0.5 min"


def test_a_time_is_shown_in_the_countys_zone() -> None:
    at = datetime(2026, 11, 14, 16, 5, tzinfo=UTC)
    assert numbers_text.moment(at, ZoneInfo("Asia/Shanghai"), Lang.ZH) == "2026年11月15日 00:05"
    assert numbers_text.day(date(2026, 1, 2), Lang.EN) == "2 Jan 2026"


def test_places_of_a_text_are_filled() -> None:
    assert text("header.version", Lang.EN, version=7) == "Version 7"
