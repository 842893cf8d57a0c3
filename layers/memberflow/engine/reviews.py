"""Reviews: the rule that keeps a tier is settled, and how far down one goes who fails it. For when, see terms.py.

Who fails drops, unless he may not yet. Then the review is put off to the day the last of what protects him ends, or to
the moment at which he qualifies again.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from msgspec.structs import replace

from memberflow.engine import measures, people, terms, tiers
from memberflow.engine.conditions import Level
from memberflow.engine.measures import Seen
from memberflow.engine.member import Member
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
    if rules.lifts_at_once:
        tiers.rise(rules, member, day, cause.at, cause.name, out, at_once=True)
    elif not rules.rises_at_review and member.spend >= rules.level[member.standings[-1].tier].next_spend:
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
    until, why = max(terms.protections(rules, member, day), default=(day, ""))
    if until > day:
        until = terms.reviewed_again(rules, until)
        standing.put_off = until
        operator, reason = member.hold[1:] if member.hold is not None and why == "hold" else ("", "")
        decision = tiers.decide(rules, "put_off", at, day, level, level, level.keep, figures, cause)
        out.decisions.append(replace(decision, until=until, note=why, operator=operator, reason=reason))
        return
    below = landing(rules, level, figures)
    out.decisions.append(tiers.decide(rules, "dropped", at, day, level, below, level.keep, figures, cause))
    member.dropped_on = day
    tiers.lower(rules, member, below, at, day)


def landing(rules: Rules, level: Level, figures: Seen) -> Level:
    """The tier to drop to: never below one that is held for good."""
    below = [lower for lower in reversed(rules.levels[: level.index]) if lower.by_rule]
    for lower in below:
        fits = lower.keep is None or lower.keep.holds(figures)
        if lower.lasting or rules.drop == "one" or (rules.drop == "to_fit" and fits):
            return lower
    return below[-1]
