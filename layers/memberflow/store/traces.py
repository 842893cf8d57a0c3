"""What tells of a member outside his own partition: in other members' records, among receipts, in parked inputs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from msgspec import Struct, field

from memberflow import facts
from memberflow.facts import Activity, AnyFact, Bounced, Joined, Merged, ReceivedPoints, SentPoints, Updated
from memberflow.store.models import FactItem, Item, ParkedItem, ReceiptItem, ReferralItem, member_key, store_errors
from memberflow.store.parking import Parked, with_parts

NAMING = ("member_id", "referred_by", "to", "into")
"""The fields of events that hold a member's id."""


class Traces(Struct):
    """``merged``: members who were merged into him: what they hold is his. ``facts``: of others, naming him.

    ``referrals``: of friends whom he brought. ``receipts``: by which those of his messages are found. ``parked``:
    inputs that name him or an address of his, each with the items it is kept in.
    """

    merged: list[str] = field(default_factory=list)
    facts: list[AnyFact] = field(default_factory=list)
    referrals: list[ReferralItem] = field(default_factory=list)
    receipts: list[ReceiptItem] = field(default_factory=list)
    parked: list[tuple[Parked, list[ParkedItem]]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.merged or self.facts or self.referrals or self.receipts or self.parked)


def scan(member_id: str) -> Iterator[Item]:
    """What may tell of a member, by a scan: the whole table is read, and paid for. Raises StoreUnavailable."""
    pk, quoted = member_key(member_id)[0], json.dumps(member_id, ensure_ascii=False)[1:-1]
    may_tell = FactItem.body.contains(quoted) | (Item.sk == f"REFERRAL#{member_id}")
    may_tell = may_tell | (ReceiptItem.message_pk == pk) | Item.pk.startswith("PARKED#")
    with store_errors("the table was not searched"):
        yield from Item.scan(may_tell, consistent_read=True)


def find(items: Iterable[Item], member_id: str, addresses: Iterable[str]) -> Traces:
    """Those of the items that tell of the member. ``addresses``: all that he ever had."""
    pk, found, parked = member_key(member_id)[0], Traces(), []
    for item in items:
        if isinstance(item, ParkedItem):
            parked.append(item)
        elif isinstance(item, ReceiptItem) and item.message_pk == pk:
            found.receipts.append(item)
        elif isinstance(item, ReferralItem) and item.sk == f"REFERRAL#{member_id}":
            found.referrals.append(item)
        elif isinstance(item, FactItem) and item.pk != pk:
            _look_at(facts.decode(item.body), member_id, found)
    telling = _telling(member_id, addresses)
    found.parked = [(one, parts) for one, parts in with_parts(parked) if telling.search(_text(one))]
    return found


def _look_at(fact: AnyFact, member_id: str, found: Traces) -> None:
    if isinstance(fact, Merged) and fact.into == member_id:
        found.merged.append(fact.member_id)
    elif member_id in named_by(fact):
        found.facts.append(fact)


def named_by(fact: AnyFact) -> list[str | None]:
    """The other members that a fact names."""
    if isinstance(fact, Joined):
        return [fact.referred_by]
    if isinstance(fact, SentPoints):
        return [fact.to]
    if isinstance(fact, ReceivedPoints):
        return [fact.sender]
    if isinstance(fact, Merged):
        return [fact.into]
    if isinstance(fact, Activity) and fact.activity == "referral":
        return [fact.id.removeprefix("referral#")]
    return []


def addresses_of(items: Iterable[Item]) -> list[str]:
    """Every address that a member's facts tell of."""
    known = [facts.decode(item.body) for item in items if isinstance(item, FactItem)]
    given = [address for fact in known if isinstance(fact, Joined | Updated) for address in fact.contacts.values()]
    return list(dict.fromkeys([*given, *(fact.address for fact in known if isinstance(fact, Bounced))]))


def _telling(member_id: str, addresses: Iterable[str]) -> re.Pattern[str]:
    """Finds his id in a field that holds one, or an address of his by itself; providers do not keep its capitals."""
    names, id = "|".join(NAMING), re.escape(json.dumps(member_id, ensure_ascii=False))
    told = [rf"(?i:(?<![\w.+-]){re.escape(address)}(?![\w-]))" for address in addresses]
    return re.compile("|".join([rf'"(?:{names})"\s*:\s*{id}', *told]))


def _text(parked: Parked) -> str:
    return parked.raw.decode(errors="replace")
