"""The three verbs: a member is what you get by taking his facts in order and letting time run up to each.

``apply`` lets time run to a fact and applies it, ``advance`` lets time run alone, ``fold`` does it all from nothing.
All three change the member they are given; their callers own him.

``rules`` are those of the programme's first revision, which lead to the later ones. A fact, and what falls due, goes by
the revision in force at its moment.

What falls due at one moment goes in this order, and before the facts of that moment:

    rank  what
    -1    a later revision of the programme comes into force
    0     pending points become usable
    1     a reservation lapses (by its id)
    2     points expire
    3     the tier is reviewed
    4     the referrer of a new member is told
    5     a journey speaks (by its key)
    6     a grant ends, or is given (by its rule)
    7     the last order passes into another band of segments
    8     a task is of no use any more
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter

from memberflow.engine import (
    grants,
    journeys,
    points,
    referrals,
    reviews,
    revisions,
    rewards,
    segments,
    spending,
    tasks,
    terms,
    truth,
)
from memberflow.engine.happen import HAPPEN
from memberflow.engine.history import History
from memberflow.engine.member import DISTANT, Member
from memberflow.engine.orders import must_wait
from memberflow.engine.outcome import Outcome
from memberflow.engine.rules import Rules
from memberflow.facts import (
    Activity,
    AnyFact,
    Consent,
    Delivered,
    GrantUsed,
    Joined,
    Judged,
    Order,
    Redemption,
    Refund,
    Reinstated,
    TaskDone,
    TierGiven,
    Updated,
)


def fold(
    rules: Rules,
    member_id: str,
    facts: Iterable[AnyFact],
    now: int,
    out: Outcome,
    history: History | None = None,
) -> Member:
    """The member as of ``now``, from all his facts, each once and in any order; those after ``now`` are left out.

    ``history``: an empty one, for who wants to see each order's fate.
    """
    member, last, ordered = Member(member_id), None, sorted(facts, key=_KEY)
    if history is None and _looks_back(rules, ordered):
        history = History()
    for fact in ordered:
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


def _looks_back(rules: Rules, facts: list[AnyFact]) -> bool:
    """Whether one of the facts may ask what became of an order before it: a tenth of the work is to keep that."""
    if rules.later is not rules or not rules.enrols_on_order:
        return True
    return not all(type(fact) in _LOOKS_AHEAD for fact in facts)


_LOOKS_AHEAD = {Joined, Updated, Consent, Order, Activity, Redemption}


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
    a delivery that points wait for, a reinstatement and a judgement of an order, for what another fact waits for, and
    for the use of a grant that is not open (it may have been revoked), for a task done that is not (it may have been
    withdrawn), and for the first one under a later revision of the programme.
    """
    if fact.key <= member.newest or fact.at < member.clock or isinstance(fact, Refund | Reinstated | Judged):
        return True
    if rules.later is not rules:
        if member.facts and crosses(rules, member, fact.at):
            return True
        rules = rules.at(fact.at)
    if isinstance(fact, Joined):
        return bool(member.waiting)
    if isinstance(fact, GrantUsed):
        return not grants.is_open(member, fact.grant)
    if isinstance(fact, TaskDone):
        return not tasks.is_open(member, fact.id)
    if isinstance(fact, Delivered):
        return rules.usable_on_delivery
    return isinstance(fact, Order) and (fact.id in member.waiting or must_wait(rules, member))


def advance(rules: Rules, member: Member, until: int, out: Outcome, history: History | None = None) -> None:
    """What time did up to and including ``until``.

    What a fact makes due in the past (a birthday learned after its hour, a term that ended while a tier since refunded
    was held) comes at once, at the member's clock: nothing happens before what has happened already.
    """
    rules = rules.of(member)
    due = _next_due(rules, member)
    while due[0] <= until:
        at, rank, key = fired = due
        if at > member.clock:
            member.clock = at
        mark = len(out.decisions)
        if rank == _REVISION:
            rules = rules.later
            revisions.revise(rules, member, member.clock, out, history)
            rewards.revised(rules, member, member.clock, history)
        else:
            _FIRE[rank](rules, member, key, member.clock, out, history)
        if rules.rewards:
            rewards.decided(rules, member, out.decisions[mark:], out, history)
        if rules.notices or rules.shelters or member.tasks:
            _follow_up(rules, member, None, member.clock, mark, out, history)
        due = _next_due(rules, member)
        assert due != fired, "what fired must no longer be due"
    member.wake = due[0]


def next_due(rules: Rules, member: Member) -> tuple[int, int, str]:
    """The next moment at which the member needs attention (DISTANT: never), with the rank and key of what is due."""
    return _next_due(rules.of(member), member)


def crosses(rules: Rules, member: Member, until: int) -> bool:
    """Whether a later revision comes into force up to ``until``: the member is then to be folded anew."""
    return rules.of(member).until <= until


