"""What a shop owes its members in points: what is outstanding, what became of points earned, what those of a sale are.

Pure figures. A month is text, '2026-03', in the programme's zone; money is in minor units, a share a fraction of one.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator
from fractions import Fraction

from msgspec import Struct, field

from cli import words
from memberflow.engine.member import NEVER, Member
from memberflow.engine.outcome import Entry
from memberflow.engine.rules import Rules

_FATES = {"expired": "expired", "order.refunded": "taken_back"}
"""What became of points, by the kind of cause that took them out of a lot; any other cause used them."""


class Cohort(Struct):
    """The points earned in a month and what became of them. Those that repaid a debt count as taken back."""

    earned: int = 0
    used: int = 0
    taken_back: int = 0
    expired: int = 0

    @property
    def open(self) -> int:
        return self.left - self.used - self.expired

    @property
    def left(self) -> int:
        """What was earned and not taken back."""
        return self.earned - self.taken_back

    @property
    def breakage(self) -> Fraction | None:
        """The share that expired unspent so far; None where nothing was earned for good."""
        return Fraction(self.expired, self.left) if self.left else None

    def add(self, other: Cohort) -> None:
        for name in self.__struct_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


class Owed(Struct):
    """Sums over members.

    ``outstanding``: by tier ('' before enrolment) and by the last month of use. ``debt``: by tier. ``cohorts``: by the
    month of earning.
    """

    outstanding: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    debt: Counter[str] = field(default_factory=Counter)
    cohorts: defaultdict[str, Cohort] = field(default_factory=lambda: defaultdict(Cohort))

    def add(self, rules: Rules, member: Member, entries: Iterable[Entry]) -> None:
        """A member as of the moment that is asked about, with every entry of his ledger up to there."""
        tier = member.tier or ""
        self.debt[tier] += member.debt
        for gone, points in _owed_to(member):
            self.outstanding[tier]["never" if gone == NEVER else words.day(gone - 1)[:7]] += points
        _follow(rules, entries, self.cohorts)

    @property
    def points(self) -> int:
        return sum(by_month.total() for by_month in self.outstanding.values())

    @property
    def settled(self) -> Cohort:
        """The sum of the months before the first of which points are open: the later ones have not shown their end."""
        total, open_from = Cohort(), min((month for month, one in self.cohorts.items() if one.open), default="~")
        for month, cohort in self.cohorts.items():
            if month < open_from:
                total.add(cohort)
        return total


def _owed_to(member: Member) -> Iterator[tuple[int, int]]:
    """Everything that a member may still spend: the day it is gone on, and points."""
    return ((lot[0], lot[1]) for lot in member.lots)


def _follow(rules: Rules, entries: Iterable[Entry], cohorts: defaultdict[str, Cohort]) -> None:
    """Follows points through their lots. Of a lot that was earned in several months the earliest are taken first."""
    lots: defaultdict[int, deque[tuple[str, int]]] = defaultdict(deque)
    for entry in entries:
        month = words.day(rules.zone.day(entry.at))[:7]
        if entry.points > 0:
            cohorts[month].earned += entry.points
            if entry.lot is None:
                cohorts[month].taken_back += entry.points
            else:
                lots[entry.lot].append((month, entry.points))
        elif entry.lot is not None:
            fate = _FATES.get(entry.cause.partition("#")[0], "used")
            for earned_in, points in _taken(lots[entry.lot], -entry.points):
                setattr(cohorts[earned_in], fate, getattr(cohorts[earned_in], fate) + points)


def _taken(lot: deque[tuple[str, int]], points: int) -> Iterator[tuple[str, int]]:
    while points:
        month, held = lot.popleft()
        taken = min(points, held)
        if taken < held:
            lot.appendleft((month, held - taken))
        points -= taken
        yield month, taken


class Sale(Struct, frozen=True):
    """A sale whose price is divided over its goods and its points by stand-alone selling prices (IFRS 15.73 to 86).

    ``goods``: what the goods would cost alone. ``worth``: of a point to the member. ``use``: the share of such points
    that will be used; the others promise nothing (IFRS 15.B42). Money in minor units, as everywhere.
    """

    price: int
    goods: int
    points: int
    worth: Fraction
    use: Fraction

    @property
    def points_alone(self) -> Fraction:
        """What the points would cost alone, exactly."""
        return self.points * self.worth * self.use

    @property
    def for_points(self) -> int:
        """What is deferred until the points are used or expire; halves of a minor unit to the even one."""
        return round(self.price * self.points_alone / (self.goods + self.points_alone))

    @property
    def for_goods(self) -> int:
        """The rest, so that nothing of the price is lost."""
        return self.price - self.for_points
