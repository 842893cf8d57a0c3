"""From arrived facts to written members: load, fold, commit. The only writer of members, facts and decisions.

Ordinary facts cost one read and one transaction. A fact that is late, or a refund, costs a read of its member's history
more: he is folded anew, and what turns out differently from what was decided before is appended as a correction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from memberflow import facts, runtime
from memberflow.engine import erased, fold
from memberflow.engine.member import Member
from memberflow.engine.outcome import Outcome
from memberflow.engine.rules import Rules
from memberflow.errors import Refused, StoreUnavailable
from memberflow.facts import AnyFact
from memberflow.store.changes import FACTS_MAX, change_of, correct
from memberflow.store.commit import Change, Tally, commit
from memberflow.store.models import FactItem, fact_key
from memberflow.store.reading import Stored, get, history, load, load_with

ATTEMPTS_MAX = 5
"""How often a member is folded again when other writers overtake him, before his input is left to come again."""


class Arrival(Struct, eq=False):
    """A fact and when we learned of it; ``outcome`` says what became of it."""

    fact: AnyFact
    known_at: int
    outcome: Literal["", "new", "duplicate", "conflict", "parked", "erased", "failed"] = ""

    def settle(self, stored: str) -> None:
        """The fact is known already: in these words, or in others."""
        self.outcome = "duplicate" if facts.decode(stored) == self.fact else "conflict"


def take(rules: Rules, arrivals: Sequence[Arrival]) -> Tally:
    """Folds the facts into their members and writes both; sets each arrival's ``outcome``. Never raises for one member.

    ``failed``: the store was down or others were faster too often; the input is to be delivered again.
    """
    tally = Tally()
    by_member: dict[str, list[Arrival]] = defaultdict(list)
    for arrival in _unique(arrivals):
        by_member[arrival.fact.member_id].append(arrival)
    while by_member:
        now = {member_id: waiting[:FACTS_MAX] for member_id, waiting in by_member.items()}
        _take_round(rules, now, tally)
        by_member = {m: waiting[FACTS_MAX:] for m, waiting in by_member.items() if waiting[FACTS_MAX:]}
    readdressed = [arrival for arrival in arrivals if not arrival.outcome]
    if readdressed:
        tally.add(take(rules, readdressed))
    return tally


Decide = Callable[[Member, list[AnyFact], int], AnyFact]
"""A fact for a member as of a moment, or the one stored already that says the same; raises what speaks against it."""


def take_if(rules: Rules, member_id: str, fact_keys: Sequence[tuple[str, str]], now: int, decide: Decide) -> AnyFact:
    """Has a fact decided upon by the member as he is, and writes both unless the fold refuses it: nothing, then.

    ``decide`` gets those of the facts under ``fact_keys`` that are stored, and the fact's moment: now, but later than
    everything that has happened to the member. Whoever is overtaken decides again, so two can't have the same points.
    Raises Refused, UnknownMember, MergedMember, StoreUnavailable.
    """
    for _ in range(ATTEMPTS_MAX):
        stored, known = load_with(member_id, fact_keys)
        member, out = stored.member, Outcome()
        at = max(now, member.clock + 1)
        if fold.crosses(rules, member, at):  # once for each revision: he is folded anew, and then looked at again
            commit([_advance(rules, stored, at)], Tally())
            continue
        fold.advance(rules, member, at, out)
        fact = decide(member, known, at)
        if fact in known:
            return fact
        fold.apply(rules, member, fact, out)
        _raise_refusal(fact, out)
        change = change_of(rules, stored, out, now)
        change.items[:0] = [fact_item(Arrival(fact, now))]
        if not commit([change], Tally()):
            runtime.count("FactsNew")
            runtime.count("MembersWritten")
            return fact
    raise StoreUnavailable(f"a member was overtaken {ATTEMPTS_MAX} times")


def _raise_refusal(fact: AnyFact, out: Outcome) -> None:
    for refusal in out.refusals:
        if refusal.fact == fact.name:
            raise Refused(refusal.code)


def advance(rules: Rules, member_ids: Sequence[str], until: int, run: str) -> Tally:
    """Lets time run for these members up to ``until``, as part of a run, and writes them. Raises StoreUnavailable."""
    tally = Tally()
    waiting = list(member_ids)
    for _ in range(ATTEMPTS_MAX):
        changes = []
        for stored in load(waiting).values():
            if stored.version:
                changes.append(_advance(rules, stored, until, run))
        waiting = [change.member_id for change in commit(changes, tally)]
        if not waiting:
            return tally
    raise StoreUnavailable(f"{len(waiting)} members were overtaken {ATTEMPTS_MAX} times")


def _advance(rules: Rules, stored: Stored, until: int, run: str | None = None) -> Change:
    if fold.crosses(rules, stored.member, until):
        return _rebuild(rules, stored, max(until, stored.member.clock), [], until, Outcome(), run)
    out = Outcome()
    fold.advance(rules, stored.member, until, out)
    return change_of(rules, stored, out, until, run)


def _unique(arrivals: Sequence[Arrival]) -> list[Arrival]:
    """The first arrival of each fact; those that repeat it within the call are settled here."""
    first: dict[tuple[str, str], Arrival] = {}
    for arrival in arrivals:
        known = first.setdefault(fact_key(arrival.fact), arrival)
        if known is not arrival:
            arrival.outcome = "duplicate" if known.fact == arrival.fact else "conflict"
    return list(first.values())


def _take_round(rules: Rules, by_member: dict[str, list[Arrival]], tally: Tally) -> None:
    """One commit for all members, then each one that was overtaken alone."""
    try:
        overtaken = _attempt(rules, by_member, tally, first=True)
    except StoreUnavailable as error:
        runtime.logger.warning("store unavailable", extra={"reason": str(error)})
        _settle(by_member.values(), "failed")
        return
    _settle((waiting for member_id, waiting in by_member.items() if member_id not in overtaken), "new")
    for member_id in overtaken:
        _take_alone(rules, member_id, by_member[member_id], tally)


def _take_alone(rules: Rules, member_id: str, waiting: list[Arrival], tally: Tally) -> None:
    for _ in range(ATTEMPTS_MAX):
        try:
            if not _attempt(rules, {member_id: waiting}, tally, first=False):
                _settle([waiting], "new")
                return
        except StoreUnavailable:
            break
    runtime.logger.warning("member not written", extra={"member": runtime.alias(member_id)})
    _settle([waiting], "failed")


def _settle(groups: Iterable[list[Arrival]], outcome: Literal["new", "failed"]) -> None:
    for waiting in groups:
        for arrival in waiting:
            arrival.outcome = arrival.outcome or outcome


def _attempt(rules: Rules, by_member: dict[str, list[Arrival]], tally: Tally, first: bool) -> list[str]:
    """Load, fold, commit once; returns the ids of members that were overtaken."""
    stored = load(by_member)
    _readdress(stored, by_member)
    for member_id, waiting in by_member.items():
        leave_out_erased(stored[member_id].member, waiting)
    _drop_known(stored, by_member, everything=not first)
    changes = []
    for member_id, waiting in by_member.items():
        fresh = [arrival for arrival in waiting if not arrival.outcome]
        if fresh:
            changes.append(fold_in(rules, stored[member_id], fresh)[0])
    return [change.member_id for change in commit(changes, tally)]


def _readdress(stored: dict[str, Stored], by_member: dict[str, list[Arrival]]) -> None:
    """What comes for a member who was merged into another is the other's; it is left for the next round."""
    for member_id, into in [(m, stored[m].member.merged_into) for m in by_member]:
        if into is not None:
            for arrival in by_member.pop(member_id):
                arrival.fact = replace(arrival.fact, member_id=into)


