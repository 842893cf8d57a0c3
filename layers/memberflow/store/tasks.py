"""What a folded member makes to be written of his tasks, in the transaction of what caused them; and what is open.

The member's own condition guards his tasks: nobody writes them without writing him.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from memberflow.engine.outcome import TaskChange
from memberflow.engine.rules import Rules
from memberflow.store.commit import Change
from memberflow.store.models import DueItem, TaskItem, member_id_of, role_shard, task_key
from memberflow.store.reading import Kept

OVERDUE_MAX = 1_000
"""So many of a role are counted; beyond them the number says nothing that matters."""

_FIRST = ("open", "held_out")
"""What a task begins as."""


def add(change: Change, changes: Iterable[TaskChange], now: int, room: int) -> None:
    """New tasks are put, one opened before and ended now is written over.

    Of new ones that had ended when they came to be known the oldest are left out where ``room`` is short.
    """
    fresh = {one.task.id for one in changes if one.state in _FIRST}
    last = _last(changes).values()
    new = [_item(change.member_id, one, now) for one in last if one.task.id in fresh]
    ended = [item for item in new if item.state in ("withdrawn", "lapsed")]
    left_out = ended[: max(0, len(new) - room)]
    change.items += [item for item in new if item not in left_out]
    change.replaced += [(_item(change.member_id, one, now), None) for one in last if one.task.id not in fresh]


def correct(change: Change, kept: Kept, changes: Iterable[TaskChange], now: int) -> None:
    """Brings what is kept in line after a rebuild; an open task that no longer follows from the facts is withdrawn."""
    last = _last(changes)
    for id, item in kept.tasks.items():
        if id in last:
            expected = _item(change.member_id, last[id], int(item.known_at))
            if item.serialize() != expected.serialize():
                change.replaced.append((expected, None))
        elif item.state == "open":
            item.state, item.changed_at, item.due_shard, item.due_at = "withdrawn", now, None, None
            change.replaced.append((item, None))


def _last(changes: Iterable[TaskChange]) -> dict[str, TaskChange]:
    """What became of each task in the end, by its id."""
    return {one.task.id: one for one in changes}


def _item(member_id: str, one: TaskChange, known_at: int) -> TaskItem:
    item = TaskItem(
        *task_key(member_id, one.task.id),
        body=msgspec.json.encode(one.task).decode(),
        state=one.state,
        known_at=known_at,
        changed_at=one.at,
        by=one.by or None,
        answer=one.answer or None,
    )
    if one.state == "open":
        item.due_shard, item.due_at = role_shard(one.task.role), one.task.due
    return item


def overdue(rules: Rules, now: int) -> dict[str, int]:
    """How many open tasks of each role should have been done by now: a request for each role, none without roles."""
    due = {role: DueItem.due.count(role_shard(role), DueItem.due_at <= now, limit=OVERDUE_MAX) for role in rules.roles}
    return {role: count for role, count in sorted(due.items()) if count}


def waiting_members(role: str) -> list[str]:
    """The ids of members about whom somebody of this role has something to do."""
    return list(dict.fromkeys(member_id_of(item.pk) for item in DueItem.due.query(role_shard(role))))
