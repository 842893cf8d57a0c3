"""What an order earns: the rate of the tier held, then every bonus, each on its own from the points without any.

A bonus is rounded down by itself and bonuses add up (or the largest alone counts, as the programme says): their order
does not matter. The points without a bonus are for full units of the rate; a remainder earns nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import islice

from memberflow.engine.calendar import Period, Zone, add, birthday_in, date_to_day, day_to_date
from memberflow.engine.member import Member
from memberflow.facts import Order
from memberflow.programme.schema import points as schema
from memberflow.programme.schema.fields import minor_units

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_LONGEST_WAIT = 8 * 366
"""Days in which every day of the year comes: 29 February is eight years away where a century is no leap year."""


class Earning:
    """The rates and bonuses of a programme, in minor units; its calendar is that of ``zone``."""

    def __init__(self, points: schema.Points, places: int, zone: Zone, leap_to_march: bool) -> None:
        self.per = 1 if points.earn is None else minor_units(points.earn.per, places)
        self.points = 0 if points.earn is None else points.earn.points
        self.by_tier = {} if points.earn is None else points.earn.by_tier
        self.bonuses = tuple(Bonus(name, bonus, places, zone, leap_to_march) for name, bonus in points.bonuses.items())
        self.best_only = points.stacking == "best"
        self.growth_per = 0 if points.growth is None else minor_units(points.growth.per, places)
        self.growth_points = 0 if points.growth is None else points.growth.points
        self.growth_by_tier = {} if points.growth is None else points.growth.by_tier

    def rate(self, member: Member) -> int:
        """Points for every full ``per``, by the tier held."""
        return self.by_tier.get(member.tier or "", self.points) if self.by_tier else self.points

    def growth(self, member: Member, amount: int) -> int:
        if not self.growth_per:
            return 0
        return amount // self.growth_per * self.growth_by_tier.get(member.tier or "", self.growth_points)

    def extras(self, member: Member, order: Order, day: int, place: Zone) -> list[tuple[str, int]]:
        """The bonuses that count, by name, with the points each adds; ``place`` is the member's own zone."""
        holding = [bonus for bonus in self.bonuses if bonus.holds(member, order, day, place)]
        adding = [(bonus.name, bonus.adds(self, self.rate(member), order)) for bonus in holding]
        adding = [(name, points) for name, points in adding if points]
        return [max(adding, key=lambda extra: extra[1])] if adding and self.best_only else adding


class Bonus:
    def __init__(self, name: str, bonus: schema.Bonus, places: int, zone: Zone, leap_to_march: bool) -> None:
        self.name = name
        self._zone = zone
        self._days = Days(bonus.on, leap_to_march) if bonus.on else None
        self._categories, self._channels = frozenset(bonus.categories), frozenset(bonus.channels)
        self._tiers = frozenset(bonus.tiers)
        self._from = 0 if bonus.from_ is None else minor_units(bonus.from_, places)
        self._idle = None if bonus.idle is None else Period.of(bonus.idle)
        self._percent = bonus.percent or ((bonus.times - 1) * 100 if bonus.times else 0)
        self._points = bonus.points or 0

    def holds(self, member: Member, order: Order, day: int, place: Zone) -> bool:
        return (
            order.amount >= self._from
            and (not self._channels or order.channel in self._channels)
            and (not self._tiers or member.tier in self._tiers)
            and (not self._categories or not self._categories.isdisjoint(order.categories))
            and (self._idle is None or self._is_back(member, self._idle, day))
            and (self._days is None or self._days.hold(member, day, place.day(order.at)))
        )

    def adds(self, earning: Earning, rate: int, order: Order) -> int:
        base = self._amount(order) // earning.per * rate
        return base * self._percent // 100 + self._points

    def _amount(self, order: Order) -> int:
        """Of the lines in the bonus's categories; of the order where nothing says which amount is whose."""
        if not self._categories or not order.amounts:
            return order.amount
        return min(order.amount, sum(order.amounts.get(category, 0) for category in self._categories))

    def _is_back(self, member: Member, idle: Period, day: int) -> bool:
        last = member.last_order_at
        return last is not None and add(self._zone.day(last), idle) <= day


class Days:
    """A set of days as a programme writes it."""

    def __init__(self, patterns: tuple[str, ...], leap_to_march: bool) -> None:
        self._leap_to_march = leap_to_march
        self._birthday = "birthday" in patterns
        self._birthday_month = "birthday month" in patterns
        self._weekdays = {_WEEKDAYS.index(text) for text in patterns if text in _WEEKDAYS}
        self._monthly = {int(text) for text in patterns if text.isdigit()}
        self._yearly = {(int(text[:2]), int(text[3:])) for text in patterns if len(text) == 5 and text[2] == "-"}
        self._ranges = [_range(text) for text in patterns if text[:4].isdigit() and len(text) > 4]
        self._known: dict[int, bool] = {}
        self._next: dict[int, int | None] = {}

    def hold(self, member: Member, day: int, own_day: int) -> bool:
        """``day`` is the programme's; a birthday is kept by the member's own, ``own_day``."""
        if day not in self._known:
            self._known[day] = self._listed(day)
        return self._known[day] or (member.birthday is not None and self._is_birthday(member.birthday, own_day))

    def next(self, after: int) -> int | None:
        """The first of the days later than ``after``, None where none follows; birthdays are not among them."""
        if after not in self._next:
            self._next[after] = min(self._coming(after), default=None)
        return self._next[after]

    def _coming(self, after: int) -> Iterator[int]:
        yield from (max(first, after + 1) for first, last in self._ranges if last > after)
        if self._weekdays or self._monthly or self._yearly:
            yield from islice(filter(self._listed, range(after + 1, after + _LONGEST_WAIT)), 1)

    def _listed(self, day: int) -> bool:
        on = day_to_date(day)
        return (
            on.weekday() in self._weekdays
            or on.day in self._monthly
            or (on.month, on.day) in self._yearly
            or any(first <= day <= last for first, last in self._ranges)
        )

    def _is_birthday(self, birthday: tuple[int, int, int], own_day: int) -> bool:
        on, (_, month, day) = day_to_date(own_day), birthday
        if self._birthday_month and on.month == month:
            return True
        return self._birthday and birthday_in(on.year, month, day, self._leap_to_march) == own_day


def _range(text: str) -> tuple[int, int]:
    first, _, last = text.partition(" to ")
    return _day(first), _day(last or first)


def _day(text: str) -> int:
    return date_to_day(date.fromisoformat(text))
