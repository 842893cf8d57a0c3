"""Activities: what they earn, so many times a day and in all."""

from __future__ import annotations

from memberflow.engine.member import Member
from memberflow.engine.rules import Rules
from memberflow.facts import Activity as Fact
from memberflow.programme.schema.points import Activity


def refused(rules: Rules, member: Member, fact: Fact, earning: Activity) -> str | None:
    """cap_reached, or None; then the activity is counted."""
    if earning.per_day is None and earning.in_all is None and earning.first is None:
        return None
    day = rules.zone.day(fact.at)
    last, today, in_all = member.done.get(fact.activity, (day, 0, 0))
    today = today if last == day else 0
    if today >= (earning.per_day or today + 1) or in_all >= (earning.in_all or in_all + 1):
        return "cap_reached"
    member.done[fact.activity] = [day, today + 1, in_all + 1]
    return None


def points(member: Member, fact: Fact, earning: Activity) -> int:
    """What it earns, once it is counted."""
    first = earning.first or 0
    return (earning.points or 0) + (first if first and member.done[fact.activity][2] == 1 else 0)
