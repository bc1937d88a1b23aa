"""One pass over a text file's bytes: is it what its source says it is, and UTF-8 for the engine.

The declared encoding is held against every byte, and what decodes by luck (Korean bytes read as
GBK) against how people write.
"""

import codecs
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from etl.readers.given import Given, UnnamedFile
from etl.readers.plausible import Sample, Suspicion, marked_otherwise
from warehouse.errors import InputError

CHUNK = 1 << 20
MAX_LINE_BYTES = 1 << 21
"""Longest line taken. The engine drops a record longer than its buffer without a word."""

UTF8_NAMES = frozenset({"utf-8", "utf-8-sig", "ascii"})


@dataclass
class TextFile:
    """A text file that holds to its encoding, as UTF-8 with its line ends counted."""

    path: Path
    """The file itself, or its copy in UTF-8."""
    copy: UnnamedFile | None = None
    """Kept open as long as this is."""
    newlines: int = 0
    ends_with_newline: bool = True
    is_empty: bool = True
    has_nul: bool = False
    run: int = 0
    """Bytes since the last line end."""

    @property
    def lines(self) -> int:
        """Lines, the last one also where nothing ends it."""
        return self.newlines + (not self.ends_with_newline)

    def count(self, chunk: bytes, *, name: str) -> None:
        """Take account of the next bytes.

        Raises:
            InputError: a line longer than any record can be.
        """
        first, last = chunk.find(b"\n"), chunk.rfind(b"\n")
        if self.run + (len(chunk) if first < 0 else first) > MAX_LINE_BYTES:
            raise InputError(
                f"{name}: 第 / line {self.newlines + 1:,} 行超过 / is longer than "
                f"{MAX_LINE_BYTES:,} bytes; 文件损坏或不是一行一条 / "
                "a damaged file, or not one record a line"
            )
        self.run = self.run + len(chunk) if last < 0 else len(chunk) - last - 1
        self.newlines += chunk.count(b"\n")
        self.ends_with_newline = chunk.endswith(b"\n")
        self.is_empty = False
        self.has_nul = self.has_nul or b"\0" in chunk


def prepare(given: Given, *, encoding: str, scratch: Path) -> TextFile:
    """Check every byte against the declared encoding; copy to UTF-8 what is not UTF-8 already.

    Raises:
        InputError: empty, undecodable (with the byte offset), or a line without end.
    """
    name = codecs.lookup(encoding).name
    is_utf8 = name in UTF8_NAMES
    if is_utf8 and given.member is None:
        result = TextFile(given.path)
        for chunk, _ in _decoded(given, encoding=encoding, name=name):
            result.count(chunk, name=given.name)
    else:
        copy = UnnamedFile(scratch)
        result = TextFile(copy.path, copy=copy)
        for raw, text in _decoded(given, encoding=encoding, name=name):
            chunk = raw if is_utf8 else text.encode("utf-8")
            if chunk:
                result.count(chunk, name=given.name)
                copy.file.write(chunk)
        copy.file.flush()
    if result.is_empty:
        raise InputError(f"{given.name}: 文件是空的 / the file is empty")
    return result


def with_one_line_end(text: TextFile, *, name: str, scratch: Path) -> TextFile:
    """A copy in which every line ends with a bare newline, for files that mix line ends."""
    copy = UnnamedFile(scratch)
    result = TextFile(copy.path, copy=copy)
    with text.path.open("rb") as lines:
        for line in lines:
            chunk = line[:-2] + b"\n" if line.endswith(b"\r\n") else line
            result.count(chunk, name=name)
            copy.file.write(chunk)
    copy.file.flush()
    return result


def _decoded(given: Given, *, encoding: str, name: str) -> Iterator[tuple[bytes, str]]:
    decoder = codecs.getincrementaldecoder(name)(errors="strict")
    sample = Sample(name)
    offset, is_judged = 0, False
    with given.opened() as file:
        while chunk := file.read(CHUNK):
            if not offset:
                _refuse(marked_otherwise(chunk, name), file=given.name, encoding=encoding)
            text = _decode(decoder, chunk, offset, file=given.name, encoding=encoding)
            if not is_judged:
                sample.add(chunk, text)
                is_judged = sample.is_full
                if is_judged:
                    _refuse(sample.suspicion(), file=given.name, encoding=encoding)
            yield chunk, text
            offset += len(chunk)
    _decode(decoder, b"", offset, file=given.name, encoding=encoding, final=True)
    if not is_judged:
        _refuse(sample.suspicion(), file=given.name, encoding=encoding)


def _refuse(suspicion: Suspicion | None, *, file: str, encoding: str) -> None:
    if suspicion is not None:
        raise InputError(
            f"{file}: 不是声明的编码 / is not in the declared encoding {encoding}, although it "
            f"may decode: from byte {suspicion.offset:,} on it reads as text only in / 只有按此编码"
            f"才读得通: {suspicion.better}\n"
            "  在来源文件中改 encoding / name the right one in the source file"
        )


def _decode(
    decoder: codecs.IncrementalDecoder,
    chunk: bytes,
    offset: int,
    *,
    file: str,
    encoding: str,
    final: bool = False,
) -> str:
    held = len(decoder.getstate()[0])
    decode: Callable[[bytes, bool], str] = decoder.decode
    try:
        return decode(chunk, final)
    except UnicodeDecodeError as error:
        bad = error.object[error.start : error.start + 4].hex(" ")
        raise InputError(
            f"{file}: 不是声明的编码 / is not in the declared encoding {encoding}: byte "
            f"{offset - held + error.start:,} ({bad}) 无法解码 / cannot be decoded\n"
            "  在来源文件中改 encoding / name the right one in the source file: gb18030, utf-8, …"
        ) from error
    except UnicodeError as error:
        raise InputError(
            f"{file}: 不是声明的编码 / is not in the declared encoding {encoding}: byte 0: "
            "没有字节序标记 / no byte order mark\n"
            "  在来源文件中改 encoding / name the right one in the source file: utf-8, gb18030, "
            "utf-16-le, …"
        ) from error
