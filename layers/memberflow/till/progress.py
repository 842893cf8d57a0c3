"""How far a member is from the next tiers, and what keeps the one he has, at any time and without his history."""

from __future__ import annotations

from memberflow.engine import fold, outlook
from memberflow.engine.outcome import Outcome
from memberflow.engine.rules import Rules
from memberflow.facts import rfc3339
from memberflow.store.reading import load_with
from memberflow.till import ahead
from memberflow.till.contract import Progress
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
        settled_on=None if review is None else ahead.date_of(rules.zone.day(review.at)),
        keeps=None if review is None or review.need is None else ahead.needs(rules, review.need),
        below=None if review is None else review.below,
        ahead=[ahead.tier(rules, one) for one in outlook.ahead(rules, member, today)],
    )
