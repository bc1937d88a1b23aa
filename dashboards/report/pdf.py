"""A document as PDF, printed by Chromium: charts are vectors, fonts are embedded."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock

from warehouse.errors import BusyError, InputError
from warehouse.settings import Settings

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SECONDS = 120.0
"""How long printing may take; on an idle machine it takes two or three."""
DRAWING_MILLISECONDS = 20_000
"""Of the document's own clock, which runs ahead while nothing is to be done."""

FLAGS = (
    "--headless",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-pdf-header-footer",
    "--generate-pdf-document-outline",
    # Nothing is loaded: no name leads anywhere.
    "--host-resolver-rules=MAP * ~NOTFOUND",
)

_printing = Lock()


class NoBrowserError(InputError):
    """There is no Chromium to print with."""


class PrintError(InputError):
    """Chromium did not print the document."""


def find_browser(settings: Settings) -> Path:
    """The Chromium of the settings, else the first on the path.

    Raises:
        NoBrowserError: there is none; says what to install.
    """
    named = [str(settings.browser)] if settings.browser else list(BROWSERS)
    for name in named:
        if found := shutil.which(name):
            return Path(found)
    raise NoBrowserError(
        f"{', '.join(named)}: 找不到用于打印 PDF 的 Chromium / no Chromium to print the PDF with; "
        "请安装 / install: apt install chromium fonts-wqy-microhei, "
        "或设置 / or set GRIDGOV_BROWSER; Excel 报告不需要 / the Excel report needs none"
    )


def as_pdf(document: str, *, settings: Settings, seconds: float = SECONDS) -> bytes:
    """Print an HTML document; one at a time, as a browser takes much memory.

    Raises:
        NoBrowserError, PrintError, BusyError: there is no browser, it failed, or it is still at
            work for somebody else.
    """
    browser = find_browser(settings)
    with _turn(seconds), TemporaryDirectory(prefix="gridgov-report-") as name:
        folder = Path(name)
        source, printed = folder / "document.html", folder / "document.pdf"
        source.write_text(document, encoding="utf-8")
        said = _run(_command(browser, source, printed, folder), folder, seconds)
        if not printed.exists():
            raise PrintError(f"{browser}: 未能生成 PDF / did not print the PDF: {said[-400:]}")
        return printed.read_bytes()


def _command(browser: Path, source: Path, printed: Path, folder: Path) -> list[str]:
    # Its sandbox cannot be used by root.
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return [
        str(browser),
        *FLAGS,
        *(["--no-sandbox"] if is_root else []),
        f"--user-data-dir={folder / 'profile'}",
        f"--virtual-time-budget={DRAWING_MILLISECONDS}",
        f"--print-to-pdf={printed}",
        source.as_uri(),
    ]


def _run(command: Sequence[str], folder: Path, seconds: float) -> str:
    """Run to its end and return what it said; it and its children are killed when it takes long."""
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, "HOME": str(folder)},
        start_new_session=True,
    ) as process:
        try:
            _, said = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired as error:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            raise PrintError(
                f"{command[0]}: {seconds:.0f} 秒内未完成 / took longer than that many seconds"
            ) from error
        return said.decode(errors="replace").strip()


@contextmanager
def _turn(seconds: float) -> Iterator[None]:
    if not _printing.acquire(timeout=seconds):
        raise BusyError("另一份报告正在打印 / another report is being printed")
    try:
        yield
    finally:
        _printing.release()
