"""What the demo tells: where its input is from, what the table holds in the end, three members' stories."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Struct

from cli import lift, lift_report, screen, sources, story, synthetic, targets_report, words
from cli.cdnow import FIRST, LAST, Customers, Source
from cli.summary import Totals, tags_of
from cli.table import Held
from memberflow.engine.calendar import DAY
from memberflow.engine.history import History
from memberflow.engine.outcome import GrantChange
from memberflow.engine.rules import Rules
from memberflow.explain import Explanation, explain
from memberflow.facts import Order, rfc3339
from memberflow.targets import Year

if TYPE_CHECKING:
    from rich.console import Console


def show_input(place: Console, rules: Rules, source: Source, customers: Customers) -> None:
    orders = sum(map(len, customers.values()))
    everybody = len(source.customers)
    for line in (
        f"{source.origin}: {len(customers):,} of {everybody:,} customers, {orders:,} orders, {FIRST} to {LAST}.",
        f"Amounts have no currency there: they are taken as {rules.programme.currency}{_times(rules)}.",
        f"SYNTHETIC, made up from each customer's number: {synthetic.KINDS}.",
        "Mails are rendered and go to the functions' log; nobody is written to.",
        "",
    ):
        place.print(line, soft_wrap=True)


def _times(rules: Rules) -> str:
    times = synthetic.scale(rules)
    return "" if times == 1 else f", times {times}, so that its tiers are within reach"


def show_table(place: Console, rules: Rules, held: dict[str, Held], until: int) -> None:
    """Every figure is of the items read back; movements of points are folded from the facts among them."""
    totals, year = Totals(), Year(rules, until)
    for one in held.values():
        history = History()
        followed = one.outcome(rules, until, history)
        totals.add(one.member, followed, one.messages, tags_of(rules, history, until))
        told = [(message.occurrence, message.outcome) for message in one.messages]
        year.add(one.member, one.facts, followed, history, told)
    rules = rules.at(until)
    rows = [[f"members, {level.name}", f"{totals.tiers[level.name]:,}"] for level in rules.levels]
    rows.append(["upgrades", f"{totals.decisions['reached']:,}"])
    rows.append(["tiers kept at a review", f"{totals.decisions['kept']:,}"])
    rows.append(["downgrades at a review", f"{totals.decisions['dropped']:,}"])
    rows.append(["downgrades by a refund", f"{totals.decisions['refunded']:,}"])
    for name in ("earned", "spent", "expired", "taken back", "outstanding", "debt"):
        rows.append([f"points, {name}", f"{totals.points[name]:,}"])
    rows.append(["redemptions refused", f"{totals.refused:,}"])
    named = {"segment": totals.segments, "tag": totals.tags, "badge": totals.badges, "benefit": totals.benefits}
    for what, counts in (named | {"messages": totals.messages, "tasks": totals.tasks}).items():
        rows += [[f"{what}, {name}", f"{count:,}"] for name, count in sorted(counts.items())]
    rows += [[f"messages withheld, {reason}", f"{count:,}"] for reason, count in _withheld(held)]
    screen.columns(place, f"What the table holds at {words.moment(rules, until)}", ["", "figure"], rows)
    targets_report.show(place, rules, year.reached())


def _withheld(held: dict[str, Held]) -> list[tuple[str, int]]:
    """By reason, over all journeys; the most frequent first."""
    outcomes = [message.outcome.partition(": ") for one in held.values() for message in one.messages]
    counts = Counter(reason for state, _, reason in outcomes if state == "withheld")
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))


def show_returns(place: Console, rules: Rules, held: dict[str, Held], until: int) -> None:
    """Who came back after a message, and how many more of them than of those held out."""
    if lift_report.counted(rules):
        lift_report.show(place, rules, lift.steps(rules, held.values(), until))
        place.print("Nobody was really written to: a lift here is chance, and its interval should say so.")
        place.print()


class _Known(Struct):
    """A member with all that his story is told from."""

    member_id: str
    held: Held
    told: Explanation
    grants: list[GrantChange]
    lines: list[str]


def _up_and_down(rules: Rules, known: _Known) -> bool:
    return {"reached", "dropped"} <= {decision.outcome for decision in known.told.decisions}


def _won_back(rules: Rules, known: _Known) -> bool:
    """He was sent a message for his silence and bought again within a month."""
    dormancy = {key for key, journey in rules.journeys.items() if journey.trigger == "dormancy"}
    sent = [m.occurrence.at for m in known.held.messages if m.occurrence.journey in dormancy and m.outcome == "sent"]
    bought = [fact.at for fact in known.held.facts if isinstance(fact, Order)]
    return any(0 < order - message < 30 * DAY for message in sent for order in bought)


def _points_all_ways(rules: Rules, known: _Known) -> bool:
    causes = {entry.cause.partition("#")[0] for entry in known.told.entries}
    return {"order.paid", "points.redeemed", "order.refunded", "expired"} <= causes


def _up(rules: Rules, known: _Known) -> bool:
    return any(decision.outcome == "reached" for decision in known.told.decisions)


def _buys_again(rules: Rules, known: _Known) -> bool:
    return sum(isinstance(fact, Order) for fact in known.held.facts) > 1


def _given_something(rules: Rules, known: _Known) -> bool:
    return any(change.state == "given" for change in known.grants)


_STORIES: dict[str, Callable[[Rules, _Known], bool]] = {
    "Up a tier and down again": _up_and_down,
    "Silent, written to, and back": _won_back,
    "Points earned, redeemed, taken back and expired": _points_all_ways,
}
_OTHERS: dict[str, Callable[[Rules, _Known], bool]] = {
    "Up a tier": _up,
    "Given something": _given_something,
    "Buys again": _buys_again,
}
"""Told where a programme, or few members, have too few of the others."""
_TOLD = 3


def show_stories(place: Console, rules: Rules, held: dict[str, Held], until: int) -> list[str]:
    """Of the members that fit a story the one with the fewest lines, three stories in all; returns the ids told of."""
    everybody = [_know(rules, member_id, one, until) for member_id, one in held.items()]
    everybody.sort(key=lambda known: (len(known.lines), known.member_id))
    told: list[str] = []
    for title, fits in (_STORIES | _OTHERS).items():
        if len(told) == _TOLD:
            break
        known = next((known for known in everybody if known.member_id not in told and fits(rules, known)), None)
        if known is not None:
            told.append(known.member_id)
            place.print(f"{title}: {known.member_id}", style="bold")
            for line in known.lines:
                place.print(f"  {line}", soft_wrap=True)
            place.print()
    return told


def _know(rules: Rules, member_id: str, held: Held, until: int) -> _Known:
    told, grants = explain(rules, member_id, held.facts, until), held.outcome(rules, until).grants
    return _Known(member_id, held, told, grants, story.tell(rules, held.facts, told, held.messages, grants))


def show_next(place: Console, rules: Rules, told: list[str], until: int, programme: str) -> None:
    under = "" if programme == "sample" else f" --programme {programme}"
    place.print(f"The table is kept in {sources.DEMO_TABLE}. Look into it:", soft_wrap=True)
    for line in (
        *(f"memberflow explain {member_id} --statement{under}" for member_id in told[:1]),
        *(f"memberflow explain {member_id} --at 1997-12-31{under}" for member_id in told[1:2]),
        *([f"memberflow lift{under}"] if lift_report.counted(rules) else []),
        f"memberflow forecast{under}",
        "memberflow runs",
        f"memberflow runs show {rfc3339(until)}",
    ):
        place.print(f"  {line}", soft_wrap=True)
