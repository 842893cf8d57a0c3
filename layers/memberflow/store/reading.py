"""Reading: members a hundred to a request, and all that is kept of one member in one query."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from msgspec import Struct, field

from memberflow import facts
from memberflow.engine.erased import is_erased
from memberflow.engine.member import Member, Task
from memberflow.engine.outcome import Decision, Occurrence
from memberflow.engine.packed import unpack
from memberflow.errors import MergedMember, UnknownMember
from memberflow.facts import AnyFact
from memberflow.store.models import (
    DecisionItem,
    FactItem,
    GrantItem,
    Item,
    MemberItem,
    MessageItem,
    ReferralItem,
    TaskItem,
    member_id_of,
    member_key,
    referral_of,
    store_errors,
)
from memberflow.store.together import together

PAGE = 100
"""DynamoDB's limit for one BatchGetItem."""

_MESSAGES = Item.sk.startswith("MESSAGE#")
_DECISION = msgspec.json.Decoder(Decision)
_TASK = msgspec.json.Decoder(Task)
_OCCURRENCE = msgspec.json.Decoder(Occurrence)


class Stored(Struct):
    """A member as read, or the empty one; ``version`` is 0 until he is written."""

    member: Member
    version: int = 0
    due_at: int | None = None


class Kept(Struct):
    """Everything kept of a member but himself."""

    facts: dict[tuple[str, str], AnyFact] = field(default_factory=dict)
    decisions: dict[str, Decision] = field(default_factory=dict)
    messages: dict[str, MessageItem] = field(default_factory=dict)
    referrers: set[str] = field(default_factory=set)
    """Those who are told of him, or were."""
    grants: dict[str, GrantItem] = field(default_factory=dict)
    tasks: dict[str, TaskItem] = field(default_factory=dict)


def get(keys: Iterable[tuple[str, str]]) -> list[Item]:
    """Those of the items that there are, a hundred to a request. Raises StoreUnavailable."""
    wanted = list(keys)
    pages = [wanted[first : first + PAGE] for first in range(0, len(wanted), PAGE)]
    return [item for page in together(_get_page, pages) for item in page]


def _get_page(keys: list[tuple[str, str]]) -> list[Item]:
    with store_errors("items were not read"):
        return list(Item.batch_get(keys, consistent_read=True))


def load(member_ids: Iterable[str]) -> dict[str, Stored]:
    """The members as stored, a hundred to a request; an unknown one is new and empty. Raises StoreUnavailable."""
    found = {member_id: Stored(Member(member_id)) for member_id in member_ids}
    for item in get(member_key(member_id) for member_id in found):
        if isinstance(item, MemberItem):
            found[member_id_of(item.pk)] = _stored(item)
    return found


def load_with(member_id: str, fact_keys: Iterable[tuple[str, str]] = ()) -> tuple[Stored, list[AnyFact]]:
    """A member and those of some of his facts that there are, in one request.

    Raises UnknownMember, MergedMember, StoreUnavailable.
    """
    items = get([member_key(member_id), *fact_keys])
    stored = next((_stored(item) for item in items if isinstance(item, MemberItem)), None)
    if stored is None or is_erased(stored.member):
        raise UnknownMember(f"nothing is known of {member_id!r}")
    if stored.member.merged_into is not None:
        raise MergedMember(f"{member_id!r} was merged into {stored.member.merged_into!r}")
    return stored, [facts.decode(item.body) for item in items if isinstance(item, FactItem)]


def _stored(item: MemberItem) -> Stored:
    due_at = None if item.due_at is None else int(item.due_at)
    return Stored(unpack(item.state), int(item.version), due_at)


def history(member_id: str) -> Kept:
    """All that is kept of a member, in one query. Raises StoreUnavailable."""
    with store_errors("a history was not read"):
        return kept_of(Item.query(member_key(member_id)[0], consistent_read=True))


def waiting_messages(member_id: str, until: int) -> list[MessageItem]:
    """His messages that wait for a moment before ``until``, or for none. Raises StoreUnavailable."""
    waits = MessageItem.state == "waiting"
    with store_errors("messages were not read"):
        found = list(MessageItem.query(member_key(member_id)[0], _MESSAGES, waits, consistent_read=True))
    return [item for item in found if item.due_at is None or item.due_at < until]


def kept_of(items: Iterable[Item]) -> Kept:
    """The items of one member, in the order of their keys; of decisions those that stand."""
    kept = Kept()
    for item in items:
        if isinstance(item, FactItem):
            kept.facts[item.pk, item.sk] = facts.decode(item.body)
        elif isinstance(item, DecisionItem):
            decision = _DECISION.decode(item.body)
            kept.decisions.pop(decision.key, None)
            if not item.withdrawn:
                kept.decisions[decision.key] = decision
        elif isinstance(item, MessageItem):
            kept.messages[occurrence_of(item).id] = item
        elif isinstance(item, ReferralItem):
            kept.referrers.add(referral_of(item.pk, item.sk)[1])
        elif isinstance(item, GrantItem):
            kept.grants[item.sk.removeprefix("GRANT#")] = item
        elif isinstance(item, TaskItem):
            kept.tasks[item.sk.removeprefix("TASK#")] = item
    return kept


def occurrence_of(item: MessageItem) -> Occurrence:
    return _OCCURRENCE.decode(item.body)


def task_of(item: TaskItem) -> Task:
    return _TASK.decode(item.body)