def leave_out_erased(member: Member, waiting: Sequence[Arrival]) -> None:
    """Settles facts that are nothing to us: their member was erased since, or before."""
    if member.erased_before is None:
        return
    since = erased.taken_from(member, [arrival.fact for arrival in waiting])
    for arrival in waiting:
        if arrival.fact.at < since:
            arrival.outcome = "erased"


def _drop_known(stored: dict[str, Stored], by_member: dict[str, list[Arrival]], everything: bool) -> None:
    """Settles facts that are known already.

    One delivered again sorts no later than the newest its member has, so others are not looked up at first; one whose
    id comes with another content may claim any moment, and shows when its put fails.
    """
    suspects = {
        fact_key(arrival.fact): arrival
        for member_id, waiting in by_member.items()
        for arrival in waiting
        if not arrival.outcome and (everything or arrival.fact.key <= stored[member_id].member.newest)
    }
    if suspects:
        for item in get(suspects):
            if isinstance(item, FactItem):
                suspects[item.pk, item.sk].settle(item.body)


def fold_in(rules: Rules, stored: Stored, fresh: list[Arrival], statement: bool = False) -> tuple[Change, Outcome]:
    """The change that new facts make of a member, and what followed from them (from all of his, where one is late).

    ``statement``: with the entries of the points ledger. Raises StoreUnavailable.
    """
    known_at = max(arrival.known_at for arrival in fresh)
    clock, out = stored.member.clock, _outcome(statement)
    if fold.follow(rules, stored.member, [arrival.fact for arrival in fresh], out):
        change = change_of(rules, stored, out, known_at)
    else:
        out = _outcome(statement)
        change = _rebuild(rules, stored, clock, fresh, known_at, out)
    change.items[:0] = [fact_item(arrival) for arrival in fresh]
    return change, out


def _outcome(statement: bool) -> Outcome:
    return Outcome(entries=[] if statement else None)


def _rebuild(
    rules: Rules,
    stored: Stored,
    until: int,
    fresh: list[Arrival],
    known_at: int,
    out: Outcome,
    run: str | None = None,
) -> Change:
    """Folds the member anew from all his facts, and keeps only what turns out differently."""
    member_id = stored.member.id
    kept = history(member_id)
    known = [*kept.facts.values(), *(arrival.fact for arrival in fresh)]
    member = fold.fold(rules, member_id, known, max([until, *(fact.at for fact in known)]), out)
    unseen = Outcome(
        decisions=[decision for decision in out.decisions if decision.key not in kept.decisions],
        occurrences=[occurrence for occurrence in out.occurrences if occurrence.id not in kept.messages],
        referred=[one for one in out.referred if one.referrer not in kept.referrers],
        grants=[one for one in out.grants if one.grant.id not in kept.grants],
        tasks=[one for one in out.tasks if one.task.id not in kept.tasks],
    )
    change = change_of(rules, Stored(member, stored.version, stored.due_at), unseen, known_at, run)
    change.tally.rebuilt = 1
    correct(change, kept, out, known_at)
    return change


def fact_item(arrival: Arrival) -> FactItem:
    body = facts.encode(arrival.fact).decode()
    return FactItem(*fact_key(arrival.fact), body=body, known_at=arrival.known_at)
