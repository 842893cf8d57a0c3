"""Tags: what a member's orders and activities say of him.

Worked out from the facts when asked for; the live ones also from the orders that the member carries with him.
"""

from __future__ import annotations

from memberflow.engine.habits import Seen
from memberflow.engine.history import History
from memberflow.engine.member import Bought, Member
from memberflow.engine.rules import Rules
from memberflow.facts import Order


def live(rules: Rules, member: Member, day: int) -> frozenset[str]:
    """The live tags that the member has on a day, not before his newest order."""
    return frozenset(tag.name for tag in rules.live_tags if tag.holds(member.recent, (), day))


def seen(rules: Rules, history: History, day: int) -> dict[str, list[Seen]]:
    """Every tag with the figures that it looks at on a day, from all that happened up to then."""
    bought = _bought(history)
    return {name: list(tag.seen(bought, history.activities, day)) for name, tag in rules.tags.items()}


def remember(rules: Rules, member: Member, fact: Order) -> None:
    """Adds an order to those that the member carries with him; those too old for any live tag go."""
    if rules.live_tags:
        day = rules.zone.day(fact.at)
        member.recent.append(Bought(day, fact.amount, bool(fact.coupon_codes), fact.categories))
        _forget(rules, member, day)


def recall(rules: Rules, member: Member, history: History) -> None:
    """The same from the member's history, after a refund."""
    member.recent = _bought(history) if rules.live_tags else []
    if member.recent:
        _forget(rules, member, max(line.day for line in history.lines.values()))


def _bought(history: History) -> list[Bought]:
    return [Bought(line.day, line.left, line.coupon, line.categories) for line in history.lines.values() if line.open]


def _forget(rules: Rules, member: Member, day: int) -> None:
    first = min(tag.first_day(day) for tag in rules.live_tags)
    member.recent = [one for one in member.recent if one.day >= first]
