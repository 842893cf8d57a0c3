"""What each kind of fact does to a member, once time has run up to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from memberflow.engine import (
    activities,
    answers,
    by_hand,
    grants,
    judging,
    measures,
    orders,
    people,
    points,
    reviews,
    spending,
    tasks,
    tiers,
)
from memberflow.engine.history import History
from memberflow.engine.member import Member
from memberflow.engine.outcome import Outcome, Refusal
from memberflow.engine.rules import Rules
from memberflow.facts import (
    Accepted,
    Activity,
    Adjusted,
    Answered,
    BenefitRated,
    Bounced,
    Cancelled,
    Committed,
    Complained,
    Consent,
    Delivered,
    Erased,
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
    TaskDone,
    TierGiven,
    TierHeld,
    Updated,
)


def _joined(rules: Rules, member: Member, fact: Joined, out: Outcome, history: History | None) -> None:
    _profile(rules, member, fact, out)
    if member.enrolled_at is None:
        tiers.enrol(rules, member, fact.at, "member.joined", out)
    if member.erased_before is not None:
        member.erased_before = fact.at
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
            orders.count(rules, member, earlier, rules.zone.day(earlier.at), fact.at, out, history)
        else:
            orders.take_back(rules, member, earlier, fact.at, out, history)
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
    earned = activities.points(member, fact, earning)
    if rules.prolongings:
        points.prolong(rules, member, fact.activity, day, earned, history)
    points.earn_today(rules, member, fact.at, fact.name, earned, out)
    measures.add(rules, member, day, "points_earned", earned, history)
    measures.add(rules, member, day, "growth", earning.growth or 0, history)


def _rated(rules: Rules, member: Member, fact: BenefitRated, out: Outcome, history: History | None) -> None:
    """Ratings are counted from the facts."""


HAPPEN: dict[type, Callable[[Rules, Member, Any, Outcome, History | None], None]] = {
    Joined: _joined,
    Updated: _updated,
    Consent: _consent,
    Order: orders.order,
    Refund: orders.refund,
    Activity: _activity,
    Redemption: spending.redeem,
    Reserved: spending.reserve,
    Committed: spending.commit,
    Cancelled: spending.cancel,
    Delivered: orders.delivered,
    Adjusted: by_hand.adjust,
    Reinstated: by_hand.reinstate,
    Extended: by_hand.extend,
    SentPoints: by_hand.send,
    ReceivedPoints: by_hand.receive,
    Merged: by_hand.leave,
    TierHeld: people.hold,
    TierGiven: people.give,
    Invited: people.invite,
    Accepted: people.accept,
    Judged: judging.judge,
    Bounced: _bounced,
    Complained: _complained,
    GrantUsed: grants.use,
    TaskDone: tasks.done,
    Answered: answers.answered,
    BenefitRated: _rated,
    Erased: by_hand.erase,
}
