"""``memberflow abnormal``: the orders out of a member's ordinary that wait to be judged."""

from __future__ import annotations

from typing import Any

import click

from cli import options, screen, sources, table, words
from memberflow.engine.outcome import Decision
from memberflow.engine.rules import Rules


@click.command("abnormal")
@sources.tables
@options.programme()
def command(**given: Any) -> None:
    """List the orders that count for no tier until an operator has judged them, the longest waiting first.

    Beside each is the amount from which on it was out of the ordinary for its member. An operator judges by an event
    order.judged. Of a table in AWS every item is read, and paid for.
    """
    rules = options.rules_of(given)
    _, items = sources.named(given).of_members()
    rows: list[tuple[int, list[str]]] = []
    for member_id, held in table.held(items).items():
        for order_id, (at, amount) in held.member.flagged.items():
            limit = _limit(rules, held.decisions, order_id)
            what = [member_id, held.member.tier or "", order_id, words.moment(rules, at), words.money(rules, amount)]
            rows.append((at, [*what, limit]))
    shown = [row for _, row in sorted(rows)]
    screen.columns(screen.console(), "", ["member", "tier", "order", "paid", "amount", "from"], shown)
    click.echo(f"{len(rows):,} orders to judge")


def _limit(rules: Rules, decisions: dict[str, Decision], order_id: str) -> str:
    flagged = (one for one in decisions.values() if one.outcome == "flagged" and one.note == order_id)
    return next((words.money(rules, one.figures[0].threshold) for one in flagged), "")
