"""What moves points: each a fact decided upon by the member as he is, so that no two get the same points.

Asked again with the same key the stored fact answers, the same way; another request under its key is a conflict.
"""

from __future__ import annotations

from typing import TypeVar, cast

from msgspec import structs

from memberflow.engine import quote, spending
from memberflow.engine.member import Held, Member
from memberflow.engine.rules import Rules
from memberflow.errors import ConflictingFact, Refused
from memberflow.events.points import PointsAdjusted, PointsReserved
from memberflow.facts import Adjusted, AnyFact, Cancelled, Committed, Fact, Redemption, Reserved, rfc3339
from memberflow.store.ledger import Decide, take_if
from memberflow.store.models import fact_key_of
from memberflow.till.contract import (
    AdjustmentAsked,
    AdjustmentMade,
    CommitAsked,
    RedemptionAsked,
    RedemptionMade,
    ReservationAsked,
    ReservationCancelled,
    ReservationCommitted,
    ReservationMade,
)
from memberflow.till.looking import money, off_an_order
from memberflow.till.request import Request, fact_of, head, redemption

OneFact = TypeVar("OneFact", bound=AnyFact)

_OF_A_RESERVATION = (Reserved, Committed, Cancelled)


def reserve(rules: Rules, asked: Request, now: int) -> ReservationMade:
    body = cast(ReservationAsked, asked.body)
    event = PointsReserved(**head(asked, now), reservation_id=asked.key, **structs.asdict(body))
    wanted = cast(Reserved, fact_of(rules, event))

    def decide(member: Member, known: list[AnyFact], at: int) -> AnyFact:
        again = _again(wanted, known)
        if again is not None and len(known) == 1 and at < _until(rules, again) and not _held(member, again.id):
            raise Refused("reservation_lapsed")  # it was refused, or a fact that came late took its points
        return again or structs.replace(wanted, at=at)

    fact = cast(Reserved, _take(rules, asked, now, _OF_A_RESERVATION, decide))
    return ReservationMade(
        reservation_id=fact.id,
        points=fact.points,
        worth=off_an_order(rules.at(fact.at), fact.points),
        currency=rules.programme.currency,
        until=rfc3339(_until(rules, fact)),
        order_id=fact.order_id,
    )


def commit(rules: Rules, asked: Request, now: int) -> ReservationCommitted:
    order_id = cast(CommitAsked, asked.body).order_id

    def decide(member: Member, known: list[AnyFact], at: int) -> AnyFact:
        reserved = _reserved(known)
        wanted = Committed(
            at=at,
            id=asked.key,
            member_id=asked.member_id,
            points=reserved.points,
            order_id=order_id or reserved.order_id,
        )
        return _again(wanted, known) or _if_held(member, known, wanted)

    fact = cast(Committed, _take(rules, asked, now, _OF_A_RESERVATION, decide))
    return ReservationCommitted(fact.id, fact.points, rfc3339(fact.at), fact.order_id)


def cancel(rules: Rules, asked: Request, now: int) -> ReservationCancelled:
    def decide(member: Member, known: list[AnyFact], at: int) -> AnyFact:
        _reserved(known)
        wanted = Cancelled(at=at, id=asked.key, member_id=asked.member_id)
        return _again(wanted, known) or _if_held(member, known, wanted)

    fact = _take(rules, asked, now, _OF_A_RESERVATION, decide)
    return ReservationCancelled(fact.id, rfc3339(fact.at))


def redeem(rules: Rules, asked: Request, now: int) -> RedemptionMade:
    """Agreed once it is written: it stands, whatever facts come late."""
    wanted = redemption(rules, asked, cast(RedemptionAsked, asked.body), now)

    def decide(member: Member, known: list[AnyFact], at: int) -> AnyFact:
        price = _agreed_price(known) or spending.price(rules.of(member), wanted)
        agreed = structs.replace(wanted, points=wanted.points or price, agreed=True)
        again = _again(agreed, known)
        code = None if again else spending.refused(rules.of(member), member, wanted)
        if code is not None:
            raise Refused(code)
        return again or structs.replace(agreed, at=at)

    fact = cast(Redemption, _take(rules, asked, now, (Redemption,), decide))
    return RedemptionMade(
        redemption_id=fact.id,
        points=fact.points,
        worth=money(rules, quote.worth(rules.at(fact.at), fact)),
        currency=rules.programme.currency,
        theirs=quote.theirs(rules.at(fact.at), fact),
        at=rfc3339(fact.at),
    )


def adjust(rules: Rules, asked: Request, now: int) -> AdjustmentMade:
    body = cast(AdjustmentAsked, asked.body)
    event = PointsAdjusted(**head(asked, now), adjustment_id=asked.key, operator=asked.subject, **structs.asdict(body))
    wanted = cast(Adjusted, fact_of(rules, event))

    def decide(member: Member, known: list[AnyFact], at: int) -> AnyFact:
        return _again(wanted, known) or structs.replace(wanted, at=at)

    fact = cast(Adjusted, _take(rules, asked, now, (Adjusted,), decide))
    return AdjustmentMade(fact.id, fact.points, fact.reason, fact.operator, rfc3339(fact.at))


def _take(rules: Rules, asked: Request, now: int, kinds: tuple[type[Fact], ...], decide: Decide) -> AnyFact:
    keys = [fact_key_of(kind, asked.member_id, asked.key) for kind in kinds]
    return take_if(rules, asked.member_id, keys, now, decide)


def _again(wanted: OneFact, known: list[AnyFact]) -> OneFact | None:
    """The stored fact that says the same at its own moment. Raises ConflictingFact where it says something else."""
    stored = next((fact for fact in known if isinstance(fact, type(wanted))), None)
    if stored is not None and structs.replace(wanted, at=stored.at) != stored:
        raise ConflictingFact(stored.kind, stored.id, "the content stored before")
    return stored


def _until(rules: Rules, reserved: Reserved) -> int:
    return reserved.at + rules.at(reserved.at).reserve_ms


def _agreed_price(known: list[AnyFact]) -> int:
    """A good's price at the time; 0 where nothing was agreed yet."""
    return next((fact.points for fact in known if isinstance(fact, Redemption)), 0)


def _reserved(known: list[AnyFact]) -> Reserved:
    reserved = next((fact for fact in known if isinstance(fact, Reserved)), None)
    if reserved is None:
        raise Refused("no_reservation")
    return reserved


def _held(member: Member, id: str) -> Held | None:
    return next((held for held in member.held if held.id == id), None)


def _if_held(member: Member, known: list[AnyFact], wanted: OneFact) -> OneFact:
    """What ends a reservation that still stands. Raises Refused, with how it ended before."""
    if _held(member, wanted.id) is not None:
        return wanted
    kinds = {type(fact) for fact in known}
    ended = "committed" if Committed in kinds else "cancelled" if Cancelled in kinds else "lapsed"
    raise Refused(f"reservation_{ended}")
