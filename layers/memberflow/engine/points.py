"""Points: earning into lots, spending the soonest to expire first, expiry, and taking back what a refund undoes.

A lot is usable through the end of its last day and gone on the day after, whether or not a run was there to see it.
Points taken back come from the order's own lot first, then from other lots like a spending, and what is spent already
becomes a debt that never expires and that the next earnings repay. Points of the order that had expired are not taken
again.
"""

from __future__ import annotations

from bisect import bisect_left

from memberflow.engine.history import History, Line
from memberflow.engine.member import DISTANT, NEVER, Member
from memberflow.engine.outcome import Entry, Outcome, Refusal
from memberflow.engine.rules import Rules
from memberflow.facts import Order, Redemption


def due(rules: Rules, member: Member) -> int:
    """The moment the next lot is gone."""
    if not member.lots or member.lots[0][0] == NEVER:
        return DISTANT
    return rules.zone.moment(member.lots[0][0])


def earned_by(rules: Rules, amount: int) -> int:
    return amount // rules.earn_per * rules.earn_points


def earn(member: Member, at: int, fact: Order, points: int, gone: int, out: Outcome) -> None:
    """Repays debt first; the rest joins the lot of its day."""
    if not points:
        return
    out.earned += points
    if member.debt:
        repaid = min(points, member.debt)
        member.debt -= repaid
        points -= repaid
        _record(member, at, fact.name, None, repaid, out)
    if points:
        _put(member.lots, gone, points)
        if out.entries is not None:
            _record(member, at, fact.name, gone, points, out)


def expire(member: Member, at: int, out: Outcome, history: History | None) -> None:
    """The soonest lot is gone."""
    gone, points = member.lots.pop(0)
    out.expired += points
    if history is not None:
        history.expired[gone] = history.expired.get(gone, 0) + points
    _record(member, at, "expired", gone, -points, out)


def redeem(member: Member, fact: Redemption, out: Outcome) -> None:
    """Spends the points asked for, or refuses the whole where too few are usable."""
    if member.points < fact.points:
        out.refusals.append(Refusal(fact.name, "not_enough_points"))
        return
    out.spent += fact.points
    _take(member, fact.at, fact.name, fact.points, out)


def take_back(member: Member, at: int, cause: str, line: Line, out: Outcome, history: History) -> None:
    """Takes back what the order earned for what is no longer left of it, in proportion.

    Counted from the whole order each time, so any split and order of partial refunds comes to the same.
    """
    owed = line.earned - (line.earned * line.left // line.amount if line.amount else 0) - line.returned
    line.returned += owed
    gone_already = min(owed, history.expired.get(line.lot, 0))
    if gone_already:
        history.expired[line.lot] -= gone_already
        owed -= gone_already
    out.taken_back += owed
    own = _take_from(member, at, cause, line.lot, owed, out)
    missing = _take(member, at, cause, owed - own, out)
    if missing:
        member.debt += missing
        _record(member, at, cause, None, -missing, out)


def _put(lots: list[list[int]], gone: int, points: int) -> None:
    if not lots or gone > lots[-1][0]:
        lots.append([gone, points])
        return
    place = bisect_left(lots, gone, key=lambda lot: lot[0])
    if lots[place][0] == gone:
        lots[place][1] += points
    else:
        lots.insert(place, [gone, points])


def _take(member: Member, at: int, cause: str, points: int, out: Outcome) -> int:
    """Takes from the soonest lots; what they could not give is returned."""
    while points and member.lots:
        points -= _take_from(member, at, cause, member.lots[0][0], points, out)
    return points


def _take_from(member: Member, at: int, cause: str, gone: int, points: int, out: Outcome) -> int:
    """Takes from one lot what it has, up to ``points``; returns how much."""
    place = bisect_left(member.lots, gone, key=lambda lot: lot[0])
    if not points or place == len(member.lots) or member.lots[place][0] != gone:
        return 0
    taken = min(points, member.lots[place][1])
    member.lots[place][1] -= taken
    if not member.lots[place][1]:
        del member.lots[place]
    _record(member, at, cause, gone, -taken, out)
    return taken


def _record(member: Member, at: int, cause: str, lot: int | None, points: int, out: Outcome) -> None:
    if out.entries is not None:
        out.entries.append(Entry(at, cause, lot, points, member.points - member.debt))
