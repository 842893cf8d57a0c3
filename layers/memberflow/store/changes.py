"""What a folded member makes to be written: his item, decisions and messages, ready for one transaction."""

from __future__ import annotations

import msgspec
from pynamodb.expressions.condition import Condition

from memberflow.engine import fold
from memberflow.engine.member import DISTANT
from memberflow.engine.outcome import Decision, Occurrence, Outcome
from memberflow.engine.packed import pack
from memberflow.engine.rules import Rules
from memberflow.store import grants, tasks
from memberflow.store.commit import ITEMS_MAX, Change, Tally
from memberflow.store.models import (
    DecisionItem,
    Item,
    MemberItem,
    MessageItem,
    ReferralItem,
    decision_key,
    due_shard,
    member_key,
    message_key,
    referral_key,
)
from memberflow.store.reading import Kept, Stored

FACTS_MAX = 40
"""Facts of one member in one transaction: with what follows from them it stays below the limit of a hundred items."""


def change_of(rules: Rules, stored: Stored, out: Outcome, now: int, run: str | None = None) -> Change:
    """Outside a run an earlier moment in the due index stays: an early waking costs less than a moved one."""
    member = stored.member
    member.wake = due = fold.next_due(rules, member)[0]
    if stored.due_at is not None and stored.due_at < due and run is None:
        due = stored.due_at
    item = MemberItem(*member_key(member.id), state=pack(member), version=stored.version + 1)
    if due != DISTANT:
        item.due_shard, item.due_at = due_shard(member.id), due
    stale = sum(occurrence.useful_until <= now for occurrence in out.occurrences)
    change = Change(member.id, item, [], [], Tally(1, 0, out.expired, len(out.decisions), len(out.occurrences), stale))
    change.items += _decision_items(change, out.decisions, now)
    change.items += [ReferralItem(*referral_key(one.friend, one.referrer), at=one.at) for one in out.referred]
    grants.add(change, out.grants, now, _room(change))
    if out.tasks:
        tasks.add(change, out.tasks, now, _room(change))
    change.items += _message_items(member.id, out.occurrences, now, run, _room(change))
    return change


def _room(change: Change) -> int:
    """For how many more items there is place beside the facts and the member."""
    return ITEMS_MAX - FACTS_MAX - len(change.items) - len(change.replaced) - 1


def correct(change: Change, kept: Kept, out: Outcome, now: int) -> None:
    """Takes back, after a rebuild, the decisions and waiting messages that no longer follow from the facts."""
    decided = {decision.key for decision in out.decisions}
    occurred = {occurrence.id for occurrence in out.occurrences}
    gone = [decision for key, decision in kept.decisions.items() if key not in decided]
    change.items += _decision_items(change, gone, now, withdrawn=True)
    change.replaced += [
        _withdraw(item, now) for key, item in kept.messages.items() if key not in occurred and item.state == "waiting"
    ]
    grants.correct(change, kept, out.grants, now)
    tasks.correct(change, kept, out.tasks, now)


def _decision_items(
    change: Change, decisions: list[Decision], known_at: int, withdrawn: bool | None = None
) -> list[DecisionItem]:
    taken, version = len(change.items), int(change.member.version)
    return [
        DecisionItem(
            *decision_key(change.member_id, known_at, version, taken + n),
            body=msgspec.json.encode(decision).decode(),
            known_at=known_at,
            withdrawn=withdrawn,
        )
        for n, decision in enumerate(decisions)
    ]


def _message_items(
    member_id: str, occurrences: list[Occurrence], now: int, run: str | None, room: int
) -> list[MessageItem]:
    """Messages in time wait or leave now; stale ones are kept as withheld, the newest of them where room is short."""
    stale = [occurrence for occurrence in occurrences if occurrence.useful_until <= now]
    live = [occurrence for occurrence in occurrences if occurrence.useful_until > now]
    items = [_message_item(member_id, occurrence, now, run, "waiting", None) for occurrence in live]
    kept = stale[max(0, len(stale) - max(0, room - len(live))) :]
    return items + [_message_item(member_id, occurrence, now, run, "withheld", "stale") for occurrence in kept]


def _message_item(
    member_id: str, occurrence: Occurrence, now: int, run: str | None, state: str, reason: str | None
) -> MessageItem:
    item = MessageItem(
        *message_key(member_id, occurrence.id),
        body=msgspec.json.encode(occurrence).decode(),
        state=state,
        reason=reason,
        run=run,
        known_at=now,
        changed_at=now,
    )
    if state == "waiting" and occurrence.at > now:
        item.due_shard, item.due_at = due_shard(member_id), occurrence.at
    return item


def _withdraw(item: MessageItem, now: int) -> tuple[Item, Condition]:
    """A message still waiting for what no longer follows from the facts."""
    item.state, item.reason, item.changed_at, item.due_shard, item.due_at = "withheld", "withdrawn", now, None, None
    return item, MessageItem.state == "waiting"
