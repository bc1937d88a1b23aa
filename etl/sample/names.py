"""Names, identity numbers, phones and addresses that fit their kind and belong to nobody.

Names are drawn from characters that are common all over the country. Identity numbers carry valid
check characters and a division code that is not assigned, phones a prefix that is not assigned.
"""

import numpy as np
import polars as pl

from etl.sample.types import Bools, Ints

UNASSIGNED_DIVISION = "990001"
UNASSIGNED_PREFIX = "120"

# By frequency, most frequent first.
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何罗郑谢宋唐许韩冯邓曹彭曾肖"
    "董袁潘于蒋蔡余杜程苏魏吕丁沈姚卢姜崔钟谭陆汪范廖贾夏韦傅邹熊"
    "孟秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔汤欧阮"
)
GIVEN_MALE = "建志国俊家海永德伟子宇嘉浩泽梓振绍祖炳耀"
GIVEN_MALE_LAST = "强军勇杰涛辉斌鹏飞宁刚豪轩睿晨峰恒毅坤亮"
GIVEN_FEMALE = "秀淑桂玉雅美雪佳思欣诗雨梦春冬晓若语芷婉"
GIVEN_FEMALE_LAST = "芳英娟霞丽敏静燕婷娜琴梅蓉洁怡涵萱瑶珍妹"
SINGLE_MALE = "磊鹏昊峥骏彪炜翰"
SINGLE_FEMALE = "婷娟倩琳颖雯璐嫣"
SINGLE_SHARE = 0.12

STREETS = (
    "翠屏路", "学府路", "迎宾路", "朝晖路", "文昌巷",
    "石板巷", "紫薇路", "望江路", "育才路", "北正路",
)  # fmt: skip
HAMLETS = (
    "上屋组", "下屋组", "老屋组", "新屋组", "塘边组",
    "坳背组", "岭下组", "田心组", "井湾组", "洞口组",
)  # fmt: skip

MOST_BORN_ON_A_DAY = 490
"""Of one sex: as many as there are sequences for."""

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"


def draw_surnames(count: int, rng: np.random.Generator) -> Ints:
    """Row numbers of `SURNAMES`, the first ones much more often."""
    weights = 1 / (np.arange(len(SURNAMES)) + 6.0)
    return np.searchsorted(np.cumsum(weights / weights.sum())[:-1], rng.random(count)).astype(
        np.int64
    )


def full_names(surname: Ints, is_male: Bools, rng: np.random.Generator) -> pl.Series:
    """A surname and one or two characters."""
    count = len(surname)
    texts = {}
    for sex, (first, last, single) in {
        "male": (GIVEN_MALE, GIVEN_MALE_LAST, SINGLE_MALE),
        "female": (GIVEN_FEMALE, GIVEN_FEMALE_LAST, SINGLE_FEMALE),
    }.items():
        pairs = [one + other for one in first for other in last]
        given = pl.Series([*pairs, *single])
        chosen = np.where(
            rng.random(count) < SINGLE_SHARE,
            len(pairs) + rng.integers(0, len(single), count),
            rng.integers(0, len(pairs), count),
        )
        texts[sex] = given.gather(chosen)
    family = pl.Series(list(SURNAMES)).gather(surname)
    return family + texts["male"].zip_with(pl.Series(is_male), texts["female"])


def every_name() -> list[str]:
    """Every name that can be drawn."""
    given = [
        *(one + other for one in GIVEN_MALE for other in GIVEN_MALE_LAST),
        *(one + other for one in GIVEN_FEMALE for other in GIVEN_FEMALE_LAST),
        *SINGLE_MALE,
        *SINGLE_FEMALE,
    ]
    return [surname + name for surname in SURNAMES for name in given]


def identity_numbers(birth_date: pl.Series, is_male: Bools) -> pl.Series:
    """Numbers after GB 11643, no two alike: odd sequences for men, even ones for women.

    None ends in 000, as numbers do that a spreadsheet has ruined.

    Raises:
        ValueError: too many persons of one sex born on a day.
    """
    numbered = pl.DataFrame({"birth": birth_date, "is_male": is_male}).select(
        day=pl.col("birth").dt.year().cast(pl.Int64) * 10_000
        + pl.col("birth").dt.month().cast(pl.Int64) * 100
        + pl.col("birth").dt.day().cast(pl.Int64),
        rank=pl.int_range(pl.len()).over("birth", "is_male").cast(pl.Int64),
    )
    day, rank = numbered["day"].to_numpy(), numbered["rank"].to_numpy()
    if len(rank) and rank.max() >= MOST_BORN_ON_A_DAY:
        raise ValueError("too many persons of one sex born on a day")
    # Forty-nine even sequences of a hundred do not end in 00.
    even = 100 * (rank // 49) + 2 * (rank % 49 + 1)
    sequence = np.where(is_male, 2 * rank + 1, even)
    tail = day * 1000 + sequence
    digits = [int(digit) for digit in UNASSIGNED_DIVISION]
    total = np.full(len(tail), sum(w * d for w, d in zip(_WEIGHTS, digits, strict=False)))
    for place, weight in enumerate(_WEIGHTS[6:]):
        total += weight * (tail // 10 ** (10 - place) % 10)
    check = pl.Series(list(_CHECK)).gather(total % 11)
    return UNASSIGNED_DIVISION + pl.Series(tail).cast(pl.String) + check


def phones(number: Ints, seed: int) -> pl.Series:
    """Mobile numbers, a different one for every number below a hundred million."""
    mixed = (number * 38_196_601 + 7_919 * (seed % 1_000_003)) % 100_000_000
    return UNASSIGNED_PREFIX + pl.Series(mixed).cast(pl.String).str.zfill(8)


def addresses(place_name: pl.Series, is_urban: Bools, rng: np.random.Generator) -> pl.Series:
    """House numbers below the given names of community and town."""
    count = len(place_name)

    def number(highest: int) -> pl.Expr:
        return pl.lit(pl.Series(rng.integers(1, highest + 1, count))).cast(pl.String)

    def one_of(names: tuple[str, ...]) -> pl.Expr:
        return pl.lit(pl.Series(names).gather(rng.integers(0, len(names), count)))

    room = (number(24), pl.lit(pl.Series(rng.integers(1, 5, count))).cast(pl.String).str.zfill(2))
    flat = [
        *(one_of(STREETS), number(288), pl.lit("号"), number(18), pl.lit("栋")),
        *(number(4), pl.lit("单元"), *room, pl.lit("室")),
    ]
    house = [one_of(HAMLETS), number(120), pl.lit("号")]
    return (
        place_name.alias("place")
        .to_frame()
        .select(
            pl.when(pl.lit(pl.Series(is_urban)))
            .then(pl.concat_str("place", *flat))
            .otherwise(pl.concat_str("place", *house))
        )
        .to_series()
    )
