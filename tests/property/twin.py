"""A second, dumber engine: no lots, no windows, no timers. Each point is an object, each figure a sum over all orders.

It shares no code with the engine (dates come from ``whenever``) and knows only points, measures and tiers. Where the
two differ one of them is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from whenever import Date

from memberflow.facts import (
    Activity,
    AnyFact,
    Bounced,
    Complained,
    Consent,
    Joined,
    Order,
    Redemption,
    Refund,
    Updated,
)
from memberflow.programme.schema import Programme
from tests.property.twin_tiers import FAR, Held, Paid, TierTwin, date_of, later, starts


@dataclass
class Point:
    last_day: Date
    state: str = "open"


@dataclass
class Twin(TierTwin):
    programme: Programme
    enrolled: bool = False
    paid: list[Paid] = field(default_factory=list)
    waiting: list[AnyFact] = field(default_factory=list)
    early: list[Refund] = field(default_factory=list)
    points: list[Point] = field(default_factory=list)
    debt: int = 0
    held: list[Held] = field(default_factory=list)
    now: int = 0
    seen: list[AnyFact] = field(default_factory=list)
    activities: list[tuple[Date, Activity]] = field(default_factory=list)
    dropped: Date | None = None

    # time

    def live_until(self, at: int) -> None:
        """Lets points expire and tiers come up for review, up to and including ``at``."""
        while self.review_at() <= at:
            self.review(max(self.review_at(), self.now))
        for point in self.points:
            if point.state == "open" and starts(self.zone, point.last_day, 1) <= at:
                point.state = "expired"
        self.now = max(self.now, at)

    # facts

    def happen(self, fact: AnyFact) -> None:
        self.seen.append(fact)
        if isinstance(fact, Joined) and not self.enrolled:
            self._enrol(fact.at)
            waiting, self.waiting = self.waiting, []
            for other in waiting:
                self._count(other, fact.at)
            self.settle(fact.at)
        elif isinstance(fact, Order | Refund) and not self.enrolled and self.programme.enrol == "joining":
            self.waiting.append(fact)
        elif isinstance(fact, Order | Refund):
            if isinstance(fact, Order) and not self.enrolled:
                self._enrol(fact.at)
            self._count(fact, fact.at)
            if self.held:
                (self.settle if isinstance(fact, Order) else self.check)(fact.at)
        elif isinstance(fact, Activity):
            self.activities.append((date_of(self.zone, fact.at), fact))
            if self.held and any(word in str(self.programme.tiers) for word in ("interactions=1", "interactions=2")):
                self.settle(fact.at)
        elif isinstance(fact, Redemption):
            self._redeem(fact.points, fact.agreed)

    def _enrol(self, at: int) -> None:
        self.enrolled = True
        self.held = [Held(0, at, date_of(self.zone, at))]

    def _count(self, fact: AnyFact, at: int) -> None:
        if isinstance(fact, Order):
            self._pay(fact)
            early = [refund for refund in self.early if refund.order_id == fact.id]
            self.early = [refund for refund in self.early if refund.order_id != fact.id]
            for refund in early:
                self._refund(refund, at)
        elif isinstance(fact, Refund):
            self._refund(fact, at)

    def _pay(self, order: Order) -> None:
        day = date_of(self.zone, order.at)
        expiry = self.programme.points.expiry and self.programme.points.expiry.after
        paid = Paid(order, day, order.amount, FAR if expiry is None else later(day, expiry, 1))
        earn = self.programme.points.earn
        while self.minor(earn.per) * (paid.earned // earn.points + 1) <= order.amount:
            paid.earned += earn.points
        self.paid.append(paid)
        for _ in range(paid.earned):
            if self.debt:
                self.debt -= 1
            else:
                self.points.append(Point(paid.last_day))

    def _redeem(self, points: int, agreed: bool) -> None:
        usable = sorted((p for p in self.points if p.state == "open"), key=lambda p: p.last_day)
        if len(usable) >= points or agreed:
            for point in usable[:points]:
                point.state = "spent"
            self.debt += max(0, points - len(usable))

    def _refund(self, refund: Refund, at: int) -> None:
        if refund.order_id is None:
            orders = [paid for paid in reversed(self.paid) if paid.left]
        else:
            orders = [paid for paid in self.paid if paid.order.id == refund.order_id]
            if not orders:
                self.early.append(refund)
        amount = refund.amount
        for paid in orders:
            if amount == 0:
                break
            taken = paid.left if amount is None else min(amount, paid.left)
            amount = None if amount is None else amount - taken
            self._give_back(paid, taken)
        if self.held:
            self.undo(at)

    def _give_back(self, paid: Paid, amount: int) -> None:
        paid.left -= amount
        paid.returned = paid.returned or not paid.left
        stays = paid.earned * paid.left // paid.order.amount if paid.order.amount else 0
        for _ in range(paid.earned - stays - paid.taken_back):
            paid.taken_back += 1
            self._take_back_a_point(paid.last_day)

    def _take_back_a_point(self, last_day: Date) -> None:
        """One of the order's day that has expired already; else an open one of it; else the soonest; else debt."""
        own = [p for p in self.points if p.last_day == last_day]
        others = sorted((p for p in self.points if p.state == "open"), key=lambda p: p.last_day)
        for point in (*(p for p in own if p.state == "expired"), *(p for p in own if p.state == "open"), *others):
            point.state = "taken back"
            return
        self.debt += 1

    # what he may be sent

    def suppressed(self) -> dict[str, int]:
        """The first bounce of the address he has now, since he has had it."""
        given = [n for n, fact in enumerate(self.seen) if isinstance(fact, Joined | Updated) and fact.contacts]
        if not given:
            return {}
        address = self._address(given[-1])
        since = max((n + 1 for n in given if self._address(n) != address), default=0)
        taken_up = next(n for n in given if n >= since)
        bounces = [fact for fact in self.seen[taken_up:] if isinstance(fact, Bounced)]
        dead = [fact.at for fact in bounces if fact.address.lower() == address]
        return {"email": dead[0]} if dead else {}

    def _address(self, place: int) -> str:
        fact = self.seen[place]
        assert isinstance(fact, Joined | Updated)
        return fact.contacts["email"].lower()

    def granted(self) -> set[str]:
        """Each consent that was said last with a yes; a complaint says no to all of marketing."""
        answers: dict[str, bool] = {}
        for fact in self.seen:
            if isinstance(fact, Consent):
                answers[f"{fact.purpose}/{fact.channel}"] = fact.granted
            elif isinstance(fact, Complained):
                answers = {name: yes for name, yes in answers.items() if name.startswith("service/")}
        return {name for name, yes in answers.items() if yes}

    def state(self) -> dict[str, Any]:
        figures = self.measures(date_of(self.zone, self.now))
        usable = sum(point.state == "open" for point in self.points)
        tier = self.levels[self.held[-1].tier].name if self.held else None
        owned = {"tier": tier, "points": usable, "debt": self.debt, "measures": figures}
        return owned | {"suppressed": self.suppressed(), "granted": self.granted()}


def states(programme: Programme, facts: Iterable[AnyFact], moments: Iterable[int]) -> Iterator[dict[str, Any]]:
    """The member at each of the moments, soonest first; facts of a moment count."""
    twin, coming = Twin(programme), sorted(facts, key=lambda fact: (fact.at, fact.rank, fact.id))
    for moment in sorted(moments):
        while coming and coming[0].at <= moment:
            fact = coming.pop(0)
            twin.live_until(fact.at)
            twin.happen(fact)
        twin.live_until(moment)
        yield twin.state()
