"""The figures that simulate, replay and demo end with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from fractions import Fraction
from typing import TYPE_CHECKING

from msgspec import Struct, field

from cli import words
from cli.factfiles import FactFiles
from cli.table import Message
from memberflow.engine import tags
from memberflow.engine.history import History
from memberflow.engine.member import Member
from memberflow.engine.outcome import Outcome
from memberflow.engine.rules import Rules

if TYPE_CHECKING:
    from rich.console import Console

BAD_SHOWN = 5


class Totals(Struct):
    """Sums over members. ``tiers`` counts those not enrolled under ''; ``refused`` are redemptions and the like."""

    members: int = 0
    tiers: Counter[str] = field(default_factory=Counter)
    decisions: Counter[str] = field(default_factory=Counter)
    occurrences: Counter[str] = field(default_factory=Counter)
    messages: Counter[str] = field(default_factory=Counter)
    points: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    grants: Counter[str] = field(default_factory=Counter)
    used: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Grants used, by the tier that their members now have and their benefit."""
    tasks: Counter[str] = field(default_factory=Counter)
    """By journey and what became of them."""
    benefits: Counter[str] = field(default_factory=Counter)
    badges: Counter[str] = field(default_factory=Counter)
    segments: Counter[str] = field(default_factory=Counter)
    tags: Counter[str] = field(default_factory=Counter)
    spent: Counter[str] = field(default_factory=Counter)
    """Points used, by the tier that their members now have."""
    risen: int = 0
    """Members who ever reached a tier above the one they began with."""

    def add(self, member: Member, out: Outcome, messages: Iterable[Message] = (), tags: Iterable[str] = ()) -> None:
        """A member, what followed from his facts, and what became of the occurrences where a table says so.

        ``tags``: those he has, as ``tags_of`` tells.
        """
        self.members += 1
        self.tiers[member.tier or ""] += 1
        self.decisions.update(decision.outcome for decision in out.decisions)
        self.occurrences.update(occurrence.journey for occurrence in out.occurrences)
        self.messages.update(f"{message.occurrence.journey} {message.outcome}" for message in messages)
        self.refused += len(out.refusals)
        self.grants.update(change.state for change in out.grants)
        self.used.update((member.tier or "", one.grant.benefit) for one in out.grants if one.state == "used")
        last = {change.task.id: change for change in out.tasks}
        self.tasks.update(f"{one.task.journey} {one.state.replace('_', ' ')}" for one in last.values())
        self.benefits.update(f"{change.grant.benefit} {change.state}" for change in out.grants)
        self.badges.update(name for name, times in member.badges.items() if times > 0)
        self.tags.update(tags)
        if member.scored is not None:
            self.segments[member.scored.segment or "none"] += 1
        self.spent[member.tier or ""] += out.spent
        self.risen += any(decision.outcome in ("reached", "given") for decision in out.decisions)
        moved = {"earned": out.earned, "spent": out.spent, "expired": out.expired, "taken back": out.taken_back}
        self.points.update({**moved, "outstanding": member.points, "debt": member.debt})


def tags_of(rules: Rules, history: History, until: int) -> list[str]:
    """The tags that a member has, from the history that folding him up to ``until`` has filled."""
    rules = rules.at(until)
    seen = tags.seen(rules, history, rules.zone.day(until))
    return [name for name, figures in seen.items() if all(figure.met for figure in figures)]


def show(
    screen: Console, rules: Rules, totals: Totals, until: int, more: dict[str, dict[str, int]] | None = None
) -> None:
    """Who stands where, and how he came there; ``more`` are further rows."""
    rules = rules.at(until)
    screen.print(f"{totals.members:,} members at {words.moment(rules, until)} {rules.zone.name}")
    tiers = {level.name: totals.tiers[level.name] for level in rules.levels}
    if totals.tiers[""]:
        tiers["not enrolled"] = totals.tiers[""]
    outcomes = ("enrolled", "reached", "kept", "dropped", "refunded")
    movements = ("earned", "spent", "expired", "taken back", "outstanding", "debt")
    moved = {movement: totals.points[movement] for movement in movements}
    rows = {
        "tiers": tiers,
        "decisions": {outcome: totals.decisions[outcome] for outcome in outcomes},
        **({"points": moved} if rules.has_points or any(moved.values()) else {}),
        "occurrences": {key: totals.occurrences[key] for key, plan in rules.journeys.items() if plan.task is None},
    }
    if totals.messages:
        rows["messages"] = dict(sorted(totals.messages.items()))
    if totals.tasks:
        rows["tasks"] = dict(sorted(totals.tasks.items()))
    if totals.refused:
        rows["refused"] = {"facts": totals.refused}
    if totals.grants:
        rows["grants"] = {state: totals.grants[state] for state in ("given", "used", "revoked")}
        rows[f"cost, {rules.programme.currency}"] = whole(rules, grant_costs(rules, totals))
    if points_costs(rules, totals).total():
        rows[f"used points, {rules.programme.currency}"] = whole(rules, points_costs(rules, totals))
    for what in ("badges", "segments", "tags"):
        if counted := getattr(totals, what):
            rows[what] = dict(sorted(counted.items()))
    show_rows(screen, rows | (more or {}))


def grant_costs(rules: Rules, totals: Totals) -> Counter[str]:
    """What the grants used cost the shop, by tier, in minor units."""
    costs: Counter[str] = Counter()
    for (tier, benefit), times in totals.used.items():
        costs[tier] += times * rules.benefits.costs.get(benefit, 0)
    return costs


def points_costs(rules: Rules, totals: Totals) -> Counter[str]:
    """What the points used cost the shop at the programme's cost of a point, by tier, in minor units rounded down."""
    cost = Fraction(rules.programme.points.cost or 0) * 10**rules.catalogue.places
    return Counter({tier: int(points * cost) for tier, points in totals.spent.items()})


def whole(rules: Rules, costs: Counter[str]) -> dict[str, int]:
    """By tier, in whole units of the currency."""
    return {level.name: costs[level.name] // 10**rules.catalogue.places for level in rules.levels}


def show_lines(screen: Console, files: FactFiles) -> None:
    """How the lines of the files were judged; the first bad ones and conflicts with their places."""
    counts = files.counts
    row = {"read": len(files.lines), "decoded": len(files.lines) - counts["bad"], "used": counts["fact"]}
    row |= {"duplicates": counts["duplicate"], "conflicts": counts["conflict"], "bad": counts["bad"]}
    row |= {"after the end": counts["later"], "left out": counts["other member"]}
    show_rows(screen, {"lines": row})
    wrong = files.of("bad", "conflict")
    for line in wrong[:BAD_SHOWN]:
        screen.print(f"  {line.place}: {line.reason}", soft_wrap=True)
    if len(wrong) > BAD_SHOWN:
        screen.print(f"  and {len(wrong) - BAD_SHOWN:,} more")


def show_rows(screen: Console, rows: dict[str, dict[str, int]]) -> None:
    """A line for each row: its name, then figures with their names."""
    for name, figures in rows.items():
        values = "   ".join(f"{label} {value:,}" for label, value in figures.items())
        screen.print(f"  {name:<12} {values}", soft_wrap=True)
