"""A second, dumber engine: no lots, no windows, no timers. Each point is an object, each figure a sum over all orders.

It shares no code with the engine (dates come from ``whenever``) and knows only points, measures and tiers. Where the
two differ one of them is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from whenever import Date, Instant, Time

from memberflow.facts import AnyFact, Bounced, Complained, Consent, Joined, Order, Redemption, Refund, Updated
from memberflow.programme.schema import Programme
from memberflow.programme.schema.fields import DECIMAL_PLACES

FAR = Date(9999, 1, 1)


@dataclass
class Point:
    last_day: Date
    state: str = "open"


@dataclass
class Paid:
    """An order and what became of it."""

    order: Order
    day: Date
    left: int
    last_day: Date
    earned: int = 0
    taken_back: int = 0
    returned: bool = False


@dataclass
class Held:
    """A tier held: ``proven`` is the moment as of which the orders reach it (None: no order had to)."""

    tier: int
    since: int
    anchor: Date
    kept: int = 0
    proven: int | None = None


@dataclass
class Twin:
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

    # time

    def live_until(self, at: int) -> None:
        """Lets points expire and tiers come up for review, up to and including ``at``."""
        while len(self.held) > 1 and self._review_at() <= at:
            self._review(max(self._review_at(), self.now))
        for point in self.points:
            if point.state == "open" and _starts(self._zone, point.last_day, 1) <= at:
                point.state = "expired"
        self.now = max(self.now, at)

    def _review_at(self) -> int:
        held = self.held[-1]
        return _starts(self._zone, _later(held.anchor, self.programme.tiers.review_every, held.kept + 1), 0)

    def _review(self, at: int) -> None:
        held, day = self.held[-1], _date(self._zone, at)
        self.now = at
        tier = self._levels[held.tier]
        if self._holds(tier.keep or tier.enter, self.measures(day)):
            held.kept += 1
            return
        below = held.tier - 1
        self.held = [other for other in self.held if other.tier < below]
        self.held.append(Held(below, at, day))

    # facts

    def happen(self, fact: AnyFact) -> None:
        self.seen.append(fact)
        if isinstance(fact, Joined) and not self.enrolled:
            self._enrol(fact.at)
            waiting, self.waiting = self.waiting, []
            for other in waiting:
                self._count(other, fact.at)
            self._rise(fact.at)
        elif isinstance(fact, Order | Refund) and not self.enrolled and self.programme.enrol == "joining":
            self.waiting.append(fact)
        elif isinstance(fact, Order | Refund):
            if isinstance(fact, Order) and not self.enrolled:
                self._enrol(fact.at)
            self._count(fact, fact.at)
            if isinstance(fact, Order):
                self._rise(fact.at)
        elif isinstance(fact, Redemption):
            self._redeem(fact.points, fact.agreed)

    def _enrol(self, at: int) -> None:
        self.enrolled = True
        self.held = [Held(0, at, _date(self._zone, at))]

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
        day = _date(self._zone, order.at)
        expiry = self.programme.points.expiry and self.programme.points.expiry.after
        paid = Paid(order, day, order.amount, FAR if expiry is None else _later(day, expiry, 1))
        earn = self.programme.points.earn
        while self._minor(earn.per) * (paid.earned // earn.points + 1) <= order.amount:
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
            self._undo(at)

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

    # measures and tiers

    def measures(self, day: Date, until: int | None = None) -> dict[str, int]:
        """Over the window that ends with ``day``, of orders paid up to ``until``, with what is left of them now."""
        first = _later(day, self.programme.tiers.window, -1)
        counted = [p for p in self.paid if first < p.day <= day and (until is None or p.order.at <= until)]
        standing = [p for p in counted if not p.returned]
        names = {name for p in standing for name in p.order.categories}
        return {"spend": sum(p.left for p in counted), "orders": len(standing), "categories": len(names)}

    def _rise(self, at: int) -> None:
        figures = self.measures(_date(self._zone, at))
        for index in range(len(self._levels) - 1, self.held[-1].tier, -1):
            if self._holds(self._levels[index].enter, figures):
                self.held.append(Held(index, at, _date(self._zone, at), proven=at))
                return

    def _undo(self, at: int) -> None:
        while not self._stays(self.held[-1], at):
            lost = self.held.pop()
            for index in range(lost.tier - 1, self.held[-1].tier, -1):
                proven = next((moment for moment in (lost.proven, at) if self._reached_at(moment, index)), None)
                if proven is not None:
                    self.held.append(Held(index, lost.since, lost.anchor, proven=proven))
                    break

    def _stays(self, held: Held, at: int) -> bool:
        if held.proven is None or held.kept or self._reached_at(held.proven, held.tier):
            return True
        if self._reached_at(at, held.tier):
            held.proven = at
            return True
        return False

    def _reached_at(self, at: int, tier: int) -> bool:
        """Whether the orders paid up to then, less what was refunded of them since, reach the tier."""
        return self._holds(self._levels[tier].enter, self.measures(_date(self._zone, at), at))

    def _holds(self, rule: Any, figures: dict[str, int]) -> bool:
        asked = {"spend": rule.spend and self._minor(rule.spend), "orders": rule.orders, "categories": rule.categories}
        own = all(figures[name] >= figure for name, figure in asked.items() if figure is not None)
        nested = all(self._holds(part, figures) for part in rule.all)
        return own and nested and (not rule.any or any(self._holds(part, figures) for part in rule.any))

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

    # the programme

    @property
    def _levels(self) -> tuple[Any, ...]:
        return self.programme.tiers.levels

    @property
    def _zone(self) -> str:
        return self.programme.time_zone

    def _minor(self, amount: str) -> int:
        return round(float(amount) * 10 ** DECIMAL_PLACES.get(self.programme.currency, 2))

    def state(self) -> dict[str, Any]:
        figures = self.measures(_date(self._zone, self.now))
        usable = sum(point.state == "open" for point in self.points)
        tier = self._levels[self.held[-1].tier].name if self.held else None
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


def _later(day: Date, period: str, times: int) -> Date:
    count, unit = period.split()
    return day.add(**{unit if unit.endswith("s") else unit + "s": int(count) * times})


@lru_cache(maxsize=1 << 14)
def _date(zone: str, at: int) -> Date:
    return Instant.from_timestamp(at, unit="millisecond").to_tz(zone).date()


@lru_cache(maxsize=1 << 14)
def _starts(zone: str, day: Date, days_on: int) -> int:
    """The first moment of a local date."""
    if day == FAR:
        return 1 << 62
    return day.add(days=days_on).at(Time(12)).assume_tz(zone).start_of("day").timestamp(unit="millisecond")
