"""Points: earning into lots, waiting until they are usable, expiry, and taking back what a refund undoes.

A lot is usable through the end of its last day and gone on the day after, whether or not a run was there to see it.
Earnings repay a debt first. Points taken back come from those of the order that are pending, then from its own lot,
then from other lots like a spending; what is spent already becomes a debt that never expires, or is forgiven, as the
programme says. Points of the order that had expired are not taken again.
"""

from __future__ import annotations

from bisect import bisect_left

from memberflow.engine import lots
from memberflow.engine.calendar import add
from memberflow.engine.history import Gone, History, Line
from memberflow.engine.lots import Key
from memberflow.engine.member import DISTANT, NEVER, Member
from memberflow.engine.outcome import Entry, Outcome
from memberflow.engine.rules import Rules


def expiry_due(rules: Rules, member: Member) -> int:
    """The moment the next lot is gone."""
    if not member.lots or member.sheltered:
        return DISTANT
    gone = member.lots[0][0]
    if gone == NEVER:
        return DISTANT
    return rules.zone.moment(gone if gone > member.spared_until else member.spared_until)


def usable_due(rules: Rules, member: Member) -> int:
    """The moment the next pending points become usable."""
    if not member.pending or member.pending[0][0] == NEVER:
        return DISTANT
    return rules.zone.moment(member.pending[0][0])


def earn(member: Member, at: int, cause: str, points: int, key: Key, usable: int, out: Outcome) -> None:
    """Points into a lot; with ``usable``, a day, they are pending until then."""
    if not points:
        return
    out.earned += points
    if usable:
        _pend(member.pending, usable, key, points)
        record_pending(member, at, cause, key[0], points, out)
    else:
        credit(member, at, cause, points, key, out)


def earn_today(rules: Rules, member: Member, at: int, cause: str, points: int, out: Outcome) -> None:
    """Points for anything but an order: usable at once."""
    if points:
        key = (rules.lasting.gone_on(rules.zone.day(at)), rules.lasting.rule)
        earn(member, at, cause, points, key, 0, out)


def credit(member: Member, at: int, cause: str, points: int, key: Key, out: Outcome) -> None:
    """Repays debt first; the rest joins its lot."""
    if member.debt:
        repaid = min(points, member.debt)
        member.debt -= repaid
        points -= repaid
        record(member, at, cause, None, repaid, out)
    if points:
        lots.put(member.lots, *_lot(key, points))
        if out.entries is not None:
            record(member, at, cause, key[0], points, out)


def become_usable(rules: Rules, member: Member, at: int, out: Outcome) -> None:
    """The pending points of the soonest day."""
    day = member.pending[0][0]
    while member.pending and member.pending[0][0] == day:
        _, gone, points, rule = member.pending.pop(0)
        record_pending(member, at, "usable", gone, -points, out)
        credit(member, at, "usable", points, (gone, rule), out)


def release(member: Member, at: int, cause: str, line: Line, out: Outcome) -> None:
    """The order's own points stop pending before their day."""
    left = line.earned - line.returned
    points = _take_pending(member, line.usable, line.lot, left)
    line.usable = 0
    if points:
        record_pending(member, at, cause, line.lot[0], -points, out)
        credit(member, at, cause, points, line.lot, out)


def expire(member: Member, at: int, out: Outcome, history: History | None) -> None:
    """The lots of the soonest day are gone."""
    day = max(member.lots[0][0], member.spared_until)
    while member.lots and member.lots[0][0] <= day:
        lot = member.lots.pop(0)
        out.expired += lot[1]
        if history is not None:
            key = lots.key_of(lot)
            before = history.expired.get(key)
            history.expired[key] = Gone(lot[1] + (before.points if before else 0), at)
        if out.entries is not None:
            record(member, at, "expired", lot[0], -lot[1], out)


