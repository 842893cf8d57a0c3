"""Points followed through a member's ledger, from the month they were earned in to what became of them.

The ledger knows lots, not the earnings in them: of a lot that was earned in several months the earliest points count as
taken first. What comes back (a cancelled reservation, a refunded order that was paid with points) is what left last.
"""

from __future__ import annotations

from collections import defaultdict

from msgspec import Struct

from memberflow.engine.outcome import Entry

_ENDS = {
    "expired": "expired",
    "order.refunded": "taken_back",
    "points.adjusted": "taken_back",
    "points.sent": "taken_back",
}
"""What became of points that left a lot, by the kind of the cause; any other cause used them."""

_RETURNS = {
    "order.refunded": "used",
    "points.cancelled": "used",
    "lapsed": "used",
    "points.reinstated": "expired",
}
"""What points that come into a lot had become before, by the kind of the cause; any other cause earned them."""


class Cohort(Struct):
    """The points earned in a month, or given then, and what became of them.

    ``taken_back``: by refunds, by hand, sent to another member, and what repaid a debt.
    """

    earned: int = 0
    used: int = 0
    taken_back: int = 0
    expired: int = 0

    @property
    def left(self) -> int:
        """What was earned and not taken back."""
        return self.earned - self.taken_back

    @property
    def open(self) -> int:
        return self.left - self.used - self.expired

    def add(self, other: Cohort) -> None:
        for name in self.__struct_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


class _Part(Struct):
    """Points of one month; ``lot``: the day they are gone, None where they repaid a debt."""

    lot: int | None
    month: str
    points: int


class Trail:
    """Adds what it finds to ``cohorts``, by the month of earning; ``take`` every entry in order, then ``finish``."""

    def __init__(self, cohorts: defaultdict[str, Cohort]) -> None:
        self._cohorts = cohorts
        self._usable: list[_Part] = []
        self._pending: list[_Part] = []
        self._arriving: list[_Part] = []
        self._ended: defaultdict[str, list[_Part]] = defaultdict(list)

    def take(self, entry: Entry, month: str) -> None:
        kind = entry.cause.partition("#")[0]
        if entry.pending > 0:
            self._pending.append(self._earned(_Part(entry.lot, month, entry.pending)))
        elif entry.pending < 0:
            parts = _out_of(self._pending, entry.lot, -entry.pending)
            if kind == "order.refunded":
                self._end("taken_back", parts)
            else:
                self._arriving += parts
        elif entry.points > 0:
            self._come(entry, kind, month)
        elif entry.lot is not None:
            self._end(_ENDS.get(kind, "used"), _out_of(self._usable, entry.lot, -entry.points))

    def finish(self, held: int) -> None:
        """``held``: points of reservations, which are neither used nor back yet."""
        self._reopened("used", held)

    def _come(self, entry: Entry, kind: str, month: str) -> None:
        """Into a lot: pending points that are usable now, points that come back, or earnings."""
        parts = _out_of(self._arriving, entry.lot, entry.points)
        if kind in _RETURNS:
            parts += self._reopened(_RETURNS[kind], entry.points - _sum(parts))
        if new := entry.points - _sum(parts):
            parts.append(self._earned(_Part(entry.lot, month, new)))
        if entry.lot is None:
            self._end("taken_back", parts)
        else:
            self._usable += [_Part(entry.lot, part.month, part.points) for part in parts]

    def _earned(self, part: _Part) -> _Part:
        self._cohorts[part.month].earned += part.points
        return part

    def _end(self, end: str, parts: list[_Part]) -> None:
        for part in parts:
            self._count(end, part.month, part.points)
            self._ended[end].append(part)

    def _reopened(self, end: str, points: int) -> list[_Part]:
        """What ended so last."""
        self._ended[end].reverse()
        parts = _out_of(self._ended[end], None, points)
        self._ended[end].reverse()
        for part in parts:
            self._count(end, part.month, -part.points)
        return parts

    def _count(self, end: str, month: str, points: int) -> None:
        cohort = self._cohorts[month]
        setattr(cohort, end, getattr(cohort, end) + points)


def _sum(parts: list[_Part]) -> int:
    return sum(part.points for part in parts)


def _out_of(parts: list[_Part], lot: int | None, points: int) -> list[_Part]:
    """Takes points out of the parts of a lot, then of any: activity and operators move lots without an entry."""
    taken = []
    for part in sorted(parts, key=lambda part: part.lot != lot) if lot is not None else list(parts):
        if not points:
            break
        some = min(points, part.points)
        taken.append(_Part(part.lot, part.month, some))
        part.points -= some
        points -= some
    parts[:] = [part for part in parts if part.points]
    return taken
