"""Bytes that decode in the declared encoding but were written in another."""

import random

import pytest

from etl.readers.plausible import Sample, Suspicion, better_encoding

SURNAMES = "李王张刘陈杨赵黄周吴爨钭郜阚隗逄仉璩缑麴亓翟佘缪宓逯"
HANZI = [
    bytes((first, second)).decode("gb2312")
    for first in range(0xB0, 0xF8)
    for second in range(0xA1, 0xFF)
    if (first, second) < (0xD7, 0xFA) or first > 0xD7
]
KOREAN = "접수번호,민원인,주소\n1,김철수,서울특별시 강남구\n2,이영희,부산광역시 해운대구\n"
JAPANESE = "受付番号,氏名,状態\n1,やまだたろう,しょりがおわりました\n2,スズキ,まだです\n"
TAIWAN = "申請編號,申請人,地址\n1,陳大文,新北市板橋區中山路\n2,林小姐,台北市信義區市府路\n"
CHINESE = "编号,姓名,地址\n1,张伟,淮川街道人民路十二号\n2,李娜,集里街道城西社区三组\n"


def _suspicion(raw: bytes, declared: str) -> Suspicion | None:
    sample = Sample(declared)
    sample.add(raw, raw.decode(declared))
    return sample.suspicion()


@pytest.mark.parametrize(
    ("text", "written", "declared"),
    [
        (KOREAN, "cp949", "gbk"),
        (KOREAN, "cp949", "gb18030"),
        (JAPANESE, "cp932", "gb18030"),
        (JAPANESE, "euc_jp", "gb18030"),
        (TAIWAN, "big5", "gb18030"),
        (CHINESE, "utf-8", "latin-1"),
        (CHINESE, "gb18030", "latin-1"),
    ],
)
def test_another_encoding_is_told_by_what_people_write(
    text: str, written: str, declared: str
) -> None:
    found = _suspicion(text.encode(written), declared)
    assert found is not None
    assert found.better == written


def test_the_first_byte_that_reads_otherwise_is_named() -> None:
    found = _suspicion(b"number,name\n1," + KOREAN.encode("cp949"), "gb18030")
    assert found is not None
    assert found.offset == len(b"number,name\n1,")


@pytest.mark.parametrize("text", ["a,b\n1,2\n", "编号,名\n", CHINESE, TAIWAN, ",,\n"])
def test_what_is_in_its_encoding_raises_no_suspicion(text: str) -> None:
    assert _suspicion(text.encode("gb18030"), "gb18030") is None


@pytest.mark.parametrize("count", [3, 10, 100])
def test_lists_of_rare_names_raise_no_suspicion(count: int) -> None:
    dice = random.Random(count)
    for _ in range(200):
        names = [dice.choice(SURNAMES) + "".join(dice.sample(HANZI, 2)) for _ in range(count)]
        raw = "\n".join(["姓名", *names, ""]).encode("gb18030")
        assert _suspicion(raw, "gb18030") is None, names


def test_too_few_letters_are_not_judged() -> None:
    assert better_encoding("접수".encode("cp949"), "gb18030") is None
