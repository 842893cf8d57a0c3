"""Whether what is stored of a member is what follows from his facts. Says what is wrong and repairs nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

import msgspec
from msgspec import Struct

from memberflow.engine import fold
from memberflow.engine.history import History
from memberflow.engine.member import Member
from memberflow.engine.outcome import Outcome
from memberflow.engine.rules import Rules
from memberflow.facts import AnyFact


class Violation(Struct, frozen=True):
    """``what``: a field of the member, or a rule that spans several; the values are in the engine's units.

    Of a list or a mapping they hold what the other side lacks.
    """

    what: str
    stored: object
    expected: object


def violations(rules: Rules, stored: Member, facts: Iterable[AnyFact]) -> list[Violation]:
    """Everything that is wrong with a stored member, from all his facts in any order."""
    known = list(facts)
    expected, out = _expected(rules, stored, known)
    return [*_of_lots(stored), *_of_window(stored), *_of_ledger(stored, out), *_of_state(stored, expected)]


def _expected(rules: Rules, stored: Member, facts: list[AnyFact]) -> tuple[Member, Outcome]:
    """The member folded anew to where the stored one is.

    What his newest fact made due at once waits for the next fact or run, which the stored member may not have seen.
    """
    out, waiting = Outcome(entries=[]), Outcome(entries=[])
    clock = max((fact.at for fact in facts), default=stored.clock)
    advanced = fold.fold(rules, stored.id, facts, max(stored.clock, clock), out)
    if _is_same(stored, advanced):
        return advanced, out
    member, history = Member(stored.id), History()
    for fact in sorted(facts, key=lambda fact: fact.key):
        fold.apply(rules, member, fact, waiting, history)
    return (member, waiting) if _is_same(stored, member) else (advanced, out)


def _is_same(stored: Member, folded: Member) -> bool:
    return not any(_of_state(stored, folded))


def _of_lots(member: Member) -> Iterator[Violation]:
    for lot in member.lots:
        if lot[1] < 1:
            yield Violation("points of a lot", lot, "at least 1")
    days = [lot[0] for lot in member.lots]
    if any(day >= after for day, after in pairwise(days)):
        yield Violation("order of the lots", days, sorted(set(days)))


def _of_window(member: Member) -> Iterator[Violation]:
    spend = sum(bucket[1] for bucket in member.days)
    orders = sum(bucket[2] for bucket in member.days)
    if member.spend != spend:
        yield Violation("sum of the days' spend", member.spend, spend)
    if member.orders != orders:
        yield Violation("sum of the days' orders", member.orders, orders)


def _of_ledger(member: Member, out: Outcome) -> Iterator[Violation]:
    """The statement ends in the balance, and no point that was earned is lost or made up."""
    open_points = member.points - member.debt
    balance = out.entries[-1].balance if out.entries else 0
    if open_points != balance:
        yield Violation("balance of the statement", open_points, balance)
    kept = open_points + member.points_pending + member.points_held
    accounted = out.spent + out.expired + out.taken_back + kept - out.given
    if accounted != out.earned:
        yield Violation("points earned", accounted, out.earned)


def _of_state(stored: Member, expected: Member) -> Iterator[Violation]:
    """Field by field, but for ``wake``, which may be early."""
    pairs = zip(msgspec.to_builtins(stored), msgspec.to_builtins(expected), strict=True)
    for name, (one, other) in zip(Member.__struct_fields__, pairs, strict=True):
        if name != "wake" and one != other:
            yield Violation(name, *_apart(one, other))


def _apart(one: object, other: object) -> tuple[object, object]:
    """What only one of two lists or mappings holds; any other value, and lists that differ in order alone, whole."""
    if isinstance(one, dict) and isinstance(other, dict):
        return _apart(list(one.items()), list(other.items()))
    if not (isinstance(one, list) and isinstance(other, list)):
        return one, other
    ours, theirs = [part for part in one if part not in other], [part for part in other if part not in one]
    return (ours, theirs) if ours or theirs else (one, other)
