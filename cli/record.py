"""What is held of a member, as data that a person can read: names, dates, RFC 3339, decimal amounts.

Every attribute of every item is there: what is not known here in particular is shown as it is stored.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from memberflow import facts
from memberflow.engine.calendar import day_to_date
from memberflow.engine.member import DISTANT, NEVER, Task
from memberflow.engine.outcome import Decision, Occurrence
from memberflow.engine.packed import unpack
from memberflow.facts import rfc3339
from memberflow.programme.schema.fields import decimal_text

if TYPE_CHECKING:
    from memberflow.store.models import Item

Shown = Callable[[Any], Any]


def _moment(at: Any) -> Any:
    return rfc3339(int(at)) if at is not None and abs(at) < DISTANT else None


def _day(number: Any) -> Any:
    return day_to_date(number).isoformat() if number and number != NEVER else None


def _last_day(gone: int) -> str | None:
    """Of what is gone on that day; None: never."""
    return _day(gone - 1) if gone != NEVER else None


def _birthday(parts: Any) -> str | None:
    if parts is None:
        return None
    year, month, day = parts
    return f"{year:04}-{month:02}-{day:02}" if year else f"--{month:02}-{day:02}"


def _each(shown: Shown) -> Shown:
    """Of a mapping's values."""
    return lambda known: {name: shown(value) for name, value in known.items()}


def _consent(said: Any) -> dict[str, Any]:
    granted, at, source, text_version = said
    return {"granted": granted, "at": _moment(at), "source": source, "text_version": text_version}


def _lots(lots: Any) -> Any:
    return [{"last_day": _last_day(lot[0]), "points": lot[1]} for lot in lots]


def _pending(lots: Any) -> Any:
    return [{"usable_from": _day(lot[0]), "last_day": _last_day(lot[1]), "points": lot[2]} for lot in lots]


class Reader:
    """Shows values of a table that is kept in one currency."""

    def __init__(self, currency: str) -> None:
        def money(minor: Any) -> Any:
            return None if minor is None else decimal_text(minor, currency)

        def days(buckets: Any) -> Any:
            return [{"day": _day(b[0]), "spend": money(b[1]), "orders": b[2], "counted": b[3:]} for b in buckets]

        self._shown: dict[str, Shown] = {
            **dict.fromkeys(("amount", "order_amount", "largest_order"), money),
            **dict.fromkeys(("last_day", "expiring_by", "birthday_from", "dropped_on"), _day),
            **dict.fromkeys(("clock", "wake", "erased_before", "useful_until", "since", "at"), _moment),
            "birthday": _birthday,
            "amounts": _each(money),
            "consents": _each(_consent),
            "Member.spend": money,
            "Member.lots": _lots,
            "ReceivedPoints.lots": _lots,
            "Held.parts": _lots,
            "Member.pending": _pending,
            "Member.days": days,
            "Member.older": days,
            "Member.categories": _each(_day),
            "Member.done": _each(lambda done: {"day": _day(done[0]), "times": done[1], "in_all": done[2]}),
            "Member.held_since": _each(_moment),
            "Member.hold": lambda hold: hold and {"until": _day(hold[0]), "operator": hold[1], "reason": hold[2]},
            "Member.invited": _each(_last_day),
            "Member.candidate_for": _each(_moment),
            "Member.spoke_at": _each(_moment),
            "Member.flagged": _each(lambda one: {"at": _moment(one[0]), "amount": money(one[1])}),
            "Member.suppressed": _each(_moment),
            "Member.spared_until": _day,
            "Member.newest": lambda key: {"at": _moment(key[0]), "id": key[2]},
            "Member.recent": lambda orders: [one._asdict() | {"day": _day(one.day), "amount": money(one.amount)}
                                             for one in orders],
            **dict.fromkeys(("Standing.anchor", "Standing.reviewed", "Standing.put_off", "Standing.until"), _day),
            **dict.fromkeys(("Decision.first", "Decision.last", "Decision.until"), _day),
            **dict.fromkeys(("TierHeld.until", "TierGiven.until", "Invited.until"), _day),
            **dict.fromkeys(("Standing.proven", "Held.until", "Grant.until", "Task.due", "Task.until"), _moment),
        }  # fmt: skip

    def of(self, value: Any) -> Any:
        """A struct with its fields by name, and so on inwards; defaults too."""
        if isinstance(value, Struct):
            tag = value.__struct_config__.tag
            named = {name: self._field(value, name) for name in value.__struct_fields__}
            return {"type": tag, **named} if isinstance(tag, str) else named
        if isinstance(value, list | tuple):
            return [self.of(one) for one in value]
        return {name: self.of(one) for name, one in value.items()} if isinstance(value, dict) else value

    def _field(self, owner: Struct, name: str) -> Any:
        value = getattr(owner, name)
        shown = self._shown.get(f"{type(owner).__name__}.{name}") or self._shown.get(name)
        shown = shown or (_moment if name.endswith("_at") else self.of)
        return shown(value)

    def item(self, item: Item) -> dict[str, Any]:
        """All that an item says, but for what only the table needs."""
        said = {
            name: self._attribute(item, name, value)
            for name, value in item.attribute_values.items()
            if name not in ("pk", "kind", "due_shard") and value is not None
        }
        return {"key": said.pop("sk"), **said}

    def _attribute(self, item: Item, name: str, value: Any) -> Any:
        from memberflow.store import models

        if name == "state" and isinstance(item, models.MemberItem):
            return self.of(unpack(value))
        if name == "body" and isinstance(item, models.FactItem):
            return self.of(facts.decode(value))
        bodies = {models.DecisionItem: Decision, models.MessageItem: Occurrence, models.TaskItem: Task}
        if name == "body" and type(item) in bodies:
            return self.of(msgspec.json.decode(value, type=bodies[type(item)]))
        if name == "sent" and isinstance(item, models.SendsItem):
            return {id: {"at": _moment(one[0]), "purpose": one[1], "channel": one[2]} for id, one in value.items()}
        if name == "at" or name.endswith("_at") or (name == "until" and isinstance(item, models.GrantItem)):
            return _moment(value * 1000 if name == "gone_at" else value)
        return b64encode(value).decode() if isinstance(value, bytes) else value

    def by_kind(self, items: Iterable[Item]) -> dict[str, list[dict[str, Any]]]:
        """The items under what they are, such as fact or message."""
        found: dict[str, list[dict[str, Any]]] = {}
        for item in items:
            found.setdefault(item.serialize()["kind"]["S"], []).append(self.item(item))
        return found
