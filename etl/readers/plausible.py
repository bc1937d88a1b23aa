"""Whether a text that decodes is one: bytes of one encoding often decode in another, to nonsense.

Every language writes a few hundred everyday characters most of the time, and bytes read in the
wrong encoding hit them no more often than chance. A file is refused when all of it decodes in
another encoding too and far more of its letters are everyday ones there. Rare names, codes and
digits are no grounds: nothing reads them better in another encoding. UTF-8 needs no such check,
since text of another encoding is never valid in it for long.
"""

import codecs
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

FEWEST_LETTERS = 12
"""Letters of the other reading needed to judge at all."""

MARGIN = 0.3
"""How much larger the share of everyday letters must be in the other reading."""

ENOUGH_BYTES = 200
"""Bytes beyond ASCII in distinct fields with which the encodings tried are told apart for sure."""

MOST_FIELDS = 2_000
MOST_BYTES = 1 << 24

UTF_16 = frozenset({"utf-16", "utf-16-le", "utf-16-be"})

_EVERYDAY = Path(__file__).with_name("everyday_characters.txt")
_FIELD_ENDS = re.compile(rb'[,\t;\r\n"]+')
_HIGH = re.compile(rb"[\x80-\xff]")


@dataclass(frozen=True)
class Suspicion:
    """A declared encoding that is not the file's.

    offset: the first byte, counted from 0, that the two encodings read differently.
    """

    offset: int
    better: str


@dataclass
class Sample:
    """Distinct fields of a file that are not plain ASCII, gathered chunk by chunk."""

    encoding: str
    """Its name by `codecs`."""
    fields: set[bytes] = field(default_factory=set)
    first: int | None = None
    """Offset of the first byte that is not ASCII."""
    seen: int = 0
    high_count: int = 0
    start: bytes = b""
    nul_count: int = 0
    has_line_end: bool = False
    has_line_byte: bool = False

    @property
    def is_full(self) -> bool:
        """Whether more of the file would change nothing."""
        return self.high_count >= ENOUGH_BYTES or self.seen >= MOST_BYTES

    @property
    def is_certain(self) -> bool:
        """Whether what decodes in it is in it."""
        return self.encoding in UTF_16 or self.encoding.startswith(("utf-8", "ascii"))

    def add(self, raw: bytes, text: str) -> None:
        """Take a chunk, and what it decodes to, into account."""
        if not self.seen:
            self.start = raw[:4]
        if not raw.isascii():
            self._add_fields(raw)
        self.nul_count += raw.count(0)
        self.has_line_end = self.has_line_end or "\n" in text
        self.has_line_byte = self.has_line_byte or b"\n" in raw
        self.seen += len(raw)

    def _add_fields(self, raw: bytes) -> None:
        if self.first is None and (high := _HIGH.search(raw)):
            self.first = self.seen + high.start()
        if self.is_certain:
            return
        # The first and last field of a chunk may be cut in a character.
        whole = _FIELD_ENDS.split(raw)[0 if self.seen == 0 else 1 : -1]
        for one in whole:
            if not one.isascii() and one not in self.fields:
                self.fields.add(one)
                self.high_count += len(_HIGH.findall(one))
                if len(self.fields) >= MOST_FIELDS:
                    break

    def suspicion(self) -> Suspicion | None:
        """What speaks against the declared encoding, if anything does."""
        wide = self._utf_16()
        if wide is not None:
            return wide
        if self.is_certain or self.first is None:
            return None
        better = better_encoding(b"\n".join(sorted(self.fields)), self.encoding)
        return Suspicion(self.first, better) if better else None

    def _utf_16(self) -> Suspicion | None:
        if self.encoding in UTF_16:
            if self.has_line_byte and not self.has_line_end and self.seen > FEWEST_LETTERS:
                return Suspicion(0, "utf-8, gb18030, utf-16-le, utf-16-be")
            return None
        if self.nul_count * 5 > self.seen:
            return Suspicion(0, "utf-16-be" if self.start[:1] == b"\0" else "utf-16-le")
        return None


def marked_otherwise(start: bytes, declared: str) -> Suspicion | None:
    """A byte order mark of another encoding than the declared one."""
    marks = {"utf-8": (codecs.BOM_UTF8,), "utf-16": (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)}
    for encoding, ones in marks.items():
        if start.startswith(ones) and not declared.startswith(encoding):
            return Suspicion(0, encoding)
    return None


def better_encoding(sample: bytes, declared: str) -> str | None:
    """The encoding in which the bytes read far better than in the declared one, if there is one."""
    as_declared = _everyday_share(sample.decode(declared, errors="replace"), declared)
    best: tuple[float, str] | None = None
    for other in ("utf-8", "gb18030", "big5", "cp949", "cp932", "euc_jp"):
        if _family(other) == _family(declared):
            continue
        try:
            text = sample.decode(other)
        except UnicodeDecodeError:
            continue
        if sum(map(_is_letter, text)) < FEWEST_LETTERS:
            continue
        share = _everyday_share(text, other)
        if best is None or share > best[0]:
            best = share, other
    return best[1] if best and best[0] >= as_declared + MARGIN else None


def _family(encoding: str) -> str:
    return "gb" if encoding.startswith(("gb", "hz", "euc_cn")) else encoding


def _is_letter(one: str) -> bool:
    return one > "\x7f" and one.isalpha()


def _everyday_share(text: str, encoding: str) -> float:
    """Share of the letters beyond ASCII that people who write in this encoding use every day."""
    letters = [one for one in text if one > "\x7f" and (one.isalpha() or one == "\ufffd")]
    if not letters:
        return 0.0
    everyday = _everyday(encoding)
    return sum(one in everyday for one in letters) / len(letters)


@cache
def _everyday(encoding: str) -> frozenset[str]:
    sections = _EVERYDAY.read_text(encoding="utf-8").split("\n# ")
    lists = {
        name: frozenset(rest.replace("\n", ""))
        for name, _, rest in (section.partition("\n") for section in sections)
    }
    kana = frozenset(map(chr, range(0x3041, 0x30FB)))
    match _family(encoding):
        case "gb":
            return lists["simplified"] | lists["traditional"]
        case "big5":
            return lists["traditional"]
        case "cp949":
            return lists["korean"]
        case "cp932" | "euc_jp":
            return kana | lists["traditional"] | lists["simplified"]
        case "utf-8":
            return kana | frozenset().union(*lists.values())
        case _:
            return frozenset()
