"""Segments by recency, frequency and monetary value, each scored from 1 to 5."""

from __future__ import annotations

from bisect import bisect_right

from memberflow.engine import measures
from memberflow.engine.calendar import Period, add
from memberflow.engine.member import DISTANT, Member, Scored
from memberflow.engine.rules import Rules


def due(rules: Rules, member: Member) -> int:
    """The moment at which the last order passes into the next band."""
    if rules.bands is None or member.scored is None or member.scored.recency == 1:
        return DISTANT
    return rules.zone.moment(add(_last_day(rules, member), rules.bands.recency[5 - member.scored.recency]))


def score(rules: Rules, member: Member, at: int) -> None:
    """Works out the scores and the segment as of ``at``; one that stays keeps its beginning."""
    if rules.bands is None or member.last_order_at is None or member.enrolled_at is None:
        member.scored = None
        return
    day = rules.zone.day(at)
    seen = measures.on(rules, member, day)
    recency = 5 - _bands_passed(rules.bands.recency, _last_day(rules, member), day)
    frequency = 1 + bisect_right(rules.bands.frequency, seen["orders"])
    monetary = 1 + bisect_right(rules.bands.monetary, seen["spend"])
    name = rules.bands.segment(recency, frequency, monetary)
    since = member.scored.since if member.scored is not None and member.scored.segment == name else at
    member.scored = Scored(name, recency, frequency, monetary, since)
    member.wake = min(member.wake, due(rules, member))


def _last_day(rules: Rules, member: Member) -> int:
    assert member.last_order_at is not None
    return rules.zone.day(member.last_order_at)


def _bands_passed(bands: tuple[Period, ...], last: int, day: int) -> int:
    return sum(add(last, band) <= day for band in bands)
