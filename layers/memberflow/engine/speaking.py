"""How a journey speaks: whether it is for the member, what comes with it, and the message or task itself."""

from __future__ import annotations

from memberflow.engine import grants, measures, tags, tasks
from memberflow.engine.history import History
from memberflow.engine.member import Member
from memberflow.engine.outcome import Occurrence, Outcome
from memberflow.engine.plans import Plan
from memberflow.engine.rules import Rules


def speak(
    rules: Rules,
    member: Member,
    journey: Plan,
    anchor: int,
    name: str,
    at: int,
    data: dict[str, str | int],
    out: Outcome,
    history: History | None,
    leaves: int | None = None,
) -> None:
    """``leaves``: the moment the message may leave, where that is not ``at``, at which it came about."""
    moment = at if leaves is None else leaves
    if fits(rules, member, journey, at) and may_again(rules, member, journey, moment):
        give(rules, member, journey, name, at, out, history)
        occur(rules, member, journey, anchor, name, moment, data, out)


def speak_now(
    rules: Rules,
    member: Member,
    journey: Plan,
    anchor: int,
    name: str,
    data: dict[str, str | int],
    out: Outcome,
    history: History | None,
) -> None:
    """Of what has just come about; it leaves as soon as it may."""
    moment = journey.leaves_after(rules.zone_of(member), member.clock)
    speak(rules, member, journey, anchor, name, member.clock, data, out, history, moment)


def fits(rules: Rules, member: Member, journey: Plan, at: int) -> bool:
    return (not journey.tiers or member.tier in journey.tiers) and meets(rules, member, journey, at)


def meets(rules: Rules, member: Member, journey: Plan, at: int) -> bool:
    """Whether he is one whom the journey is for, whatever his tier."""
    if journey.segments and (member.scored is None or member.scored.segment not in journey.segments):
        return False
    if journey.when is not None and not journey.when.holds(measures.later(rules, member, rules.zone.day(at))):
        return False
    return not journey.tags or journey.tags <= tags.live(rules, member, rules.zone.day(at))


def may_again(rules: Rules, member: Member, journey: Plan, at: int) -> bool:
    return journey.may_again(rules.zone_of(member), member.spoke_at.get(journey.key), at)


def give(
    rules: Rules, member: Member, journey: Plan, name: str, at: int, out: Outcome, history: History | None
) -> None:
    """What comes with it is his whatever becomes of the message."""
    if journey.give:
        cause = f"journey#{journey.key}#{name}"
        grants.give(rules, member, journey.key, journey.give, name, at, cause, out, history)


def occur(
    rules: Rules,
    member: Member,
    journey: Plan,
    anchor: int,
    name: str,
    at: int,
    data: dict[str, str | int],
    out: Outcome,
) -> None:
    """A message for the member or a task for somebody of the shop."""
    if journey.again_after is not None:
        member.spoke_at[journey.key] = at
    if journey.task is not None:
        tasks.make(rules, member, journey, anchor, name, at, data, out)
        return
    out.occurrences.append(
        Occurrence(
            id=f"{journey.key}#{name}",
            journey=journey.key,
            anchor=anchor,
            at=at,
            useful_until=journey.useful_until(rules.zone_of(member), at),
            data=data,
        )
    )
