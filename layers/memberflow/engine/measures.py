"""What a member has done, exact to the day: one bucket per day, and the measures that rules take of them.

A bucket is [day, net spend, orders, *counters]; the counters are those that the programme's rules use. The days of the
tiers' window are kept with running sums; older ones, in ``Member.older``, only as far back as a rule looks.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from memberflow.engine.calendar import whole_months
from memberflow.engine.catalogue import DAY, EVERY_KIND, ORDERS, SPEND, Counted, measured
from memberflow.engine.history import History, Line
from memberflow.engine.member import NEVER, Member
from memberflow.engine.rules import Rules


def add_order(rules: Rules, member: Member, day: int, amount: int, categories: tuple[str, ...]) -> None:
    roll(rules, member, day)
    days = member.days
    if rules.counters or member.older or (days and days[-1][DAY] > day):
        _add_to_day(rules, member, day, amount, categories)
        return
    if days and days[-1][DAY] == day:
        days[-1][SPEND] += amount
        days[-1][ORDERS] += 1
    else:
        days.append([day, amount, 1])
    member.spend += amount
    member.orders += 1
    for category in categories:
        member.categories[category] = day


def _add_to_day(rules: Rules, member: Member, day: int, amount: int, categories: tuple[str, ...]) -> None:
    """As above, to a day that may lie behind others and counts more."""
    bucket = _bucket(rules, member, day)
    _count(member, bucket, amount, 1)
    if rules.largest:
        bucket[rules.largest] = max(bucket[rules.largest], amount)
    for category in categories:
        member.categories[category] = max(day, member.categories.get(category, day))


def add(rules: Rules, member: Member, day: int, counter: str, amount: int, history: History | None = None) -> None:
    """Adds to a counter of a day, ``growth`` or ``points_earned``; does nothing where no rule uses it.

    A negative amount takes back. Where there is a ``history`` it must be given: from it an earlier moment is recounted.
    """
    if history is not None and rules.counts:
        history.added.append((day, counter, amount))
    place = rules.counters.get(counter)
    if place is None:
        return
    roll(rules, member, day)
    if amount > 0 or _kept(member, day):
        _bucket(rules, member, day)[place] += amount


def add_activity(rules: Rules, member: Member, day: int, kind: str, history: History | None) -> None:
    if history is not None:
        history.activities.append((day, kind))
    for counter in _counting(rules, kind):
        add(rules, member, day, counter, 1)


def _counting(rules: Rules, kind: str) -> tuple[str, ...]:
    """The counters that an activity of a kind adds to."""
    return (*rules.kinds.get(kind, ()), *rules.kinds.get(EVERY_KIND, ()))


def roll(rules: Rules, member: Member, day: int) -> None:
    """Drops what has left every window by ``day``; what only the tiers' own one no longer holds becomes older."""
    days, older = member.days, member.older
    first = rules.first_day(day)
    if days and days[0][DAY] < first:
        gone = bisect_left(days, first, key=lambda bucket: bucket[DAY])
        for bucket in days[:gone]:
            member.spend -= bucket[SPEND]
            member.orders -= bucket[ORDERS]
        older += days[:gone]
        del days[:gone]
        _forget(rules, member, day)
    elif older and older[0][DAY] < rules.kept_from(day):
        _forget(rules, member, day)


def _forget(rules: Rules, member: Member, day: int) -> None:
    kept = rules.kept_from(day)
    del member.older[: bisect_left(member.older, kept, key=lambda bucket: bucket[DAY])]
    member.categories = {category: last for category, last in member.categories.items() if last >= kept}


def take_from_day(member: Member, day: int, amount: int, orders: int) -> None:
    """A refund belongs to its order's day; a day that has left every window is not counted any more."""
    bucket = _kept(member, day)
    if bucket is not None:
        _count(member, bucket, -amount, -orders)


def lower_largest(rules: Rules, member: Member, day: int, history: History) -> None:
    """After a refund the largest order of its day is to be looked for."""
    bucket = _kept(member, day)
    if rules.largest and bucket is not None:
        bucket[rules.largest] = max((line.left for line in history.counted() if line.day == day), default=0)


def _count(member: Member, bucket: list[int], amount: int, orders: int) -> None:
    bucket[SPEND] += amount
    bucket[ORDERS] += orders
    if not member.older or bucket[DAY] > member.older[-1][DAY]:
        member.spend += amount
        member.orders += orders


def _kept(member: Member, day: int) -> list[int] | None:
    """The bucket of a day, where there is one."""
    for days in (member.days, member.older):
        place = bisect_left(days, day, key=lambda bucket: bucket[DAY])
        if place < len(days) and days[place][DAY] == day:
            return days[place]
    return None


