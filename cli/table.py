"""A table read back: out of a saved file, out of AWS, or out of the local stack that is running.

The models name their table when they are imported, so everything of the store is imported inside functions, after
the source or the local stack has set the environment.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from memberflow.delivery.caps import Sends
from memberflow.engine.fold import fold
from memberflow.engine.history import History
from memberflow.engine.member import Member
from memberflow.engine.outcome import Decision, Occurrence, Outcome, TaskChange
from memberflow.engine.packed import unpack
from memberflow.engine.rules import Rules
from memberflow.facts import AnyFact

if TYPE_CHECKING:
    from memberflow.store.models import Item, MessageItem, TaskItem


class Message(Struct):
    """An occurrence and what became of it: sent, waiting, 'withheld: consent' …

    ``due_at``: when one that waits is to be looked at again; None: now.
    """

    occurrence: Occurrence
    outcome: str
    due_at: int | None = None


class Held(Struct):
    """All that a table holds of one member; the empty member until he is found."""

    member: Member
    facts: list[AnyFact] = field(default_factory=list)
    decisions: dict[str, Decision] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    tasks: list[TaskChange] = field(default_factory=list)
    """Each as it is now."""
    sends: Sends = field(default_factory=dict)
    """What reached him lately, for the caps."""

    def outcome(self, rules: Rules, until: int, history: History | None = None) -> Outcome:
        """Decisions and tasks as stored; what is not stored, such as movements of points, folded from the facts.

        ``history``: an empty one, for who wants to see that too.
        """
        folded = Outcome()
        fold(rules, self.member.id, self.facts, until, folded, history)
        return replace(folded, decisions=list(self.decisions.values()), tasks=self.tasks)


def live() -> tuple[dict[str, Held], int]:
    """Everything in the table of the local stack that is running, by member, and how many inputs are parked in it."""
    from memberflow.store.models import Item, ParkedItem

    items = list(Item.scan(consistent_read=True))
    return held(items), sum(isinstance(item, ParkedItem) for item in items)


def held(items: Iterable[Item]) -> dict[str, Held]:
    """By member id, in its order; items that are no member's are passed over."""
    from memberflow.store.models import member_id_of

    by_key = sorted((item for item in items if item.pk.startswith("MEMBER#")), key=lambda item: (item.pk, item.sk))
    groups = groupby(by_key, key=lambda item: member_id_of(item.pk))
    return {member_id: _held(member_id, list(group)) for member_id, group in groups}


def _held(member_id: str, items: list[Item]) -> Held:
    from memberflow.store.models import MemberItem, SendsItem
    from memberflow.store.reading import kept_of

    kept = kept_of(items)
    member = next((unpack(item.state) for item in items if isinstance(item, MemberItem)), Member(member_id))
    messages = [_message(item) for item in kept.messages.values()]
    tasks = [_task(item) for item in kept.tasks.values()]
    sent = next((item.sent for item in items if isinstance(item, SendsItem)), None) or {}
    sends: Sends = {name: (at, purpose, channel) for name, (at, purpose, channel) in sent.items()}
    return Held(member, list(kept.facts.values()), kept.decisions, messages, tasks, sends)


def _message(item: MessageItem) -> Message:
    from memberflow.store.reading import occurrence_of

    return Message(occurrence_of(item), _outcome(item), None if item.due_at is None else int(item.due_at))


def _outcome(item: MessageItem) -> str:
    return f"{item.state}: {item.reason}" if item.reason else item.state


def _task(item: TaskItem) -> TaskChange:
    from memberflow.store.reading import task_of

    return TaskChange(task_of(item), item.state, int(item.changed_at), item.by or "", item.answer or "")
