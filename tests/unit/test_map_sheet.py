"""The printed map: what the page sends is set as text, and nothing else gets into the document."""

from typing import Any

import pytest

from dashboards.map.sheet import MOST_PIXELS, read_sheet, sheet_document
from tests.support.map_sheet import PICTURE, picture, sent
from warehouse.errors import UsageError


def test_all_words_are_on_the_sheet_with_the_ratio_of_ground_to_paper() -> None:
    made = sheet_document(read_sheet(sent()))
    for words in ("浏阳市 · 风险", "图例(件)", "&lt; 19", "发布版本 1", "示例数据", PICTURE):
        assert words in made
    # 20 km on a fifth of 200 mm.
    assert "1:500,000" in made
    assert "width:40.000mm" in made


def test_markup_in_what_is_sent_stays_text() -> None:
    made = sheet_document(read_sheet(sent(title="<script>alert(1)</script>", mark='"><b>')))
    assert "<script" not in made
    assert "<b>" not in made


@pytest.mark.parametrize(
    ("part", "value", "said"),
    [
        ("lang", "fr", "zh"),
        ("title", None, "title"),
        ("title", "x" * 3_000, "2000"),
        ("picture", "https://example.org/map.png", "data:image/png"),
        ("picture", 'data:image/png;base64,AA" onerror="x', "data:image/png"),
        ("picture", "data:image/png;base64,AAA", "base64"),
        ("picture", "data:image/png;base64,iVBORw0KGgo=", "whole PNG"),
        ("picture", PICTURE[:-4], "whole PNG"),
        ("picture", picture(head=b"IDAT"), "whole PNG"),
        ("picture", PICTURE.replace("AAAAB", "AAAAC", 1), "whole PNG"),
        ("picture", picture(4_000, 3_001), f"4000 × 3001: .*{MOST_PIXELS:,}"),
        ("picture", picture(0), "0 × 1"),
        ("metres", "far", "far"),
        ("metres", "9" * 100, "9{80}…"),
        ("metres", float("nan"), "nan"),
        ("share", 2, "0.01 … 1"),
        ("lines", {}, "lines"),
        ("lines", [{}] * 41, "40"),
        ("lines", ["<"], "swatch"),
        ("lines", [{"swatch": "star", "colour": "", "text": "", "count": ""}], "star"),
        ("lines", [{"swatch": "dot", "colour": "red", "text": "", "count": ""}], "red"),
    ],
)
def test_what_is_not_fit_for_a_sheet_is_refused_by_name(part: str, value: Any, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        read_sheet(sent(**{part: value}))


def test_a_picture_as_the_page_sends_it_is_taken() -> None:
    assert read_sheet(sent(picture=picture(2_352, 1_860))).picture == picture(2_352, 1_860)
