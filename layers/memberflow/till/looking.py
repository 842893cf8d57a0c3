"""What is asked without changing anything: balance, statement, quote. Time runs up to now for the answer alone."""

from __future__ import annotations

from typing import cast

from msgspec import structs

from memberflow.decoder.values import minor
from memberflow.engine import fold
from memberflow.engine import quote as engine
from memberflow.engine.calendar import day_to_date
from memberflow.engine.erased import is_erased
from memberflow.engine.lots import Lot
from memberflow.engine.member import NEVER, Member
from memberflow.engine.outcome import Entry, Outcome
from memberflow.engine.rules import Rules
from memberflow.errors import BadInput, UnknownMember
from memberflow.facts import rfc3339
from memberflow.programme.schema.fields import decimal_text
from memberflow.store.reading import history, load_with
from memberflow.till import contract
from memberflow.till.contract import Line, Part, PointsNow, QuoteAsked, QuoteGiven, Statement
from memberflow.till.request import Request, redemption

EXPIRING = 12
"""How many of the soonest lots are shown."""
PAGE = 100


def points(rules: Rules, asked: Request, now: int) -> PointsNow:
    member = _as_of(rules, asked.member_id, now)
    rules = rules.of(member)
    ending = [lot for lot in member.lots if lot[0] != NEVER and not member.sheltered]
    return PointsNow(
        member_id=asked.member_id,
        as_of=rfc3339(now),
        tier=member.tier,
        points=member.points,
        worth=off_an_order(rules, member.points),
        currency=rules.programme.currency,
        pending=member.points_pending,
        held=member.points_held,
        debt=member.debt,
        expiring=[_part(member, lot) for lot in ending[:EXPIRING]],
    )


def statement(rules: Rules, asked: Request, now: int) -> Statement:
    facts = history(asked.member_id).facts.values()
    out = Outcome(entries=[])
    member = fold.fold(rules, asked.member_id, facts, max([now, *(fact.at for fact in facts)]), out)
    if not facts or is_erased(member):
        raise UnknownMember(f"nothing is known of {asked.member_id!r}")
    entries = out.entries or []
    end = len(entries) if asked.before is None else min(asked.before - 1, len(entries))
    first = max(0, end - PAGE)
    lines = [_line(number, entry) for number, entry in enumerate(entries[first:end], first + 1)]
    return Statement(asked.member_id, lines[::-1], first + 1 if first else None)


def quote(rules: Rules, asked: Request, now: int) -> QuoteGiven:
    member, body = _as_of(rules, asked.member_id, now), cast(QuoteAsked, asked.body)
    rules = rules.of(member)
    if body.most:
        body = _with_the_most(rules, member, body)
    wanted = redemption(rules, asked, body, now)
    given = engine.quote(rules, member, wanted)
    return QuoteGiven(
        points=given.points,
        worth=money(rules, given.worth),
        currency=rules.programme.currency,
        theirs=given.theirs,
        lots=[_part(member, lot) for lot in given.lots],
        refused=cast(contract.Refused, given.refused),
    )


def _with_the_most(rules: Rules, member: Member, body: QuoteAsked) -> QuoteAsked:
    if body.points is not None or body.order_amount is None:
        raise BadInput("most", True, "an order_amount beside it, and no points")
    amount = minor("order_amount", body.order_amount, body.currency, rules.programme.currency)
    return structs.replace(body, points=engine.most(rules, member, amount))


def off_an_order(rules: Rules, points: int) -> str | None:
    """What points are worth; None where the programme does not say."""
    return None if rules.redeeming is None else money(rules, rules.redeeming.money(points))


def money(rules: Rules, minor: int | None) -> str | None:
    return None if minor is None else decimal_text(minor, rules.programme.currency)


def _as_of(rules: Rules, member_id: str, now: int) -> Member:
    stored, _ = load_with(member_id)
    fold.advance(rules, stored.member, now, Outcome())
    return stored.member


def _part(member: Member, lot: Lot) -> Part:
    ends = lot[0] != NEVER and not member.sheltered
    return Part(lot[1], day_to_date(max(lot[0], member.spared_until) - 1).isoformat() if ends else None)


def _line(number: int, entry: Entry) -> Line:
    lot = "debt" if entry.lot is None else "never" if entry.lot == NEVER else day_to_date(entry.lot - 1).isoformat()
    return Line(number, rfc3339(entry.at), entry.cause, entry.points, entry.pending, entry.balance, lot)
