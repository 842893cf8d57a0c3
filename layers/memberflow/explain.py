"""Why a member stands where he stands, and what lies ahead: folded from his facts when asked for, never stored."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, get_args

from msgspec import Struct

from memberflow.engine import fallout, fold, measures, outlook
from memberflow.engine.entitlement import Entitlement, entitlement
from memberflow.engine.fallout import Leaving
from memberflow.engine.history import History
from memberflow.engine.member import DISTANT, Held
from memberflow.engine.outcome import Decision, Entry, Occurrence, Outcome, Refusal, TaskChange
from memberflow.engine.outlook import Part, Review, TierAhead
from memberflow.engine.rules import Rules
from memberflow.facts import AnyFact, Order, Refund


class Counting(Struct, frozen=True):
    """An order in the tiers' window: what is ``left`` of what was ``paid``, and the first day it is gone from there.

    ``counts`` is False while it is out of the ordinary and nobody has accepted it.
    """

    id: str
    day: int
    channel: str
    paid: int
    left: int
    leaves: int
    counts: bool


What = Literal["revision", "usable", "lapse", "expiry", "review", "referral", "message", "grant", "segment", "task"]
_WHATS: tuple[What, ...] = get_args(What)
"""By rank, as in fold.py, where the first is -1."""


class Due(Struct, frozen=True):
    """What time brings next. ``journey``: the key of a message, or the rule of a grant ('': one ends)."""

    at: int
    what: What
    journey: str = ""


class Explanation(Struct, frozen=True):
    """A member as of the moment ``at``. Days are numbered from 1970-01-01 in the programme's zone.

    ``why``: the last change of his tier, later than ``since`` where it took him back to a tier that he held before.
    ``first``: the first day of today's window; ``orders``: those in it; ``leaving``: when they leave it. ``scores``:
    how each is made up. ``ahead``: the tiers above his, the next one first. ``hold``: the day an operator's hold ends,
    who said so and why. ``member_days``: how long he has been one, which no rule looks at. ``lots``: [day on which they
    are gone, points]. ``pending``: [day on which they become usable (NEVER: with their delivery), day on which they are
    gone, points]. ``held``: points held back for tills. ``entries``: every movement of points, the statement.
    ``waiting_refunds`` wait for their order, ``waiting_orders`` for the member to join. ``merged_into``: the member
    whose record has all this now.
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
    orders: list[Counting]
    leaving: list[Leaving]
    scores: dict[str, list[Part]]
    hold: tuple[int, str, str] | None
    candidate_for: list[str]
    member_days: int | None
    entitlement: Entitlement
    pending: list[list[int]]
    held: list[Held]
    merged_into: str | None
    tasks: list[TaskChange]


def explain(rules: Rules, member_id: str, facts: Iterable[AnyFact], at: int) -> Explanation:
    """The member's explanation as of ``at``, from all his facts in any order."""
    known = list(facts)
    out, history = Outcome(entries=[]), History()
    member = fold.fold(rules, member_id, known, at, out, history)
    due, rules = fold.next_due(rules, member), rules.of(member)
    today = rules.zone.day(at)
    seen = measures.seen(rules, member, today)
    return Explanation(
        member_id=member_id,
        at=at,
        enrolled_at=member.enrolled_at,
        tier=member.tier,
        since=member.standings[-1].since if member.standings else None,
        why=next((decision for decision in reversed(out.decisions) if decision.moved), None),
        decisions=out.decisions,
        first=rules.first_day(today),
        measures=seen,
        ahead=outlook.ahead(rules, member, today),
        review=outlook.review(rules, member, today),
        points=member.points,
        debt=member.debt,
        lots=member.lots,
        entries=out.entries or [],
        refusals=out.refusals,
        occurrences=out.occurrences,
        waiting_refunds=sorted(f.id for f in known if isinstance(f, Refund) and f.order_id in member.waiting),
        waiting_orders=sorted(f.id for f in known if isinstance(f, Order) and f.id in member.waiting),
        due=_due(due),
        orders=_orders(rules, history, known, today),
        leaving=fallout.leaving(rules, member, today),
        scores=outlook.scores(rules, seen),
        hold=member.hold if member.hold is not None and member.hold[0] > today else None,
        candidate_for=list(member.candidate_for),
        member_days=None if member.enrolled_at is None else today - rules.zone.day(member.enrolled_at),
        entitlement=entitlement(rules, member, at),
        pending=member.pending,
        held=member.held,
        merged_into=member.merged_into,
        tasks=out.tasks,
    )


def _orders(rules: Rules, history: History, known: list[AnyFact], today: int) -> list[Counting]:
    """The orders in today's window, those refunded whole left out."""
    window, first = rules.catalogue.main, rules.first_day(today)
    channels = {fact.id: fact.channel for fact in known if isinstance(fact, Order)}
    return [
        Counting(line.id, line.day, channels[line.id], line.amount, line.left, window.leaves(line.day), line.counts)
        for line in history.lines.values()
        if line.open and line.day >= first
    ]


def _due(due: tuple[int, int, str]) -> Due | None:
    at, rank, key = due
    if at == DISTANT:
        return None
    return Due(at, _WHATS[rank + 1], key)
