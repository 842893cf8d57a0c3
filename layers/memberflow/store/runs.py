"""Runs: one pass over everything due. A run is opened once, cut into shards, and every shard counts what it did.

Work is found through the due index, so a run costs what is due and no more; what earlier runs left undone is due still.
A member comes before the messages he causes: released messages leave through the table's stream.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import islice

from msgspec import Struct
from msgspec.structs import asdict, replace
from pynamodb.exceptions import PutError, PynamoDBException, UpdateError
from pynamodb.expressions.update import Action

from memberflow import runtime
from memberflow.engine.packed import unpack
from memberflow.engine.rules import Rules
from memberflow.errors import StoreUnavailable
from memberflow.facts import rfc3339
from memberflow.store import ledger
from memberflow.store.messages import OPEN, move
from memberflow.store.models import (
    DueItem,
    Item,
    MemberItem,
    MessageItem,
    RunItem,
    ShardItem,
    member_id_of,
    run_key,
    shard_key,
    store_errors,
)
from memberflow.store.reading import get

PAGE = 400
"""Due items handled at a time, between one look at the clock and the next."""

REVISED_PAGE = 50
"""Members taken into a revision at a time: each is folded anew from his facts."""


class Task(Struct, frozen=True, omit_defaults=True):
    """One shard's work in a run.

    ``whole``: all members are its work, ``shard`` is a segment of the table, ``after`` the key of the last one done.
    """

    run_id: str
    shard: int
    until: int
    whole: bool = False
    after: tuple[str, str] | None = None


class Done(Struct):
    """What a page of work did; the names are ShardItem's."""

    looked_at: int = 0
    changed: int = 0
    decisions: int = 0
    messages: int = 0
    released: int = 0
    points_expired: int = 0


def start(rules: Rules, until: int) -> list[Task]:
    """Opens the run of a moment and divides it into tasks; started again it gives the same tasks.

    With a revision of the programme that came into force since, every member is taken into it, in a run of its own:
    that is asked for at each start until it is through.
    """
    run_id, shards = rfc3339(until), runtime.settings().due_shards
    _open(run_id, until, shards)
    tasks = [Task(run_id, shard, until) for shard in range(shards)]
    current = rules.at(until)
    return tasks if current is rules else tasks + _revising(current, until, shards)


def _revising(current: Rules, until: int, shards: int) -> list[Task]:
    run_id = f"{rfc3339(current.starts)}.revision"
    _open(run_id, current.starts, shards)
    done = RunItem.get(*run_key(run_id), consistent_read=True).done or set()
    return [Task(run_id, shard, until, whole=True) for shard in range(shards) if shard not in done]


def _open(run_id: str, until: int, shards: int) -> None:
    now = runtime.now()
    run = RunItem(*run_key(run_id), until=until, shards=shards, started_at=now, changed_at=now)
    try:
        run.save(Item.pk.does_not_exist())
    except PutError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise


def work(rules: Rules, task: Task, may_go_on: Callable[[], bool]) -> Task | None:
    """Does what is due in the shard, page by page; returns the task of going on where it had to stop before the end.

    What is done is no longer due, so a task taken up again begins where the last one stopped. Raises StoreUnavailable.
    """
    try:
        with store_errors(f"shard {task.shard} of run {task.run_id} stopped"):
            for page in _unrevised(rules, task) if task.whole else _pages(task):
                if not may_go_on():
                    return task
                _note(task, _work_page(rules, task, page))
                task = replace(task, after=(page[-1].pk, page[-1].sk)) if task.whole else task
            _close(task)
    except StoreUnavailable:
        _note_failure(task)
        raise
    return None


def _pages(task: Task) -> Iterator[list[DueItem]]:
    """What is due, all keys first: members written back may move within the index while it is read."""
    due = list(DueItem.due.query(str(task.shard), DueItem.due_at <= task.until))
    return (due[first : first + PAGE] for first in range(0, len(due), PAGE))


