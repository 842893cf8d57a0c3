"""Orders out of a member's ordinary wait for an operator; until he accepts one, no tier's rule sees it.

Such an order is the member's like any other: it earns points, and ends a spell of dormancy. Only measures leave it out,
growth value and points earned among them, and a refund of it changes none.
"""

from __future__ import annotations

from typing import Any

from memberflow.engine import measures, reviews
from memberflow.engine.history import History, Line
from memberflow.engine.member import Member
from memberflow.engine.outcome import Decision, Figure, Outcome, Refusal
from memberflow.engine.rules import Rules
from memberflow.facts import Judged, Order


def flag(rules: Rules, member: Member, fact: Order, day: int, at: int, out: Outcome, history: History | None) -> bool:
    """Whether the order is out of the ordinary; it then waits to be judged."""
    assert rules.abnormal is not None
    figure = rules.abnormal.figure(member, day)
    if figure is None or fact.amount < figure:
        return False
    member.flagged[fact.id] = (fact.at, fact.amount)
    if history is not None:
        history.lines[fact.id].counts = False
    seen = (Figure("order", fact.amount, figure),)
    out.decisions.append(_decision(member, "flagged", at, fact.name, figures=seen, note=fact.id))
    return True


def judge(rules: Rules, member: Member, fact: Judged, out: Outcome, history: History | None) -> None:
    """Accepted, the order counts on its own day, for what is left of it; rejected, it never will."""
    assert history is not None
    if fact.order_id not in member.flagged:
        out.refusals.append(Refusal(fact.name, "not_flagged"))
        return
    del member.flagged[fact.order_id]
    outcome = "accepted" if fact.accepted else "rejected"
    by = {"operator": fact.operator, "reason": fact.reason, "note": fact.order_id}
    out.decisions.append(_decision(member, outcome, fact.at, fact.name, **by))
    if fact.accepted:
        _count(rules, member, history.lines[fact.order_id], history)
        reviews.settle(rules, member, rules.zone.day(fact.at), fact, out)


def _count(rules: Rules, member: Member, line: Line, history: History) -> None:
    line.counts = True
    measures.add_order(rules, member, line.day, line.left, line.categories)
    measures.add(rules, member, line.day, "points_earned", line.earned - line.returned, history)
    measures.add(rules, member, line.day, "growth", line.growth - line.growth_returned, history)


def _decision(member: Member, outcome: str, at: int, cause: str, **more: Any) -> Decision:
    tier = member.tier or ""
    return Decision(at=at, outcome=outcome, before=tier, after=tier, rule="tiers.abnormal", cause=cause, **more)
