"""The orders that journeys follow on: the first, and each of the latest. Kept only where a journey does."""

from __future__ import annotations

from memberflow.engine.history import History, Line
from memberflow.engine.member import Followed, Member
from memberflow.engine.rules import Rules
from memberflow.facts import Order


def ordered(rules: Rules, member: Member, fact: Order) -> None:
    if rules.follows_first_order and (member.first_order_at is None or fact.at < member.first_order_at):
        member.first_order_at = fact.at
    if rules.follows_orders:
        member.followed.append(Followed(fact.at, fact.id))
        _forget(rules, member, rules.zone.day(fact.at))


def refunded(member: Member, line: Line, history: History) -> None:
    """Nothing is left of an order."""
    if member.first_order_at == line.at:
        member.first_order_at = _first(history)
    if member.followed:
        member.followed = [order for order in member.followed if order.id != line.id]


def revised(rules: Rules, member: Member, day: int, history: History) -> None:
    """By the journeys of another revision."""
    member.first_order_at = _first(history) if rules.follows_first_order else None
    told = {order.id: order.told for order in member.followed}
    lines = [line for line in history.lines.values() if line.open and rules.follows_orders]
    member.followed = [Followed(line.at, line.id, told.get(line.id, [])) for line in lines]
    _forget(rules, member, day)


def _first(history: History) -> int | None:
    return min((line.at for line in history.lines.values() if line.open), default=None)


def _forget(rules: Rules, member: Member, day: int) -> None:
    """Of older orders everything has been said, and nothing said is of use any more."""
    first = rules.zone.moment(day - rules.follows_orders)
    member.followed = [order for order in member.followed if order.at >= first]
