"""Facts as one tells them: local times as text ('2026-03-01 10:00', London unless said), money as '12.50'.

An id that is left out is the fact's time, so facts of one kind at one moment need ids of their own.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from memberflow.engine.calendar import date_to_day
from memberflow.engine.fold import fold
from memberflow.engine.member import Member
from memberflow.engine.outcome import Outcome
from memberflow.engine.rules import Rules
from memberflow.facts import Activity, AnyFact, Consent, GrantUsed, Joined, Order, Redemption, Refund, Updated, moment

LONDON = "Europe/London"


def at(text: str, zone: str = LONDON) -> int:
    """The moment of a local time; a time without an hour is the start of the day."""
    return moment(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)))


def day(text: str) -> int:
    """The number of a date."""
    return date_to_day(datetime.fromisoformat(text).date())


def pence(amount: str) -> int:
    pounds, _, part = amount.partition(".")
    return int(pounds + part.ljust(2, "0"))


def order(when: str, amount: str, *categories: str, id: str | None = None, zone: str = LONDON) -> Order:
    return Order(at=at(when, zone), id=id or when, member_id="m", amount=pence(amount), categories=categories)


def refund(when: str, amount: str | None, of: str | None, id: str | None = None, zone: str = LONDON) -> Refund:
    """``amount`` None: all that is left; ``of`` None: a refund that names no order."""
    taken = None if amount is None else pence(amount)
    return Refund(at=at(when, zone), id=id or when, member_id="m", order_id=of, amount=taken)


def redeem(when: str, points: int, id: str | None = None, zone: str = LONDON) -> Redemption:
    return Redemption(at=at(when, zone), id=id or when, member_id="m", points=points)


def joined(when: str, zone: str = LONDON, **profile: Any) -> Joined:
    return Joined(at=at(when, zone), id="joined", member_id="m", **profile)


def updated(when: str, id: str | None = None, zone: str = LONDON, **profile: Any) -> Updated:
    return Updated(at=at(when, zone), id=id or when, member_id="m", **profile)


def consented(when: str, granted: bool, purpose: str = "marketing", channel: str = "email") -> Consent:
    return Consent(at=at(when), id=when, member_id="m", purpose=purpose, channel=channel, granted=granted)


def did(when: str, activity: str) -> Activity:
    return Activity(at=at(when), id=f"{activity}#{when}", member_id="m", activity=activity)


def used(when: str, grant: str) -> GrantUsed:
    return GrantUsed(at=at(when), id=when, member_id="m", grant=grant)


def told(rules: Rules, *facts: AnyFact, until: str, zone: str = LONDON) -> tuple[Member, Outcome]:
    """The member as of a local time, with everything that followed on the way, the ledger included."""
    out = Outcome(entries=[])
    return fold(rules, "m", facts, at(until, zone), out), out
