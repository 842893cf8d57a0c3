"""Days, months and zones: one formula each, used everywhere.

Windows are whole days. Months are calendar months clipped to the month's end and always counted from an anchor, never
stepped (31 January + 1 month + 1 month is not 31 January + 2 months).
"""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 86_400_000
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


class Period(NamedTuple):
    """A length of time on the calendar; one of the two is zero."""

    months: int
    days: int

    @classmethod
    def of(cls, text: str) -> Period:
        """From '90 days', '12 months' or '1 year'."""
        count, unit = text.split()
        if unit.startswith("day"):
            return cls(0, int(count))
        return cls(int(count) * (12 if unit.startswith("year") else 1), 0)

    @property
    def least_ms(self) -> int:
        """No less time than this passes, whatever the month, the clock changes and the two zones it is counted in."""
        return (self.months * 28 + self.days - 3) * DAY

    @property
    def most_days(self) -> int:
        """No more days than this pass, whatever the month, the clock changes and the two zones it is counted in."""
        return self.months * 31 + self.days + 3


@lru_cache(maxsize=1 << 16)
def add_months(day: int, months: int) -> int:
    """The same date so many months on (or back), clipped to the month's end."""
    start = day_to_date(day)
    year, month0 = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date_to_day(date(year, month0 + 1, min(start.day, monthrange(year, month0 + 1)[1])))


def add(day: int, period: Period, times: int = 1) -> int:
    """``times`` whole periods after ``day``."""
    return add_months(day, period.months * times) + period.days * times if period.months else day + period.days * times


def next_anniversary(start: int, period: Period, after: int) -> int:
    """The first day later than ``after`` that lies a whole number of periods, at least one, after ``start``."""
    first = add(start, period)
    if first > after:
        return first
    times = max(2, (after - start) // (period.months * 31 + period.days))
    while add(start, period, times) <= after:
        times += 1
    return add(start, period, times)


def next_date(dates: tuple[tuple[int, int], ...], after: int) -> int:
    """The first day later than ``after`` that is one of the dates (month, or 0 for each; day, clipped to its end)."""
    on = day_to_date(after)
    for month in range(on.month, on.month + 13):
        first = date_to_day(date(on.year + (month - 1) // 12, (month - 1) % 12 + 1, 1))
        length = add_months(first, 1) - first
        days = [first + min(day, length) - 1 for named, day in dates if named in (0, (month - 1) % 12 + 1)]
        if found := [day for day in days if day > after]:
            return min(found)
    raise ValueError(f"no date among {dates}")


def month_end(day: int) -> int:
    """The first day of the next month, or the day itself where a month begins with it."""
    on = day_to_date(day)
    return day if on.day == 1 else add_months(day - on.day + 1, 1)


def whole_months(start: int, end: int) -> int:
    """How many months have gone by in full between two days."""
    one, other = day_to_date(start), day_to_date(end)
    months = (other.year - one.year) * 12 + other.month - one.month
    return months if add_months(start, months) <= end else months - 1


def window_start(day: int, window: Period) -> int:
    """The first day that counts on ``day``: the one after the same date a window earlier."""
    return add(day, window, -1) + 1


def leaves_window(day: int, window: Period) -> int:
    """The first day on which what happened on ``day`` no longer counts; the inverse of window_start."""
    later = add(day, window)
    return later if add(later, window, -1) >= day else later + 1


def date_to_day(on: date) -> int:
    return on.toordinal() - _EPOCH_ORDINAL


def day_to_date(day: int) -> date:
    return date.fromordinal(day + _EPOCH_ORDINAL)


def birthday_in(year: int, month: int, day: int, leap_to_march: bool) -> int:
    """The day a birthday is kept in a year; 29 February moves to the 28th or to 1 March where there is none."""
    if (month, day) == (2, 29) and monthrange(year, 2)[1] == 28:
        month, day = (3, 1) if leap_to_march else (2, 28)
    return date_to_day(date(year, month, day))


class Zone:
    """Local days and hours of a time zone.

    A local time that does not exist moves to the next moment that does; one that happens twice is its first.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._info = ZoneInfo(name)
        self._steady: dict[int, int | None] = {}
        self._moments: dict[tuple[int, int], int] = {}

    def offset(self, at: int) -> int:
        """Milliseconds that local time is ahead of UTC. Constant over nearly every UTC day, so kept by day."""
        try:
            known = self._steady[at // DAY]
        except KeyError:
            known = self._learn(at // DAY)
        return self._look_up(at) if known is None else known

    def _learn(self, utc_day: int) -> int | None:
        first, last = self._look_up(utc_day * DAY), self._look_up(utc_day * DAY + DAY - 1)
        self._steady[utc_day] = first if first == last else None
        return self._steady[utc_day]

    def _look_up(self, at: int) -> int:
        shift = datetime.fromtimestamp(at // 1000, UTC).astimezone(self._info).utcoffset()
        assert shift is not None
        return int(shift.total_seconds()) * 1000

    def day(self, at: int) -> int:
        """The local day a moment falls on."""
        shift = self._steady.get(at // DAY)
        return (at + (self.offset(at) if shift is None else shift)) // DAY

    def minute(self, at: int) -> int:
        """Minutes since local midnight."""
        return (at + self.offset(at)) % DAY // MINUTE

    def moment(self, day: int, minute: int = 0) -> int:
        """The moment of a local time; minute 0 is the first moment of the day. Asked for often, so kept."""
        known = self._moments.get((day, minute))
        if known is None:
            known = self._moments[day, minute] = self._find(day, minute)
        return known

    def _find(self, day: int, minute: int) -> int:
        local = day * DAY + minute * MINUTE
        before, after = self.offset(local - DAY), self.offset(local + DAY)
        for shift in (before, after):
            if self.offset(local - shift) == shift:
                return local - shift
        return self._change(local - DAY, local + DAY, before)

    def _change(self, low: int, high: int, before: int) -> int:
        """The moment between two at which the offset stops being ``before``."""
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.offset(middle) == before else (low, middle)
        return high


@lru_cache(maxsize=1024)
def zone(name: str) -> Zone:
    """The zone by its IANA name. Raises ZoneInfoNotFoundError or ValueError where there is none."""
    try:
        return Zone(name)
    except OSError as error:  # 'Europe' is a folder, a very long name no file
        raise ZoneInfoNotFoundError(name) from error


@lru_cache(maxsize=1024)
def zone_or_none(name: str) -> Zone | None:
    """The zone, or None where there is none by that name: looking in vain is dear, so it is kept too."""
    try:
        return zone(name)
    except (ZoneInfoNotFoundError, ValueError):
        return None
