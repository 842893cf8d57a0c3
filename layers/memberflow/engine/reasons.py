"""What the journeys of a programme wait for: for each trigger its next reason to speak, and whether it still stands.

What would have been due before the member was one, or before the revision of the programme that asks for it, is not
made up for; of points that run out, trials that end and tiers at risk he is told even then, for they still are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from memberflow.engine import measures, shortfall, terms
from memberflow.engine.calendar import Zone, add, day_to_date
from memberflow.engine.member import DISTANT, NEVER, Member, Task
from memberflow.engine.occasions import anniversary, years_of_membership
from memberflow.engine.outcome import Occurrence
from memberflow.engine.plans import Plan
from memberflow.engine.rules import Rules


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


def _trial_ending(rules: Rules, member: Member, journey: Plan, place: Zone) -> Reason | None:
    """Counted from its last day; the anchor is the day on which it is over."""
    said = member.said.get(journey.key, 0)
    for gone in sorted(_trials(rules, member).values()):
        if said < gone:
            return Reason(journey.leaves_at(place, add(gone - 1, journey.before, -1)), gone, str(gone))
    return None


def _tier_at_risk(rules: Rules, member: Member, journey: Plan, place: Zone) -> Reason | None:
    """Counted from the last day on which orders count; the anchor is the day on which the tier is settled."""
    if rules.level[member.tier or ""].keep is None:
        return None
    day = terms.due_day(rules, member)
    if day is None or day <= member.said.get(journey.key, 0):
        return None
    return Reason(journey.leaves_at(place, add(day - 1, journey.before, -1)), day, str(day))


NEXT: dict[str, Callable[[Rules, Member, Plan, Zone], Reason | None]] = {
    "joined": _joined,
    "first_order": _first_order,
    "order": _order,
    "anniversary": _anniversary,
    "calendar": _calendar,
    "points_expiring": _points_expiring,
    "answered": _answered,
    "trial_ending": _trial_ending,
    "tier_at_risk": _tier_at_risk,
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
    if journey.trigger == "trial_ending":
        return _data_of_trial(rules, member, reason.anchor, at)
    if journey.trigger == "tier_at_risk":
        return _data_of_risk(rules, member, reason.anchor, at)
    return shortfall.ahead(rules, member, rules.zone.day(at)) if journey.trigger == "calendar" else {}


def _trials(rules: Rules, member: Member) -> dict[str, int]:
    """By tier above his own that he may try: the day on which the last of these trials is over."""
    ends: dict[str, int] = {}
    held = rules.level[member.tier or ""].index
    for grant in member.grants:
        tier = rules.benefits.trials.get(grant.benefit)
        if tier is not None and rules.level[tier].index > held and grant.until != DISTANT:
            ends[tier] = max(ends.get(tier, 0), rules.zone.day(grant.until))
    return ends


def _lots_gone_on(member: Member, day: int) -> list[list[int]]:
    return [lot for lot in member.lots if max(lot[0], member.spared_until) == day]


def _data_of_trial(rules: Rules, member: Member, gone: int, at: int) -> dict[str, str | int]:
    """Of the highest tier whose trial ends on that day."""
    ending = [tier for tier, day in _trials(rules, member).items() if day == gone]
    tier = max(ending, key=lambda name: rules.level[name].index)
    return {"trial": tier, "ends": day_to_date(gone - 1).isoformat(), "days": gone - 1 - rules.zone.day(at)}


def _data_of_risk(rules: Rules, member: Member, settled: int, at: int) -> dict[str, str | int]:
    keep = rules.level[member.tier or ""].keep
    assert keep is not None
    lacks = shortfall.lacks(rules, keep, measures.later(rules, member, settled))
    return {"by": day_to_date(settled - 1).isoformat(), "days": settled - 1 - rules.zone.day(at), **lacks}


def _is_at_risk(rules: Rules, member: Member, settled: int) -> bool:
    return terms.due_day(rules, member) == settled and terms.is_lost(rules, member, settled)


def is_so(rules: Rules, member: Member, journey: Plan, reason: Reason) -> bool:
    """Whether there is something to tell now that its moment has come."""
    if journey.trigger == "tier_at_risk":
        return _is_at_risk(rules, member, reason.anchor)
    return not ended(member, journey, reason.anchor)


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
    if journey.trigger == "trial_ending":
        return anchor in _trials(rules, member).values()
    if journey.trigger == "tier_at_risk":
        return _is_at_risk(rules, member, anchor)
    return True
