"""What a member has and what kind of customer he is, as of a date: folded from his facts when asked for."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from memberflow.engine import fold, tags
from memberflow.engine.entitlement import Entitlement, entitlement
from memberflow.engine.habits import Seen
from memberflow.engine.history import History
from memberflow.engine.member import Grant, Member, Scored
from memberflow.engine.outcome import Outcome
from memberflow.engine.rules import Rules
from memberflow.facts import AnyFact


class Given(Struct, frozen=True):
    """A grant and what became of it by then: given, used, revoked or expired; ``changed_at``: since when."""

    grant: Grant
    state: str
    changed_at: int


class Entitled(Struct, frozen=True):
    """``given``: every grant in the order given. ``badges``: those he has. ``tags``: every tag with its figures."""

    entitlement: Entitlement
    given: list[Given]
    badges: list[str]
    scored: Scored | None
    tags: dict[str, list[Seen]]


def entitled(rules: Rules, member_id: str, facts: Iterable[AnyFact], at: int) -> Entitled:
    """As of ``at``, from all the member's facts in any order."""
    member, history, out = Member(member_id), History(), Outcome()
    for fact in sorted(facts, key=lambda fact: fact.key):
        if fact.at <= at:
            fold.apply(rules, member, fact, out, history)
    fold.advance(rules, member, at, out, history)
    rules = rules.of(member)
    return Entitled(
        entitlement=entitlement(rules, member, at),
        given=_given(out, at),
        badges=[name for name, times in member.badges.items() if times > 0],
        scored=member.scored,
        tags=tags.seen(rules, history, rules.zone.day(at)),
    )


def _given(out: Outcome, at: int) -> list[Given]:
    last = {change.grant.id: change for change in out.grants}
    return [
        Given(one.grant, "expired", one.grant.until)
        if one.state == "given" and one.grant.until <= at
        else Given(one.grant, one.state, one.at)
        for one in last.values()
    ]
