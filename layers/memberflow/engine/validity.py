"""How long a benefit that was given is valid."""

from __future__ import annotations

from typing import NamedTuple

from memberflow.engine.calendar import HOUR, Period, Zone, add


class Validity(NamedTuple):
    """Hours, counted to the minute, or a period on the calendar, through the end of its last day, like points."""

    hours: int
    period: Period | None

    @classmethod
    def of(cls, text: str) -> Validity:
        """From '24 hours', '90 days', '12 months' or '1 year'."""
        count, unit = text.split()
        return cls(int(count), None) if unit.startswith("hour") else cls(0, Period.of(text))

    def until(self, zone: Zone, at: int) -> int:
        """The moment from which what was given at ``at`` is no longer valid."""
        if self.period is None:
            return at + self.hours * HOUR
        return zone.moment(add(zone.day(at), self.period) + 1)
