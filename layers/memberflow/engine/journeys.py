"""Journeys: the reasons to contact a member, each told once.

An occurrence's id names what it is about (the birthday's year, the last order's day, the n-th time a tier was reached),
not when it was noticed, so a late fact can't make a second one of it.
"""

from __future__ import annotations

from memberflow.engine.calendar import Zone, add
from memberflow.engine.conditions import Level
from memberflow.engine.member import DISTANT, Member
from memberflow.engine.occasions import birthday_day, next_birthday_year
from memberflow.engine.outcome import Occurrence, Outcome
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
    return soonest


def fire(rules: Rules, member: Member, key: str, at: int, out: Outcome) -> None:
    """The journey's moment has come; marking its anchor as said is what removes it from what is due."""
    journey = rules.journeys[key]
    if journey.trigger == "birthday":
        anchor = _birthday_year(rules, member, journey)
        data: dict[str, str | int] = {}
    else:
        anchor = _last_order_day(rules, member)
        data = {"days": rules.zone.day(at) - anchor}
    member.said[key] = anchor
    _occur(rules, member, journey, anchor, str(anchor), at, data, out)


def tier_reached(rules: Rules, member: Member, level: Level, at: int, out: Outcome) -> None:
    place = rules.zone_of(member)
    for journey in rules.upgrades:
        if not journey.tiers or level.name in journey.tiers:
            times = member.reached[level.name]
            name = f"{level.name}#{times}"
            moment = journey.leaves_after(place, at)
            _occur(rules, member, journey, times, name, moment, {"reached": level.name}, out)


def still_true(rules: Rules, member: Member, occurrence: Occurrence) -> bool:
    """Whether what the occurrence says still holds for the member as he now is."""
    journey = rules.journeys.get(occurrence.journey)
    if journey is None or member.enrolled_at is None:
        return False
    if journey.trigger == "birthday":
        return member.birthday is not None and _keeps_birthday(rules, member, occurrence)
    if journey.trigger == "dormancy":
        return _last_order_day(rules, member) == occurrence.anchor
    reached = str(occurrence.data["reached"])
    standing = rules.level.get(member.tier or "")
    return (
        member.reached.get(reached) == occurrence.anchor
        and standing is not None
        and reached in rules.level
        and standing.index >= rules.level[reached].index
    )


def _keeps_birthday(rules: Rules, member: Member, occurrence: Occurrence) -> bool:
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
