"""Goods that points buy, and how many of one a member can have."""

from __future__ import annotations

from memberflow.engine.member import Member
from memberflow.engine.rules import Rules
from memberflow.facts import Redemption
from memberflow.programme.schema.points import Good


def named(rules: Rules, fact: Redemption) -> Good | None:
    """The good that is asked for, where there is one in the catalogue."""
    return rules.redeeming.goods.get(fact.good or "") if rules.redeeming else None


def refused(rules: Rules, member: Member, fact: Redemption) -> str | None:
    """unknown_good, cap_reached or None."""
    if fact.good is None:
        return None
    good = named(rules, fact)
    if good is None:
        return "unknown_good"
    return "cap_reached" if good.in_all is not None and _had(member, fact) + fact.quantity > good.in_all else None


def count(rules: Rules, member: Member, fact: Redemption) -> None:
    """What was had of a good with a limit stays counted, whatever becomes of the order that it went with."""
    good = named(rules, fact)
    if good is not None and good.in_all is not None:
        member.done[_key(fact)] = [rules.zone.day(fact.at), 0, _had(member, fact) + fact.quantity]


def _had(member: Member, fact: Redemption) -> int:
    return member.done.get(_key(fact), [0, 0, 0])[2]


def _key(fact: Redemption) -> str:
    """Among activities with a cap; no activity that earns has such a name."""
    return f"good {fact.good}"
