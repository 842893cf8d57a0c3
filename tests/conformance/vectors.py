"""Vectors: worked examples as data, in a small language of their own. An unknown word in a file is an error.

A vector has a ``source``, a ``programme`` (what differs from the one below; a tier's label may be left out) and
``steps``, each at a local time of the programme: a fact, or what is to be expected by then. All scalars are text.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec import UNSET, Struct, UnsetType
from ruamel.yaml import YAML

from memberflow.engine.calendar import date_to_day
from memberflow.engine.member import NEVER
from memberflow.engine.rules import Rules, compiled
from memberflow.facts import (
    Accepted,
    Activity,
    Adjusted,
    Answered,
    AnyFact,
    Cancelled,
    Committed,
    Delivered,
    Extended,
    GrantUsed,
    Invited,
    Joined,
    Judged,
    Order,
    ReceivedPoints,
    Redemption,
    Refund,
    Reinstated,
    Reserved,
    SentPoints,
    TaskDone,
    TierGiven,
    TierHeld,
    moment,
)
from memberflow.programme.schema import Programme, Shipped
from memberflow.programme.schema.fields import minor_units

FOLDER = Path(__file__).parent

PROGRAMME = {
    "programme": "vector",
    "currency": "GBP",
    "time_zone": "Europe/London",
    "languages": ["en"],
    "points": {"earn": {"per": "1"}, "expiry": {"after": "12 months"}},
    "tiers": {"levels": [{"name": "base"}]},
}


class Profile(Struct, forbid_unknown_fields=True):
    birthday: tuple[int, int, int] | None = None
    time_zone: str | None = None
    referred_by: str | None = None


class Expected(Struct, forbid_unknown_fields=True):
    """What is left out is not looked at.

    ``pending`` and ``held``: points that wait, and those held back for a till.

    ``measures``: by their keys, in the engine's units. ``lots``: points by their last usable day, or ``never``.
    ``spend``: in the currency's main unit. ``refused``: id and reason of every fact refused so far. Since the
    expectation before: ``ledger``, the points of every entry; ``decided``, outcome and tier of every decision;
    ``said``, the ids of occurrences; ``granted``, what became of grants; ``asked``, what became of tasks for people.
    ``open``: ids of grants; ``has``: standing benefits; ``segment``: its name and the three scores.
    """

    tier: str | UnsetType = UNSET
    since: str | UnsetType = UNSET
    review_on: str | UnsetType = UNSET
    points: int | UnsetType = UNSET
    debt: int | UnsetType = UNSET
    missing: str | UnsetType = UNSET
    """The spend that keeps the tier at its next review, and the last day on which it does: '1000 by 2025-12-31'."""
    pending: int | UnsetType = UNSET
    held: int | UnsetType = UNSET
    lots: dict[str, int] | UnsetType = UNSET
    referred: list[str] | UnsetType = UNSET
    spend: str | UnsetType = UNSET
    orders: int | UnsetType = UNSET
    categories: int | UnsetType = UNSET
    measures: dict[str, int] | UnsetType = UNSET
    refused: list[str] | UnsetType = UNSET
    ledger: list[int] | UnsetType = UNSET
    decided: list[str] | UnsetType = UNSET
    said: list[str] | UnsetType = UNSET
    granted: list[str] | UnsetType = UNSET
    open: list[str] | UnsetType = UNSET
    has: list[str] | UnsetType = UNSET
    badges: list[str] | UnsetType = UNSET
    segment: str | UnsetType = UNSET
    asked: list[str] | UnsetType = UNSET


class Step(Struct, forbid_unknown_fields=True):
    """``at`` and one of the words below it, a fact or ``expect``; those after ``id`` go with a fact.

    ``refund``: an amount or ``whole``, ``of`` an order. ``reserve``, ``commit`` and ``cancel`` go by ``id``.
    ``adjust``: points, ``until`` their last day or ``never``. ``extend``: lots that end on this day or sooner,
    ``until`` another. ``receive``: points by their last day. ``give``, ``invite`` and ``accept``: a tier; ``hold``: to
    this day. ``count`` and ``reject``: an order out of the ordinary. ``use``: a grant by its id.
    ``done``: a task by its id; ``answers``: what was answered, to ``survey`` where it is no task's.
    """

    at: str
    order: str | None = None
    categories: tuple[str, ...] = ()
    refund: str | None = None
    of: str | None = None
    redeem: int | None = None
    good: str | None = None
    partner: str | None = None
    reserve: int | None = None
    commit: int | None = None
    cancel: bool = False
    delivered: str | None = None
    activity: str | None = None
    adjust: int | None = None
    reinstate: bool = False
    extend: str | None = None
    send: int | None = None
    receive: dict[str, int] | None = None
    hold: str | None = None
    give: str | None = None
    invite: str | None = None
    accept: str | None = None
    count: str | None = None
    reject: str | None = None
    use: str | None = None
    done: str | None = None
    survey: str | None = None
    answers: str | None = None
    joined: Profile | None = None
    expect: Expected | None = None
    id: str | None = None
    on_order: str | None = None
    order_amount: str | None = None
    channel: str = "unknown"
    amounts: dict[str, str] = {}
    until: str | None = None


class Vector(Struct, forbid_unknown_fields=True):
    source: str
    steps: list[Step]
    programme: dict[str, Any] = {}
    revisions: dict[str, dict[str, Any]] = {}
    """What changes with each, by the date from which it is in force."""

    @property
    def rules(self) -> Rules:
        plain = PROGRAMME | self.programme
        pages = {date: _page(plain | changes) for date, changes in self.revisions.items()}
        return compiled(Shipped(programme=_page(plain), messages={}, revisions=pages))


def _page(plain: dict[str, Any]) -> Programme:
    levels = [{"label": {"en": level["name"]}} | level for level in plain["tiers"]["levels"]]
    labelled = {"tiers": plain["tiers"] | {"levels": levels}}
    for key in ("benefits", "badges"):
        labelled[key] = {name: {"label": {"en": name}} | item for name, item in plain.get(key, {}).items()}
    if "segments" in plain:
        names = [{"label": {"en": one["name"]}} | one for one in plain["segments"]["names"]]
        labelled["segments"] = plain["segments"] | {"names": names}
    return msgspec.convert(plain | labelled, Programme, strict=False)


def vectors() -> Iterator[tuple[str, Vector]]:
    """Every vector of every file beside this one, with its name."""
    for file in sorted(FOLDER.glob("*.yaml")):
        for name, plain in YAML(typ="base").load(file).items():
            yield f"{file.stem}: {name}", msgspec.convert(plain, Vector, strict=False)


def moment_of(rules: Rules, step: Step) -> int:
    return moment(datetime.fromisoformat(step.at).replace(tzinfo=ZoneInfo(rules.programme.time_zone)))


def fact_of(rules: Rules, step: Step) -> AnyFact:
    """The fact a step tells of; its id is the step's time where it has none."""
    head: dict[str, Any] = {"at": moment_of(rules, step), "id": step.id or step.at, "member_id": "m"}
    for tells in (_of_orders, _of_spending, _by_hand, _of_tiers, _of_members):
        fact = tells(step, head)
        if fact is not None:
            return fact
    raise ValueError(f"a step at {step.at} without a fact or an expectation")


