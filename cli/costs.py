"""``memberflow costs``: what the programme cost the shop, by tier: points used, goods, grants, what tiers have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

import click
from msgspec import Struct

from cli import options, screen, sources, words
from cli.members import facts_of
from memberflow.engine import spending
from memberflow.engine.calendar import DAY
from memberflow.engine.fold import fold
from memberflow.engine.history import History
from memberflow.engine.outcome import Outcome
from memberflow.engine.rules import Rules
from memberflow.facts import AnyFact, Committed, Redemption
from memberflow.programme.schema.fields import minor_units

Costs = Counter[tuple[str, str]]
"""Minor units by the tier that members held then and by what: points, goods, grants, discounts, benefits of tiers."""

KINDS = ("points", "goods", "grants", "discounts", "benefits")
_DAYS = {"month": Fraction(365, 12), "year": Fraction(365)}


class Known(Struct):
    """A member's facts and what followed from them up to a moment, by the prices of one page of the programme."""

    page: Rules
    facts: list[AnyFact]
    out: Outcome
    history: History
    until: int

    def tier(self, at: int) -> str:
        """The tier held before what happened at the moment; '' before he was enrolled."""
        return next((one.after for one in reversed(self.out.moves) if one.at < at), "")


def costs_of(rules: Rules, member_id: str, facts: Iterable[AnyFact], until: int) -> Costs:
    """What one member cost, from all his facts, at the prices of the page in force at ``until``."""
    out, history, known = Outcome(), History(), [fact for fact in facts if fact.at <= until]
    fold(rules, member_id, known, until, out, history)
    one = Known(rules.at(until), known, out, history, until)
    costs: Costs = Counter()
    for parts in (_points(one), _grants(one), _of_orders(one), _of_time(one)):
        for tier, kind, amount in parts:
            costs[tier, kind] += amount  # type: ignore[assignment] # a Fraction: rounded once, when shown
    return costs


Part = Iterator[tuple[str, str, Fraction]]


def _points(one: Known) -> Part:
    """A good that says what it costs costs that; any other point used, and not returned by a refund, a point's cost."""
    programme, places = one.page.programme, one.page.catalogue.places
    cost = Fraction(programme.points.cost or 0) * 10**places
    goods = {} if programme.points.redeem is None else programme.points.redeem.goods
    refused, used = {one.fact for one in one.out.refusals}, 0
    for fact in one.facts:
        if not isinstance(fact, Redemption | Committed) or fact.name in refused:
            continue
        taken = spending.price(one.page, fact) if isinstance(fact, Redemption) else fact.points
        used, tier = used + taken, one.tier(fact.at)
        good = goods.get(fact.good or "") if isinstance(fact, Redemption) else None
        if good is not None and good.cost is not None and isinstance(fact, Redemption):
            yield tier, "goods", Fraction(minor_units(good.cost, places) * fact.quantity)
        else:
            yield tier, "points", taken * cost
    yield one.tier(one.until + 1), "points", (one.out.spent - used) * cost


def _grants(one: Known) -> Part:
    for change in one.out.grants:
        if change.state == "used":
            yield one.tier(change.at), "grants", Fraction(one.page.benefits.costs.get(change.grant.benefit, 0))


def _of_orders(one: Known) -> Part:
    """The largest discount of the tier held, and what costs so much each order; what was refunded costs nothing."""
    for line in one.history.lines.values():
        tier = one.tier(line.at)
        benefits = [(name, one.page.programme.benefits[name]) for name in one.page.benefits.standing.get(tier, ())]
        discounts = [b.percent or 0 for name, b in benefits if b.kind == "discount" and not b.on]
        yield tier, "discounts", Fraction(line.left * max(discounts, default=0), 100)
        for name, benefit in benefits:
            if line.open and benefit.cost_of == "order":
                yield tier, "benefits", Fraction(one.page.benefits.costs[name])


def _of_time(one: Known) -> Part:
    """Benefits that cost so much a month or a year, in proportion to the time for which the tier was held."""
    ends = [move.at for move in one.out.moves[1:]] + [one.until]
    for move, end in zip(one.out.moves, ends, strict=False):
        for name in one.page.benefits.standing.get(move.after, ()):
            length = _DAYS.get(one.page.programme.benefits[name].cost_of)
            if length is not None:
                yield move.after, "benefits", one.page.benefits.costs[name] * Fraction(end - move.at, DAY) / length


@click.command("costs")
@sources.tables
@click.option("--facts", multiple=True, type=options.FILE, metavar="FILE", help="Files of events instead of a table.")
@click.option("--until", metavar="T", help="Up to this date or moment; the table's last run, or the last fact.")
@options.programme()
def command(**given: Any) -> None:
    """Show what the programme cost so far, by the tier that members held then.

    Points used at a point's cost, goods and grants at their own. Two are estimates: discounts, by the tier's largest
    percentage of each order's amount, whether or not the shop gave it, those for certain days left out; and benefits of
    tiers, by their cost of an order, a month or a year. Benefits of a trial are left out. All at today's prices. What
    is owed in points is shown by "memberflow liability".
    """
    rules = options.rules_of(given)
    members, until = facts_of(rules, given)
    costs: Costs = Counter()
    with screen.steps("members", max(1, len(members))) as done:
        for member_id, facts in members.items():
            costs.update(costs_of(rules, member_id, facts, until))
            done()
    place, page = screen.console(), rules.at(until)
    place.print(f"Costs up to {words.moment(rules, until)} {rules.zone.name}, in {page.programme.currency}")
    tiers = [level.name for level in page.levels]
    tiers += sorted({tier for tier, _ in costs} - {*tiers})
    rows = [_row(rules, tier or "not enrolled", {kind: costs[tier, kind] for kind in KINDS}) for tier in tiers]
    whole = {kind: sum(costs[tier, kind] for tier in tiers) for kind in KINDS}
    screen.columns(place, "", ["tier", *KINDS, "all"], [*rows, _row(rules, "all", whole)])
    priced = {name for name, benefit in page.programme.benefits.items() if benefit.cost or benefit.kind == "discount"}
    missing = [name for name in page.programme.benefits if name not in priced and name not in page.benefits.trials]
    if missing:
        place.print(f"Without a cost, and counted as nothing: {', '.join(missing)}.", soft_wrap=True)


def _row(rules: Rules, name: str, costs: dict[str, int]) -> list[str]:
    return [
        name,
        *(words.money(rules, round(costs[kind])) for kind in KINDS),
        words.money(rules, round(sum(costs.values()))),
    ]
