"""What each kind of fact does to a member, once time has run up to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from memberflow.engine import measures, points, tiers
from memberflow.engine.history import History, Line
from memberflow.engine.member import Member
from memberflow.engine.outcome import Outcome, Refusal
from memberflow.engine.rules import Rules
from memberflow.facts import Activity, Consent, Joined, Order, Redemption, Refund, Updated


def must_wait(rules: Rules, member: Member) -> bool:
    """Whether what the member did is kept until he joins."""
    return member.enrolled_at is None and not rules.enrols_on_order


def _order(rules: Rules, member: Member, fact: Order, out: Outcome, history: History | None) -> None:
    if must_wait(rules, member):
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
    if rules.counters:
        measures.add(rules, member, day, "points_earned", earned, history)
    if member.last_order_at is None or fact.at > member.last_order_at:
        member.last_order_at = fact.at
    if history is not None:
        history.lines[fact.id] = Line(fact.at, day, fact.amount, fact.amount, earned, gone, fact.categories)
        for refund in history.refunds.pop(fact.id, ()):
            member.waiting.remove(fact.id)
            _take_back(rules, member, refund, at, out, history)


def _refund(rules: Rules, member: Member, fact: Refund, out: Outcome, history: History | None) -> None:
    assert history is not None
    if must_wait(rules, member):
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
    returned = line.returned
    points.take_back(member, at, cause, line, out, history)
    measures.add(rules, member, line.day, "points_earned", returned - line.returned, history)
    measures.lower_largest(rules, member, line.day, history)
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
    if rules.kinds:
        measures.add_activity(rules, member, rules.zone.day(fact.at), fact.activity, history)
        if member.enrolled_at is not None:
            tiers.rise(rules, member, rules.zone.day(fact.at), fact, out)


HAPPEN: dict[type, Callable[[Rules, Member, Any, Outcome, History | None], None]] = {
    Joined: _joined,
    Updated: _updated,
    Consent: _consent,
    Order: _order,
    Refund: _refund,
    Activity: _activity,
    Redemption: _redemption,
}