def _of_orders(step: Step, head: dict[str, Any]) -> AnyFact | None:
    if step.order is not None:
        amounts = {name: minor_units(amount, 2) for name, amount in step.amounts.items()}
        categories = step.categories or tuple(amounts)
        amount = minor_units(step.order, 2)
        return Order(**head, amount=amount, categories=categories, amounts=amounts, channel=step.channel)
    if step.refund is not None:
        refunded = None if step.refund == "whole" else minor_units(step.refund, 2)
        return Refund(**head, order_id=step.of, amount=refunded)
    return None if step.delivered is None else Delivered(**head | {"id": step.delivered})


def _of_spending(step: Step, head: dict[str, Any]) -> AnyFact | None:
    order_amount = None if step.order_amount is None else minor_units(step.order_amount, 2)
    spent = {"order_id": step.on_order, "order_amount": order_amount}
    if step.redeem is not None or step.good is not None:
        return Redemption(**head, **spent, points=step.redeem or 0, good=step.good, partner=step.partner)
    if step.reserve is not None:
        return Reserved(**head, **spent, points=step.reserve)
    if step.commit is not None:
        return Committed(**head, points=step.commit, order_id=step.on_order)
    return Cancelled(**head) if step.cancel else None


def _by_hand(step: Step, head: dict[str, Any]) -> AnyFact | None:
    why = {"reason": "a vector", "operator": "op"}
    if step.adjust is not None:
        return Adjusted(**head, **why, points=step.adjust, last_day=_last_day(step.until))
    if step.reinstate:
        return Reinstated(**head, **why, last_day=_last_day(step.until))
    if step.extend is not None:
        assert step.until is not None
        return Extended(**head, **why, expiring_by=_day(step.extend), last_day=_day(step.until))
    if step.send is not None:
        return SentPoints(**head, points=step.send, to="another")
    if step.receive is not None:
        return ReceivedPoints(**head, sender="another", lots=tuple((_day(d) + 1, n) for d, n in step.receive.items()))
    return None


def _of_tiers(step: Step, head: dict[str, Any]) -> AnyFact | None:
    why = {"reason": "a vector", "operator": "op"}
    until = None if step.until is None else _day(step.until)
    if step.hold is not None:
        return TierHeld(**head, **why, until=_day(step.hold))
    if step.give is not None:
        return TierGiven(**head, **why, tier=step.give, until=until)
    if step.invite is not None:
        return Invited(**head, **why, tier=step.invite, until=until)
    if step.accept is not None:
        return Accepted(**head, tier=step.accept)
    judged = step.count or step.reject
    return Judged(**head, **why, order_id=judged, accepted=step.count is not None) if judged else None


def _of_members(step: Step, head: dict[str, Any]) -> AnyFact | None:
    if step.joined is not None:
        return Joined(**head | {"id": "joined"}, **msgspec.structs.asdict(step.joined))
    if step.use is not None:
        return GrantUsed(**head, grant=step.use)
    if step.done is not None:
        return TaskDone(**head | {"id": step.done}, operator="op", answer=step.answers)
    if step.survey is not None and step.answers is not None:
        return Answered(**head, survey=step.survey, answer=step.answers)
    return None if step.activity is None else Activity(**head, activity=step.activity)


def _last_day(text: str | None) -> int | None:
    return None if text is None else NEVER - 1 if text == "never" else _day(text)


def _day(text: str) -> int:
    return date_to_day(date.fromisoformat(text))
