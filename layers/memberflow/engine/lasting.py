"""How long points last: the day on which a lot is gone, and what prolongs it."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from memberflow.engine.calendar import Period, add, date_to_day, day_to_date
from memberflow.engine.member import NEVER
from memberflow.programme.schema.points import Expiry, Rolling


class Prolonging:
    """Activity moves the end of the lots earned under this rule."""

    def __init__(self, rolling: Rolling) -> None:
        self.period = Period.of(rolling.for_)
        self.on = frozenset(rolling.on)
        self.zero_points = rolling.zero_points == "count"

    def gone_on(self, day: int) -> int:
        return add(day, self.period) + 1


class Lasting:
    """``rule``: the number its prolonged lots carry; 0 where nothing prolongs them."""

    def __init__(self, expiry: Expiry | None, rule: int) -> None:
        self._after = None if expiry is None or expiry.after is None else Period.of(expiry.after)
        self._unit = None if expiry is None else expiry.round_up_to
        self._dates = () if expiry is None else tuple(sorted(_month_and_day(text) for text in expiry.on))
        self.prolonging = None if expiry is None or expiry.rolling is None else Prolonging(expiry.rolling)
        self.rule = rule if self.prolonging else 0
        self.never_for = frozenset[str]() if expiry is None else frozenset(expiry.never_for)
        self.notice = Period.of("30 days" if expiry is None else expiry.notice)
        within = None if expiry is None else expiry.reinstate_within
        self.reinstate_within = None if within is None else Period.of(within)
        self._known: dict[int, int] = {}

    def gone_on(self, day: int) -> int:
        """The day on which points earned on ``day`` are gone: the one after their last."""
        if day not in self._known:
            self._known[day] = self._gone_on(day)
        return self._known[day]

    def _gone_on(self, day: int) -> int:
        if self._after is None and not self._dates:
            return NEVER
        last = day if self._after is None else add(day, self._after)
        if self._dates:
            last = _next_of(self._dates, last)
        return (_end_of(self._unit, last) if self._unit else last) + 1

    @property
    def periods(self) -> list[Period]:
        """The lengths of time after which something of this is due."""
        if self._after is None and not self._dates:
            return []
        soonest = Period(0, 0) if self._dates or self._after is None else self._after
        rolls = [self.prolonging.period] if self.prolonging else []
        return [soonest, *rolls, self.notice] if self.never_for else [soonest, *rolls]


def _month_and_day(text: str) -> tuple[int, int]:
    return int(text[:2]), int(text[3:])


def _next_of(dates: tuple[tuple[int, int], ...], day: int) -> int:
    """The first of the dates on or after a day; one that a year lacks is the last of its month."""
    year = day_to_date(day).year
    days = [_in_year(of, month, dom) for of in (year, year + 1) for month, dom in dates]
    return next(found for found in days if found >= day)


def _in_year(year: int, month: int, day: int) -> int:
    return date_to_day(date(year, month, min(day, monthrange(year, month)[1])))


def _end_of(unit: str, day: int) -> int:
    """The last day of the month, quarter or year that a day lies in."""
    on = day_to_date(day)
    month = {"month": on.month, "quarter": (on.month + 2) // 3 * 3, "year": 12}[unit]
    return date_to_day(date(on.year, month, monthrange(on.year, month)[1]))
