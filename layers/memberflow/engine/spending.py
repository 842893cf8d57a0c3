"""Spending points: at once, or held back for a till that then commits or cancels; and their return with a refund.

Points come from the soonest lots. What a till cancels, or does not commit in time, goes back to the lots it came from
with their own end. Where that day has passed meanwhile the programme says for how long they come back, if at all.
"""

from __future__ import annotations

from memberflow.engine import goods, lots, points
from memberflow.engine.calendar import add
from memberflow.engine.history import History, Line, Spending
from memberflow.engine.lots import Lot, rule_of
from memberflow.engine.member import DISTANT, Held, Member
from memberflow.engine.outcome import Outcome, Refusal
from memberflow.engine.rules import Rules
from memberflow.facts import Cancelled, Committed, Redemption, Reserved


def due(member: Member) -> tuple[int, str]:
    """The moment the next reservation lapses, and its id."""
    return min(((held.until, held.id) for held in member.held), default=(DISTANT, ""))


def price(rules: Rules, fact: Redemption | Reserved) -> int:
    """How many points it takes; 0 for a good that is not in the catalogue."""
    if isinstance(fact, Reserved) or fact.good is None or fact.agreed:
        return fact.points
    good = goods.named(rules, fact)
    return 0 if good is None else good.points * fact.quantity


def refused(rules: Rules, member: Member, fact: Redemption | Reserved) -> str | None:
    """Why points can't be spent so, as Refusal has it; None where they can."""
    wanted, redeeming = price(rules, fact), rules.redeeming
    if isinstance(fact, Redemption) and (code := goods.refused(rules, member, fact)) is not None:
        return code
    if isinstance(fact, Redemption):
        if fact.partner is not None and (redeeming is None or fact.partner not in redeeming.partners):
            return "unknown_partner"
        if redeeming is not None and fact.partner is not None and wanted % redeeming.partners[fact.partner].points:
            return "not_in_step"
    is_money = isinstance(fact, Reserved) or (fact.good is None and fact.partner is None)
    if redeeming is not None and is_money:
        code = redeeming.refused(wanted, fact.order_amount)
        if code is not None:
            return code
    return "not_enough_points" if member.points < wanted else None


def redeem(rules: Rules, member: Member, fact: Redemption, out: Outcome, history: History | None) -> None:
    """Spends the points asked for, or refuses the whole; what was agreed is spent, and owed where it is gone."""
    code = None if fact.agreed else refused(rules, member, fact)
    if code is not None:
        out.refusals.append(Refusal(fact.name, code))
        return
    goods.count(rules, member, fact)
    wanted = price(rules, fact)
    parts = _spend(member, fact, wanted, [], out)
    _spent(fact.order_id, parts, history)
    points.prolong(rules, member, "redemption", rules.zone.day(fact.at), wanted, history)


def reserve(rules: Rules, member: Member, fact: Reserved, out: Outcome, history: History | None) -> None:
    code = refused(rules, member, fact)
    if code is not None:
        out.refusals.append(Refusal(fact.name, code))
        return
    until = fact.at + rules.reserve_ms
    parts = points.take_parts(member, fact.at, fact.name, fact.points, out)
    member.held.append(Held(fact.id, until, fact.points, parts, fact.order_id))
    member.wake = min(member.wake, until)


def commit(rules: Rules, member: Member, fact: Committed, out: Outcome, history: History | None) -> None:
    """Soonest lot first of what is held; the rest of that goes back. What is not held any more is taken, or owed."""
    held = _let_go(member, fact.id)
    rest = [] if held is None else held.parts
    parts = lots.take(rest, fact.points)
    _put_back(rules, member, fact.at, fact.name, rest, out)
    parts = _spend(member, fact, fact.points, parts, out)
    order_id = fact.order_id or (held.order_id if held else None)
    _spent(order_id, parts, history)
    points.prolong(rules, member, "redemption", rules.zone.day(fact.at), fact.points, history)


def cancel(rules: Rules, member: Member, fact: Cancelled, out: Outcome, history: History | None) -> None:
    held = _let_go(member, fact.id)
    if held is None:
        out.refusals.append(Refusal(fact.name, "no_reservation"))
        return
    _put_back(rules, member, fact.at, fact.name, held.parts, out)


def lapse(rules: Rules, member: Member, id: str, at: int, out: Outcome) -> None:
    """A reservation whose time is over."""
    held = _let_go(member, id)
    assert held is not None
    _put_back(rules, member, at, f"lapsed#{id}", held.parts, out)


def give_back(rules: Rules, member: Member, at: int, cause: str, line: Line, out: Outcome, history: History) -> None:
    """Points spent on an order come back for what of it was refunded, from each lot in proportion."""
    for spending in history.spent.get(line.id, ()):
        for place, part in enumerate(spending.parts):
            due_back = part[1] - (part[1] * line.left // line.amount if line.amount else 0)
            points_back = due_back - spending.returned[place]
            spending.returned[place] = due_back
            out.spent -= points_back
            _put_back(rules, member, at, cause, [[part[0], points_back, *part[2:]]], out)


def _let_go(member: Member, id: str) -> Held | None:
    held = next((held for held in member.held if held.id == id), None)
    if held is not None:
        member.held.remove(held)
    return held


def _spend(member: Member, fact: Redemption | Committed, wanted: int, parts: list[Lot], out: Outcome) -> list[Lot]:
    """What the parts of lots taken before don't have is taken from the soonest lots, and owed where they end."""
    out.spent += wanted
    missing = wanted - sum(part[1] for part in parts)
    more = points.take_parts(member, fact.at, fact.name, missing, out)
    missing -= sum(part[1] for part in more)
    if missing:
        points.owe(member, fact.at, fact.name, missing, out)
    return [*parts, *more]


def _spent(order_id: str | None, parts: list[Lot], history: History | None) -> None:
    if history is not None and order_id is not None:
        history.spent.setdefault(order_id, []).append(Spending(parts, [0] * len(parts)))


def _put_back(rules: Rules, member: Member, at: int, cause: str, parts: list[Lot], out: Outcome) -> None:
    """Into their lots; a part past its day comes back for as long as the programme says, or is gone at once."""
    today = rules.zone.day(at)
    longest = rules.redeeming.returned_for if rules.redeeming else None
    for part in parts:
        gone = part[0] if longest is None or part[0] > today else add(today, longest) + 1
        if part[1]:
            points.credit(member, at, cause, part[1], (gone, rule_of(part)), out)
    member.wake = min(member.wake, at)
