"""Referrals: a new member's first order, once past its return period, is told to who brought him, once."""

from __future__ import annotations

from memberflow.engine.calendar import add
from memberflow.engine.member import DISTANT, Member
from memberflow.engine.outcome import Outcome, Referred
from memberflow.engine.rules import Rules


def due(rules: Rules, member: Member) -> int:
    """The moment the first order still standing has outlived its return period."""
    if rules.referral_after is None or member.first_paid_at is None or member.first_paid_at == DISTANT:
        return DISTANT
    return rules.zone.moment(add(rules.zone.day(member.first_paid_at), rules.referral_after))


def tell(member: Member, at: int, out: Outcome) -> None:
    assert member.referred_by is not None
    member.first_paid_at = DISTANT
    out.referred.append(Referred(member.referred_by, member.id, at))
