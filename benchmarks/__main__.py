"""Every benchmark at its own size, one after the other: `make bench`."""

import subprocess
import sys
from pathlib import Path

for file in sorted(Path(__file__).parent.glob("[!_]*.py")):
    print(f"== {file.stem}", flush=True)
    subprocess.run([sys.executable, "-m", f"benchmarks.{file.stem}"], check=True)