def _next_due(rules: Rules, member: Member) -> tuple[int, int, str]:
    """Asked from the last rank to the first: of what falls due at one moment the first goes first."""
    at, rank, key = DISTANT, _TASK, ""
    if rules.rewards or member.grants or member.tasks:
        at, rank, key = _last_ranks_due(rules, member)
    soonest, journey = journeys.due(rules, member)
    if soonest <= at:
        at, rank, key = soonest, _JOURNEY, journey
    if member.referred_by is not None and (soonest := referrals.due(rules, member)) <= at:
        at, rank, key = soonest, _REFERRAL, ""
    if (soonest := terms.due(rules, member)) < DISTANT and soonest <= at:
        at, rank, key = soonest, _REVIEW, member.tier or ""
    if member.lots and (soonest := points.expiry_due(rules, member)) <= at:
        at, rank, key = soonest, _EXPIRY, ""
    if member.held and (lapsing := spending.due(member))[0] <= at:
        at, rank, key = lapsing[0], _LAPSE, lapsing[1]
    if member.pending and (soonest := points.usable_due(rules, member)) <= at:
        at, rank, key = soonest, _USABLE, ""
    return (rules.until, _REVISION, "") if rules.until <= at else (at, rank, key)


def _last_ranks_due(rules: Rules, member: Member) -> tuple[int, int, str]:
    at, rank, key = tasks.due(member), _TASK, ""
    if (soonest := segments.due(rules, member)) <= at:
        at, rank = soonest, _SCORE
    soonest, rule = grants.due(rules, member)
    return (soonest, _GRANT, rule) if soonest <= at else (at, rank, key)


_REVISION, _USABLE, _LAPSE, _EXPIRY, _REVIEW, _REFERRAL, _JOURNEY, _GRANT, _SCORE, _TASK = range(-1, 9)
_KEY = attrgetter("at", "rank", "id")


def _step(rules: Rules, member: Member, fact: AnyFact, out: Outcome, history: History | None) -> None:
    """Time up to the fact, then the fact; what it makes due lies ahead by a known length at least."""
    at = fact.at
    if at >= member.wake:
        advance(rules, member, at, out, history)
    if rules.later is not rules:
        if not member.facts:
            member.revision = rules.at(at).number
        rules = rules.of(member)
    mark = len(out.decisions)
    HAPPEN[type(fact)](rules, member, fact, out, history)
    member.clock = at
    if rules.weighs_points and not isinstance(fact, TierGiven):
        reviews.weigh(rules, member, fact, out)
    if rules.rewards:
        rewards.happened(rules, member, fact, out.decisions[mark:], out, history)
    if rules.notices or rules.shelters or member.tasks:
        _follow_up(rules, member, fact, at, mark, out, history)
    if member.wake > at + rules.soonest_ms:
        member.wake = at + rules.soonest_ms
    if member.wake > rules.until:
        member.wake = rules.until


def _follow_up(
    rules: Rules, member: Member, fact: AnyFact | None, at: int, mark: int, out: Outcome, history: History | None
) -> None:
    """What a fact or a timer, and the decisions since ``mark``, change of what is said, kept or to be done."""
    if rules.notices:
        journeys.noticed(rules, member, fact, out.decisions[mark:], out, history)
    if rules.shelters:
        points.shelter(rules, member, at)
    if member.tasks:
        truth.recheck(rules, member, at, out, history)


def _become_usable(rules: Rules, member: Member, key: str, at: int, out: Outcome, history: History | None) -> None:
    points.become_usable(rules, member, at, out)
    if rules.weighs_points:
        reviews.weigh(rules, member, reviews.Timer(at, "usable"), out)


def _lapse(rules: Rules, member: Member, key: str, at: int, out: Outcome, history: History | None) -> None:
    spending.lapse(rules, member, key, at, out)
    if rules.weighs_points:
        reviews.weigh(rules, member, reviews.Timer(at, "lapsed"), out)


def _expire(rules: Rules, member: Member, key: str, at: int, out: Outcome, history: History | None) -> None:
    points.expire(member, at, out, history)


def _review(rules: Rules, member: Member, key: str, at: int, out: Outcome, history: History | None) -> None:
    reviews.review(rules, member, at, out)


def _tell_referrer(rules: Rules, member: Member, key: str, at: int, out: Outcome, history: History | None) -> None:
    referrals.tell(member, at, out)


def _speak(rules: Rules, member: Member, key: str, at: int, out: Outcome, history: History | None) -> None:
    journeys.fire(rules, member, key, at, out, history)


def _score(rules: Rules, member: Member, key: str, at: int, out: Outcome, history: History | None) -> None:
    segments.score(rules, member, at)


def _lapse_tasks(rules: Rules, member: Member, key: str, at: int, out: Outcome, history: History | None) -> None:
    tasks.lapse(member, at, out, history)


_FIRE = (_become_usable, _lapse, _expire, _review, _tell_referrer, _speak, grants.fire, _score, _lapse_tasks)