def take_back(rules: Rules, member: Member, at: int, cause: str, line: Line, out: Outcome, history: History) -> None:
    """Takes back what the order earned for what is no longer left of it, in proportion.

    Counted from the whole order each time, so any split and order of partial refunds comes to the same.
    """
    owed = line.earned - (line.earned * line.left // line.amount if line.amount else 0) - line.returned
    line.returned += owed
    own = history.lot_of(line)
    if own in history.expired:
        gone_already = min(owed, history.expired[own].points)
        history.expired[own].points -= gone_already
        owed -= gone_already
    out.taken_back += owed
    if pending := _take_pending(member, line.usable, line.lot, owed):
        record_pending(member, at, cause, line.lot[0], -pending, out)
        owed -= pending
    taken = lots.take_from(member.lots, own, owed)
    if taken:
        record(member, at, cause, own[0], -taken, out)
    missing = owed - taken - take(member, at, cause, owed - taken, out)
    if missing and rules.forgives:
        out.taken_back -= missing
    elif missing:
        owe(member, at, cause, missing, out)


def take(member: Member, at: int, cause: str, points: int, out: Outcome) -> int:
    """Takes from the soonest lots; returns how much they had."""
    return sum(part[1] for part in take_parts(member, at, cause, points, out))


def take_parts(member: Member, at: int, cause: str, points: int, out: Outcome) -> list[lots.Lot]:
    """Takes from the soonest lots; returns the parts of lots that were taken."""
    balance = 0 if out.entries is None else _balance(member, out)
    parts = lots.take(member.lots, points)
    if out.entries is not None:
        for part in parts:
            balance -= part[1]
            out.entries.append(Entry(at, cause, part[0], -part[1], balance))
    return parts


def owe(member: Member, at: int, cause: str, points: int, out: Outcome) -> None:
    member.debt += points
    record(member, at, cause, None, -points, out)


def prolong(rules: Rules, member: Member, what: str, day: int, earned: int, history: History | None) -> None:
    """Activity moves the end of lots whose rule counts it; each keeps the rule under which it was earned."""
    for number, prolonging in rules.prolongings.items():
        if what in prolonging.on and (earned or prolonging.zero_points):
            move(member, prolonging.gone_on(day), history, rule=number)


def move(member: Member, gone: int, history: History | None, *, rule: int = 0, until: int = NEVER) -> None:
    """Lots of a rule (0: of any), gone by the day ``until``, are gone on a later day now."""
    moving = [lot for lot in member.lots if lot[0] < gone and lot[0] <= until and rule in (0, lots.rule_of(lot))]
    for lot in moving:
        member.lots.remove(lot)
        if history is not None:
            history.move(lots.key_of(lot), gone)
        lots.put(member.lots, gone, lot[1], lots.rule_of(lot))


def shelter(rules: Rules, member: Member, at: int) -> None:
    """While the tier held says so no points expire; when it is left those past their day have the notice to go."""
    sheltered = member.tier in rules.lasting.never_for
    if member.sheltered and not sheltered:
        member.spared_until = add(rules.zone.day(at), rules.lasting.notice) + 1
    if member.sheltered != sheltered:
        member.wake = min(member.wake, at)
    member.sheltered = sheltered


def record(member: Member, at: int, cause: str, lot: int | None, points: int, out: Outcome) -> None:
    """An entry of the ledger, after the movement."""
    if out.entries is not None:
        balance = out.entries[-1].balance + points if out.entries else _balance(member, out)
        out.entries.append(Entry(at, cause, lot, points, balance))


def record_pending(member: Member, at: int, cause: str, lot: int, points: int, out: Outcome) -> None:
    if out.entries is not None:
        out.entries.append(Entry(at, cause, lot, 0, _balance(member, out), points))


def _balance(member: Member, out: Outcome) -> int:
    """As the last entry left it: to add up all lots for each entry would cost their square."""
    return out.entries[-1].balance if out.entries else member.points - member.debt


def _lot(key: Key, points: int) -> tuple[int, int, int]:
    return key[0], points, key[1]


def _pend(pending: list[list[int]], usable: int, key: Key, points: int) -> None:
    place = _pending_place(pending, usable, key)
    if place < len(pending) and _pending_key(pending[place]) == (usable, *key):
        pending[place][2] += points
    else:
        pending.insert(place, [usable, key[0], points, key[1]])


def _take_pending(member: Member, usable: int, key: Key, points: int) -> int:
    """Takes what the pending points of a day and lot have, up to ``points``; returns how much."""
    place = _pending_place(member.pending, usable, key)
    if not usable or not points or place == len(member.pending):
        return 0
    if _pending_key(member.pending[place]) != (usable, *key):
        return 0
    taken = min(points, member.pending[place][2])
    member.pending[place][2] -= taken
    if not member.pending[place][2]:
        del member.pending[place]
    return taken


def _pending_place(pending: list[list[int]], usable: int, key: Key) -> int:
    return bisect_left(pending, (usable, *key), key=_pending_key)


def _pending_key(lot: list[int]) -> tuple[int, int, int]:
    return lot[0], lot[1], lot[3]
