"""Badges: earned once, when their rule first holds; only a refund of what they rest on takes them back."""

from __future__ import annotations

from memberflow.engine import measures
from memberflow.engine.history import History
from memberflow.engine.member import Member
from memberflow.engine.rules import Rules


def held(member: Member) -> int:
    """How many he has."""
    return sum(times > 0 for times in member.badges.values())


def earn(rules: Rules, member: Member, at: int, history: History | None) -> list[str]:
    """Gives the badges whose rule holds now; returns their names."""
    missing = [name for name in rules.benefits.badges if member.badges.get(name, 0) <= 0]
    if not missing:
        return []
    seen = measures.on(rules, member, rules.zone.day(at))
    earned = [name for name in missing if rules.benefits.badges[name].holds(seen)]
    for name in earned:
        member.badges[name] = 1 - member.badges.get(name, 0)
        if history is not None:
            history.badge_at[name] = at
    return earned


def lose(rules: Rules, member: Member, at: int, history: History) -> list[str]:
    """Takes back badges whose rule does not hold now, nor held when they were earned, with what is left of orders."""
    now = measures.on(rules, member, rules.zone.day(at))
    lost = []
    for name, times in member.badges.items():
        rule = rules.benefits.badges.get(name)
        if (
            rule is not None
            and times > 0
            and not rule.holds(now)
            and not rule.holds(_then(rules, member, history, history.badge_at[name]))
        ):
            member.badges[name] = -times
            lost.append(name)
    return lost


def _then(rules: Rules, member: Member, history: History, at: int) -> measures.Seen:
    return measures.recounted(rules, member, history, at, rules.zone.day(at))
