"""Journeys: the reasons to contact a member, each told once. What most of them wait for is in reasons.py.

An occurrence's id names what it is about (the birthday's year, the last order's day, the n-th time a tier was reached),
not when it was noticed, so a late fact can't make a second one of it.
"""

from __future__ import annotations

from memberflow.engine import grants, measures, reasons, tags, tasks
from memberflow.engine.calendar import Zone, add
from memberflow.engine.conditions import Level
from memberflow.engine.history import History
from memberflow.engine.member import DISTANT, Member, Task
from memberflow.engine.occasions import birthday_day, next_birthday_year
from memberflow.engine.outcome import Decision, Occurrence, Outcome
from memberflow.engine.plans import Plan
from memberflow.engine.rules import Rules


def due(rules: Rules, member: Member) -> tuple[int, str]:
    """The moment of the next occurrence that time brings, and its journey."""
    if member.enrolled_at is None:
        return DISTANT, ""
    place, soonest = rules.zone_of(member), (DISTANT, "")
    if member.birthday is not None:
        for journey in rules.birthdays:
            soonest = min(soonest, (_birthday_due(rules, member, journey, place), journey.key))
    last = _last_order_day(rules, member)
    for journey in rules.dormancies:
        if last >= 0 and member.said.get(journey.key) != last:
            soonest = min(soonest, (journey.leaves_at(place, add(last, journey.after)), journey.key))
    for journey in rules.timed:
        reason = reasons.NEXT[journey.trigger](rules, member, journey, place)
        if reason is not None:
            soonest = min(soonest, (reason.due, journey.key))
    return soonest


def fire(rules: Rules, member: Member, key: str, at: int, out: Outcome, history: History | None) -> None:
    """The journey's moment has come; marking its anchor as said is what removes it from what is due."""
    journey = rules.journeys[key]
    if journey.trigger in reasons.NEXT:
        _fire_timed(rules, member, journey, at, out, history)
        return
    if journey.trigger == "birthday":
        anchor = _birthday_year(rules, member, journey)
        data: dict[str, str | int] = {}
    else:
        anchor = _last_order_day(rules, member)
        data = {"days": rules.zone.day(at) - anchor}
    member.said[key] = anchor
    _speak(rules, member, journey, anchor, str(anchor), at, data, out, history)


def _fire_timed(rules: Rules, member: Member, journey: Plan, at: int, out: Outcome, history: History | None) -> None:
    """Several reasons may fall due at one moment: orders of one day, lots of the last days of a month."""
    place = rules.zone_of(member)
    first = reason = reasons.NEXT[journey.trigger](rules, member, journey, place)
    while first is not None and reason is not None and reason.due == first.due:
        reasons.mark(member, journey, reason)
        if not reasons.ended(member, journey, reason.anchor):
            data = reasons.data(rules, member, journey, reason, at)
            _speak(rules, member, journey, reason.anchor, reason.name, at, data, out, history)
        reason = reasons.NEXT[journey.trigger](rules, member, journey, place)


def tier_reached(rules: Rules, member: Member, level: Level, at: int, out: Outcome) -> None:
    place = rules.zone_of(member)
    for journey in rules.upgrades:
        if (not journey.tiers or level.name in journey.tiers) and _meets(rules, member, journey, at):
            times = member.reached[level.name]
            name = f"{level.name}#{times}"
            moment = journey.leaves_after(place, at)
            _occur(rules, member, journey, times, name, moment, {"reached": level.name}, out)


def decided(rules: Rules, member: Member, decisions: list[Decision], out: Outcome, history: History | None) -> None:
    """Tells of the tiers that were lost by ``decisions``."""
    for decision in decisions:
        before, after = rules.level.get(decision.before or ""), rules.level.get(decision.after)
        if before is not None and after is not None and after.index < before.index:
            _tier_lost(rules, member, before.name, decision.at, out, history)


