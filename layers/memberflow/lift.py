"""What journeys bring back: which message an order counts for, and what it is worth against who was held out.

A step is a journey that says ``counts_within``. An order counts for the last step before it whose window holds it, and
for no other. That rate says who came back, not who came back because of the message: the lift does, for those held
out passed every gate like the others. Both are counted from the moment of the occurrence.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from math import sqrt
from statistics import NormalDist

from msgspec import Struct, field

from memberflow.engine.calendar import Period, add
from memberflow.engine.member import Task
from memberflow.engine.outcome import Occurrence
from memberflow.engine.rules import Rules
from memberflow.facts import AnyFact, Order, Refund
from memberflow.programme.schema.journeys import Journey

REACHED = frozenset(("sent", "unknown", "delivered", "complained", "done"))
"""States of messages, and of tasks, that orders may count for."""

WRITTEN_TO = REACHED | {"failed", "bounced", "open", "withdrawn", "lapsed"}
"""States of messages that passed every gate, and of tasks that were opened.

Who was held out might have bounced, or bought before anybody called him, so these stay in the lift.
"""

HELD_OUT = frozenset(("withheld: holdout", "held_out"))
LEAST = 30
"""Members on either side without whom no lift is told: an interval as wide as that says nothing."""

_Z = NormalDist().inv_cdf(0.975)

Told = tuple[Occurrence | Task, str]
"""What was to be said or done, and what became of it: 'sent', 'withheld: consent', for a task 'done', 'held_out' …"""


class Interval(Struct, frozen=True):
    """A difference of shares, and what it lies between with 95 % confidence."""

    difference: float
    low: float
    high: float

    @property
    def may_be_chance(self) -> bool:
        return self.low <= 0 <= self.high


class Arm(Struct):
    """Members, how many of them bought within the window, and for how much in all, in minor units."""

    members: int = 0
    returned: int = 0
    spend: int = 0

    @property
    def rate(self) -> float | None:
        return self.returned / self.members if self.members else None

    def add(self, amounts: list[int]) -> None:
        self.members += 1
        self.returned += bool(amounts)
        self.spend += sum(amounts)


class Step(Struct):
    """What became of a journey's messages whose window is over; ``running`` are those whose window is not.

    ``written_to`` and ``held_out`` count each member once, by the first message that he got or would have got.
    """

    reached: int = 0
    won_back: int = 0
    running: int = 0
    written_to: Arm = field(default_factory=Arm)
    held_out: Arm = field(default_factory=Arm)

    @property
    def rate(self) -> float | None:
        return self.won_back / self.reached if self.reached else None

    @property
    def lift(self) -> Interval | None:
        """None where too few were written to, or held out."""
        one, other = self.written_to, self.held_out
        if min(one.members, other.members) < LEAST:
            return None
        return newcombe(one.returned, one.members, other.returned, other.members)


def steps(rules: Rules, members: Iterable[tuple[Iterable[Told], Iterable[AnyFact]]], now: int) -> dict[str, Step]:
    """By journey, as of ``now``, from each member's messages and facts.

    ``rules``: of the first revision; a message goes by the page that was in force at its moment.
    """
    found: dict[str, Step] = defaultdict(Step)
    for told, facts in members:
        spans = [span for occurrence, outcome in told if (span := _span(rules, occurrence, outcome)) is not None]
        spans.sort(key=lambda span: (span.at, span.id))
        orders = _orders(facts, now)
        _add_rates(found, spans, orders, now)
        _add_arms(found, spans, orders, now)
    return dict(found)


class _Span(Struct, frozen=True):
    """A message and the moments between which an order counts for it."""

    id: str
    journey: str
    at: int
    end: int
    outcome: str
    is_compared: bool

    def holds(self, at: int) -> bool:
        return self.at < at < self.end


def _span(rules: Rules, occurrence: Occurrence | Task, outcome: str) -> _Span | None:
    journey = rules.at(occurrence.at).programme.journeys.get(occurrence.journey)
    if journey is None or journey.counts_within is None:
        return None
    end = _end(rules, journey.counts_within, occurrence.at)
    state = outcome if outcome in HELD_OUT else outcome.partition(":")[0]
    return _Span(occurrence.id, occurrence.journey, occurrence.at, end, state, _is_compared(journey))


def _is_compared(journey: Journey) -> bool:
    """Before a journey had a holdout nobody was held out: those messages have nothing to be compared with."""
    return journey.holdout is not None


def _end(rules: Rules, within: str, at: int) -> int:
    """The window closes with the last day that is no further off: '30 days' after the 1st with the 31st."""
    return rules.zone.moment(add(rules.zone.day(at), Period.of(within)) + 1)


def _orders(facts: Iterable[AnyFact], now: int) -> list[tuple[int, int]]:
    """The moment of each order and what is left of it; what was given back whole is no return."""
    known = [fact for fact in facts if fact.at <= now]
    left = {fact.id: [fact.at, fact.amount] for fact in known if isinstance(fact, Order)}
    for fact in known:
        if isinstance(fact, Refund) and fact.order_id in left:
            order = left[fact.order_id]
            order[1] = 0 if fact.amount is None else order[1] - fact.amount
            if order[1] <= 0:
                del left[fact.order_id]
    return [(at, amount) for at, amount in left.values()]


def _add_rates(found: dict[str, Step], spans: list[_Span], orders: list[tuple[int, int]], now: int) -> None:
    reached = [span for span in spans if span.outcome in REACHED]
    last = (max((s for s in reached if s.holds(at)), key=lambda s: (s.at, s.id), default=None) for at, _ in orders)
    won_back = {span.id for span in last if span is not None}
    for span in reached:
        if span.end > now:
            found[span.journey].running += 1
        else:
            found[span.journey].reached += 1
            found[span.journey].won_back += span.id in won_back


def _add_arms(found: dict[str, Step], spans: list[_Span], orders: list[tuple[int, int]], now: int) -> None:
    compared = [s for s in spans if s.is_compared and (s.outcome in WRITTEN_TO or s.outcome in HELD_OUT)]
    first = {span.journey: span for span in reversed(compared)}
    for journey, span in first.items():
        if span.end <= now:
            step = found[journey]
            arm = step.held_out if span.outcome in HELD_OUT else step.written_to
            arm.add([amount for at, amount in orders if span.holds(at)])


def newcombe(returned: int, members: int, others_returned: int, others: int) -> Interval:
    """The difference of two shares, with Newcombe's interval (1998, method 10): honest for few members and none."""
    share, low, high = _wilson(returned, members)
    other, other_low, other_high = _wilson(others_returned, others)
    difference = share - other
    below, above = (
        sqrt((share - low) ** 2 + (other_high - other) ** 2),
        sqrt((high - share) ** 2 + (other - other_low) ** 2),
    )
    return Interval(difference, difference - below, difference + above)


def _wilson(count: int, of: int) -> tuple[float, float, float]:
    """A share, and what it lies between."""
    share, z2 = count / of, _Z * _Z
    centre = (share + z2 / (2 * of)) / (1 + z2 / of)
    spread = _Z * sqrt(share * (1 - share) / of + z2 / (4 * of * of)) / (1 + z2 / of)
    return share, centre - spread, centre + spread
