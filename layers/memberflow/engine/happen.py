"""What each kind of fact does to a member, once time has run up to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from memberflow.engine import (
    activities,
    by_hand,
    following,
    grants,
    judging,
    measures,
    people,
    points,
    reviews,
    spending,
    tiers,
)
from memberflow.engine.history import History, Line
from memberflow.engine.member import Member
from memberflow.engine.outcome import Outcome, Refusal
from memberflow.engine.rules import Rules
from memberflow.facts import (
    Accepted,
    Activity,
    Adjusted,
    Bounced,
    Cancelled,
    Committed,
    Complained,
    Consent,
    Delivered,
    Extended,
    GrantUsed,
    Invited,
    Joined,
    Judged,
    Merged,
    Order,
    ReceivedPoints,
    Redemption,
    Refund,
    Reinstated,
    Reserved,
    SentPoints,
    TierGiven,
    TierHeld,
    Updated,
)


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
    reviews.settle(rules, member, day, fact, out)


def _wait(member: Member, fact: Order | Refund, order_id: str, history: History | None) -> None:
    """Until the member joins: what he did before then counts from that moment."""
    assert history is not None
    history.until_joined.append(fact)
    member.waiting.append(order_id)


def _count(rules: Rules, member: Member, fact: Order, day: int, at: int, out: Outcome, history: History | None) -> None:
    """Adds an order to the day it was paid, at the moment ``at`` when it was paid or the member joined."""
    earned, growth = _earn(rules, member, fact, day, at, out, history)
    if rules.abnormal is not None and judging.flag(rules, member, fact, day, at, out, history):
        pass  # it counts once an operator has accepted it
    else:
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
            _take_back(rules, member, refund, at, out, history)


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


def _refund(rules: Rules, member: Member, fact: Refund, out: Outcome, history: History | None) -> None:
    assert history is not None
    if must_wait(rules, member):
        _wait(member, fact, fact.order_id or fact.id, history)
        return
    _take_back(rules, member, fact, fact.at, out, history)
    if member.standings:
        reviews.check(rules, member, rules.zone.day(fact.at), fact, out)


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


def _redemption(rules: Rules, member: Member, fact: Redemption, out: Outcome, history: History | None) -> None:
    spending.redeem(rules, member, fact, out, history)


def _reserved(rules: Rules, member: Member, fact: Reserved, out: Outcome, history: History | None) -> None:
    spending.reserve(rules, member, fact, out)


def _committed(rules: Rules, member: Member, fact: Committed, out: Outcome, history: History | None) -> None:
    spending.commit(rules, member, fact, out, history)


def _cancelled(rules: Rules, member: Member, fact: Cancelled, out: Outcome, history: History | None) -> None:
    spending.cancel(rules, member, fact, out)


def _delivered(rules: Rules, member: Member, fact: Delivered, out: Outcome, history: History | None) -> None:
    if not rules.usable_on_delivery:
        return
    assert history is not None
    if fact.id in history.lines:
        points.release(member, fact.at, fact.name, history.lines[fact.id], out)
    else:
        history.delivered.add(fact.id)
        member.waiting.append(fact.id)


def _adjusted(rules: Rules, member: Member, fact: Adjusted, out: Outcome, history: History | None) -> None:
    by_hand.adjust(rules, member, fact, out)


def _reinstated(rules: Rules, member: Member, fact: Reinstated, out: Outcome, history: History | None) -> None:
    assert history is not None
    by_hand.reinstate(rules, member, fact, out, history)


def _extended(rules: Rules, member: Member, fact: Extended, out: Outcome, history: History | None) -> None:
    by_hand.extend(rules, member, fact, history)


def _sent(rules: Rules, member: Member, fact: SentPoints, out: Outcome, history: History | None) -> None:
    by_hand.send(rules, member, fact, out)


def _received(rules: Rules, member: Member, fact: ReceivedPoints, out: Outcome, history: History | None) -> None:
    by_hand.receive(rules, member, fact, out)


def _joined(rules: Rules, member: Member, fact: Joined, out: Outcome, history: History | None) -> None:
    _profile(rules, member, fact, out)
    if member.enrolled_at is None:
        tiers.enrol(rules, member, fact.at, "member.joined", out)
    member.referred_by = fact.referred_by
    points.earn_today(rules, member, fact.at, fact.kind, rules.joining, out)
    if history is not None and history.until_joined:
        _catch_up(rules, member, fact, out, history)
    elif rules.counters:
        reviews.settle(rules, member, rules.zone.day(fact.at), fact, out)


def _catch_up(rules: Rules, member: Member, fact: Joined, out: Outcome, history: History) -> None:
    """What waited for the member to join; his tier is settled once, at the moment he joins."""
    waited, history.until_joined = history.until_joined, []
    member.waiting = sorted(history.delivered)
    for earlier in waited:
        if isinstance(earlier, Order):
            _count(rules, member, earlier, rules.zone.day(earlier.at), fact.at, out, history)
        else:
            _take_back(rules, member, earlier, fact.at, out, history)
    reviews.settle(rules, member, rules.zone.day(fact.at), fact, out)


def _updated(rules: Rules, member: Member, fact: Updated, out: Outcome, history: History | None) -> None:
    _profile(rules, member, fact, out)


def _profile(rules: Rules, member: Member, fact: Joined | Updated, out: Outcome) -> None:
    """What the fact leaves out stays as it was. An earlier birthday is not made up for when one becomes known."""
    member.time_zone = fact.time_zone or member.time_zone
    if fact.time_zone and rules.zone_of(member).name != fact.time_zone:
        out.refusals.append(Refusal(fact.name, "unknown_time_zone"))
    member.language = fact.language or member.language
    for channel, address in fact.contacts.items():
        if not _reaches(member, channel, address):
            member.suppressed.pop(channel, None)
    member.contacts |= fact.contacts
    if fact.birthday is not None and fact.birthday != member.birthday:
        member.birthday = fact.birthday
        member.birthday_from = rules.zone_of(member).day(fact.at)
    member.wake = fact.at


def _consent(rules: Rules, member: Member, fact: Consent, out: Outcome, history: History | None) -> None:
    member.consents[f"{fact.purpose}/{fact.channel}"] = (fact.granted, fact.at, fact.source, fact.text_version)


def _reaches(member: Member, channel: str, address: str) -> bool:
    """Whether it is the member's address of the channel; mail providers do not keep capitals."""
    return member.contacts.get(channel, "").casefold() == address.casefold()


