"""What spending points would come to, without spending any: the answer to a till that asks first."""

from __future__ import annotations

from msgspec import Struct

from memberflow.engine import lots, spending
from memberflow.engine.lots import Lot
from memberflow.engine.member import Member
from memberflow.engine.rules import Rules
from memberflow.facts import Redemption


class Quote(Struct, frozen=True):
    """``worth``: off an order, in minor units; ``theirs``: in a partner's points. None where that is not the question.

    ``lots``: what it would take, soonest first. ``refused``: why it can't be, as Refusal has it; nothing is taken then.
    """

    points: int
    worth: int | None
    theirs: int | None
    lots: list[Lot]
    refused: str | None


def quote(rules: Rules, member: Member, wanted: Redemption) -> Quote:
    """For a member as of now; changes nothing."""
    points = spending.price(rules, wanted)
    refused = spending.refused(rules, member, wanted)
    parts = [] if refused else lots.take([list(lot) for lot in member.lots], points)
    return Quote(points, worth(rules, wanted), theirs(rules, wanted), parts, refused)


def most(rules: Rules, member: Member, order_amount: int) -> int:
    """The most points that can go into an order; where that is none the fewest that could, which a quote refuses."""
    redeeming = rules.redeeming
    if redeeming is None:
        return max(1, member.points)
    return redeeming.most(member.points, order_amount) or redeeming.fewest


def worth(rules: Rules, wanted: Redemption) -> int | None:
    """Minor units off an order; None for anything else, and where the programme does not say what points are worth."""
    if rules.redeeming is None or wanted.good is not None or wanted.partner is not None:
        return None
    return rules.redeeming.money(wanted.points)


def theirs(rules: Rules, wanted: Redemption) -> int | None:
    """The points that a partner gives for ours; None without a partner that the programme knows."""
    partner = rules.redeeming.partners.get(wanted.partner or "") if rules.redeeming else None
    return None if partner is None else wanted.points // partner.points * partner.theirs
