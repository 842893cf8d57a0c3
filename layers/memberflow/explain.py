"""Why a member stands where he stands, and what lies ahead: folded from his facts when asked for, never stored."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, get_args

from msgspec import Struct

from memberflow.engine import fold, measures, reviews
from memberflow.engine.conditions import Condition
from memberflow.engine.member import DISTANT, Member
from memberflow.engine.outcome import Decision, Entry, Figure, Occurrence, Outcome, Refusal
from memberflow.engine.rules import Rules
from memberflow.facts import AnyFact, Order, Refund


class Need(Struct, frozen=True):
    """What a rule asks for, beside what there is: all ``figures``, everything in ``all`` and one of ``any``."""

    figures: tuple[Figure, ...]
    all: tuple[Need, ...] = ()
    any: tuple[Need, ...] = ()

    @property
    def met(self) -> bool:
        parts = [*(figure.met for figure in self.figures), *(need.met for need in self.all)]
        return all(parts) and (not self.any or any(need.met for need in self.any))


class TierAhead(Struct, frozen=True):
    """A tier above the member's, and what its entry rule sees today."""

    tier: str
    need: Need


class Review(Struct, frozen=True):
    """The end of the term. ``need`` counts what is there today and lies within the window of that day, ``first`` to it.

    Where it is not met by then the member drops to ``below``.
    """

    at: int
    first: int
    need: Need
    below: str


What = Literal["revision", "usable", "lapse", "expiry", "review", "referral", "message"]
_WHATS: tuple[What, ...] = get_args(What)
"""By rank, as in fold.py, where the first is -1."""


class Due(Struct, frozen=True):
    """What time brings next. ``journey`` is its key, for a message only."""

    at: int
    what: What
    journey: str = ""


class Explanation(Struct, frozen=True):
    """A member as of the moment ``at``. Days are numbered from 1970-01-01 in the programme's zone.

    ``why``: the last change of his tier, later than ``since`` where it took him back to a tier that he held before.
    ``first``: the first day of today's window. ``ahead``: the tiers above his, the next one first. ``lots``: [day on
    which they are gone, points].
    ``entries``: every movement of points, the statement. ``waiting_refunds`` wait for their order, ``waiting_orders``
    for the member to join.
    """

    member_id: str
    at: int
    enrolled_at: int | None
    tier: str | None
    since: int | None
    why: Decision | None
    decisions: list[Decision]
    first: int
    measures: dict[str, int]
    ahead: list[TierAhead]
    review: Review | None
    points: int
    debt: int
    lots: list[list[int]]
    entries: list[Entry]
    refusals: list[Refusal]
    occurrences: list[Occurrence]
    waiting_refunds: list[str]
    waiting_orders: list[str]
    due: Due | None


def explain(rules: Rules, member_id: str, facts: Iterable[AnyFact], at: int) -> Explanation:
    """The member's explanation as of ``at``, from all his facts in any order."""
    known = list(facts)
    out = Outcome(entries=[])
    member = fold.fold(rules, member_id, known, at, out)
    due, rules = fold.next_due(rules, member), rules.of(member)
    today = rules.zone.day(at)
    seen = measures.seen(rules, member, today)
    return Explanation(
        member_id=member_id,
        at=at,
        enrolled_at=member.enrolled_at,
        tier=member.tier,
        since=member.standings[-1].since if member.standings else None,
        why=next((decision for decision in reversed(out.decisions) if decision.outcome != "kept"), None),
        decisions=out.decisions,
        first=rules.first_day(today),
        measures=seen,
        ahead=_ahead(rules, member, seen),
        review=_review(rules, member),
        points=member.points,
        debt=member.debt,
        lots=member.lots,
        entries=out.entries or [],
        refusals=out.refusals,
        occurrences=out.occurrences,
        waiting_refunds=sorted(f.id for f in known if isinstance(f, Refund) and f.order_id in member.waiting),
        waiting_orders=sorted(f.id for f in known if isinstance(f, Order) and f.id in member.waiting),
        due=_due(due),
    )


def need(condition: Condition, seen: dict[str, int]) -> Need:
    """The rule with the measures it is held against."""
    return Need(
        figures=tuple(Figure(key, seen[key], figure, at_most) for key, figure, at_most in condition.needs),
        all=tuple(need(part, seen) for part in condition.all),
        any=tuple(need(part, seen) for part in condition.any),
    )


def _ahead(rules: Rules, member: Member, seen: dict[str, int]) -> list[TierAhead]:
    if member.tier is None:
        return []
    above = rules.levels[rules.level[member.tier].index + 1 :]
    return [TierAhead(level.name, need(level.enter, seen)) for level in above if level.enter is not None]


def _review(rules: Rules, member: Member) -> Review | None:
    at = reviews.due(rules, member)
    if at == DISTANT:
        return None
    level = rules.level[member.standings[-1].tier]
    assert level.keep is not None
    first = rules.first_day(reviews.review_day(rules, member))
    return Review(at, first, need(level.keep, _counting_from(member, first)), rules.levels[level.index - 1].name)


def _counting_from(member: Member, first: int) -> dict[str, int]:
    """The measures of what has happened since a day within today's window."""
    days = [bucket for bucket in member.days if bucket[0] >= first]
    return {
        "spend": sum(bucket[1] for bucket in days),
        "orders": sum(bucket[2] for bucket in days),
        "categories": sum(last >= first for last in member.categories.values()),
    }


def _due(due: tuple[int, int, str]) -> Due | None:
    at, rank, key = due
    if at == DISTANT:
        return None
    return Due(at, _WHATS[rank + 1], key)
