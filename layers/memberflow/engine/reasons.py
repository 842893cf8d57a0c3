"""What the journeys of a programme wait for: for each trigger its next reason to speak, and whether it still stands.

What would have been due before the member was one, or before the revision of the programme that asks for it, is not
made up for; of points that run out he is told even then, for they still do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from memberflow.engine import measures
from memberflow.engine.calendar import Zone, add, day_to_date
from memberflow.engine.member import NEVER, Member, Task
from memberflow.engine.occasions import anniversary, years_of_membership
from memberflow.engine.outcome import Occurrence
from memberflow.engine.plans import Plan
from memberflow.engine.rules import Rules
from memberflow.programme.schema.fields import decimal_text


class Reason(NamedTuple):
    """``anchor`` and ``name``: what it is about; the name tells it apart from the journey's other ones."""

    due: int
    anchor: int
    name: str


def _known(rules: Rules, member: Member) -> int:
    """The moment since which there is something to tell the member."""
    assert member.enrolled_at is not None
    return max(member.enrolled_at, rules.starts)


def _once(rules: Rules, member: Member, journey: Plan, place: Zone, since: int | None) -> Reason | None:
    """So long after something that happens once."""
    if since is None or journey.key in member.said:
        return None
    due = journey.leaves_for(place, since)
    return Reason(due, 1, "1") if due >= _known(rules, member) else None


def _joined(rules: Rules, member: Member, journey: Plan, place: Zone) -> Reason | None:
    return _once(rules, member, journey, place, member.enrolled_at)


def _first_order(rules: Rules, member: Member, journey: Plan, place: Zone) -> Reason | None:
    return _once(rules, member, journey, place, member.first_order_at)


def _order(rules: Rules, member: Member, journey: Plan, place: Zone) -> Reason | None:
    known = _known(rules, member)
    for order in member.followed:
        if journey.key not in order.told and (due := journey.leaves_for(place, order.at)) >= known:
            return Reason(due, order.at, order.id)
    return None


def _anniversary(rules: Rules, member: Member, journey: Plan, place: Zone) -> Reason | None:
    known, said = _known(rules, member), member.said.get(journey.key, 0)
    for years in journey.years:
        due = journey.leaves_at(place, anniversary(rules, member, years))
        if years > said and due >= known:
            return Reason(due, years, str(years))
    return None


def _calendar(rules: Rules, member: Member, journey: Plan, place: Zone) -> Reason | None:
    known = _known(rules, member)
    day = journey.days.next(max(place.day(known) - 1, member.said.get(journey.key, 0)))
    if day is not None and journey.leaves_at(place, day) < known:
        day = journey.days.next(day)
    return None if day is None else Reason(journey.leaves_at(place, day), day, str(day))


def _points_expiring(rules: Rules, member: Member, journey: Plan, place: Zone) -> Reason | None:
    """Counted from the last day on which they are usable; the anchor is the day on which they are gone."""
    said = member.said.get(journey.key, 0)
    for lot in () if member.sheltered else member.lots:
        gone = max(lot[0], member.spared_until)
        if said < gone < NEVER:
            return Reason(journey.leaves_at(place, add(gone - 1, journey.before, -1)), gone, str(gone))
    return None


def _answered(rules: Rules, member: Member, journey: Plan, place: Zone) -> Reason | None:
    known = _known(rules, member)
    for one in member.answers:
        heard = one.survey == journey.survey and (not journey.answers or one.answer in journey.answers)
        if heard and journey.key not in one.told and (due := journey.leaves_for(place, one.at)) >= known:
            return Reason(due, one.at, one.id)
    return None


NEXT: dict[str, Callable[[Rules, Member, Plan, Zone], Reason | None]] = {
    "joined": _joined,
    "first_order": _first_order,
    "order": _order,
    "anniversary": _anniversary,
    "calendar": _calendar,
    "points_expiring": _points_expiring,
    "answered": _answered,
}


def mark(member: Member, journey: Plan, reason: Reason) -> None:
    """The journey has spoken of it."""
    if journey.trigger == "order":
        next(order for order in member.followed if order.id == reason.name).told.append(journey.key)
    elif journey.trigger == "answered":
        next(one for one in member.answers if one.id == reason.name).told.append(journey.key)
    else:
        member.said[journey.key] = reason.anchor


def data(rules: Rules, member: Member, journey: Plan, reason: Reason, at: int) -> dict[str, str | int]:
    """What templates can say of it."""
    if journey.trigger == "anniversary":
        return {"years": reason.anchor}
    if journey.trigger == "answered":
        return {"answer": next(one.answer for one in member.answers if one.id == reason.name)}
    if journey.trigger == "points_expiring":
        last = reason.anchor - 1
        points = sum(lot[1] for lot in _lots_gone_on(member, reason.anchor))
        return {"expiring": points, "expires": day_to_date(last).isoformat(), "days": last - rules.zone.day(at)}
    return _ahead(rules, member, at) if journey.trigger == "calendar" else {}


def _ahead(rules: Rules, member: Member, at: int) -> dict[str, str | int]:
    """The tier above, and the spend that is missing there; his own, and none, where no tier is above."""
    assert member.tier is not None
    above = [level for level in rules.levels[rules.level[member.tier].index + 1 :] if level.enter is not None]
    lacks = 0
    if above and above[0].enter is not None:
        spend = measures.later(rules, member, rules.zone.day(at))["spend"]
        lacks = max(0, above[0].enter.least("spend") - spend)
    next_tier = above[0].name if above else member.tier
    return {"next_tier": next_tier, "short": decimal_text(lacks, rules.programme.currency)}


def _lots_gone_on(member: Member, day: int) -> list[list[int]]:
    return [lot for lot in member.lots if max(lot[0], member.spared_until) == day]


def ended(member: Member, journey: Plan, anchor: int) -> bool:
    """Whether an order since has called off what was to follow."""
    if not journey.ends_with_order or member.last_order_at is None:
        return False
    since = {"joined": member.enrolled_at, "first_order": member.first_order_at}.get(journey.trigger, anchor)
    return since is not None and member.last_order_at > since


def stands(rules: Rules, member: Member, journey: Plan, occurrence: Occurrence | Task, now: int) -> bool:
    """Whether the reason for an occurrence is still there."""
    anchor = occurrence.anchor
    if journey.trigger == "first_order":
        return member.first_order_at is not None
    if journey.trigger == "order":
        return any(f"{journey.key}#{order.id}" == occurrence.id for order in member.followed)
    if journey.trigger == "answered":
        return any(f"{journey.key}#{one.id}" == occurrence.id for one in member.answers)
    if journey.trigger == "anniversary":  # his day may begin before the programme's
        return years_of_membership(rules, member, rules.zone.day(now) + 1) >= anchor
    if journey.trigger == "points_expiring":
        left = bool(_lots_gone_on(member, anchor)) and not member.sheltered
        return left and now < rules.zone.moment(anchor)
    return True
