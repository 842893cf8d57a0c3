"""What a shop owes its members in points: what is outstanding, what became of points earned, what those of a sale are.

Pure figures. A month is text, '2026-03', in the programme's zone; money is in minor units, a share a fraction of one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from fractions import Fraction

from msgspec import Struct, field

from cli import words
from cli.trail import Cohort, Trail
from memberflow.engine.member import NEVER, Member
from memberflow.engine.outcome import Entry
from memberflow.engine.rules import Rules


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
        trail = Trail(self.cohorts)
        for entry in entries:
            trail.take(entry, words.day(rules.zone.day(entry.at))[:7])
        trail.finish(member.points_held)

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


def breakage(cohort: Cohort) -> Fraction | None:
    """The share that expired unspent so far; None where nothing was earned for good."""
    return Fraction(cohort.expired, cohort.left) if cohort.left else None


def _owed_to(member: Member) -> Iterator[tuple[int, int]]:
    """All that a member may spend, once it is usable or free again too: the day it is gone on, and points."""
    parts = [*member.lots, *(part for held in member.held for part in held.parts)]
    for gone, points in [(part[0], part[1]) for part in parts] + [(part[1], part[2]) for part in member.pending]:
        yield (NEVER if member.sheltered else max(gone, member.spared_until)), points


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
