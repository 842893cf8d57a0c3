"""Terms: when the tier held comes up for review, and what protects who fails it.

A review falls on its schedule, or on the day the rule fails where that counts at once; always at the first moment of
the day and before anything else of it. What protects: a grace that begins with the first failing review, a tier held
too short a time, a drop not long ago, an operator's hold.
"""

from __future__ import annotations

from collections.abc import Iterator

from memberflow.engine import fallout, measures
from memberflow.engine.calendar import add, month_end, next_anniversary, next_date
from memberflow.engine.member import DISTANT, Member
from memberflow.engine.rules import Rules


def due(rules: Rules, member: Member) -> int:
    """The moment the tier held comes up for review."""
    day = due_day(rules, member) if member.standings else None
    return DISTANT if day is None else rules.zone.moment(day)


def due_day(rules: Rules, member: Member) -> int | None:
    standing = member.standings[-1]
    level = rules.level[standing.tier]
    if standing.until is not None:
        return max(standing.until, _hold_ends(member))
    if standing.put_off is not None:
        return standing.put_off
    if rules.review != "at_once":
        lifts = rules.reviews_lift and level.next_spend != DISTANT
        return review_day(rules, member) if level.keep is not None or lifts else None
    if level.keep is None:
        return None
    return fallout.first_failing(rules, member, level.keep, rules.zone.day(member.clock))


def review_day(rules: Rules, member: Member) -> int:
    """The next day of the schedule on which the tier held is reviewed."""
    standing = member.standings[-1]
    after = standing.anchor if standing.reviewed is None else max(standing.anchor, standing.reviewed)
    if rules.review == "on_dates":
        return next_date(rules.review_dates, after)
    start = standing.anchor
    if rules.review == "from_joining" and member.enrolled_at is not None:
        start = rules.zone.day(member.enrolled_at)
    return next_anniversary(start, rules.review_every, after)


def protections(rules: Rules, member: Member, day: int) -> Iterator[tuple[int, str]]:
    """Until which day the member may not drop, and why."""
    standing = member.standings[-1]
    if member.hold is not None:
        yield member.hold[0], "hold"
    if rules.minimum is not None:
        yield add(standing.anchor, rules.minimum) + 1, "minimum"
    if rules.drop_again_after is not None and member.dropped_on is not None:
        yield add(member.dropped_on, rules.drop_again_after), "dropped_before"
    if rules.grace is not None and standing.put_off is None:
        end = add(day, rules.grace)
        yield month_end(end) if rules.grace_to_month_end else end, "grace"


def reviewed_again(rules: Rules, until: int) -> int:
    """The day of the review of who may not drop before ``until``."""
    return next_date(rules.review_dates, until - 1) if rules.puts_off_to_review else until


def _hold_ends(member: Member) -> int:
    return 0 if member.hold is None else member.hold[0]


def is_lost(rules: Rules, member: Member, day: int) -> bool:
    """Whether the tier held would go, were it settled on ``day`` and nothing happened until then."""
    standing = member.standings[-1]
    keep = rules.level[standing.tier].keep
    if keep is None or keep.holds(measures.later(rules, member, day)):
        return False
    return standing.until is not None or all(until <= day for until, _ in protections(rules, member, day))
