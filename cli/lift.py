"""``memberflow lift``: who came back after which message, and what messages are worth against the held out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import click

from cli import lift_report, options, screen, sources, table, words
from cli.table import Held
from memberflow import lift
from memberflow.engine.rules import Rules
from memberflow.errors import MemberflowError
from memberflow.facts import AnyFact
from memberflow.lift import Step, Told


class NothingCounted(MemberflowError):
    """No journey says within what time an order counts for it."""


@click.command("lift")
@sources.tables
@options.programme()
def command(**given: Any) -> None:
    """Show who came back after which message, and how many more than of those who were held out.

    A journey takes part that says counts_within. An order counts for the last message before it whose window holds it;
    a message whose window is not over yet is in no rate. The lift sets those written to against those held out, each
    member once, by his first message, with the interval in which it lies with 95 % confidence (Newcombe). Of a table in
    AWS every item is read, and paid for.
    """
    rules = options.rules_of(given)
    if not lift_report.counted(rules):
        name = rules.programme.programme
        raise NothingCounted(f"no journey of {name} counts orders (say counts_within, such as 30 days)")
    place = sources.named(given)
    members, now = table.held(place.of_members()[1]), place.now()
    console = screen.console()
    console.print(f"What messages brought back up to {words.moment(rules, now)} {rules.zone.name}")
    lift_report.show(console, rules, steps(rules, members.values(), now))


def steps(rules: Rules, members: Iterable[Held], now: int) -> dict[str, Step]:
    """Of all members but those merged into another, who has their orders."""
    return lift.steps(rules, _stories(members), now)


def _stories(members: Iterable[Held]) -> Iterator[tuple[list[Told], list[AnyFact]]]:
    for held in members:
        if held.member.merged_into is None:
            told: list[Told] = [(message.occurrence, message.outcome) for message in held.messages]
            yield told + [(change.task, change.state) for change in held.tasks], held.facts
