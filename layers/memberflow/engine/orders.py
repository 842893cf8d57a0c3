"""What an order gives, and what a refund takes of it again: points, growth value, measures, the tier that follows."""

from __future__ import annotations

from memberflow.engine import following, judging, measures, points, reviews, spending, tiers
from memberflow.engine.history import History, Line
from memberflow.engine.member import Member
from memberflow.engine.outcome import Outcome
from memberflow.engine.rules import Rules
from memberflow.facts import Delivered, Order, Refund


def must_wait(rules: Rules, member: Member) -> bool:
    """Whether what the member did is kept until he joins."""
    return member.enrolled_at is None and not rules.enrols_on_order


def order(rules: Rules, member: Member, fact: Order, out: Outcome, history: History | None) -> None:
    if must_wait(rules, member):
        _wait(member, fact, fact.id, history)
        return
    if member.enrolled_at is None:
        tiers.enrol(rules, member, fact.at, fact.name, out)
    day = rules.zone.day(fact.at)
    count(rules, member, fact, day, fact.at, out, history)
    reviews.settle(rules, member, day, fact, out)


def _wait(member: Member, fact: Order | Refund, order_id: str, history: History | None) -> None:
    """Until the member joins: what he did before then counts from that moment."""
    assert history is not None
    history.until_joined.append(fact)
    member.waiting.append(order_id)


def count(rules: Rules, member: Member, fact: Order, day: int, at: int, out: Outcome, history: History | None) -> None:
    """Adds an order to the day it was paid, at the moment ``at`` when it was paid or the member joined."""
    earned, growth = _earn(rules, member, fact, day, at, out, history)
    flagged = rules.abnormal is not None and judging.flag(rules, member, fact, day, at, out, history)
    if not flagged:  # else it counts once an operator has accepted it
        measures.add_order(rules, member, day, fact.amount, fact.categories)
        if rules.counts:
            measures.add(rules, member, day, "points_earned", earned, history)
            measures.add(rules, member, day, "growth", growth, history)
    if member.last_order_at is None or fact.at > member.last_order_at:
        member.last_order_at = fact.at
    if rules.referral_after is not None and member.first_paid_at is None:
        member.first_paid_at = fact.at
        if member.referred_by is not None:
            member.wake = min(member.wake, at)
    if rules.follows_first_order or rules.follows_orders:
        following.ordered(rules, member, fact)
    if history is not None and history.refunds:
        for refund in history.refunds.pop(fact.id, ()):
            member.waiting.remove(fact.id)
            take_back(rules, member, refund, at, out, history)


def _earn(
    rules: Rules, member: Member, fact: Order, day: int, at: int, out: Outcome, history: History | None
) -> tuple[int, int]:
    """Points for the order and its bonuses, into the lot of its day; pending first where the programme says so.

    Returns the points and the growth value that it gave.
    """
    earning, lasting = rules.earning, rules.lasting
    key, usable = (lasting.gone_on(day), lasting.rule), 0
    cause = "" if out.entries is None else fact.name
    if history is not None and fact.id in history.delivered:
        member.waiting.remove(fact.id)
    elif rules.pends:
        usable = rules.usable_on(day, rules.zone.day(at))
    rate = earning.rate(member) if earning.by_tier else earning.points
    total = earned = fact.amount // earning.per * rate
    growth = earning.growth(member, fact.amount) if earning.growth_per else 0
    extras = earning.extras(member, fact, day, rules.zone_of(member)) if earning.bonuses else ()
    for _, more in extras:
        total += more
    if rules.prolongings:
        points.prolong(rules, member, "order", day, total, history)
    points.earn(member, at, cause, earned, key, usable, out)
    for name, more in extras:
        points.earn(member, at, f"{cause}/{name}", more, key, usable, out)
    if history is not None:
        line = Line(fact.id, fact.at, day, fact.amount, fact.amount, total, key, fact.categories)
        line.usable, line.moves, line.growth, line.coupon = usable, history.moves, growth, bool(fact.coupon_codes)
        history.lines[fact.id] = line
    return total, growth


def refund(rules: Rules, member: Member, fact: Refund, out: Outcome, history: History | None) -> None:
    assert history is not None
    if must_wait(rules, member):
        _wait(member, fact, fact.order_id or fact.id, history)
        return
    take_back(rules, member, fact, fact.at, out, history)
    if member.standings:
        reviews.check(rules, member, rules.zone.day(fact.at), fact, out)


def take_back(rules: Rules, member: Member, fact: Refund, at: int, out: Outcome, history: History) -> None:
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
    if line.counts:
        measures.take_from_day(member, line.day, taken, int(closed))
    spending.give_back(rules, member, at, cause, line, out, history)
    returned = line.returned
    points.take_back(rules, member, at, cause, line, out, history)
    if line.counts:
        measures.add(rules, member, line.day, "points_earned", returned - line.returned, history)
    _shrink(rules, member, line, history)
    measures.lower_largest(rules, member, line.day, history)
    if closed:
        measures.forget_categories(rules, member, line, history)
        member.flagged.pop(line.id, None)
        _forget_first(member, line, history)
        following.refunded(member, line, history)


def _shrink(rules: Rules, member: Member, line: Line, history: History) -> None:
    """Growth value goes with what is refunded, in proportion."""
    stays = line.growth * line.left // line.amount if line.amount else 0
    if line.counts:
        measures.add(rules, member, line.day, "growth", stays - line.growth + line.growth_returned, history)
    line.growth_returned = line.growth - stays


def _forget_first(member: Member, line: Line, history: History) -> None:
    """The first order that counts for a referral is the earliest that still stands."""
    if member.first_paid_at == line.at:
        member.wake = min(member.wake, member.clock)
        member.first_paid_at = min((other.at for other in history.lines.values() if other.open), default=None)


def delivered(rules: Rules, member: Member, fact: Delivered, out: Outcome, history: History | None) -> None:
    if not rules.usable_on_delivery:
        return
    assert history is not None
    if fact.id in history.lines:
        points.release(member, fact.at, fact.name, history.lines[fact.id], out)
    else:
        history.delivered.add(fact.id)
        member.waiting.append(fact.id)
