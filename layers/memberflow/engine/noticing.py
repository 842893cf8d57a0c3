"""What journeys notice of a member as it becomes so: a segment that he enters, a tier that comes within his reach.

Both are counted where a journey asks for them, so that an occurrence is named by its number and a late fact moves it
instead of making a second one.
"""

from __future__ import annotations

from memberflow.engine import shortfall
from memberflow.engine.member import Member, Task
from memberflow.engine.outcome import Occurrence
from memberflow.engine.plans import Plan
from memberflow.engine.reasons import Reason
from memberflow.engine.rules import Rules
from memberflow.facts import Activity, AnyFact, Joined, Judged, Order


def segment_entered(rules: Rules, member: Member) -> str | None:
    """Counts entering and leaving the segments that journeys ask for; the one just entered.

    Whoever is in it by the rules of a new revision has not entered it.
    """
    scored, fresh = member.scored, None
    now = "" if scored is None else scored.segment
    for segment in rules.watched_segments:
        times = member.entered.get(segment, 0)
        if segment == now and times <= 0:
            member.entered[segment], fresh = 1 - times, segment
        elif segment != now and times > 0:
            member.entered[segment] = -times
    return fresh if scored is not None and scored.since > rules.starts else None


def brings_nearer(fact: AnyFact | None) -> bool:
    """Whether a tier may come within reach by it, rather than by what was taken or by time alone."""
    return isinstance(fact, Order | Activity | Judged | Joined)


def tier_in_reach(rules: Rules, member: Member, journey: Plan, at: int) -> Reason | None:
    """Once for each next tier until he has risen again, whatever he orders meanwhile."""
    rises, above = _rises(member), shortfall.next_level(rules, member)
    if above is None or member.said.get(_marked(journey, above.name), -1) >= rises:
        return None
    near = shortfall.within_reach(rules, member, journey.of, rules.zone.day(at))
    return None if near is None else Reason(at, rises, f"{near.name}#{rises}")


def mark(member: Member, journey: Plan, reason: Reason) -> None:
    member.said[_marked(journey, reason.name.partition("#")[0])] = reason.anchor


def stands(rules: Rules, member: Member, journey: Plan, occurrence: Occurrence | Task, now: int) -> bool:
    """Whether what was noticed is still so."""
    if journey.trigger == "segment_entered":
        return member.entered.get(str(occurrence.data.get("segment"))) == occurrence.anchor
    if journey.trigger == "badge":
        return member.badges.get(str(occurrence.data.get("badge"))) == occurrence.anchor
    near = shortfall.within_reach(rules, member, journey.of, rules.zone.day(now))
    return near is not None and near.name == occurrence.data.get("next_tier") and _rises(member) == occurrence.anchor


def _rises(member: Member) -> int:
    """How often he has reached a tier."""
    return sum(member.reached.values())


def _marked(journey: Plan, tier: str) -> str:
    return f"{journey.key}/{tier}"
