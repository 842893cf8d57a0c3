"""What the commands show: a console, and how far a long job has come."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

_FIGURE = re.compile(r"([+-]?\d[\d,./]*( s)?)?")

PATIENCE = 2.0
"""Seconds before a job shows how far it is."""


def console(stderr: bool = False) -> Console:
    """Shows text as it is, brackets too; wide enough for our columns where there is no terminal to ask."""
    from rich.console import Console

    plain: dict[str, Any] = {"stderr": stderr, "highlight": False, "markup": False, "emoji": False}
    screen = Console(**plain)
    return screen if screen.is_terminal else Console(**plain, width=120, color_system=None)


def columns(screen: Console, title: str, heads: list[str], rows: list[list[str]]) -> None:
    """A table for the reader: figures stand to the right. Nothing is shown where there are no rows."""
    from rich import box
    from rich.table import Table

    if not rows:
        return
    shown = Table(title=title or None, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for column, head in enumerate(heads):
        is_figure = all(_FIGURE.fullmatch(row[column]) for row in rows)
        shown.add_column(head, justify="right" if is_figure else "left", overflow="fold", no_wrap=column == 0)
    for row in rows:
        shown.add_row(*row)
    screen.print(shown)


class Steps:
    """Counts the steps of a job: a bar on a terminal, else a plain line each tenth, both on stderr."""

    def __init__(self, what: str, total: int) -> None:
        self.what, self.total, self.done = what, total, 0
        self._began = time.monotonic()
        self._tenths = 0
        self._bar: Progress | None = None

    def __call__(self, steps: int = 1) -> None:
        self.done += steps
        if time.monotonic() - self._began < PATIENCE:
            return
        if sys.stderr.isatty():
            self._show_bar()
        elif self.done * 10 // self.total > self._tenths:
            self._tenths = self.done * 10 // self.total
            print(f"{self.what}: {self.done:,} of {self.total:,}", file=sys.stderr, flush=True)

    def _show_bar(self) -> None:
        if self._bar is None:
            from rich.progress import MofNCompleteColumn, Progress, TimeRemainingColumn

            columns = (*Progress.get_default_columns()[:2], MofNCompleteColumn(), TimeRemainingColumn())
            self._bar = Progress(*columns, console=console(stderr=True), transient=True)
            self._bar.add_task(self.what, total=self.total)
            self._bar.start()
        self._bar.update(self._bar.task_ids[0], completed=self.done)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.stop()


@contextmanager
def steps(what: str, total: int) -> Iterator[Steps]:
    """Shows how far a job of ``total`` steps is once it takes longer than PATIENCE; call it for each step done."""
    counter = Steps(what, total)
    try:
        yield counter
    finally:
        counter.close()
