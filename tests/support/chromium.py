"""How tests start Chromium: Debian's where there is one, drawing WebGL without a graphics card."""

import shutil
from typing import Any

FLAGS = (
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    # Only WebGL needs it; all else is put together faster without a graphics card that is none.
    "--disable-gpu-compositing",
    # What Chromium would look up on its own account is none of the pages' doing.
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
)


def launch_arguments(*more: str) -> dict[str, Any]:
    """Arguments of Playwright's `launch`, with flags beyond the usual ones."""
    installed = shutil.which("chromium")
    named = {"executable_path": installed} if installed else {}
    return {**named, "args": [*FLAGS, *more]}