def _bounced(rules: Rules, member: Member, fact: Bounced, out: Outcome, history: History | None) -> None:
    """Nothing goes to a dead address any more, service messages neither; one given up meanwhile is no matter."""
    if _reaches(member, fact.channel, fact.address):
        member.suppressed.setdefault(fact.channel, fact.at)


def _complained(rules: Rules, member: Member, fact: Complained, out: Outcome, history: History | None) -> None:
    """Takes back every consent to marketing, on whatever channel; one given after it counts again."""
    granted = [name for name, said in member.consents.items() if said[0] and name.startswith("marketing/")]
    for name in dict.fromkeys((f"marketing/{fact.channel}", *granted)):
        member.consents[name] = (False, fact.at, "complaint", fact.name)


def _activity(rules: Rules, member: Member, fact: Activity, out: Outcome, history: History | None) -> None:
    """What a member does counts; it earns once he is one, and as often as the programme says."""
    day = rules.zone.day(fact.at)
    if rules.counts or rules.tags:
        measures.add_activity(rules, member, day, fact.activity, history)
    if fact.activity in rules.activities:
        _earn_by(rules, member, fact, day, out, history)
    if member.enrolled_at is not None and rules.counters:
        reviews.settle(rules, member, day, fact, out)


def _earn_by(rules: Rules, member: Member, fact: Activity, day: int, out: Outcome, history: History | None) -> None:
    earning = rules.activities[fact.activity]
    code = "not_a_member" if member.enrolled_at is None else activities.refused(rules, member, fact, earning)
    if code is not None:
        out.refusals.append(Refusal(fact.name, code))
        return
    earned = earning.points or 0
    if rules.prolongings:
        points.prolong(rules, member, fact.activity, day, earned, history)
    points.earn_today(rules, member, fact.at, fact.name, earned, out)
    measures.add(rules, member, day, "points_earned", earned, history)
    measures.add(rules, member, day, "growth", earning.growth or 0, history)


def _merged(rules: Rules, member: Member, fact: Merged, out: Outcome, history: History | None) -> None:
    by_hand.leave(rules, member, fact, out)


def _grant_used(rules: Rules, member: Member, fact: GrantUsed, out: Outcome, history: History | None) -> None:
    grants.use(rules, member, fact, out, history)


HAPPEN: dict[type, Callable[[Rules, Member, Any, Outcome, History | None], None]] = {
    Joined: _joined,
    Updated: _updated,
    Consent: _consent,
    Order: _order,
    Refund: _refund,
    Activity: _activity,
    Redemption: _redemption,
    Reserved: _reserved,
    Committed: _committed,
    Cancelled: _cancelled,
    Delivered: _delivered,
    Adjusted: _adjusted,
    Reinstated: _reinstated,
    Extended: _extended,
    SentPoints: _sent,
    ReceivedPoints: _received,
    Merged: _merged,
    TierHeld: people.hold,
    TierGiven: people.give,
    Invited: people.invite,
    Accepted: people.accept,
    Judged: judging.judge,
    Bounced: _bounced,
    Complained: _complained,
    GrantUsed: _grant_used,
}
