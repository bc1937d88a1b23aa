"""Free text: what is masked, and what must stay."""

import polars as pl
import pytest

from etl.masking import ADDRESS, ID_NUMBER, NAME, PHONE, mask_numbers, mask_own, mask_text
from tests.support.persons import id_number

NUMBER = id_number("19530412", 21)
WIDE = "".join(chr(ord(one) + 0xFEE0) for one in "12012345678")


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (f"身份证{NUMBER}的老人", f"身份证{ID_NUMBER}的老人"),
        ("证号99000119530412021x。", f"证号{ID_NUMBER}。"),
        ("旧证990001530412021,", f"旧证{ID_NUMBER},"),
        ("990001 19530412 0211", ID_NUMBER),
        ("电话12012345678,13900001111", f"电话{PHONE},{PHONE}"),
        ("12012345678 12012345679 12012345670", f"{PHONE} {PHONE} {PHONE}"),
        (f"手机{WIDE}", f"手机{PHONE}"),
        ("+86 120-1234-5678", PHONE),
        ("打8612012345678找他", f"打{PHONE}找他"),
        ("tel13800138000x", f"tel{PHONE}x"),
        ("座机0731-83612345转", f"座机{PHONE}转"),
        ("(0731)83612345", PHONE),
        ("电话:83612345", f"电话:{PHONE}"),
        (f"{NUMBER}\n12012345678", f"{ID_NUMBER}\n{PHONE}"),
    ],
)
def test_numbers_of_persons_are_masked(text: str, masked: str) -> None:
    assert mask_text(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "2024年5月6日 14:30,第3次",
        "案件CG20240512,金额12,000.50元",
        "113.641234,28.123456",
        "楼栋12-3-401,车位0731",
        "全角１２３与字母Ｘ",
        "",
    ],
)
def test_other_numbers_stay(text: str) -> None:
    assert mask_text(text) == text


def test_own_values_are_masked_row_by_row() -> None:
    frame = pl.DataFrame(
        {
            "text": ["张三打王五,张三住甲路1号", "张三", "李四在甲路1号", None, "王"],
            "name": ["张三", "李四", "李四", "张三", "王"],
            "address": ["甲路1号", None, "乙路", "甲路1号", ""],
        }
    )
    masked = mask_own(frame, "text", own=[("address", ADDRESS), ("name", NAME)])
    assert masked.to_list() == [
        f"{NAME}打王五,{NAME}住{ADDRESS}",
        "张三",
        f"{NAME}在甲路1号",
        None,
        "王",
    ]


def test_nulls_and_plain_texts_pass() -> None:
    texts = pl.Series([None, "路灯不亮", "12012345678"])
    assert mask_numbers(texts).to_list() == [None, "路灯不亮", PHONE]
