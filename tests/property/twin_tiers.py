"""The tiers of the dumber engine: every measure a sum over all orders, every day ahead tried until one fails."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from whenever import Date, Instant, Time

from memberflow.facts import Activity, Order
from memberflow.programme.schema import Programme
from memberflow.programme.schema.fields import DECIMAL_PLACES, MONTHS

FAR = Date(9999, 1, 1)
NEVER = 1 << 62
DAYS_TRIED = 120
MONEY = ("spend", "largest_order")
COUNTED = ("spend", "orders", "categories", "active_months", "longest_run", "largest_order", "interactions")


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
    reviewed: Date | None = None
    put_off: Date | None = None


class TierTwin:
    programme: Programme
    paid: list[Paid]
    activities: list[tuple[Date, Activity]]
    held: list[Held]
    now: int
    dropped: Date | None

    # reviews

    def review_at(self) -> int:
        day = self._review_day(self.held[-1]) if self.held else None
        return NEVER if day is None else starts(self.zone, day, 0)

    def _review_day(self, held: Held) -> Date | None:
        tiers, tier = self.programme.tiers, self.levels[held.tier]
        if held.put_off is not None:
            return held.put_off
        kept_by_rule = held.tier > 0 and tier.drops == "by_rule"
        if tiers.review == "at_once":
            today = date_of(self.zone, self.now)
            days = (today.add(days=on) for on in range(DAYS_TRIED))
            return next((day for day in days if not self.keeps(held.tier, day)), None) if kept_by_rule else None
        if not kept_by_rule and (tiers.rise == "at_once" or held.tier == len(self.levels) - 1):
            return None
        after = max(held.anchor, held.reviewed or held.anchor)
        if tiers.review == "on_dates":
            return next(day for day in (after.add(days=on) for on in range(1, 400)) if self._is_date(day))
        times = 1
        while later(held.anchor, tiers.review_every, times) <= after:
            times += 1
        return later(held.anchor, tiers.review_every, times)

    def _is_date(self, day: Date) -> bool:
        return bool({f"{day.day} {MONTHS[day.month - 1]}", f"{day.day} each month"} & {*self.programme.tiers.review_on})

    def review(self, at: int) -> None:
        self.now, held = at, self.held[-1]
        if self.programme.tiers.rise == "at_review" and self.rise(at):
            return
        if held.tier == 0 or self.levels[held.tier].drops == "never":
            held.reviewed = date_of(self.zone, at)
        else:
            (self._keep if self.keeps(held.tier, date_of(self.zone, at)) else self._fail)(at)

    def settle(self, at: int) -> None:
        if self.programme.tiers.rise == "at_once":
            self.rise(at)
        else:
            self.rise(at, by="at_once")
        self.check(at)

    def check(self, at: int) -> None:
        held = self.held[-1]
        if held.tier == 0 or self.levels[held.tier].drops == "never":
            return
        keeps = self.keeps(held.tier, date_of(self.zone, at))
        if held.put_off is not None and keeps:
            self._keep(at)
        elif held.put_off is None and self.programme.tiers.review == "at_once" and not keeps:
            self._fail(at)

    def _keep(self, at: int) -> None:
        held = self.held[-1]
        held.kept += 1
        held.reviewed, held.put_off = date_of(self.zone, at), None

    def _fail(self, at: int) -> None:
        held, day = self.held[-1], date_of(self.zone, at)
        not_before = max(self._protected(held, day), default=day)
        while not_before > day and self.programme.tiers.put_off_to == "next_review" and not self._is_date(not_before):
            not_before = not_before.add(days=1)
        if not_before > day:
            held.put_off = not_before
            return
        below = self._landing(held.tier, day)
        self.dropped = day
        self.held = [other for other in self.held if other.tier < below]
        self.held.append(Held(below, at, day))

    def _protected(self, held: Held, day: Date) -> Iterator[Date]:
        tiers = self.programme.tiers
        if tiers.minimum:
            yield later(held.anchor, tiers.minimum, 1).add(days=1)
        if tiers.drop_again_after and self.dropped:
            yield later(self.dropped, tiers.drop_again_after, 1)
        if tiers.grace and held.put_off is None:
            end = later(day, tiers.grace, 1)
            while tiers.grace_ends == "month_end" and end.day != 1:
                end = end.add(days=1)
            yield end

    def _landing(self, tier: int, day: Date) -> int:
        drop = self.programme.tiers.drop
        for below in range(tier - 1, 0, -1):
            if drop == "one" or self.levels[below].drops == "never" or (drop == "to_fit" and self.keeps(below, day)):
                return below
        return 0

    # rising, and what a refund undoes

    def rise(self, at: int, by: str = "enter") -> bool:
        for index in range(len(self.levels) - 1, self.held[-1].tier, -1):
            if self._enters(index, at, by):
                self.held.append(Held(index, at, date_of(self.zone, at), proven=at))
                return True
        return False

    def undo(self, at: int) -> None:
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
        return self._enters(tier, at, "enter", at) or self._enters(tier, at, "at_once", at)

    def _enters(self, tier: int, at: int, by: str, until: int | None = None) -> bool:
        rule, since = getattr(self.levels[tier], by), self.dropped if by == "at_once" else None
        return rule is not None and self.holds(rule, date_of(self.zone, at), until, since=since)

    # rules and measures

    def keeps(self, tier: int, day: Date) -> bool:
        level = self.levels[tier]
        if isinstance(level.keep, str):
            return self.holds(level.enter, day, share=int(level.keep.rstrip("% ")))
        return self.holds(level.keep or level.enter, day)

    def holds(
        self, rule: Any, day: Date, until: int | None = None, share: int = 100, since: Date | None = None
    ) -> bool:
        def seen(name: str) -> int:
            return self.measured(name, day, until, rule.over, rule.of, since)

        def nested(part: Any) -> bool:
            return self.holds(part, day, until, share, since)

        asked = {name: getattr(rule, name) for name in COUNTED if getattr(rule, name) is not None}
        months = _months(rule.over or self.programme.tiers.window) if rule.per else 1
        own = all(seen(name) * 100 >= self._figure(name, figure) * months * share for name, figure in asked.items())
        most = rule.at_most and rule.at_most.complaints
        few = most is None or seen("complaints") <= most
        return own and few and all(map(nested, rule.all)) and (not rule.any or any(map(nested, rule.any)))

    def _figure(self, name: str, written: Any) -> int:
        return self.minor(written) if name in MONEY else int(written)

    def measures(self, day: Date, until: int | None = None) -> dict[str, int]:
        """Over the tiers' window that ends with ``day``, of orders paid up to ``until``, with what is left of them."""
        return {name: self.measured(name, day, until) for name in ("spend", "orders", "categories")}

    def measured(
        self,
        name: str,
        day: Date,
        until: int | None = None,
        over: str | None = None,
        of: tuple[str, ...] = (),
        since: Date | None = None,
    ) -> int:
        first, last = _bounds(over or self.programme.tiers.window, day)
        first = max(first, since or first)
        counted = [p for p in self.paid if first <= p.day <= last and (until is None or p.order.at <= until)]
        standing = [p for p in counted if not p.returned]
        done = [activity.activity for on, activity in self.activities if first <= on <= last]
        months = {p.day.year * 12 + p.day.month for p in standing}
        return {
            "spend": sum(p.left for p in counted),
            "orders": len(standing),
            "categories": len({category for p in standing for category in p.order.categories}),
            "largest_order": max((p.left for p in counted), default=0),
            "active_months": len(months),
            "longest_run": max((_run(months, month) for month in months), default=0),
            "interactions": sum(not of or kind in of for kind in done),
            "complaints": sum(kind == "complaint" for kind in done),
        }[name]

    # the programme

    @property
    def levels(self) -> tuple[Any, ...]:
        return self.programme.tiers.levels

    @property
    def zone(self) -> str:
        return self.programme.time_zone

    def minor(self, amount: str) -> int:
        return round(float(amount) * 10 ** DECIMAL_PLACES.get(self.programme.currency, 2))


