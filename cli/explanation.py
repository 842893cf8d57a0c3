"""An explanation as staff read it: short sentences and small tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cli import words
from cli.screen import columns
from cli.table import Message
from cli.tongue import Tongue
from memberflow.engine.fallout import Leaving
from memberflow.engine.member import NEVER
from memberflow.engine.outlook import Review
from memberflow.explain import Counting, Due, Explanation

if TYPE_CHECKING:
    from rich.console import Console

MESSAGES_SHOWN = 8
ORDERS_SHOWN = 20


def show(screen: Console, tongue: Tongue, told: Explanation, messages: list[Message], statement: bool) -> None:
    for line in lines(tongue, told):
        screen.print(line, soft_wrap=True)
    if told.tier is not None:
        _table(screen, tongue, "orders", _orders(tongue, told))
        _table(screen, tongue, "leaving", _leaving(tongue, told))
    _table(screen, tongue, "decisions", _decisions(tongue, told))
    _table(screen, tongue, "points", _lots(told), points=f"{told.points:,}")
    shown = sorted(messages, key=lambda message: message.occurrence.at)[-MESSAGES_SHOWN:]
    rows = [[words.moment(tongue.rules, m.occurrence.at), m.occurrence.journey, m.outcome] for m in shown]
    _table(screen, tongue, "messages", rows)
    _table(screen, tongue, "tasks", _tasks(tongue, told))
    if statement:
        _table(screen, tongue, "statement", _statement(tongue, told))


def _table(screen: Console, tongue: Tongue, name: str, rows: list[list[str]], **values: str) -> None:
    """The last heads go with columns that the rows have only sometimes."""
    heads = tongue.heads(f"{name}_heads")[: len(rows[0])] if rows else []
    columns(screen, tongue.say(f"{name}_title", **values), heads, rows)


def lines(tongue: Tongue, told: Explanation) -> Iterator[str]:
    rules, say = tongue.rules, tongue.say
    at, currency = words.moment(rules, told.at), rules.programme.currency
    yield say("as_of", member=told.member_id, at=at, zone=rules.zone.name, currency=currency)
    if told.merged_into is not None:
        yield say("merged", other=told.merged_into)
    yield ""
    if told.tier is None:
        yield say("not_enrolled_or_bought" if rules.enrols_on_order else "not_enrolled")
    else:
        yield from _of_tier(tongue, told)
        yield from _entitled(tongue, told)
    yield from _points_not_usable(tongue, told)
    if told.waiting_refunds:
        yield say("waiting_refunds", ids=", ".join(told.waiting_refunds))
    if told.waiting_orders:
        yield say("waiting_orders", ids=", ".join(told.waiting_orders))
    for refusal in told.refusals:
        yield say("refused", cause=tongue.cause(refusal.fact), code=refusal.code.replace("_", " "))
    yield _due(tongue, told, told.due)
    yield ""


def _points_not_usable(tongue: Tongue, told: Explanation) -> Iterator[str]:
    """What is not among the usable points: pending, held for a till, or owed."""
    for usable, _, points, *_ in told.pending:
        when = tongue.say("on_delivery") if usable == NEVER else words.day(usable)
        yield tongue.say("pending", points=f"{points:,}", when=when)
    for held in told.held:
        yield tongue.say("held_back", points=f"{held.points:,}", until=words.moment(tongue.rules, held.until))
    if told.debt:
        yield tongue.say("owes", points=f"{told.debt:,}")


def _entitled(tongue: Tongue, told: Explanation) -> Iterator[str]:
    """Where the programme gives anything."""
    rules, has = tongue.rules, told.entitlement
    for tier, until in has.trials:
        yield tongue.say("tries", tier=tongue.tier(tier), day=words.day(rules.zone.day(until) - 1))
    if has.standing:
        yield tongue.say(
            "has", benefits=", ".join(words.benefit(rules, name, tongue.language) for name in has.standing)
        )
    if has.grants:
        names = [words.benefit(rules, grant.benefit, tongue.language) for grant in has.grants]
        yield tongue.say("open_grants", benefits=", ".join(names))


def _of_tier(tongue: Tongue, told: Explanation) -> Iterator[str]:
    say = tongue.say
    if told.tier is not None and told.since is not None and told.why is not None:
        yield say("tier", tier=tongue.tier(told.tier), since=words.moment(tongue.rules, told.since))
        yield say("why", decided=tongue.decided(told.why))
    yield say("counts", first=words.day(told.first), measures=tongue.measures(told.measures))
    for name, parts in told.scores.items():
        made_of = [f"{tongue.measure(part.measure)} {part.share}/{part.weight}" for part in parts]
        yield say("score", score=name, parts=", ".join(made_of))
    for ahead in told.ahead:
        yield tongue.wanted("for", ahead)
        if ahead.enough:
            yield say("reach", tier=tongue.tier(ahead.tier), enough=tongue.enough(ahead.enough))
        if ahead.at_once is not None:
            yield say("for_at_once", tier=tongue.tier(ahead.tier), need=tongue.need(ahead.at_once))
    yield from _review(tongue, told, told.review)
    if told.hold is not None:
        until, operator, reason = told.hold
        yield say("hold", operator=operator, day=words.day(until - 1), reason=reason)
    yield from (say("candidate", tier=tongue.tier(tier)) for tier in told.candidate_for)
    waiting = [f"{order.id} ({words.money(tongue.rules, order.paid)})" for order in told.orders if not order.counts]
    if waiting:
        yield say("flagged", orders=", ".join(waiting))


def _review(tongue: Tongue, told: Explanation, review: Review | None) -> Iterator[str]:
    if review is None:
        lowest = tongue.rules.levels[0].name == told.tier
        yield tongue.say("no_review" if lowest else "no_review_above")
        return
    day = words.day(tongue.rules.zone.day(review.at))
    if review.need is None or review.below is None:
        yield tongue.say("review_up", day=day)
        return
    need, first = tongue.need(review.need), words.day(review.first)
    phrase = "put_off" if review.put_off else "review"
    yield tongue.say(phrase, day=day, need=need, first=first, below=tongue.tier(review.below))
    if review.at_risk is not None and not review.put_off:
        yield tongue.say("at_risk", day=words.day(review.at_risk))
    if review.enough and not review.need.met:
        yield tongue.say("keep", enough=tongue.enough(review.enough))


def _due(tongue: Tongue, told: Explanation, due: Due | None) -> str:
    if due is None:
        return tongue.say("nothing_ahead")
    return tongue.say("next", at=words.moment(tongue.rules, due.at), what=_what(tongue, told, due))


def _what(tongue: Tongue, told: Explanation, due: Due) -> str:
    if due.what == "expiry":
        gone, points = told.lots[0][:2]
        return tongue.say("expiry", points=f"{points:,}", day=words.day(gone - 1))
    if due.what == "review":
        return tongue.say("review_due")
    if due.what == "task":
        return tongue.say("task_due")
    if due.what == "grant":
        return tongue.say("grant", rule=due.journey) if due.journey else tongue.say("grant_ends")
    if due.what != "message":
        return tongue.say(due.what)
    journey = tongue.rules.programme.journeys[due.journey]
    phrase = _OCCASIONS.get(journey.trigger, "message_due")
    return tongue.say(phrase, journey=due.journey, after=journey.after)


_OCCASIONS = {"dormancy": "message_dormant", "birthday": "message_birthday"}


def _orders(tongue: Tongue, told: Explanation) -> list[list[str]]:
    """The newest last. Those that are left out add up with the others to what counts."""
    rules = tongue.rules
    shown = told.orders[-ORDERS_SHOWN:]
    before = told.orders[: -len(shown)] if shown else []
    rows = [["…", f"{len(before):,}", "", "", words.money(rules, _counted(before)), ""]] if before else []
    for order in shown:
        counts = words.money(rules, order.left) if order.counts else tongue.say("not_judged")
        paid, leaves = words.money(rules, order.paid), words.day(order.leaves)
        rows.append([words.day(order.day), order.id, order.channel, paid, counts, leaves])
    return rows


def _counted(orders: list[Counting]) -> int:
    return sum(order.left for order in orders if order.counts)


def _leaving(tongue: Tongue, told: Explanation) -> list[list[str]]:
    rows = [[words.day(one.day), *_amounts(tongue, one)] for one in told.leaving]
    return rows[:ORDERS_SHOWN]


def _amounts(tongue: Tongue, one: Leaving) -> list[str]:
    return [words.money(tongue.rules, one.spend), f"{one.orders:,}", words.money(tongue.rules, one.left)]


def _decisions(tongue: Tongue, told: Explanation) -> list[list[str]]:
    return [[words.moment(tongue.rules, one.at), tongue.change(one), tongue.evidence(one)] for one in told.decisions]


def _tasks(tongue: Tongue, told: Explanation) -> list[list[str]]:
    """What became of each in the end."""
    last = {change.task.id: change for change in told.tasks}.values()
    return [
        [
            words.moment(tongue.rules, one.task.due),
            one.task.role,
            words.task(tongue.rules, one.task, tongue.language),
            tongue.task_state(one),
            one.task.id,
        ]
        for one in last
    ][-MESSAGES_SHOWN:]


def _lots(told: Explanation) -> list[list[str]]:
    return [[f"{points:,}", words.last_day(gone)] for gone, points, *_ in told.lots]


def _statement(tongue: Tongue, told: Explanation) -> list[list[str]]:
    """With points that are earned but not usable yet, where there were any."""
    pends = any(entry.pending for entry in told.entries)
    return [
        [
            words.moment(tongue.rules, entry.at),
            tongue.cause(entry.cause),
            words.last_day(entry.lot),
            f"{entry.points:+,}",
            f"{entry.balance:,}",
            *([f"{entry.pending:+,}" if entry.pending else ""] if pends else []),
        ]
        for entry in told.entries
    ]
