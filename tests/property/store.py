"""A store of one member that works like the real one: facts once each, the member as bytes, follow or fold anew."""

from __future__ import annotations

import msgspec

from memberflow.engine.fold import advance, crosses, fold, follow
from memberflow.engine.member import Member
from memberflow.engine.outcome import Occurrence, Outcome, TaskChange
from memberflow.engine.rules import Rules
from memberflow.facts import AnyFact
from tests.property.histories import MEMBER, Arrival
from tests.property.sound import check_sound

_MEMBER = msgspec.json.Decoder(Member)


class MemoryStore:
    """``out`` is what followed since the member was last folded from nothing; ``emitted`` and ``asked`` are all
    that was ever said, and was asked of people."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.known: dict[tuple[str, str], AnyFact] = {}
        self.stored = msgspec.json.encode(Member(MEMBER))
        self.out = Outcome(entries=[])
        self.emitted: list[Occurrence] = []
        self.asked: list[TaskChange] = []

    @property
    def member(self) -> Member:
        return _MEMBER.decode(self.stored)

    def arrive(self, arrival: Arrival) -> None:
        self.take(arrival.facts)
        if arrival.run_until is not None:
            self.run(arrival.run_until)

    def take(self, facts: tuple[AnyFact, ...]) -> None:
        new = {(fact.kind, fact.id): fact for fact in facts if (fact.kind, fact.id) not in self.known}
        self.known |= new
        member, out = self.member, Outcome(entries=[])
        if follow(self.rules, member, new.values(), out):
            _extend(self.out, out)
        else:
            now = max(self.member.clock, *(fact.at for fact in self.known.values()))
            out = self.out = Outcome(entries=[])
            member = fold(self.rules, MEMBER, self.known.values(), now, out)
        self._put(member, out)

    def run(self, until: int) -> None:
        member, out = self.member, Outcome(entries=[])
        if crosses(self.rules, member, until) and self.known:
            out = self.out = Outcome(entries=[])
            now = max(until, member.clock)
            member = fold(self.rules, MEMBER, self.known.values(), now, out)
        else:
            advance(self.rules, member, until, out)
            _extend(self.out, out)
        self._put(member, out)

    def _put(self, member: Member, out: Outcome) -> None:
        self.emitted += out.occurrences
        self.asked += out.tasks
        self.stored = msgspec.json.encode(member)
        check_sound(self.rules, member, self.out)


def _extend(whole: Outcome, part: Outcome) -> None:
    """Adds what followed to what had followed before."""
    for name in whole.__struct_fields__:
        setattr(whole, name, getattr(whole, name) + getattr(part, name))