def _unrevised(rules: Rules, task: Task) -> Iterator[Sequence[Item]]:
    """Members of the segment that were last folded under an earlier revision."""
    revision, shards = rules.at(task.until).number, runtime.settings().due_shards
    after = task.after and {"pk": {"S": task.after[0]}, "sk": {"S": task.after[1]}}
    found = MemberItem.scan(segment=task.shard, total_segments=shards, last_evaluated_key=after)
    members = (item for item in found if unpack(item.state).revision < revision)
    while page := list(islice(members, REVISED_PAGE)):
        yield page


def _work_page(rules: Rules, task: Task, page: Sequence[DueItem | Item]) -> Done:
    members = [member_id_of(item.pk) for item in page if item.sk == "MEMBER"]
    messages = [(item.pk, item.sk) for item in page if item.sk != "MEMBER"]
    tally = ledger.advance(rules, members, task.until, task.run_id)
    released = _release(messages, task)
    if tally.stale:
        note_ends(Counter({(task.run_id, "withheld"): tally.stale}))
    return Done(len(members), tally.written, tally.decisions, tally.messages, released, tally.points_expired)


def _release(keys: list[tuple[str, str]], task: Task) -> int:
    """Takes waiting messages out of the index, which the stream reports to the sender; returns how many.

    One whose end nobody knows is due when it is to be given up.
    """
    released = 0
    for item in get(keys) if keys else ():
        if isinstance(item, MessageItem) and item.state == "waiting":
            released += _let_go(item, task)
        elif isinstance(item, MessageItem) and item.state in OPEN:
            _give_up(item)
    return released


def _let_go(item: MessageItem, task: Task) -> bool:
    actions: list[Action] = [Item.due_at.remove(), Item.due_shard.remove(), MessageItem.run.set(task.run_id)]
    try:
        item.update(actions, condition=MessageItem.state == "waiting")
    except UpdateError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise
        return False
    return True


def _give_up(item: MessageItem) -> None:
    """No receipt came for what may have been sent: had the provider taken it, it would have said so by now."""
    counted = item.state == "unknown"
    if move(item, "failed", "no receipt came") and item.run is not None and not counted:
        note_ends(Counter({(item.run, "failed"): 1}))


def _note(task: Task, done: Done) -> None:
    """Adds to the shard's counts, so that a task taken up again adds to what the one before it did."""
    _add_to_shard(task, asdict(done))
    runtime.count("MembersAdvanced", done.changed)
    runtime.count("MessagesReleased", done.released)
    runtime.count("PointsExpired", done.points_expired)


def _note_failure(task: Task) -> None:
    """As far as a store that is in trouble takes it; the log has it in any case."""
    with suppress(PynamoDBException):
        _add_to_shard(task, {"failures": 1})


def _add_to_shard(task: Task, counts: dict[str, int]) -> None:
    actions: list[Action] = [getattr(ShardItem, name).add(value) for name, value in counts.items()]
    actions += [ShardItem.changed_at.set(runtime.now()), ShardItem.kind.set(ShardItem)]
    ShardItem(*shard_key(task.run_id, task.shard)).update(actions)


def note_ends(ends: Counter[tuple[str, str]]) -> None:
    """Counts how messages ended, by run and state: sent, withheld, unknown or failed."""
    for run_id in dict.fromkeys(run_id for run_id, _ in ends):
        counts = {state: number for (of_run, state), number in ends.items() if of_run == run_id}
        actions: list[Action] = [getattr(RunItem, state).add(number) for state, number in counts.items()]
        RunItem(*run_key(run_id)).update([*actions, RunItem.kind.set(RunItem)])


def _close(task: Task) -> None:
    """The shard is through; with the last one the run is closed."""
    run = RunItem(*run_key(task.run_id))
    run.update([RunItem.done.add({task.shard}), RunItem.changed_at.set(runtime.now())])
    runtime.count("ShardsDone")
    if len(run.done or ()) == run.shards:
        runtime.count("RunClosed")
        runtime.logger.info("run closed", extra={"run": task.run_id})
