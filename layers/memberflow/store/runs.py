"""Runs: one pass over everything due. A run is opened once, cut into shards, and every shard counts what it did.

Work is found through the due index, so a run costs what is due and no more; what earlier runs left undone is due still.
A member comes before the messages he causes: released messages leave through the table's stream.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct
from pynamodb.exceptions import PutError, PynamoDBException
from pynamodb.expressions.update import Action

from memberflow import runtime
from memberflow.engine.rules import Rules
from memberflow.errors import StoreUnavailable
from memberflow.facts import rfc3339
from memberflow.store import ledger
from memberflow.store.models import Item, MessageItem, RunItem, ShardItem, member_id_of, run_key, shard_key

PAGE = 100
"""Due items handled at a time: as many as one BatchGet reads."""


class Task(Struct, frozen=True):
    """One shard's work in a run."""

    run_id: str
    shard: int
    until: int


def start(until: int) -> list[Task]:
    """Opens the run of a moment and divides it into tasks; started again it gives the same tasks."""
    run_id, shards = rfc3339(until), runtime.settings().due_shards
    try:
        RunItem(*run_key(run_id), until=until, shards=shards, started_at=runtime.now()).save(Item.pk.does_not_exist())
    except PutError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise
    return [Task(run_id, shard, until) for shard in range(shards)]


def work(rules: Rules, task: Task, may_go_on: Callable[[], bool]) -> bool:
    """Does what is due in the shard, page by page; False where it had to stop before the end.

    What is done is no longer due, so a task taken up again begins where the last one stopped. Raises StoreUnavailable.
    """
    shard = _open(task)
    if shard.done:
        return True
    for page in _pages(task):
        if not may_go_on():
            return False
        _work_page(rules, task, shard, page)
    shard.done, shard.changed_at = True, runtime.now()
    shard.save()
    return True


def _open(task: Task) -> ShardItem:
    now = runtime.now()
    try:
        return ShardItem.get(*shard_key(task.run_id, task.shard), consistent_read=True)
    except ShardItem.DoesNotExist:
        return ShardItem(*shard_key(task.run_id, task.shard), started_at=now, changed_at=now)


def _pages(task: Task) -> list[list[Item]]:
    """What is due, all keys first: members written back may move within the index while it is read."""
    due = list(Item.due.query(str(task.shard), Item.due_at <= task.until))
    return [due[start : start + PAGE] for start in range(0, len(due), PAGE)]


def _work_page(rules: Rules, task: Task, shard: ShardItem, page: list[Item]) -> None:
    members = [member_id_of(item.pk) for item in page if item.sk == "MEMBER"]
    messages = [(item.pk, item.sk) for item in page if item.sk != "MEMBER"]
    tally = ledger.advance(rules, members, task.until)
    shard.looked_at += len(members)
    shard.changed += tally.written
    shard.decisions += tally.decisions
    shard.messages += tally.messages
    shard.points_expired += tally.points_expired
    shard.released += _release(messages, task.until)
    shard.changed_at = runtime.now()
    shard.save()


def _release(keys: list[tuple[str, str]], now: int) -> int:
    """Takes waiting messages out of the index, which the stream reports to the sender; returns how many."""
    released = 0
    for item in Item.batch_get(keys, consistent_read=True) if keys else ():
        if isinstance(item, MessageItem) and item.state == "waiting":
            actions: list[Action] = [Item.due_at.remove(), Item.due_shard.remove(), MessageItem.changed_at.set(now)]
            try:
                item.update(actions, condition=MessageItem.state == "waiting")
                released += 1
            except PynamoDBException as error:
                if error.cause_response_code != "ConditionalCheckFailedException":
                    raise StoreUnavailable(f"a message was not released: {error}") from error
    return released
