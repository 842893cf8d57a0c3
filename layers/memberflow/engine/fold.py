"""The three verbs: a member is what you get by taking his facts in order and letting time run up to each.

``apply`` lets time run to a fact and applies it, ``advance`` lets time run alone, ``fold`` does it all from nothing.
All three change the member they are given; their callers own him.

What falls due at one moment goes in this order, and before the facts of that moment:

    rank  what
    0     points expire
    1     the tier is reviewed
    2     a journey speaks (by its key)
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter

from memberflow.engine import journeys, points, tiers
from memberflow.engine.happen import HAPPEN, must_wait
from memberflow.engine.history import History
from memberflow.engine.member import Member
from memberflow.engine.outcome import Outcome
from memberflow.engine.rules import Rules
from memberflow.facts import AnyFact, Joined, Order, Refund


def fold(rules: Rules, member_id: str, facts: Iterable[AnyFact], now: int, out: Outcome) -> Member:
    """The member as of ``now``, from all his facts, each once and in any order; those after ``now`` are left out."""
    member, history, last = Member(member_id), History(), None
    for fact in sorted(facts, key=_KEY):
        if fact.at > now:
            break
        _step(rules, member, fact, out, history)
        member.facts += 1
        last = fact
    if last is not None:
        member.newest = last.key
    if now >= member.wake:
        advance(rules, member, now, out, history)
    return member


def apply(rules: Rules, member: Member, fact: AnyFact, out: Outcome, history: History | None = None) -> None:
    """What a fact did. Without ``history`` the caller has asked needs_history first."""
    _step(rules, member, fact, out, history)
    member.facts += 1
    member.newest = fact.key


def follow(rules: Rules, member: Member, facts: Iterable[AnyFact], out: Outcome) -> bool:
    """Applies new facts to a stored member; False where one needs his history: he is then to be folded anew."""
    for fact in sorted(facts, key=_KEY):
        if needs_history(rules, member, fact):
            return False
        apply(rules, member, fact, out)
    return True


def needs_history(rules: Rules, member: Member, fact: AnyFact) -> bool:
    """Whether only the member's facts can tell what this one does.

    True for a fact that is late (it sorts before the newest applied, or lies before the member's clock), for a refund,
    and for what another fact waits for.
    """
    if fact.key <= member.newest or fact.at < member.clock or isinstance(fact, Refund):
        return True
    if isinstance(fact, Joined):
        return bool(member.waiting)
    return isinstance(fact, Order) and (fact.id in member.waiting or must_wait(rules, member))


def advance(rules: Rules, member: Member, until: int, out: Outcome, history: History | None = None) -> None:
    """What time did up to and including ``until``.

    What a fact makes due in the past (a birthday learned after its hour, a term that ended while a tier since refunded
    was held) comes at once, at the member's clock: nothing happens before what has happened already.
    """
    due = next_due(rules, member)
    while due[0] <= until:
        at, rank, key = fired = due
        member.clock = max(member.clock, at)
        _FIRE[rank](rules, member, key, member.clock, out, history)
        due = next_due(rules, member)
        assert due != fired, "what fired must no longer be due"
    member.wake = due[0]


def next_due(rules: Rules, member: Member) -> tuple[int, int, str]:
    """The next moment at which the member needs attention (DISTANT: never), with the rank and key of what is due."""
    at, key = journeys.due(rules, member)
    return min((points.due(rules, member), 0, ""), (tiers.due(rules, member), 1, ""), (at, 2, key))


_KEY = attrgetter("at", "rank", "id")


def _step(rules: Rules, member: Member, fact: AnyFact, out: Outcome, history: History | None) -> None:
    """Time up to the fact, then the fact; what it makes due lies ahead by a known length at least."""
    at = fact.at
    if at >= member.wake:
        advance(rules, member, at, out, history)
    HAPPEN[type(fact)](rules, member, fact, out, history)
    member.clock = at
    if member.wake > at + rules.soonest_ms:
        member.wake = at + rules.soonest_ms


def _expire(rules: Rules, member: Member, key: str, at: int, out: Outcome, history: History | None) -> None:
    points.expire(member, at, out, history)


def _review(rules: Rules, member: Member, key: str, at: int, out: Outcome, history: History | None) -> None:
    tiers.review(rules, member, at, out)


def _speak(rules: Rules, member: Member, key: str, at: int, out: Outcome, history: History | None) -> None:
    journeys.fire(rules, member, key, at, out)


_FIRE = (_expire, _review, _speak)
