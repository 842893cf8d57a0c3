"""Runs every figure, each group in a process of its own; a table on the screen and build/bench.json."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from benchmarks.setting import ROOT

GROUPS = ("fold", "orders", "reading", "daily_run", "many_members", "cold_start", "demo")
RESULT = ROOT / "build" / "bench.json"


def main() -> None:
    rows: dict[str, dict[str, Any]] = {}
    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task("", total=len(GROUPS))
        for group in GROUPS:
            progress.update(task, description=group)
            rows |= {row.pop("name"): row for row in _figures(group)}
            progress.advance(task)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(rows, indent=2) + "\n")
    _show(rows)


def _figures(group: str) -> Iterator[dict[str, Any]]:
    done = subprocess.run([sys.executable, "-m", f"benchmarks.{group}"], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{group} failed:\n{done.stderr}")
    for line in done.stdout.splitlines():
        if line.startswith('{"name": '):
            yield json.loads(line)


def _show(rows: dict[str, dict[str, Any]]) -> None:
    table = Table(title=f"{_machine()}", title_justify="left")
    for column in ("figure", "ours", "reference", "", "ratio", "goal", "met"):
        table.add_column(column, justify="left" if column in ("figure", "", "goal", "met") else "right")
    for name, row in rows.items():
        met = {True: "yes", False: "NO", None: ""}[row["met"]]
        ratio = "" if row["ratio"] is None else f"{row['ratio']:.2f}"
        table.add_row(name, _number(row["ours"]), _number(row["reference"]), row["unit"], ratio, row["goal"], met)
    Console(width=None if sys.stdout.isatty() else 160).print(table)


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 1000 else f"{value:.4g}"


def _machine() -> str:
    model = "unknown processor"
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), model)
    return f"{os.cpu_count()} × {model}, {platform.system()}, Python {platform.python_version()}"


if __name__ == "__main__":
    main()
