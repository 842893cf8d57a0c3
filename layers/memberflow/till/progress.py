"""How far a member is from the next tiers, and what keeps the one he has, at any time and without his history."""

from __future__ import annotations

from memberflow.engine import fold, outlook
from memberflow.engine.calendar import day_to_date
from memberflow.engine.catalogue import MONEY
from memberflow.engine.outcome import Figure, Outcome
from memberflow.engine.outlook import Need
from memberflow.engine.rules import Rules
from memberflow.facts import rfc3339
from memberflow.programme.schema.fields import decimal_text
from memberflow.store.reading import load_with
from memberflow.till.contract import Measured, Needs, Progress, TierAhead
from memberflow.till.request import Request


def progress(rules: Rules, asked: Request, now: int) -> Progress:
    stored, _ = load_with(asked.member_id)
    member = stored.member
    fold.advance(rules, member, now, Outcome())
    rules = rules.of(member)
    today = rules.zone.day(now)
    review = outlook.review(rules, member, today)
    return Progress(
        member_id=asked.member_id,
        as_of=rfc3339(now),
        tier=member.tier,
        label={} if member.tier is None else rules.level[member.tier].label,
        settled_on=None if review is None else _day(rules.zone.day(review.at)),
        keeps=None if review is None else _needs(rules, review.need),
        below=None if review is None else review.below,
        ahead=[_ahead(rules, ahead) for ahead in outlook.ahead(rules, member, today)],
    )


def _ahead(rules: Rules, ahead: outlook.TierAhead) -> TierAhead:
    label, needs = rules.level[ahead.tier].label, _all_of(rules, ahead.need)
    return TierAhead(ahead.tier, label, needs, _day(ahead.on), _needs(rules, ahead.at_once))


def _needs(rules: Rules, need: Need | None) -> Needs | None:
    return None if need is None else _all_of(rules, need)


def _all_of(rules: Rules, need: Need) -> Needs:
    return Needs(
        figures=[_measured(rules, figure) for figure in need.figures],
        all=[_all_of(rules, part) for part in need.all],
        any=[_all_of(rules, part) for part in need.any],
        met=need.met,
    )


def _measured(rules: Rules, seen: Figure) -> Measured:
    money = rules.measures[seen.measure].name in MONEY
    value, needed = (
        decimal_text(figure, rules.programme.currency) if money else str(figure)
        for figure in (seen.value, seen.threshold)
    )
    return Measured(seen.measure, value, needed, seen.at_most, seen.met)


def _day(day: int | None) -> str | None:
    return None if day is None else day_to_date(day).isoformat()
