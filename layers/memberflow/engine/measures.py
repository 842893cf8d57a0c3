"""What a member has done within the tiers' window, exact to the day, from one bucket per day."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

from memberflow.engine.history import History, Line
from memberflow.engine.member import Member
from memberflow.engine.rules import Rules


def add_order(rules: Rules, member: Member, day: int, amount: int, categories: tuple[str, ...]) -> None:
    roll(rules, member, day)
    days = member.days
    if days and days[-1][0] == day:
        days[-1][1] += amount
        days[-1][2] += 1
    else:
        days.append([day, amount, 1])
    member.spend += amount
    member.orders += 1
    for category in categories:
        member.categories[category] = day


def roll(rules: Rules, member: Member, day: int) -> None:
    """Drops what has left the window by ``day``."""
    first = rules.first_day(day)
    days = member.days
    if not days or days[0][0] >= first:
        return
    gone = bisect_left(days, first, key=lambda bucket: bucket[0])
    for _, spend, orders in days[:gone]:
        member.spend -= spend
        member.orders -= orders
    del days[:gone]
    member.categories = {category: last for category, last in member.categories.items() if last >= first}


def take_from_day(member: Member, day: int, amount: int, orders: int) -> None:
    """A refund belongs to its order's day; a day that has left the window is not counted any more."""
    place = bisect_left(member.days, day, key=lambda bucket: bucket[0])
    if place == len(member.days) or member.days[place][0] != day:
        return
    member.days[place][1] -= amount
    member.days[place][2] -= orders
    member.spend -= amount
    member.orders -= orders


def seen(rules: Rules, member: Member, day: int) -> dict[str, int]:
    """Every measure as of ``day``: ``spend`` in minor units net of refunds, ``orders``, distinct ``categories``."""
    roll(rules, member, day)
    first = rules.first_day(day)
    return {
        "spend": member.spend,
        "orders": member.orders,
        "categories": sum(last >= first for last in member.categories.values()),
    }


def of_lines(rules: Rules, lines: Iterable[Line], at: int, day: int) -> dict[str, int]:
    """The same measures counted anew from orders paid up to ``at``, with every refund known by now."""
    first = rules.first_day(day)
    counted = [line for line in lines if line.at <= at and first <= line.day <= day]
    return {
        "spend": sum(line.left for line in counted),
        "orders": sum(line.open for line in counted),
        "categories": len({name for line in counted if line.open for name in line.categories}),
    }


def forget_categories(rules: Rules, member: Member, line: Line, history: History) -> None:
    """The categories of an order refunded whole count from the last order before it that had them, if any."""
    for category in line.categories:
        if member.categories.get(category) == line.day:
            others = (
                other.day for other in reversed(history.lines.values()) if category in other.categories and other.open
            )
            last = next(others, None)
            if last is None:
                del member.categories[category]
            else:
                member.categories[category] = last
