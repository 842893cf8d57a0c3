"""A member as one line of data: what simulate and replay print, and two programmes are compared by."""

from __future__ import annotations

from typing import Any

from memberflow.engine import fold, measures, terms
from memberflow.engine.calendar import day_to_date
from memberflow.engine.member import DISTANT, NEVER, Member
from memberflow.engine.outcome import Outcome
from memberflow.engine.rules import Rules
from memberflow.facts import rfc3339


def view(rules: Rules, member: Member, at: int) -> dict[str, Any]:
    """The member as of ``at``, whether or not a run was there; changes the member it is given.

    Moments are RFC 3339 in UTC; a lot's ``expires`` is its last usable day in the programme's zone (null: never);
    ``spend`` is in minor units; ``next_due`` is null where nothing lies ahead; ``tasks`` are the open ones.
    """
    fold.advance(rules, member, at, Outcome())
    first, rules = rules, rules.of(member)
    standing = member.standings[-1] if member.standings else None
    return {
        "member_id": member.id,
        "tier": member.tier,
        "tier_since": standing and rfc3339(standing.since),
        "review_at": _moment(terms.due(rules, member)),
        "points": member.points,
        "points_pending": member.points_pending,
        "points_held": member.points_held,
        "debt": member.debt,
        "lots": [{"expires": _last_day(gone), "points": points} for gone, points, *_ in member.lots],
        "measures": measures.seen(rules, member, rules.zone.day(at)),
        "last_order_at": None if member.last_order_at is None else rfc3339(member.last_order_at),
        "tasks": [{"id": task.id, "for": task.role, "due": rfc3339(task.due)} for task in member.tasks],
        "next_due": _moment(fold.next_due(first, member)[0]),
    }


def _moment(at: int) -> str | None:
    return None if at == DISTANT else rfc3339(at)


def _last_day(gone: int) -> str | None:
    return None if gone == NEVER else day_to_date(gone - 1).isoformat()
