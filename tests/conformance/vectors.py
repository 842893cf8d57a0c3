"""Vectors: worked examples as data, in a small language of their own. An unknown word in a file is an error.

A vector has a ``source``, a ``programme`` (what differs from the one below; a tier's label may be left out) and
``steps``, each at a local time of the programme: a fact, or what is to be expected by then. All scalars are text.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec import UNSET, Struct, UnsetType
from ruamel.yaml import YAML

from memberflow.engine.rules import Rules
from memberflow.facts import AnyFact, Joined, Order, Redemption, Refund, moment
from memberflow.programme.schema import Programme
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


class Expected(Struct, forbid_unknown_fields=True):
    """What is left out is not looked at.

    ``lots``: points by their last usable day, or ``never``. ``spend``: in the currency's main unit. ``refused``: id and
    reason of every fact refused so far. Since the expectation before: ``ledger``, the points of every entry;
    ``decided``, outcome and tier of every decision; ``said``, the ids of occurrences.
    """

    tier: str | UnsetType = UNSET
    since: str | UnsetType = UNSET
    review_on: str | UnsetType = UNSET
    points: int | UnsetType = UNSET
    debt: int | UnsetType = UNSET
    lots: dict[str, int] | UnsetType = UNSET
    spend: str | UnsetType = UNSET
    orders: int | UnsetType = UNSET
    categories: int | UnsetType = UNSET
    refused: list[str] | UnsetType = UNSET
    ledger: list[int] | UnsetType = UNSET
    decided: list[str] | UnsetType = UNSET
    said: list[str] | UnsetType = UNSET


class Step(Struct, forbid_unknown_fields=True):
    """``at`` and one of ``order``, ``refund`` (an amount or ``whole``), ``redeem``, ``joined`` and ``expect``."""

    at: str
    order: str | None = None
    categories: tuple[str, ...] = ()
    refund: str | None = None
    of: str | None = None
    redeem: int | None = None
    joined: Profile | None = None
    expect: Expected | None = None
    id: str | None = None


class Vector(Struct, forbid_unknown_fields=True):
    source: str
    steps: list[Step]
    programme: dict[str, Any] = {}

    @property
    def rules(self) -> Rules:
        plain = PROGRAMME | self.programme
        levels = [{"label": {"en": level["name"]}} | level for level in plain["tiers"]["levels"]]
        tiers = plain["tiers"] | {"levels": levels}
        return Rules(msgspec.convert(plain | {"tiers": tiers}, Programme, strict=False))


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
    if step.order is not None:
        return Order(**head, amount=minor_units(step.order, 2), categories=step.categories)
    if step.refund is not None:
        amount = None if step.refund == "whole" else minor_units(step.refund, 2)
        return Refund(**head, order_id=step.of, amount=amount)
    if step.redeem is not None:
        return Redemption(**head, points=step.redeem)
    if step.joined is not None:
        return Joined(**head | {"id": "joined"}, **msgspec.structs.asdict(step.joined))
    raise ValueError(f"a step at {step.at} without a fact or an expectation")
