"""Journeys made ready for the engine: their times as minutes of the local day."""

from __future__ import annotations

from typing import Any

from memberflow.engine.calendar import MINUTE, Period, Zone, add
from memberflow.engine.catalogue import Catalogue
from memberflow.engine.conditions import Condition
from memberflow.engine.earning import Days
from memberflow.programme.schema import journeys as schema


class Plan:
    """When a journey speaks and until when it is of use, in a member's own zone."""

    def __init__(self, key: str, journey: schema.Journey, quiet: tuple[int, int] | None, catalogue: Catalogue) -> None:
        self.key = key
        self.trigger = journey.trigger
        self.by_month = journey.trigger == "birthday_month"
        self.after = Period.of(journey.after) if journey.after else Period(0, 0)
        self.tiers = frozenset(journey.tiers)
        self.send_at = None if journey.send_at is None else local_minute(journey.send_at)
        self.useful_for = Period.of(journey.useful_for)
        self.purpose, self.channels = journey.purpose or "", journey.channels
        self.message = journey.message or ""
        self.task = journey.task
        self._quiet = None if journey.task else quiet
        self.years = sorted(journey.years)
        self.days = Days(journey.on, leap_to_march=False)
        self.before = Period.of(journey.before) if journey.before else Period(0, 0)
        self.when = None if journey.when is None else Condition(journey.when, f"journeys.{key}.when", catalogue)
        self.tags, self.give = frozenset(journey.tags), journey.give
        self.ends_with_order = journey.ends_with == "order"
        self.asks, self.survey, self.answers = journey.asks, journey.survey, frozenset(journey.answers)
        self.segments, self.badges = frozenset(journey.segments), frozenset(journey.badges)
        self.again_after = None if journey.again_after is None else Period.of(journey.again_after)
        self.of = {} if journey.of is None else _amounts(journey.of, catalogue)

    def leaves_for(self, place: Zone, at: int) -> int:
        """The moment to send what follows on something that happened at ``at``: on its day or ``after`` it."""
        if self.after == Period(0, 0):
            return self.leaves_after(place, at)
        return self.leaves_at(place, add(place.day(at), self.after))

    def leaves_at(self, place: Zone, day: int) -> int:
        """The moment to send on a local day."""
        minute = self.send_at
        if minute is None:
            minute = self._quiet[1] if self._is_quiet(0) and self._quiet else 0
        return place.moment(day, minute)

    @property
    def most_days(self) -> int:
        """No longer than this after its reason is it of use."""
        return self.after.most_days + self.useful_for.most_days + 1

    def leaves_after(self, place: Zone, at: int) -> int:
        """The first moment to send, not before ``at``: the next ``send_at``, or at once outside quiet hours."""
        target = self.send_at
        if target is None:
            if not self._is_quiet(place.minute(at)) or not self._quiet:
                return at
            target = self._quiet[1]
        day = place.day(at)
        today = place.moment(day, target)
        return today if today >= at else place.moment(day + 1, target)

    def may_again(self, place: Zone, last: int | None, at: int) -> bool:
        """Whether it may speak at ``at``, having last done so at the moment ``last``."""
        if self.again_after is None or last is None:
            return True
        return place.day(at) >= add(place.day(last), self.again_after)

    def _is_quiet(self, minute: int) -> bool:
        if self._quiet is None:
            return False
        start, end = self._quiet
        return start <= minute < end if start < end else minute >= start or minute < end

    def useful_until(self, place: Zone, at: int) -> int:
        """'1 day' is to the end of the local day it leaves on, '7 days' to the end of the sixth after."""
        return place.moment(add(place.day(at), self.useful_for))

    def task_due(self, place: Zone, at: int) -> int:
        """'48 hours' after ``at``; '2 days' is to the end of the local day after."""
        assert self.task is not None
        number, unit = self.task.due.split()
        if unit.startswith("hour"):
            return at + int(number) * 60 * MINUTE
        return place.moment(add(place.day(at), Period.of(self.task.due)))


def _amounts(reach: schema.Reach, catalogue: Catalogue) -> dict[str, int]:
    """By measure, in the engine's units."""
    written: dict[str, Any] = {name: getattr(reach, name) for name in schema.Reach.__struct_fields__}
    return {name: catalogue.figure(name, amount) for name, amount in written.items() if amount is not None}


def local_minute(text: str) -> int:
    """'09:30' as minutes since midnight."""
    return int(text[:2]) * 60 + int(text[3:])
