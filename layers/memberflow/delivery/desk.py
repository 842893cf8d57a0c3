"""A batch of messages on the desk: what was read for it, and the moves of its rows."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from memberflow import runtime
from memberflow.delivery import breaker, caps, gates
from memberflow.delivery.caps import Sends
from memberflow.delivery.letters import Letter
from memberflow.engine.member import Member
from memberflow.engine.outcome import Occurrence
from memberflow.engine.rules import Rules
from memberflow.errors import StoreUnavailable
from memberflow.programme.schema import Shipped
from memberflow.store.messages import Overtaken, move
from memberflow.store.models import MessageItem, SendsItem, member_id_of, sends_key
from memberflow.store.reading import get, load, occurrence_of

FREED_MAX = 5
"""How often a message that did not leave is tried to be taken out of what is counted."""

ENDS = ("sent", "withheld", "unknown", "failed")
"""States that end the sender's work."""


class Job(Struct, eq=False):
    """One message to be sent."""

    item: MessageItem
    occurrence: Occurrence
    member: Member

    @property
    def leaves(self) -> bool:
        """Released, and not taken up by anybody yet."""
        return self.item.state == "waiting" and self.item.due_at is None

    @property
    def ended(self) -> bool:
        return self.item.state in ENDS


class Desk(Struct, eq=False):
    """``sends``: what is counted, by member; empty where the programme has no caps. ``stopped``: see breaker."""

    shipped: Shipped
    rules: Rules
    jobs: list[Job]
    sends: dict[str, SendsItem]
    stopped: dict[str, int]

    @classmethod
    def opened(cls, shipped: Shipped, rules: Rules, keys: Sequence[tuple[str, str]]) -> Desk:
        """Two requests for up to a hundred messages, whatever is to be looked at. Raises StoreUnavailable."""
        names = list(dict.fromkeys(member_id_of(pk) for pk, _ in keys)) if rules.programme.caps else []
        found = get([*keys, *breaker.keys(rules), *map(sends_key, names)])
        items = [item for item in found if isinstance(item, MessageItem)]
        members = load(member_id_of(item.pk) for item in items)
        jobs = [Job(item, occurrence_of(item), members[member_id_of(item.pk)].member) for item in items]
        sends = {name: SendsItem(*sends_key(name), sent={}) for name in names}
        sends |= {member_id_of(item.pk): item for item in found if isinstance(item, SendsItem)}
        return cls(shipped, rules, jobs, sends, breaker.stopped(found))

    def sends_of(self, job: Job) -> Sends:
        item = self.sends.get(job.member.id)
        return {} if item is None else {name: (at, what, way) for name, (at, what, way) in item.sent.items()}

    def look_again(self, job: Job) -> None:
        """Reads what is counted of the member. Raises StoreUnavailable."""
        name = job.member.id
        found = [item for item in get([sends_key(name)]) if isinstance(item, SendsItem)]
        self.sends[name] = found[0] if found else SendsItem(*sends_key(name), sent={})

    def claim(self, job: Job, letter: Letter) -> bool:
        """From waiting, or from a channel that refused it, and counted with it. Raises Overtaken."""
        job.item.channel = letter.channel
        job.item.consent = gates.evidence(job.member, letter.purpose, letter.channel)
        programme = self.rules.programme
        if not caps.are_about(programme, letter.purpose):
            return self._move(job, "claimed", None, None)
        one = (letter.now, letter.purpose, letter.channel)
        return self._move(job, "claimed", None, caps.with_one(programme, self.sends_of(job), job.occurrence.id, one))

    def end(self, job: Job, state: str, reason: str | None = None, provider_id: str | None = None) -> None:
        """What was claimed and did not leave is no longer counted; what may have left is."""
        job.item.provider_id = provider_id
        self._freed(job, state, reason, free=state == "failed")

    def hold(self, job: Job, until: int, reason: str) -> None:
        """Waits in the due index, to be looked at again; withheld where it would then be of no use any more."""
        if until >= job.occurrence.useful_until:
            self._freed(job, "withheld", reason, free=True)
        elif self._freed(job, "waiting", reason, free=True, due_at=until):
            runtime.count("MessagesHeld")

    def _freed(self, job: Job, state: str, reason: str | None, free: bool, due_at: int | None = None) -> bool:
        for _ in range(FREED_MAX):
            try:
                sends, name = self.sends_of(job), job.occurrence.id
                counted = caps.without(sends, name) if free and name in sends else None
                return self._move(job, state, reason, counted, due_at)
            except Overtaken:
                self.look_again(job)
        raise StoreUnavailable(f"a member was overtaken {FREED_MAX} times")

    def _move(self, job: Job, state: str, reason: str | None, counted: Sends | None, due_at: int | None = None) -> bool:
        """Moves the row, and with it what is counted where anything is. Raises Overtaken."""
        known = self.sends.get(job.member.id) if counted is not None else None
        if known is None:
            return move(job.item, state, reason, due_at)
        sends = SendsItem(known.pk, known.sk, sent=counted, version=known.version)
        moved = move(job.item, state, reason, due_at, sends)
        if moved:
            self.sends[job.member.id] = sends
        return moved
