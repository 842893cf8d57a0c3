"""Reviews: when the rule that keeps a tier is settled, and how far down one goes who fails it.

A review falls on its schedule, or on the day the rule fails where that counts at once; always at the first moment of
the day and before anything else of it. Who fails drops, unless he may not yet: a grace that begins with the first
failing review, a tier held too short a time, a drop not long ago, an operator's hold. Then the review is put off to the
day the last of these ends, or to the moment at which he qualifies again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from msgspec.structs import replace

from memberflow.engine import fallout, measures, people, tiers
from memberflow.engine.calendar import add, month_end, next_anniversary, next_date
from memberflow.engine.conditions import Level
from memberflow.engine.measures import Seen
from memberflow.engine.member import DISTANT, Member
from memberflow.engine.outcome import Outcome
from memberflow.engine.rules import Rules


class Cause(Protocol):
    """A fact, or what time did."""

    @property
    def at(self) -> int: ...

    @property
    def name(self) -> str: ...


class Timer(NamedTuple):
    """What time did, and when."""

    at: int
    name: str


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


def review(rules: Rules, member: Member, at: int, out: Outcome) -> None:
    """The day of a review has come: up, kept, put off or down."""
    day = rules.zone.day(at)
    if rules.reviews_lift and tiers.rise(rules, member, day, at, "review", out):
        return
    keep = rules.level[member.standings[-1].tier].keep
    figures = measures.on(rules, member, day)
    people.look_for_candidates(rules, member, day, at, "review", out)
    if member.standings[-1].until is not None:
        people.end(rules, member, at, day, figures, out)
    elif keep is None:
        member.standings[-1].reviewed = day
    elif keep.holds(figures):
        _keep(rules, member, at, day, figures, "review", out)
    else:
        _fail(rules, member, at, day, figures, "review", out)


def settle(rules: Rules, member: Member, day: int, cause: Cause, out: Outcome) -> None:
    """What a fact that adds to the measures may change without waiting for a review."""
    if not rules.rises_at_review and member.spend >= rules.level[member.standings[-1].tier].next_spend:
        tiers.rise(rules, member, day, cause.at, cause.name, out)
    if rules.by_invitation:
        people.look_for_candidates(rules, member, day, cause.at, cause.name, out)
    if rules.review == "at_once" or member.standings[-1].put_off is not None:
        check(rules, member, day, cause, out)


def weigh(rules: Rules, member: Member, cause: Cause, out: Outcome) -> None:
    """Where tiers go by the balance of points, whatever moves points may move a tier."""
    if member.standings:
        settle(rules, member, rules.zone.day(cause.at), cause, out)


def check(rules: Rules, member: Member, day: int, cause: Cause, out: Outcome) -> None:
    """Whether a fact settles a review put off, or ends a tier that is kept only while its rule holds."""
    standing = member.standings[-1]
    put_off = standing.put_off is not None
    if not (put_off or rules.review == "at_once") or standing.until is not None:
        return
    member.wake = cause.at
    keep = rules.level[standing.tier].keep
    figures = measures.on(rules, member, day)
    if keep is not None and keep.holds(figures) == put_off:
        (_keep if put_off else _fail)(rules, member, cause.at, day, figures, cause.name, out)


def _keep(rules: Rules, member: Member, at: int, day: int, figures: Seen, cause: str, out: Outcome) -> None:
    standing = member.standings[-1]
    level = rules.level[standing.tier]
    assert level.keep is not None
    standing.kept += 1
    standing.reviewed, standing.put_off = day, None
    out.decisions.append(tiers.decide(rules, "kept", at, day, level, level, level.keep, figures, cause))


def _fail(rules: Rules, member: Member, at: int, day: int, figures: Seen, cause: str, out: Outcome) -> None:
    standing = member.standings[-1]
    level = rules.level[standing.tier]
    assert level.keep is not None
    until, why = max(_protections(rules, member, day), default=(day, ""))
    if until > day:
        standing.put_off = until
        operator, reason = member.hold[1:] if member.hold is not None and why == "hold" else ("", "")
        decision = tiers.decide(rules, "put_off", at, day, level, level, level.keep, figures, cause)
        out.decisions.append(replace(decision, until=until, note=why, operator=operator, reason=reason))
        return
    below = landing(rules, level, figures)
    out.decisions.append(tiers.decide(rules, "dropped", at, day, level, below, level.keep, figures, cause))
    member.dropped_on = day
    tiers.lower(rules, member, below, at, day)


def _protections(rules: Rules, member: Member, day: int) -> Iterator[tuple[int, str]]:
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


def _hold_ends(member: Member) -> int:
    return 0 if member.hold is None else member.hold[0]


def landing(rules: Rules, level: Level, figures: Seen) -> Level:
    """The tier to drop to: never below one that is held for good."""
    below = [lower for lower in reversed(rules.levels[: level.index]) if lower.by_rule]
    for lower in below:
        fits = lower.keep is None or lower.keep.holds(figures)
        if lower.lasting or rules.drop == "one" or (rules.drop == "to_fit" and fits):
            return lower
    return below[-1]
