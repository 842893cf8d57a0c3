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

from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any

from memberflow.engine import journeys, measures, points, tiers
from memberflow.engine.history import History, Line
from memberflow.engine.member import Member
from memberflow.engine.outcome import Outcome, Refusal
from memberflow.engine.rules import Rules
from memberflow.facts import Activity, AnyFact, Consent, Joined, Order, Redemption, Refund, Updated


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
    return isinstance(fact, Order) and (fact.id in member.waiting or _must_wait(rules, member))


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
    _APPLY[type(fact)](rules, member, fact, out, history)
    member.clock = at
    if member.wake > at + rules.soonest_ms:
        member.wake = at + rules.soonest_ms


def _must_wait(rules: Rules, member: Member) -> bool:
    return member.enrolled_at is None and not rules.enrols_on_order


def _expire(rules: Rules, member: Member, key: str, at: int, out: Outcome, history: History | None) -> None:
    points.expire(member, at, out, history)


def _review(rules: Rules, member: Member, key: str, at: int, out: Outcome, history: History | None) -> None:
    tiers.review(rules, member, at, out)


def _speak(rules: Rules, member: Member, key: str, at: int, out: Outcome, history: History | None) -> None:
    journeys.fire(rules, member, key, at, out)


_FIRE = (_expire, _review, _speak)


def _order(rules: Rules, member: Member, fact: Order, out: Outcome, history: History | None) -> None:
    if _must_wait(rules, member):
        _wait(member, fact, fact.id, history)
        return
    if member.enrolled_at is None:
        tiers.enrol(rules, member, fact.at, fact.name, out)
    day = rules.zone.day(fact.at)
    _count(rules, member, fact, day, fact.at, out, history)
    tiers.rise(rules, member, day, fact, out)


def _wait(member: Member, fact: Order | Refund, order_id: str, history: History | None) -> None:
    """Until the member joins: what he did before then counts from that moment."""
    assert history is not None
    history.until_joined.append(fact)
    member.waiting.append(order_id)


def _count(rules: Rules, member: Member, fact: Order, day: int, at: int, out: Outcome, history: History | None) -> None:
    """Adds an order to the day it was paid, at the moment ``at`` when it was paid or the member joined."""
    earned = points.earned_by(rules, fact.amount)
    gone = rules.gone_on(day)
    points.earn(member, at, fact, earned, gone, out)
    measures.add_order(rules, member, day, fact.amount, fact.categories)
    if member.last_order_at is None or fact.at > member.last_order_at:
        member.last_order_at = fact.at
    if history is not None:
        history.lines[fact.id] = Line(fact.at, day, fact.amount, fact.amount, earned, gone, fact.categories)
        for refund in history.refunds.pop(fact.id, ()):
            member.waiting.remove(fact.id)
            _take_back(rules, member, refund, at, out, history)


def _refund(rules: Rules, member: Member, fact: Refund, out: Outcome, history: History | None) -> None:
    assert history is not None
    if _must_wait(rules, member):
        _wait(member, fact, fact.order_id or fact.id, history)
        return
    _take_back(rules, member, fact, fact.at, out, history)


def _take_back(rules: Rules, member: Member, fact: Refund, at: int, out: Outcome, history: History) -> None:
    """Undoes what orders gave, at the refund's own moment or at the one it had to wait for."""
    if fact.order_id is None:
        lines = [line for line in reversed(history.lines.values()) if line.left]
    elif fact.order_id in history.lines:
        lines = [history.lines[fact.order_id]]
    else:
        history.refunds.setdefault(fact.order_id, []).append(fact)
        member.waiting.append(fact.order_id)
        return
    left, touched = fact.amount, []
    for line in lines:
        if left == 0:
            break
        taken = line.left if left is None else min(left, line.left)
        left = None if left is None else left - taken
        _reduce(rules, member, line, taken, at, fact.name, out, history)
        touched.append(line)
    tiers.undo(rules, member, at, fact.name, touched, out, history)


def _reduce(
    rules: Rules, member: Member, line: Line, taken: int, at: int, cause: str, out: Outcome, history: History
) -> None:
    """Takes an amount off an order: its spend, its points and, once nothing is left, the order itself."""
    line.left -= taken
    closed = line.open and not line.left
    line.open = line.open and not closed
    measures.take_from_day(member, line.day, taken, int(closed))
    points.take_back(member, at, cause, line, out, history)
    if closed:
        measures.forget_categories(rules, member, line, history)


def _redemption(rules: Rules, member: Member, fact: Redemption, out: Outcome, history: History | None) -> None:
    points.redeem(member, fact, out)


def _joined(rules: Rules, member: Member, fact: Joined, out: Outcome, history: History | None) -> None:
    _profile(rules, member, fact, out)
    if member.enrolled_at is None:
        tiers.enrol(rules, member, fact.at, "member.joined", out)
    if history is not None and history.until_joined:
        _catch_up(rules, member, fact, out, history)


def _catch_up(rules: Rules, member: Member, fact: Joined, out: Outcome, history: History) -> None:
    """What waited for the member to join; his tier is settled once, at the moment he joins."""
    waited, history.until_joined = history.until_joined, []
    member.waiting.clear()
    for earlier in waited:
        if isinstance(earlier, Order):
            _count(rules, member, earlier, rules.zone.day(earlier.at), fact.at, out, history)
        else:
            _take_back(rules, member, earlier, fact.at, out, history)
    tiers.rise(rules, member, rules.zone.day(fact.at), fact, out)


def _updated(rules: Rules, member: Member, fact: Updated, out: Outcome, history: History | None) -> None:
    _profile(rules, member, fact, out)


def _profile(rules: Rules, member: Member, fact: Joined | Updated, out: Outcome) -> None:
    """What the fact leaves out stays as it was. An earlier birthday is not made up for when one becomes known."""
    member.time_zone = fact.time_zone or member.time_zone
    if fact.time_zone and rules.zone_of(member).name != fact.time_zone:
        out.refusals.append(Refusal(fact.name, "unknown_time_zone"))
    member.language = fact.language or member.language
    member.contacts |= fact.contacts
    if fact.birthday is not None and fact.birthday != member.birthday:
        member.birthday = fact.birthday
        member.birthday_from = rules.zone_of(member).day(fact.at)
    member.wake = fact.at


def _consent(rules: Rules, member: Member, fact: Consent, out: Outcome, history: History | None) -> None:
    member.consents[f"{fact.purpose}/{fact.channel}"] = (fact.granted, fact.at, fact.source, fact.text_version)


def _activity(rules: Rules, member: Member, fact: Activity, out: Outcome, history: History | None) -> None:
    """Activities are kept as facts; no rule measures them yet."""


_APPLY: dict[type, Callable[[Rules, Member, Any, Outcome, History | None], None]] = {
    Joined: _joined,
    Updated: _updated,
    Consent: _consent,
    Order: _order,
    Refund: _refund,
    Activity: _activity,
    Redemption: _redemption,
}
