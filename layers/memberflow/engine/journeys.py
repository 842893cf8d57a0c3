"""Journeys: the reasons to contact a member, each told once. What most of them wait for is in reasons.py.

An occurrence's id names what it is about (the birthday's year, the last order's day, the n-th time a tier was reached),
not when it was noticed, so a late fact can't make a second one of it.
"""

from __future__ import annotations

from memberflow.engine import noticing, picks, reasons, shortfall, speaking
from memberflow.engine.calendar import Zone, add
from memberflow.engine.conditions import Level
from memberflow.engine.history import History
from memberflow.engine.member import DISTANT, Member
from memberflow.engine.occasions import kept_birthday, last_order_day, next_birthday_year
from memberflow.engine.outcome import Decision, Outcome
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
    last = last_order_day(rules, member)
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
        anchor = last_order_day(rules, member)
        data = {"days": rules.zone.day(at) - anchor, **picks.bought(rules, member)}
    member.said[key] = anchor
    speaking.speak(rules, member, journey, anchor, str(anchor), at, data, out, history)


def _fire_timed(rules: Rules, member: Member, journey: Plan, at: int, out: Outcome, history: History | None) -> None:
    """Several reasons may fall due at one moment: orders of one day, lots of the last days of a month."""
    place = rules.zone_of(member)
    first = reason = reasons.NEXT[journey.trigger](rules, member, journey, place)
    while first is not None and reason is not None and reason.due == first.due:
        reasons.mark(member, journey, reason)
        if reasons.is_so(rules, member, journey, reason):
            data = reasons.data(rules, member, journey, reason, at)
            speaking.speak(rules, member, journey, reason.anchor, reason.name, at, data, out, history)
        reason = reasons.NEXT[journey.trigger](rules, member, journey, place)


def tier_reached(rules: Rules, member: Member, level: Level, at: int, out: Outcome) -> None:
    place, times = rules.zone_of(member), member.reached[level.name]
    for journey in rules.upgrades:
        moment = journey.leaves_after(place, at)
        if journey.tiers and level.name not in journey.tiers:
            continue
        if speaking.meets(rules, member, journey, at) and speaking.may_again(rules, member, journey, moment):
            name = f"{level.name}#{times}"
            speaking.occur(rules, member, journey, times, name, moment, {"reached": level.name}, out)


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
            speaking.speak_now(rules, member, journey, times, f"{segment}#{times}", {"segment": segment}, out, history)


def _tier_in_reach(rules: Rules, member: Member, out: Outcome, history: History | None) -> None:
    for journey in rules.reaches:
        reason = noticing.tier_in_reach(rules, member, journey, member.clock)
        if reason is not None:
            noticing.mark(member, journey, reason)
            data = shortfall.ahead(rules, member, rules.zone.day(member.clock))
            speaking.speak_now(rules, member, journey, reason.anchor, reason.name, data, out, history)


def badge_earned(rules: Rules, member: Member, badge: str, out: Outcome, history: History | None) -> None:
    times = member.badges[badge]
    for journey in rules.earned:
        if not journey.badges or badge in journey.badges:
            speaking.speak_now(rules, member, journey, times, f"{badge}#{times}", {"badge": badge}, out, history)


def _tier_lost(rules: Rules, member: Member, tier: str, at: int, out: Outcome, history: History | None) -> None:
    member.lost[tier] = times = member.lost.get(tier, 0) + 1
    for journey in rules.losses:
        if not journey.tiers or tier in journey.tiers:
            moment = journey.leaves_after(rules.zone_of(member), at)
            if speaking.meets(rules, member, journey, at) and speaking.may_again(rules, member, journey, moment):
                name = f"{tier}#{times}"
                speaking.give(rules, member, journey, name, at, out, history)
                speaking.occur(rules, member, journey, times, name, moment, {"lost": tier}, out)


def _birthday_year(rules: Rules, member: Member, journey: Plan) -> int:
    return next_birthday_year(rules, member, member.said.get(journey.key, 0), journey.by_month)


def _birthday_due(rules: Rules, member: Member, journey: Plan, place: Zone) -> int:
    return journey.leaves_at(place, kept_birthday(rules, member, journey, _birthday_year(rules, member, journey)))
