"""Whether what was once a reason still is: asked again before a message leaves, and of every open task."""

from __future__ import annotations

from msgspec.structs import replace

from memberflow.engine import noticing, reasons, shortfall, speaking, tasks
from memberflow.engine.calendar import day_to_date
from memberflow.engine.history import History
from memberflow.engine.member import Member, Task
from memberflow.engine.occasions import kept_birthday, last_order_day
from memberflow.engine.outcome import Occurrence, Outcome
from memberflow.engine.plans import Plan
from memberflow.engine.rules import Rules


def still_true(rules: Rules, member: Member, occurrence: Occurrence | Task, now: int) -> bool:
    """Whether what the occurrence says, or the task is about, still holds for the member as he now is."""
    journey = rules.journeys.get(occurrence.journey)
    if journey is None or member.enrolled_at is None or not _stands(rules, member, journey, occurrence, now):
        return False
    if journey.trigger in ABOUT_TIERS:
        return speaking.meets(rules, member, journey, now)
    return not reasons.ended(member, journey, occurrence.anchor) and speaking.fits(rules, member, journey, now)


def _stands(rules: Rules, member: Member, journey: Plan, occurrence: Occurrence | Task, now: int) -> bool:
    """Whether the reason is still there."""
    if journey in rules.birthdays:
        return member.birthday is not None and _keeps_birthday(rules, member, journey, occurrence)
    if journey.trigger == "dormancy":
        return last_order_day(rules, member) == occurrence.anchor
    if journey.trigger in ABOUT_TIERS:
        return _keeps_tier(rules, member, journey, occurrence)
    if journey.trigger in reasons.NEXT:
        return reasons.stands(rules, member, journey, occurrence, now)
    return noticing.stands(rules, member, journey, occurrence, now)


def _keeps_birthday(rules: Rules, member: Member, journey: Plan, occurrence: Occurrence | Task) -> bool:
    told = rules.zone_of(member).day(occurrence.at)
    if journey.by_month:
        told -= day_to_date(told).day - 1
    return told == kept_birthday(rules, member, journey, occurrence.anchor)


def _keeps_tier(rules: Rules, member: Member, journey: Plan, occurrence: Occurrence | Task) -> bool:
    """The tier was not lost, or not reached, again; nor has he a lower, or that high a, one by now."""
    name, counts = ABOUT_TIERS[journey.trigger], journey.trigger == "tier_reached"
    tier = str(occurrence.data[name])
    standing = rules.level.get(member.tier or "")
    times = (member.reached if counts else member.lost).get(tier)
    if times != occurrence.anchor or standing is None or tier not in rules.level:
        return False
    return (standing.index >= rules.level[tier].index) == counts


ABOUT_TIERS = {"tier_reached": "reached", "tier_lost": "lost"}
"""Triggers whose ``tiers`` are those that the journey is about, and what their occurrences call them."""


def recheck(rules: Rules, member: Member, at: int, out: Outcome, history: History | None) -> None:
    """Takes back the tasks whose reason is gone."""
    for task in [task for task in member.tasks if not still_true(rules, member, task, at)]:
        tasks.end(member, task, "withdrawn", at, out, history)


def renewed(rules: Rules, member: Member, occurrence: Occurrence, now: int) -> Occurrence:
    """The occurrence with its figures as of now; for one that is still true."""
    journey, day = rules.journeys[occurrence.journey], rules.zone.day(now)
    data: dict[str, str | int] = {}
    if journey.trigger in reasons.NEXT:
        name = occurrence.id.removeprefix(f"{journey.key}#")
        data = reasons.data(rules, member, journey, reasons.Reason(now, occurrence.anchor, name), now)
    elif journey.trigger == "within_reach":
        data = shortfall.ahead(rules, member, day)
    elif journey.trigger == "dormancy":
        data = {"days": day - occurrence.anchor}
    return replace(occurrence, data=occurrence.data | data)
