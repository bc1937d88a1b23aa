"""Masking of free text: numbers that name a person, and what the row's own columns say of one.

Masks stand in place of what was there, so a reader sees that something was: 〔身份证号〕,
〔电话〕, 〔姓名〕, 〔地址〕. Names and addresses are known only where the row has them in
columns of their own; those of others in a free text stay, since no list of them is complete.
"""

from collections.abc import Sequence

import polars as pl

ID_NUMBER, PHONE, NAME, ADDRESS = "〔身份证号〕", "〔电话〕", "〔姓名〕", "〔地址〕"

SHORTEST_OWN = 2
"""Characters of a row's own value below which it is not looked for: 王 alone is in many words."""

_WIDE = {chr(ord(one) + 0xFEE0): one for one in "0123456789Xx"} | {"－": "-"}
_BIRTH = r"[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
_GAP = r"[ \-]?"

# The engine has no look-around: what stands beside a number is captured and put back.
_LONG_RUN = r"[0-9]{17,}[0-9Xx]"
_OLD_NUMBER = rf"(^|[^0-9])[0-9]{{6}}{_BIRTH}[0-9]{{3}}($|[^0-9])"
_SPACED_NUMBER = rf"(^|[^0-9])[0-9]{{6}}{_GAP}(?:19|20){_BIRTH}{_GAP}[0-9]{{3}}[0-9Xx]($|[^0-9])"
_MOBILE = (
    r"(^|[^0-9])(?:(?:\+|00)?86[ \-]?)?1[2-9][0-9]"
    rf"{_GAP}[0-9]{{4}}{_GAP}[0-9]{{4}}($|[^0-9])"
)
_LANDLINE = r"(^|[^0-9])[(（]?0[0-9]{2,3}[)）]?[ \-]?[1-9][0-9]{6,7}(?:-[0-9]{1,5})?($|[^0-9])"
_SAID_PHONE = r"(电话|座机|手机|号码|[Tt][Ee][Ll])([:： ]{0,3})[1-9][0-9]{6,7}($|[^0-9])"

NUMBERS = rf"{_LONG_RUN}|{_OLD_NUMBER}|{_SPACED_NUMBER}|{_MOBILE}|{_LANDLINE}|{_SAID_PHONE}"
"""Whether a text holds anything that `mask_numbers` masks, in half-width digits."""


def mask_numbers(texts: pl.Series) -> pl.Series:
    """Mask identity numbers, mobiles and landlines; texts without any stay byte for byte."""
    has_digits = texts.str.contains("[0-9０-９]{2}").fill_null(False)
    if not has_digits.any():
        return texts
    places = has_digits.arg_true()
    some = texts.gather(places).str.replace_many(list(_WIDE), list(_WIDE.values()))
    is_hit = some.str.contains(NUMBERS)
    if not is_hit.any():
        return texts
    masked = some.filter(is_hit).to_frame("text").select(_masked(pl.col("text"))).to_series()
    return texts.scatter(places.filter(is_hit), masked)


def mask_text(text: str) -> str:
    """The same for one text, such as a message that quotes a file."""
    masked: str = mask_numbers(pl.Series([text], dtype=pl.String)).item()
    return masked


def mask_own(frame: pl.DataFrame, texts: str, *, own: Sequence[tuple[str, str]]) -> pl.Series:
    """Mask what a row's own columns hold in its free text.

    Args:
        frame: has the column `texts` and all columns of `own`.
        own: columns with the mask of each, those first whose values may hold another's.
    """
    result = frame[texts]
    for column, mask in own:
        if frame[column].null_count() == frame.height:
            continue
        pair = pl.DataFrame({"text": result, "own": frame[column]})
        is_there = (
            pair.select(
                (pl.col("own").str.len_chars() >= SHORTEST_OWN)
                & pl.col("text").str.contains(pl.col("own"), literal=True)
            )
            .to_series()
            .fill_null(False)
        )
        if is_there.any():
            hit = pair.filter(is_there).select(pl.col("text").str.split(pl.col("own")))
            result = result.scatter(is_there.arg_true(), hit.to_series().list.join(mask))
    return result


def _masked(text: pl.Expr) -> pl.Expr:
    text = text.str.replace_all(_LONG_RUN, ID_NUMBER)
    for pattern, mask in (
        (_SPACED_NUMBER, ID_NUMBER),
        (_OLD_NUMBER, ID_NUMBER),
        (_MOBILE, PHONE),
        (_LANDLINE, PHONE),
    ):
        # Twice: of two numbers with one character between them the first takes it along.
        for _ in range(2):
            text = text.str.replace_all(pattern, f"${{1}}{mask}${{2}}")
    return text.str.replace_all(_SAID_PHONE, f"${{1}}${{2}}{PHONE}${{3}}")
