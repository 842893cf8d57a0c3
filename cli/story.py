"""A member's story in dated lines."""

from __future__ import annotations

from collections import defaultdict

from cli import words
from cli.table import Message
from cli.tongue import Tongue
from memberflow.engine.outcome import Entry, GrantChange
from memberflow.engine.rules import Rules
from memberflow.explain import Explanation
from memberflow.facts import Activity, AnyFact, Joined, Order, Redemption, Refund

_Dated = tuple[int, int, str]
"""Moment, rank within it, text."""


def tell(
    rules: Rules, facts: list[AnyFact], explanation: Explanation, messages: list[Message], grants: list[GrantChange]
) -> list[str]:
    """What happened to him, what was decided, what he was given and told, in order."""
    moved: dict[str, list[Entry]] = defaultdict(list)
    expired: dict[int, list[Entry]] = defaultdict(list)
    for entry in explanation.entries:
        (expired[entry.at] if entry.cause == "expired" else moved[entry.cause]).append(entry)
    refused = {refusal.fact: refusal.code.replace("_", " ") for refusal in explanation.refusals}
    dated: list[_Dated] = [(fact.at, 0, _of_fact(rules, fact, moved, refused)) for fact in facts]
    dated += [(at, 0, f"points expire: {_points(entries)}") for at, entries in expired.items()]
    tongue = Tongue(rules, "en")
    dated += [(decision.at, 1, tongue.decided(decision)) for decision in explanation.decisions]
    dated += [(one.at, 1, f"benefit {words.benefit(rules, one.grant.benefit, 'en')}: {one.state}") for one in grants]
    dated += [(message.occurrence.at, 2, _of_message(message)) for message in messages]
    dated += [(change.at, 3, tongue.task(change)) for change in explanation.tasks]
    return [f"{words.moment(rules, at)}  {text}" for at, _, text in sorted(dated) if text]


def _of_fact(rules: Rules, fact: AnyFact, moved: dict[str, list[Entry]], refused: dict[str, str]) -> str:
    """Facts that a reader would pass over (consents, updates) give nothing."""
    name = f"{fact.kind}#{fact.id}"
    text = ""
    if isinstance(fact, Joined):
        text = "joins"
    elif isinstance(fact, Order):
        text = f"buys for {words.money(rules, fact.amount)}"
    elif isinstance(fact, Refund):
        text = f"gets {'all' if fact.amount is None else words.money(rules, fact.amount)} of order {fact.order_id} back"
    elif isinstance(fact, Redemption):
        text = f"redeems {fact.points:,} points"
    elif isinstance(fact, Activity):
        text = fact.activity.replace("_", " ")
    if name in refused:
        text += f": refused, {refused[name]}"
    return f"{text}: {_points(moved[name])}" if name in moved else text


def _points(entries: list[Entry]) -> str:
    return f"{sum(entry.points for entry in entries):+,} points, {entries[-1].balance:,} now"


def _of_message(message: Message) -> str:
    return f"message {message.occurrence.journey} ({message.outcome})"
