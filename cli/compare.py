"""``memberflow compare``: two programmes side by side, over the same facts."""

from __future__ import annotations

from typing import Any

import click

from cli import factfiles, options, screen, summary, words
from cli.factfiles import FactFiles
from cli.summary import Totals
from memberflow.engine.fold import fold
from memberflow.engine.outcome import Outcome
from memberflow.engine.rules import Rules, compiled
from memberflow.programme import author

Row = tuple[str, str]


@click.command("compare")
@click.argument("one", metavar="A")
@click.argument("other", metavar="B")
@click.option("--facts", multiple=True, required=True, type=options.FILE, metavar="FILE...",
              help="Events as JSON Lines, plain or gzip; more than one file may follow.")  # fmt: skip
@click.argument("more", nargs=-1, type=options.FILE, metavar="[FILE]...")
@click.option("--until", metavar="T", help="Facts after this date or moment are left out; the last fact's.")
def command(one: str, other: str, **given: Any) -> None:
    """Fold the same facts under programmes A and B, before one of them goes live, and show what differs.

    A programme is its YAML file, its folder or the name of a shipped one. Shown are members by tier with their share,
    who ever rose, decisions, points, messages, grants, and what the grants and points used cost the shop.
    """
    first, second = (compiled(author.ship(author.named(name))) for name in (one, other))
    if first.programme.currency != second.programme.currency:
        raise click.UsageError(f"{one} counts in {first.programme.currency}, {other} in {second.programme.currency}")
    until = None if given["until"] is None else words.parse_moment(first, "--until", given["until"])
    files = factfiles.read(given["facts"] + given["more"], first.programme.currency, until)
    place = screen.console()
    place.print(f"{len(files.by_member()):,} members at {words.moment(first, files.until)} {first.zone.name}")
    columns = [dict(_figures(rules.at(files.until), _totals(rules, files))) for rules in (first, second)]
    names = dict.fromkeys([*columns[0], *columns[1]])
    rows = [[name, *(column.get(name, "") for column in columns)] for name in names]
    screen.columns(place, "", ["", one, other], rows)
    summary.show_lines(place, files)


def _totals(rules: Rules, files: FactFiles) -> Totals:
    totals, members = Totals(), files.by_member()
    with screen.steps("members", len(members)) as step:
        for member_id, facts in members.items():
            followed = Outcome()
            totals.add(fold(rules, member_id, facts, files.until, followed), followed)
            step()
    return totals


def _figures(rules: Rules, totals: Totals) -> list[Row]:
    enrolled = totals.members - totals.tiers[""]
    rows = [(f"tier {level.name}", _share(totals.tiers[level.name], enrolled)) for level in rules.levels]
    rows += [("not enrolled", f"{totals.tiers['']:,}"), ("ever rose", _share(totals.risen, enrolled))]
    rows += [(f"decisions: {name}", f"{totals.decisions[name]:,}") for name in ("reached", "kept", "dropped")]
    rows += [(f"points {name}", f"{totals.points[name]:,}") for name in ("earned", "spent", "expired", "outstanding")]
    rows += [(f"messages: {key}", f"{totals.occurrences[key]:,}") for key in rules.journeys]
    rows += [(f"grants {state}", f"{totals.grants[state]:,}") for state in ("given", "used")]
    currency = rules.programme.currency
    rows.append((f"cost of grants, {currency}", words.money(rules, summary.grant_costs(rules, totals).total())))
    rows.append((f"cost of points, {currency}", words.money(rules, summary.points_costs(rules, totals).total())))
    return rows


def _share(count: int, of: int) -> str:
    return f"{count:,} ({100 * count / of:.1f} %)" if of else f"{count:,}"
