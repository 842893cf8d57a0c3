"""What the next days bring a member: the engine lets time run, the sender's own gates judge each message. Pure.

Nothing else happens in these days: no orders, no consents, no receipts, nobody is told of a referral. Time runs from
one run to the next, as it does for a stored member; what a provider is handed counts as sent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from msgspec import Struct, field

from memberflow.delivery import caps, gates
from memberflow.delivery.caps import Sends
from memberflow.delivery.gates import Asked
from memberflow.engine import fold
from memberflow.engine.member import DISTANT, Member
from memberflow.engine.outcome import Occurrence, Outcome
from memberflow.engine.rules import Rules
from memberflow.facts import AnyFact

Runs = Callable[[int], int]
"""The first run at or after a moment."""


class Start(Struct):
    """A member to begin with, and all that is known of him.

    ``told``: the ids of the occurrences that there are. ``waiting``: those that are to be looked at, and when.
    ``sends``: what reached him lately, for the caps.
    """

    member: Member
    facts: list[AnyFact]
    told: set[str] = field(default_factory=set)
    waiting: list[tuple[int, Occurrence]] = field(default_factory=list)
    sends: Sends = field(default_factory=dict)


class End(Struct, frozen=True):
    """What became of a message in the run at the moment ``at``: 'sent' on a ``channel``, or 'withheld: consent' …"""

    at: int
    occurrence: Occurrence
    outcome: str
    channel: str | None = None


class Horizon:
    """Plays one member. ``member``: as of the run that is told of; ``expired``: points that went, by moment."""

    def __init__(self, rules: Rules, start: Start, runs: Runs, since: int) -> None:
        """``rules``: of the first revision. Runs up to and including ``since`` have been."""
        self.member, self.expired = start.member, Counter[int]()
        self._rules, self._runs, self._now = rules, runs, since
        self._facts, self._told = start.facts, start.told
        self._waiting, self._sends = start.waiting, start.sends

    def play(self, until: int) -> Iterator[End]:
        """How messages end in the runs up to and including ``until``."""
        while (run := self._next_run()) <= until:
            yield from self._run(self._now, run)

    def _next_run(self) -> int:
        due = min(fold.next_due(self._rules, self.member)[0], *(at for at, _ in self._waiting), DISTANT)
        return DISTANT if due == DISTANT else self._runs(max(due, self._now + 1))

    def _run(self, before: int, now: int) -> Iterator[End]:
        """New messages are looked at first, then those that have waited."""
        self._now, out = now, Outcome(entries=[])
        if fold.crosses(self._rules, self.member, now):
            self.member = fold.fold(self._rules, self.member.id, self._facts, max(now, self.member.clock), out)
            yield from self._withdrawn({occurrence.id for occurrence in out.occurrences})
        else:
            fold.advance(self._rules, self.member, now, out)
        for entry in out.entries or ():
            if entry.cause == "expired" and entry.at > before:
                self.expired[entry.at] -= entry.points
        for occurrence in [*self._fresh(out.occurrences), *self._released()]:
            yield from self._look(occurrence)

    def _withdrawn(self, occurred: set[str]) -> Iterator[End]:
        """What waited and no longer follows from the facts, by a later revision of the programme."""
        gone = [occurrence for _, occurrence in self._waiting if occurrence.id not in occurred]
        self._waiting = [(at, occurrence) for at, occurrence in self._waiting if occurrence.id in occurred]
        return (End(self._now, occurrence, "withheld: withdrawn") for occurrence in gone)

    def _fresh(self, occurrences: list[Occurrence]) -> list[Occurrence]:
        """Those that nobody has been told of, to be looked at now; for the others the time comes later."""
        fresh = [occurrence for occurrence in occurrences if occurrence.id not in self._told]
        self._told.update(occurrence.id for occurrence in fresh)
        self._waiting += [(occurrence.at, occurrence) for occurrence in fresh if occurrence.at > self._now]
        return [occurrence for occurrence in fresh if occurrence.at <= self._now]

    def _released(self) -> list[Occurrence]:
        due = sorted((at, occurrence.id, occurrence) for at, occurrence in self._waiting if at <= self._now)
        self._waiting = [(at, occurrence) for at, occurrence in self._waiting if at > self._now]
        return [occurrence for _, _, occurrence in due]

    def _look(self, occurrence: Occurrence) -> Iterator[End]:
        rules = self._rules.at(self._now)
        asked = Asked(
            rules=rules,
            member=self.member,
            occurrence=occurrence,
            sends=self._sends,
            stopped={},
            refused=(),
            now=self._now,
        )
        verdict = gates.verdict(asked)
        if verdict.until is not None and verdict.until < occurrence.useful_until:
            self._waiting.append((verdict.until, occurrence))
        elif verdict.channel is None:
            yield End(self._now, occurrence, f"withheld: {verdict.reason}")
        else:
            if caps.are_about(rules.programme, asked.purpose):
                one = (self._now, asked.purpose, verdict.channel)
                self._sends = caps.with_one(rules.programme, self._sends, occurrence.id, one)
            yield End(self._now, occurrence, "sent", verdict.channel)