def _tier_lost(rules: Rules, member: Member, tier: str, at: int, out: Outcome, history: History | None) -> None:
    member.lost[tier] = times = member.lost.get(tier, 0) + 1
    for journey in rules.losses:
        if not journey.tiers or tier in journey.tiers:
            moment = journey.leaves_after(rules.zone_of(member), at)
            if _meets(rules, member, journey, at):
                name = f"{tier}#{times}"
                _give(rules, member, journey, name, at, out, history)
                _occur(rules, member, journey, times, name, moment, {"lost": tier}, out)


def recheck(rules: Rules, member: Member, at: int, out: Outcome, history: History | None) -> None:
    """Takes back the tasks whose reason is gone."""
    for task in [task for task in member.tasks if not still_true(rules, member, task, at)]:
        tasks.end(member, task, "withdrawn", at, out, history)


def still_true(rules: Rules, member: Member, occurrence: Occurrence | Task, now: int) -> bool:
    """Whether what the occurrence says, or the task is about, still holds for the member as he now is."""
    journey = rules.journeys.get(occurrence.journey)
    if journey is None or member.enrolled_at is None or not _stands(rules, member, journey, occurrence, now):
        return False
    if journey.trigger in ABOUT_TIERS:
        return _meets(rules, member, journey, now)
    return not reasons.ended(member, journey, occurrence.anchor) and _fits(rules, member, journey, now)


def _stands(rules: Rules, member: Member, journey: Plan, occurrence: Occurrence | Task, now: int) -> bool:
    """Whether the reason is still there."""
    if journey.trigger == "birthday":
        return member.birthday is not None and _keeps_birthday(rules, member, occurrence)
    if journey.trigger == "dormancy":
        return _last_order_day(rules, member) == occurrence.anchor
    if journey.trigger in ABOUT_TIERS:
        return _keeps_tier(rules, member, journey, occurrence)
    return reasons.stands(rules, member, journey, occurrence, now)


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


# For whom


def _fits(rules: Rules, member: Member, journey: Plan, at: int) -> bool:
    return (not journey.tiers or member.tier in journey.tiers) and _meets(rules, member, journey, at)


def _meets(rules: Rules, member: Member, journey: Plan, at: int) -> bool:
    """Whether he is one whom the journey is for, whatever his tier."""
    if journey.when is not None and not journey.when.holds(measures.later(rules, member, rules.zone.day(at))):
        return False
    return not journey.tags or journey.tags <= tags.live(rules, member, rules.zone.day(at))


def _speak(
    rules: Rules,
    member: Member,
    journey: Plan,
    anchor: int,
    name: str,
    at: int,
    data: dict[str, str | int],
    out: Outcome,
    history: History | None,
) -> None:
    if _fits(rules, member, journey, at):
        _give(rules, member, journey, name, at, out, history)
        _occur(rules, member, journey, anchor, name, at, data, out)


def _give(
    rules: Rules, member: Member, journey: Plan, name: str, at: int, out: Outcome, history: History | None
) -> None:
    """What comes with it is his whatever becomes of the message."""
    if journey.give:
        cause = f"journey#{journey.key}#{name}"
        grants.give(rules, member, journey.key, journey.give, name, at, cause, out, history)


def _keeps_birthday(rules: Rules, member: Member, occurrence: Occurrence | Task) -> bool:
    return rules.zone_of(member).day(occurrence.at) == birthday_day(rules, member, occurrence.anchor)


def _birthday_year(rules: Rules, member: Member, journey: Plan) -> int:
    return next_birthday_year(rules, member, member.said.get(journey.key, 0))


def _birthday_due(rules: Rules, member: Member, journey: Plan, place: Zone) -> int:
    return journey.leaves_at(place, birthday_day(rules, member, _birthday_year(rules, member, journey)))


def _last_order_day(rules: Rules, member: Member) -> int:
    return -1 if member.last_order_at is None else rules.zone.day(member.last_order_at)


def _occur(
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
