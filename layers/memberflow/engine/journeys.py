"""Journeys: the reasons to contact a member, each told once. What most of them wait for is in reasons.py.

An occurrence's id names what it is about (the birthday's year, the last order's day, the n-th time a tier was reached),
not when it was noticed, so a late fact can't make a second one of it.
"""

from __future__ import annotations

from msgspec.structs import replace

from memberflow.engine import grants, measures, noticing, picks, reasons, shortfall, tags, tasks
from memberflow.engine.calendar import Zone, add, day_to_date
from memberflow.engine.conditions import Level
from memberflow.engine.history import History
from memberflow.engine.member import DISTANT, Member, Task
from memberflow.engine.occasions import birthday_day, birthday_month, next_birthday_year
from memberflow.engine.outcome import Decision, Occurrence, Outcome
from memberflow.engine.plans import Plan
from memberflow.engine.rules import Rules
from memberflow.facts import AnyFact


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
            moment = journey.leaves_at(place, add(last, journey.after))
            if member.enrolled_at <= moment >= rules.starts:  # what was missed before is not made up for
                soonest = min(soonest, (moment, journey.key))
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
    if journey in rules.birthdays:
        anchor = _birthday_year(rules, member, journey)
        data: dict[str, str | int] = {}
    else:
        anchor = _last_order_day(rules, member)
        data = {"days": rules.zone.day(at) - anchor, **picks.bought(rules, member)}
    member.said[key] = anchor
    _speak(rules, member, journey, anchor, str(anchor), at, data, out, history)


def _fire_timed(rules: Rules, member: Member, journey: Plan, at: int, out: Outcome, history: History | None) -> None:
    """Several reasons may fall due at one moment: orders of one day, lots of the last days of a month."""
    place = rules.zone_of(member)
    first = reason = reasons.NEXT[journey.trigger](rules, member, journey, place)
    while first is not None and reason is not None and reason.due == first.due:
        reasons.mark(member, journey, reason)
        if reasons.is_so(rules, member, journey, reason):
            data = reasons.data(rules, member, journey, reason, at)
            _speak(rules, member, journey, reason.anchor, reason.name, at, data, out, history)
        reason = reasons.NEXT[journey.trigger](rules, member, journey, place)


def tier_reached(rules: Rules, member: Member, level: Level, at: int, out: Outcome) -> None:
    place, times = rules.zone_of(member), member.reached[level.name]
    for journey in rules.upgrades:
        moment = journey.leaves_after(place, at)
        due_again = _may_again(rules, member, journey, moment)
        if due_again and (not journey.tiers or level.name in journey.tiers) and _meets(rules, member, journey, at):
            name = f"{level.name}#{times}"
            _occur(rules, member, journey, times, name, moment, {"reached": level.name}, out)


def noticed(
    rules: Rules,
    member: Member,
    fact: AnyFact | None,
    decisions: list[Decision],
    out: Outcome,
    history: History | None,
) -> None:
    """Tells what a fact, or time, made of the member; ``decisions`` are those that it made."""
    for decision in decisions if rules.losses else ():
        before, after = rules.level.get(decision.before or ""), rules.level.get(decision.after)
        if before is not None and after is not None and after.index < before.index:
            _tier_lost(rules, member, before.name, decision.at, out, history)
    if rules.entries:
        _segment_entered(rules, member, out, history)
    if rules.reaches and member.tier is not None and noticing.brings_nearer(fact):
        _tier_in_reach(rules, member, out, history)


def _segment_entered(rules: Rules, member: Member, out: Outcome, history: History | None) -> None:
    segment = noticing.segment_entered(rules, member)
    if segment is not None:
        times = member.entered[segment]
        for journey in rules.entries:  # who is not in one of its segments is none whom it is for
            _speak_now(rules, member, journey, times, f"{segment}#{times}", {"segment": segment}, out, history)


def _tier_in_reach(rules: Rules, member: Member, out: Outcome, history: History | None) -> None:
    for journey in rules.reaches:
        reason = noticing.tier_in_reach(rules, member, journey, member.clock)
        if reason is not None:
            noticing.mark(member, journey, reason)
            data = shortfall.ahead(rules, member, rules.zone.day(member.clock))
            _speak_now(rules, member, journey, reason.anchor, reason.name, data, out, history)


def badge_earned(rules: Rules, member: Member, badge: str, out: Outcome, history: History | None) -> None:
    times = member.badges[badge]
    for journey in rules.earned:
        if not journey.badges or badge in journey.badges:
            _speak_now(rules, member, journey, times, f"{badge}#{times}", {"badge": badge}, out, history)


def _tier_lost(rules: Rules, member: Member, tier: str, at: int, out: Outcome, history: History | None) -> None:
    member.lost[tier] = times = member.lost.get(tier, 0) + 1
    for journey in rules.losses:
        if not journey.tiers or tier in journey.tiers:
            moment = journey.leaves_after(rules.zone_of(member), at)
            if _meets(rules, member, journey, at) and _may_again(rules, member, journey, moment):
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
    if journey in rules.birthdays:
        return member.birthday is not None and _keeps_birthday(rules, member, journey, occurrence)
    if journey.trigger == "dormancy":
        return _last_order_day(rules, member) == occurrence.anchor
    if journey.trigger in ABOUT_TIERS:
        return _keeps_tier(rules, member, journey, occurrence)
    if journey.trigger in reasons.NEXT:
        return reasons.stands(rules, member, journey, occurrence, now)
    return noticing.stands(rules, member, journey, occurrence, now)


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
    if journey.segments and (member.scored is None or member.scored.segment not in journey.segments):
        return False
    if journey.when is not None and not journey.when.holds(measures.later(rules, member, rules.zone.day(at))):
        return False
    return not journey.tags or journey.tags <= tags.live(rules, member, rules.zone.day(at))


def _may_again(rules: Rules, member: Member, journey: Plan, at: int) -> bool:
    return journey.may_again(rules.zone_of(member), member.spoke_at.get(journey.key), at)


def _speak_now(
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
    if _fits(rules, member, journey, member.clock) and _may_again(rules, member, journey, moment):
        _give(rules, member, journey, name, member.clock, out, history)
        _occur(rules, member, journey, anchor, name, moment, data, out)


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
    if _fits(rules, member, journey, at) and _may_again(rules, member, journey, at):
        _give(rules, member, journey, name, at, out, history)
        _occur(rules, member, journey, anchor, name, at, data, out)


def _give(
    rules: Rules, member: Member, journey: Plan, name: str, at: int, out: Outcome, history: History | None
) -> None:
    """What comes with it is his whatever becomes of the message."""
    if journey.give:
        cause = f"journey#{journey.key}#{name}"
        grants.give(rules, member, journey.key, journey.give, name, at, cause, out, history)


def _keeps_birthday(rules: Rules, member: Member, journey: Plan, occurrence: Occurrence | Task) -> bool:
    told = rules.zone_of(member).day(occurrence.at)
    if journey.by_month:
        told -= day_to_date(told).day - 1
    return told == _birthday(rules, member, journey, occurrence.anchor)


def _birthday_year(rules: Rules, member: Member, journey: Plan) -> int:
    return next_birthday_year(rules, member, member.said.get(journey.key, 0), journey.by_month)


def _birthday_due(rules: Rules, member: Member, journey: Plan, place: Zone) -> int:
    return journey.leaves_at(place, _birthday(rules, member, journey, _birthday_year(rules, member, journey)))


def _birthday(rules: Rules, member: Member, journey: Plan, year: int) -> int:
    """The day on which it is kept, or the first of its month."""
    return (birthday_month if journey.by_month else birthday_day)(rules, member, year)


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