def _run(months: set[int], month: int) -> int:
    """How many of them follow each other from this one on."""
    return next(length for length in range(1, len(months) + 2) if month + length not in months)


def _bounds(over: str, day: Date) -> tuple[Date, Date]:
    if not over.startswith(("this ", "last ")):
        return later(day, over, -1).add(days=1), day
    length = {"month": 1, "quarter": 3, "year": 12}[over.split()[1]]
    first = Date(day.year, (day.month - 1) // length * length + 1, 1)
    if over.startswith("this "):
        return first, day
    return first.subtract(months=length), first.subtract(days=1)


def _months(over: str) -> int:
    first, unit = over.split()
    return {"month": 1, "quarter": 3, "year": 12}[unit] if first in ("this", "last") else int(first)


def later(day: Date, period: str, times: int) -> Date:
    count, unit = period.split()
    return day.add(**{unit if unit.endswith("s") else unit + "s": int(count) * times})


@lru_cache(maxsize=1 << 14)
def date_of(zone: str, at: int) -> Date:
    return Instant.from_timestamp(at, unit="millisecond").to_tz(zone).date()


@lru_cache(maxsize=1 << 14)
def starts(zone: str, day: Date, days_on: int) -> int:
    """The first moment of a local date."""
    if day == FAR:
        return NEVER
    return day.add(days=days_on).at(Time(12)).assume_tz(zone).start_of("day").timestamp(unit="millisecond")
