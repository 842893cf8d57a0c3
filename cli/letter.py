"""An explanation as the member himself would read it: what he is, what keeps it, what reaches more."""

from __future__ import annotations

from collections.abc import Iterator

from cli import words
from cli.tongue import Tongue
from memberflow.engine.outlook import Review
from memberflow.explain import Explanation

LEAVING_SHOWN = 6


def lines(tongue: Tongue, told: Explanation) -> Iterator[str]:
    rules, say = tongue.rules, tongue.say
    today = words.day(rules.zone.day(told.at))
    if told.tier is None or told.since is None:
        yield say("you_are_not", day=today)
        return
    since = words.day(rules.zone.day(told.since))
    yield say("you_are", day=today, tier=tongue.tier(told.tier), since=since)
    yield say("you_counted", first=words.day(told.first), measures=tongue.measures(told.measures))
    yield from _stay(tongue, told.tier, told.review)
    if told.hold is not None:
        yield say("you_held", day=words.day(told.hold[0] - 1))
    for ahead in told.ahead:
        yield tongue.wanted("you_reach", ahead)
        if ahead.enough:
            yield say("you_reach_enough", enough=tongue.enough(ahead.enough))
        if ahead.at_once is not None:
            yield say("you_reach_at_once", tier=tongue.tier(ahead.tier), need=tongue.need(ahead.at_once))
    leaving = [one for one in told.leaving if one.spend][:LEAVING_SHOWN]
    if leaving:
        yield say("you_lose", leaving=", ".join(
            say("you_lose_one", spend=words.money(rules, one.spend), day=words.day(one.day)) for one in leaving
        ))  # fmt: skip
    if tongue.rules.has_points or told.points:
        yield say("you_points", points=f"{told.points:,}")


def _stay(tongue: Tongue, tier: str, review: Review | None) -> Iterator[str]:
    if review is None or review.need is None or review.below is None:
        yield tongue.say("you_stay")
        return
    day, need = words.day(tongue.rules.zone.day(review.at)), tongue.need(review.need)
    phrase = "you_put_off" if review.put_off else "you_keep"
    yield tongue.say(phrase, day=day, tier=tongue.tier(tier), need=need, first=words.day(review.first))
    if review.need.met:
        yield tongue.say("you_keep_met")
        return
    if review.enough:
        yield tongue.say("you_keep_enough", enough=tongue.enough(review.enough))
    yield tongue.say("you_fall", below=tongue.tier(review.below))
