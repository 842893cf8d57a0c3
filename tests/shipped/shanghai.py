"""Facts and programmes as tests/happened.py tells them, in Shanghai's time."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from memberflow.delivery import gates
from memberflow.delivery.caps import Sends
from memberflow.delivery.gates import Asked, Verdict
from memberflow.engine.entitlement import entitlement
from memberflow.engine.rules import Rules, compiled
from memberflow.facts import Activity, AnyFact, Consent, GrantUsed, Redemption
from memberflow.programme import author
from tests import happened

ZONE = "Asia/Shanghai"

at = partial(happened.at, zone=ZONE)
joined = partial(happened.joined, zone=ZONE)
order = partial(happened.order, zone=ZONE)
refund = partial(happened.refund, zone=ZONE)
redeem = partial(happened.redeem, zone=ZONE)
told = partial(happened.told, zone=ZONE)


def did(when: str, activity: str, id: str | None = None) -> Activity:
    return Activity(at=at(when), id=id or f"{activity}#{when}", member_id="m", activity=activity)


def consented(when: str, granted: bool, purpose: str, channel: str) -> Consent:
    id = f"{when}#{purpose}#{channel}"
    return Consent(at=at(when), id=id, member_id="m", purpose=purpose, channel=channel, granted=granted)


def used(when: str, grant: str) -> GrantUsed:
    return GrantUsed(at=at(when), id=when, member_id="m", grant=grant)


def paid_in_points(when: str, points: int, order_amount: str) -> Redemption:
    """Points spent on an order of so much."""
    amount = happened.pence(order_amount)
    return Redemption(at=at(when), id=when, member_id="m", points=points, order_amount=amount)


def shipped(folder: str | Path) -> Rules:
    """The rules of a programme by the name it ships under, or by its folder."""
    return compiled(author.ship(author.named(str(folder))))


def decided(rules: Rules, *facts: AnyFact, until: str) -> list[str]:
    """Outcome and tier of every decision."""
    return [f"{one.outcome} {one.after}" for one in told(rules, *facts, until=until)[1].decisions]


def said(rules: Rules, *facts: AnyFact, until: str) -> list[tuple[str, int]]:
    """Every occurrence and the moment at which it leaves."""
    return [(one.id, one.at) for one in told(rules, *facts, until=until)[1].occurrences]


def standing(rules: Rules, *facts: AnyFact, until: str) -> list[str]:
    """The benefits that the member has by his tier."""
    return entitlement(rules, told(rules, *facts, until=until)[0], at(until)).standing


def verdict(rules: Rules, *facts: AnyFact, until: str, sends: Sends | None = None) -> Verdict:
    """What becomes of the latest occurrence, looked at then; ``sends``: what reached the member before."""
    member, out = told(rules, *facts, until=until)
    told_last = out.occurrences[-1]
    return gates.verdict(
        Asked(
            rules=rules, member=member, occurrence=told_last, sends=sends or {}, stopped={}, refused=(), now=at(until)
        )
    )
