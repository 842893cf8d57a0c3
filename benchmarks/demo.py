"""What a day of the demo costs: a run and the orders of some members, through the functions of the local stack."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.setting import CACHE, row, streams, timed

MEMBERS = 200
DAYS = 546


def main() -> None:
    streams()
    command = [Path(sys.executable).parent / "memberflow", "demo", "--members", str(MEMBERS)]
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(CACHE, Path(folder) / CACHE.name)
        seconds = timed(lambda: subprocess.run(command, cwd=folder, capture_output=True, check=True))
    row(f"demo: a simulated day, {MEMBERS} members", seconds / DAYS * 1e3, None, "reported", None, "ms")


if __name__ == "__main__":
    main()
