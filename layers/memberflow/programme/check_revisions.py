"""Checks of a later revision against the first: what members' records rest on stays as it was."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from memberflow.programme.problems import Problem
from memberflow.programme.schema import Programme

_STAYS = ("programme", "currency", "time_zone", "enrol")


def problems(first: Programme, later: Programme, date: str, file: str) -> Iterator[Problem]:
    """Of the revision that is in force from a date, whose page is ``file``."""
    try:
        datetime.date.fromisoformat(date)
    except ValueError:
        message = f"there is no day {date!r}"
        yield Problem("P091", (), message, "the file's name says from when it is in force", file=file, line=1, column=1)
    for key in _STAYS:
        was, is_now = getattr(first, key), getattr(later, key)
        if was != is_now:
            message = f"{key} becomes {is_now!r}: it was {was!r}"
            help = "it stays for as long as there are members; start another programme instead"
            yield Problem("P092", (key,), message, help, file=file, line=1, column=1)
