"""An explanation in words: short sentences and small tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cli import words
from cli.screen import columns
from cli.table import Message
from memberflow.engine.outcome import Figure
from memberflow.engine.rules import Rules
from memberflow.explain import Due, Explanation, Need, Review

if TYPE_CHECKING:
    from rich.console import Console

MESSAGES_SHOWN = 8


def show(screen: Console, rules: Rules, told: Explanation, messages: list[Message], statement: bool) -> None:
    for line in _lines(rules, told):
        screen.print(line, soft_wrap=True)
    columns(screen, "Decisions", ["when", "outcome", "seen"], _decisions(rules, told))
    columns(screen, f"Points: {told.points:,} usable", ["points", "usable through"], _lots(told))
    shown = sorted(messages, key=lambda message: message.occurrence.at)[-MESSAGES_SHOWN:]
    rows = [[words.moment(rules, m.occurrence.at), m.occurrence.journey, m.outcome] for m in shown]
    columns(screen, "Last messages", ["when", "journey", "outcome"], rows)
    if statement:
        heads = ["when", "cause", "lot, usable through", "points", "balance"]
        columns(screen, "Statement", heads, _statement(rules, told))


def _lines(rules: Rules, told: Explanation) -> Iterator[str]:
    units = f"{rules.zone.name}, amounts in {rules.programme.currency}"
    yield f"{told.member_id} as of {words.moment(rules, told.at)} ({units})"
    yield ""
    if told.tier is None or told.since is None or told.why is None:
        yield f"Not enrolled yet: {'he has not bought or joined' if rules.enrols_on_order else 'he has not joined'}."
    else:
        yield f"Tier: {told.tier}, since {words.moment(rules, told.since)}."
        yield f"Why: {words.decided(rules, told.why)}."
        yield f"Counts today, from {words.day(told.first)}: {_measures(rules, told)}."
        yield from (f"For {ahead.tier}: {_need(rules, ahead.need)}." for ahead in told.ahead)
        yield _review(rules, told.review)
    if told.debt:
        yield f"Owes {told.debt:,} points, which his next earnings repay."
    if told.waiting_refunds:
        yield f"Refunds waiting for their order: {', '.join(told.waiting_refunds)}."
    if told.waiting_orders:
        yield f"Orders waiting for him to join: {', '.join(told.waiting_orders)}."
    for refusal in told.refusals:
        yield f"Refused: {words.cause(refusal.fact)}, {refusal.code.replace('_', ' ')}."
    yield _due(rules, told, told.due)
    yield ""


def _measures(rules: Rules, told: Explanation) -> str:
    return ", ".join(f"{name} {words.measure(rules, name, value)}" for name, value in told.measures.items())


def _review(rules: Rules, review: Review | None) -> str:
    if review is None:
        return "No review: the lowest tier is for good."
    need = f"{_need(rules, review.need)}, counted from {words.day(review.first)}"
    return f"Review on {words.day(rules.zone.day(review.at))}: stays with {need}; else drops to {review.below}."


def _need(rules: Rules, need: Need) -> str:
    """'spend 820.00 of 1,000.00 (180.00 missing) and one of [orders 3 of 2, …]'."""
    parts = [_figure(rules, figure) for figure in need.figures]
    parts += [_need(rules, part) for part in need.all]
    if need.any:
        parts.append(f"one of [{'; '.join(_need(rules, part) for part in need.any)}]")
    return " and ".join(parts)


def _figure(rules: Rules, figure: Figure) -> str:
    if figure.met:
        return f"{words.figure(rules, figure)} (met)"
    short = words.measure(rules, figure.measure, figure.threshold - figure.value)
    return f"{words.figure(rules, figure)} ({short} missing)"


_DUE = {
    "revision": "the programme's next revision comes into force",
    "usable": "pending points become usable",
    "lapse": "a reservation of points lapses",
    "referral": "his first order counts for the member who referred him",
}


def _due(rules: Rules, told: Explanation, due: Due | None) -> str:
    if due is None:
        return "Nothing lies ahead."
    if due.what == "expiry":
        gone, points = told.lots[0][:2]
        what = f"{points:,} points expire, {words.day(gone - 1)} being their last day"
    elif due.what == "review":
        what = f"his tier is reviewed, as every {rules.programme.tiers.review_every}"
    elif due.what in _DUE:
        what = _DUE[due.what]
    else:
        what = f"message {due.journey}, {_reason(rules, due.journey)}"
    return f"Next, unless something happens before: {words.moment(rules, due.at)}, {what}."


def _reason(rules: Rules, journey: str) -> str:
    """Of a message that time brings."""
    after = rules.programme.journeys[journey].after
    return f"{after} after his last order" if after else "on his birthday"


def _decisions(rules: Rules, told: Explanation) -> list[list[str]]:
    rows = []
    for decision in told.decisions:
        change = f"{decision.outcome} {decision.after}, by {words.cause(decision.cause)}"
        rows.append([words.moment(rules, decision.at), change, words.evidence(rules, decision)])
    return rows


def _lots(told: Explanation) -> list[list[str]]:
    return [[f"{points:,}", words.last_day(gone)] for gone, points, *_ in told.lots]


def _statement(rules: Rules, told: Explanation) -> list[list[str]]:
    return [
        [
            words.moment(rules, entry.at),
            words.cause(entry.cause),
            words.last_day(entry.lot),
            f"{entry.points:+,}",
            f"{entry.balance:,}",
        ]
        for entry in told.entries
    ]
