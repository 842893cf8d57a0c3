"""What a member may have on a day: by his tier, by a trial, and what was given to him and is open."""

from __future__ import annotations

from typing import NamedTuple

from memberflow.engine.member import Grant, Member
from memberflow.engine.rules import Rules


class Entitlement(NamedTuple):
    """``trials``: tier and until when. ``standing``: benefits of his tier and of those he tries that count today."""

    tier: str | None
    trials: list[tuple[str, int]]
    standing: list[str]
    grants: list[Grant]


def entitlement(rules: Rules, member: Member, at: int) -> Entitlement:
    """As of ``at``, up to which the member has been advanced."""
    benefits = rules.benefits
    trials = [(benefits.trials[g.benefit], g.until) for g in member.grants if g.benefit in benefits.trials]
    tiers = [tier for tier in (member.tier, *(tier for tier, _ in trials)) if tier is not None]
    standing = dict.fromkeys(benefit for tier in tiers for benefit in benefits.standing.get(tier, ()))
    counting = [benefit for benefit in standing if _counts(rules, member, benefit, at)]
    replaced = {other for benefit in counting for other in benefits.instead_of.get(benefit, ())}
    return Entitlement(
        tier=member.tier,
        trials=trials,
        standing=[benefit for benefit in counting if benefit not in replaced],
        grants=[grant for grant in member.grants if grant.benefit not in benefits.trials],
    )


def _counts(rules: Rules, member: Member, benefit: str, at: int) -> bool:
    days = rules.benefits.days.get(benefit)
    return days is None or days.hold(member, rules.zone.day(at), rules.zone_of(member).day(at))
