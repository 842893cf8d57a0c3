"""``memberflow grants``: what a member may have, what he was given, and what became of it."""

from __future__ import annotations

from typing import Any

import click

from cli import options, screen, sources, words
from cli.explain import known_of
from cli.tongue import Tongue
from memberflow.engine.member import DISTANT
from memberflow.engine.rules import Rules
from memberflow.entitled import Entitled, Given, entitled


@click.command("grants")
@click.argument("member")
@click.option("--at", metavar="T", help="As of this date or moment.")
@sources.tables
@click.option("--facts", multiple=True, type=options.FILE, metavar="FILE", help="Files of facts instead of a table.")
@options.programme()
def command(member: str, at: str | None, **given: Any) -> None:
    """Show what MEMBER may have: benefits of his tier and of trials, grants that are open, and those used or gone.

    Folded from his facts, so it can be asked as of any date. The id of an open grant is what a till says to use it.
    """
    rules = options.rules_of(given)
    known = known_of(rules, member, given)
    moment = known.now if at is None else words.parse_moment(rules, "--at", at)
    told, place = entitled(rules, member, known.facts, moment), screen.console()
    rules = rules.at(moment)
    place.print(f"{member} as of {words.moment(rules, moment)} ({rules.zone.name})", soft_wrap=True)
    for line in _lines(rules, told):
        place.print(line, soft_wrap=True)
    heads = ["grant", "benefit", "given", "valid through", "because of"]
    shown = [one for one in told.given if one.state == "given"]
    screen.columns(place, "Open", heads, [_row(rules, one) for one in shown])
    rows = [[*_row(rules, one), f"{one.state} {words.moment(rules, one.changed_at)}"] for one in told.given]
    past = [row for row, one in zip(rows, told.given, strict=True) if one.state != "given"]
    screen.columns(place, "Past", [*heads, "what became of it"], past)


def _lines(rules: Rules, told: Entitled) -> list[str]:
    has = told.entitlement
    lines = [f"Tier: {has.tier or 'none, not enrolled yet'}."]
    lines += [f"Tries {tier} through {_last_day(rules, until)}." for tier, until in has.trials]
    if has.standing:
        lines.append(f"Has: {', '.join(words.benefit(rules, benefit, 'en') for benefit in has.standing)}.")
    if told.badges:
        lines.append(f"Badges: {', '.join(told.badges)}.")
    return lines


def _row(rules: Rules, one: Given) -> list[str]:
    grant = one.grant
    until = "for ever" if grant.until == DISTANT else _last_day(rules, grant.until)
    return [
        grant.id,
        words.benefit(rules, grant.benefit, "en"),
        words.moment(rules, grant.at),
        until,
        Tongue(rules, "en").cause(grant.cause),
    ]


def _last_day(rules: Rules, until: int) -> str:
    return words.day(rules.zone.day(until) - 1)
