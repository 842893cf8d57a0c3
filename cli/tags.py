"""``memberflow tags``: the segment a member is in, and what his orders and activities say of him."""

from __future__ import annotations

from typing import Any

import click

from cli import options, screen, sources, words
from cli.explain import known_of
from memberflow.engine.habits import Seen
from memberflow.engine.member import Scored
from memberflow.engine.rules import Rules
from memberflow.entitled import entitled


@click.command("tags")
@click.argument("member")
@click.option("--at", metavar="T", help="As of this date or moment.")
@sources.tables
@click.option("--facts", multiple=True, type=options.FILE, metavar="FILE", help="Files of facts instead of a table.")
@options.programme()
def command(member: str, at: str | None, **given: Any) -> None:
    """Show MEMBER's segment with its scores, and every tag of the programme with the figures that it looks at."""
    rules = options.rules_of(given)
    known = known_of(rules, member, given)
    moment = known.now if at is None else words.parse_moment(rules, "--at", at)
    told, place = entitled(rules, member, known.facts, moment), screen.console()
    rules = rules.at(moment)
    place.print(f"{member} as of {words.moment(rules, moment)} ({rules.zone.name})", soft_wrap=True)
    if told.scored is not None:
        place.print(_segment(rules, told.scored), soft_wrap=True)
    rows = [
        [name, rules.programme.tags[name].group, "yes" if all(one.met for one in seen) else "no", _figures(rules, seen)]
        for name, seen in told.tags.items()
    ]
    screen.columns(place, "Tags", ["tag", "group", "has it", "seen"], rows)


def _segment(rules: Rules, scored: Scored) -> str:
    scores = f"recency {scored.recency}, frequency {scored.frequency}, monetary {scored.monetary}"
    return f"Segment: {scored.segment or 'none'} ({scores}), since {words.moment(rules, scored.since)}."


def _figures(rules: Rules, seen: list[Seen]) -> str:
    return ", ".join(_figure(rules, one) for one in seen)


def _figure(rules: Rules, one: Seen) -> str:
    """'coupon share 60 of 50', 'cycle 31 of 20 to 40'."""
    if one.what == "average":
        return f"average {words.money(rules, one.value)} of {words.money(rules, one.least)}"
    asked = f"{one.least}" if one.most is None else f"{one.least} to {one.most}"
    return f"{one.what.replace('_', ' ')} {one.value} of {asked}"
