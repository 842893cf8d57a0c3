"""The days a measure covers: a trailing period that ends today, or a month, quarter or year of the calendar."""

from __future__ import annotations

from datetime import date

from memberflow.engine.calendar import Period, add_months, date_to_day, day_to_date, leaves_window, window_start

_MONTHS = {"month": 1, "quarter": 3, "year": 12}


class Trailing:
    """'12 months': today and everything back to the day after the same date a window earlier."""

    falling = True
    """Where nothing happens, what it holds only becomes less."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.period = Period.of(text)
        self.months = self.period.months
        self._first: dict[int, int] = {}

    def first(self, day: int) -> int:
        """The first day that counts on ``day``."""
        if day not in self._first:
            self._first[day] = window_start(day, self.period)
        return self._first[day]

    def last(self, day: int) -> int:
        return day

    def leaves(self, day: int) -> int:
        """The first day on which what happened on ``day`` no longer counts."""
        return leaves_window(day, self.period)

    def turns(self, day: int) -> tuple[int, ...]:
        """The days after ``day`` on which what happened on it comes to count or ceases to."""
        return (self.leaves(day),)


class Calendar:
    """'this quarter': from its first day to today. 'last quarter': the whole one before."""

    def __init__(self, text: str) -> None:
        which, _, unit = text.partition(" ")
        self.text, self.months = text, _MONTHS[unit]
        self.falling = which == "this"

    def first(self, day: int) -> int:
        return self._start(day, 0 if self.falling else -1)

    def last(self, day: int) -> int:
        return day if self.falling else self._start(day, 0) - 1

    def leaves(self, day: int) -> int:
        return self._start(day, 1 if self.falling else 2)

    def turns(self, day: int) -> tuple[int, ...]:
        return (self.leaves(day),) if self.falling else (self._start(day, 1), self.leaves(day))

    def _start(self, day: int, on: int) -> int:
        """The first day of the calendar period that holds ``day``, or of one ``on`` periods later."""
        today = day_to_date(day)
        first = date_to_day(date(today.year, (today.month - 1) // self.months * self.months + 1, 1))
        return add_months(first, on * self.months)


Window = Trailing | Calendar


def window_of(text: str) -> Window:
    return Calendar(text) if text.startswith(("this ", "last ")) else Trailing(text)
