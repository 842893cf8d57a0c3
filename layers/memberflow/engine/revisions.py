"""A later revision of the programme comes into force: what members have stays, what counts is counted by its rules.

Points keep the rule under which they were earned. A tier that there is no more goes, and with it its term; whoever
reaches a higher one by the new rules has it at once, whoever no longer reaches his keeps it until its review.
"""

from __future__ import annotations

from memberflow.engine import answers, following, measures, reviews, tiers
from memberflow.engine.history import History
from memberflow.engine.member import Member, Standing
from memberflow.engine.outcome import Decision, Outcome
from memberflow.engine.rules import Rules

CAUSE = "revision"


def revise(rules: Rules, member: Member, at: int, out: Outcome, history: History | None) -> None:
    """``rules`` are the new ones. Without ``history`` the days stay as they were counted: enough to look at him."""
    member.revision, day = rules.number, rules.zone.day(at)
    if history is not None:
        measures.recount(rules, member, history, at, day)
        following.revised(rules, member, day, history)
        answers.revised(rules, member, day, history)
    if not member.standings:
        return
    _refit(rules, member, at, day, out)
    member.held_since = {name: since for name, since in member.held_since.items() if name in rules.held_tiers}
    tiers.moved(rules, member, at)
    reviews.settle(rules, member, day, reviews.Timer(at, CAUSE), out)
    member.wake = at


def _refit(rules: Rules, member: Member, at: int, day: int, out: Outcome) -> None:
    """The tiers that there still are, lowest first; at least the first."""
    before, base = member.standings[-1].tier, rules.levels[0]
    assert member.enrolled_at is not None
    kept = [Standing(base.name, member.enrolled_at, rules.zone.day(member.enrolled_at))]
    for standing in member.standings:
        if standing.tier in rules.level and rules.level[standing.tier].index > rules.level[kept[-1].tier].index:
            kept.append(standing)
    if member.standings[0].tier == base.name or before == base.name:
        kept[0] = next(standing for standing in member.standings if standing.tier == base.name)
    member.standings = kept
    if before != kept[-1].tier:
        after = kept[-1].tier
        out.decisions.append(
            Decision(at=at, outcome="revised", before=before, after=after, rule="tiers", cause=CAUSE, last=day)
        )
