"""The last look before a message leaves: each gate gives None, or the reason for which the message is withheld."""

from __future__ import annotations

from memberflow.engine import journeys
from memberflow.engine.member import Member
from memberflow.engine.outcome import Occurrence
from memberflow.engine.plans import Plan
from memberflow.engine.rules import Rules


def withheld(rules: Rules, member: Member, occurrence: Occurrence, now: int) -> str | None:
    """The first reason against sending, in this order: stale, withdrawn, consent, contact, suppressed."""
    if occurrence.useful_until <= now:
        return "stale"
    if not journeys.still_true(rules, member, occurrence):
        return "withdrawn"
    journey = rules.journeys[occurrence.journey]
    allowed = [channel for channel in journey.channels if _consents(member, journey, channel)]
    if not allowed:
        return "consent"
    known = [channel for channel in allowed if channel == "log" or channel in member.contacts]
    if not known:
        return "contact"
    return None if any(channel not in member.suppressed for channel in known) else "suppressed"


def channel_for(member: Member, journey: Plan) -> str:
    """The first of the journey's channels that passes; withheld has made sure that there is one."""
    return next(c for c in journey.channels if _consents(member, journey, c) and _reachable(member, c))


def _consents(member: Member, journey: Plan, channel: str) -> bool:
    """Marketing needs a consent given for it on the channel; service messages go unless it was refused."""
    consent = member.consents.get(f"{journey.purpose}/{channel}")
    return consent[0] if consent is not None else journey.purpose == "service"


def _reachable(member: Member, channel: str) -> bool:
    return channel == "log" or (channel in member.contacts and channel not in member.suppressed)