def _bucket(rules: Rules, member: Member, day: int) -> list[int]:
    """The bucket of a day, made where there is none."""
    days = member.older if member.older and day <= member.older[-1][DAY] else member.days
    if not days or days[-1][DAY] < day:
        days.append([day, 0, 0, *rules.blank])
        return days[-1]
    place = bisect_left(days, day, key=lambda bucket: bucket[DAY])
    if days[place][DAY] != day:
        days.insert(place, [day, 0, 0, *rules.blank])
    return days[place]


# What rules see


class Seen(dict[str, int]):
    """The measures of a member as of a day by their keys, each worked out when it is asked for."""

    def __init__(
        self, rules: Rules, counted: Counted, day: int, known: dict[str, int], since: int | None = None
    ) -> None:
        super().__init__(known)
        self.rules, self.counted, self.day, self.since = rules, counted, day, since

    @property
    def since_drop(self) -> Seen:
        """The same of what came after the last drop at a review."""
        dropped = self.counted.dropped_on
        return self if dropped is None else Seen(self.rules, self.counted, self.day, {}, dropped)

    def __missing__(self, key: str) -> int:
        self[key] = value = self._measured(key)
        return value

    def _measured(self, key: str) -> int:
        measure = self.rules.measures[key]
        if measure.name == "score":
            return sum(share(self[part], weight, full) for part, weight, full in measure.parts)
        if measure.name == "held":
            since = self.counted.held_since.get(measure.subject)
            return 0 if since is None else whole_months(self.rules.zone.day(since), self.day)
        if measure.name == "points":
            return _balance(self.counted, self.day)
        return measured(measure, self.counted, self.day, self.since)


def _balance(counted: Counted, day: int) -> int:
    """Usable points less debt, on a day by which nothing but expiry has happened."""
    lasts = counted.spared_until if not counted.sheltered else NEVER
    return sum(lot[1] for lot in counted.lots if max(lot[0], lasts) > day) - counted.debt


def share(value: int, weight: int, full: int) -> int:
    if full == 0:
        return 0 if value else weight
    return weight * max(0, min(value, full)) // full


def on(rules: Rules, member: Member, day: int) -> Seen:
    """What rules see on ``day``, which is not before any counted."""
    roll(rules, member, day)
    return Seen(rules, member, day, {"spend": member.spend, "orders": member.orders})


def later(rules: Rules, member: Member, day: int) -> Seen:
    """What rules would see on a later day if nothing happened until then; leaves the member as he is."""
    return Seen(rules, member, day, {})


def seen(rules: Rules, member: Member, day: int) -> dict[str, int]:
    """Every measure that the programme names as of ``day``, and always three over the tiers' window:

    ``spend`` in minor units net of refunds, ``orders``, distinct ``categories``.
    """
    figures = on(rules, member, day)
    return {key: figures[key] for key in rules.measures}


# Recounting


def recounted(rules: Rules, member: Member, history: History, at: int, day: int) -> Seen:
    """What rules would have seen at the moment ``at`` of ``day`` with every refund known by now.

    Counters other than those of orders are recounted by whole days; points are today's.
    """
    scratch = Member(member.id, lots=member.lots, debt=member.debt, held_since=member.held_since)
    scratch.sheltered, scratch.spared_until, scratch.dropped_on = (
        member.sheltered,
        member.spared_until,
        member.dropped_on,
    )
    for line in history.counted():
        if line.at <= at and line.day <= day:
            bucket = _bucket(rules, scratch, line.day)
            _count(scratch, bucket, line.left, int(line.open))
            if rules.largest:
                bucket[rules.largest] = max(bucket[rules.largest], line.left)
            for category in line.categories if line.open else ():
                scratch.categories[category] = line.day
    for on, counter, amount in history.added:
        if on <= day and counter in rules.counters:
            _bucket(rules, scratch, on)[rules.counters[counter]] += amount
    for on, kind in history.activities if rules.kinds else ():
        for counter in _counting(rules, kind) if on <= day else ():
            _bucket(rules, scratch, on)[rules.counters[counter]] += 1
    return Seen(rules, scratch, day, {})


def recount(rules: Rules, member: Member, history: History, at: int, day: int) -> None:
    """The days anew, by what the rules look at now."""
    counted = recounted(rules, member, history, at, day).counted
    member.older, member.days, member.categories = [], counted.older + counted.days, counted.categories
    member.spend = sum(bucket[SPEND] for bucket in member.days)
    member.orders = sum(bucket[ORDERS] for bucket in member.days)
    roll(rules, member, day)
    _forget(rules, member, day)


def forget_categories(rules: Rules, member: Member, line: Line, history: History) -> None:
    """The categories of an order refunded whole count from the last order before it that had them, if any."""
    for category in line.categories:
        if member.categories.get(category) == line.day:
            others = (other.day for other in _latest(history) if category in other.categories and other.open)
            last = next(others, None)
            if last is None:
                del member.categories[category]
            else:
                member.categories[category] = last


def _latest(history: History) -> Iterator[Line]:
    return reversed(list(history.counted()))
