"""``memberflow ratings``: what members think of each benefit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import click
from msgspec import Struct, field

from cli import options, screen, sources, words
from cli.members import Facts, facts_of
from memberflow.engine.fold import fold
from memberflow.engine.outcome import Outcome
from memberflow.engine.rules import Rules
from memberflow.facts import AnyFact, BenefitRated

SCALE = range(1, 6)


class Ratings(Struct):
    """How often a benefit was given each rating, by the tier that the member held then ('' before he was enrolled)."""

    by_tier: dict[str, Counter[int]] = field(default_factory=dict)

    def add(self, tier: str, rating: int) -> None:
        self.by_tier.setdefault(tier, Counter())[rating] += 1

    @property
    def all(self) -> Counter[int]:
        return sum(self.by_tier.values(), Counter())


def collect(rules: Rules, members: Facts, until: int) -> dict[str, Ratings]:
    """The ratings up to a moment, by benefit: those of the programme in its order, with others after them."""
    found = {name: Ratings() for name in rules.at(until).programme.benefits}
    for member_id, facts in members.items():
        rated = [fact for fact in facts if isinstance(fact, BenefitRated) and fact.at <= until]
        for fact, tier in _with_tiers(rules, member_id, facts, rated):
            found.setdefault(fact.benefit, Ratings()).add(tier, fact.rating)
    return found


def _with_tiers(
    rules: Rules, member_id: str, facts: Iterable[AnyFact], rated: list[BenefitRated]
) -> Iterator[tuple[BenefitRated, str]]:
    if not rated:
        return
    out = Outcome()
    fold(rules, member_id, facts, max(fact.at for fact in rated), out)
    moves = out.moves
    for fact in rated:
        yield fact, next((one.after for one in reversed(moves) if one.at <= fact.at), "")


@click.command("ratings")
@sources.tables
@click.option("--facts", multiple=True, type=options.FILE, metavar="FILE", help="Files of events instead of a table.")
@click.option("--until", metavar="T", help="Up to this date or moment; the table's last run, or the last fact.")
@options.programme()
def command(**given: Any) -> None:
    """Show how members rate each benefit: how many ratings, their mean, how many of each, and all by tier.

    Ratings come in as events benefit.rated. A tier is the one that the member held when he rated. Of a table in AWS
    every item is read, and paid for.
    """
    rules = options.rules_of(given)
    members, until = facts_of(rules, given)
    found, place = collect(rules, members, until), screen.console()
    place.print(f"Ratings up to {words.moment(rules, until)} {rules.zone.name}")
    known = rules.at(until).programme.benefits
    heads = ["benefit", "tier", "ratings", "mean", *map(str, SCALE)]
    screen.columns(place, "", heads, [row for name in known for row in _rows(name, found[name])])
    others = [row for name in found if name not in known for row in _rows(name, found[name])]
    screen.columns(place, "Of no benefit of the programme", heads, others)


def _rows(name: str, ratings: Ratings) -> list[list[str]]:
    tiers = sorted(ratings.by_tier.items()) if len(ratings.by_tier) > 1 else []
    whole = [name, "all" if tiers else next(iter(ratings.by_tier), ""), *_figures(ratings.all)]
    return [whole, *([name, tier or "not enrolled", *_figures(counted)] for tier, counted in tiers)]


def _figures(counted: Counter[int]) -> list[str]:
    total = counted.total()
    mean = f"{sum(rating * times for rating, times in counted.items()) / total:.2f}" if total else ""
    return [f"{total:,}", mean, *(f"{counted[rating]:,}" for rating in SCALE)]
