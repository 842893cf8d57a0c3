"""``memberflow liability``: what a shop owes in points, how many expire, and what of a sale is deferred."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

import click

from cli import liability_report, options, screen, sources, words
from cli.members import Facts, facts_of
from cli.owed import Owed, Sale, breakage
from memberflow.engine.fold import fold
from memberflow.engine.outcome import Outcome
from memberflow.engine.rules import Rules
from memberflow.programme.schema.fields import DECIMAL_PLACES


def _number(text: str) -> Fraction:
    """Exactly what is written, above zero."""
    if re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,6})?", text) is None or not Fraction(text):
        raise click.BadParameter(f"{text!r} is not a number above zero such as 800 or 0.012")
    return Fraction(text)


@click.command("liability")
@sources.tables
@options.programme()
@click.option("--facts", multiple=True, type=options.FILE, metavar="FILE", help="Files of events instead of a table.")
@click.option("--until", metavar="T", help="As of this date or moment; the table's last run, or the last fact.")
@click.option("--sale", type=_number, metavar="AMOUNT", help="Split the price of a sale that gives --points.")
@click.option("--points", type=click.IntRange(min=1), help="The points that the sale gives.")
@click.option("--goods", type=_number, metavar="AMOUNT", help="What the goods would cost alone; the price of the sale.")
@click.option("--worth", type=_number, metavar="AMOUNT", help="What a point is worth to a member.")
@click.option("--use", type=_number, metavar="PERCENT", help="The share of points that will be used; as history shows.")
def command(**given: Any) -> None:
    """Show what the shop owes in points: by tier and month of expiry, at the programme's cost, and what became of them.

    All is folded from facts, so it can be asked as of any date. Breakage is the share of points that expired unspent,
    of those not taken back; the share to reckon with is that of the months whose points have all come to their end.
    Outstanding are pending and reserved points too. Where several months share a lot, its earliest points count as
    taken first.

    With --sale the price of a sale is divided between its goods and its points by their stand-alone prices (IFRS 15):
    goods as they cost alone, points at their worth for the share that will be used. 2,000 points worth 0.012, of which
    80 % are used, are 19.20; a sale at 800, which is what its goods cost alone, is 800 x 800 / 819.20 = 781.25 for the
    goods and 18.75 for the points, deferred until they are used or expire.
    """
    rules = options.rules_of(given)
    facts, until = facts_of(rules, given)
    owed = _owed(rules, facts, until)
    sale = _sale(rules, owed, given) if given["sale"] else None
    place = screen.console()
    place.print(f"Points owed at {words.moment(rules, until)} {rules.zone.name}, amounts in {rules.programme.currency}")
    cost = rules.programme.points.cost
    liability_report.show(place, rules, owed, None if cost is None else Fraction(cost) * _unit(rules))
    if sale is not None:
        liability_report.show_sale(place, rules, sale)


def _owed(rules: Rules, facts: Facts, until: int) -> Owed:
    owed = Owed()
    with screen.steps("members", max(1, len(facts))) as done:
        for member_id, known in facts.items():
            out = Outcome(entries=[])
            member = fold(rules, member_id, known, until, out)
            owed.add(rules, member, out.entries or ())
            done()
    return owed


def _sale(rules: Rules, owed: Owed, given: dict[str, Any]) -> Sale:
    if given["points"] is None or given["worth"] is None:
        raise click.UsageError("--sale needs --points and --worth: how many points it gives, and what one is worth")
    price = _minor(rules, "--sale", given["sale"])
    goods = price if given["goods"] is None else _minor(rules, "--goods", given["goods"])
    return Sale(price, goods, given["points"], given["worth"] * _unit(rules), _use(owed, given["use"]))


def _use(owed: Owed, percent: Fraction | None) -> Fraction:
    share = breakage(owed.settled)
    if percent is None:
        if share is None:
            raise click.UsageError("history does not show yet what share of points is used: give --use")
        return 1 - share
    if percent > 100:
        raise click.BadParameter("at most 100 percent of points can be used", param_hint="--use")
    return percent / 100


def _minor(rules: Rules, option: str, amount: Fraction) -> int:
    units = amount * _unit(rules)
    if units.denominator != 1:
        raise click.BadParameter(f"finer than {rules.programme.currency} can pay", param_hint=option)
    return int(units)


def _unit(rules: Rules) -> int:
    """How many minor units the currency's main unit has."""
    return int(10 ** DECIMAL_PLACES.get(rules.programme.currency, 2))
