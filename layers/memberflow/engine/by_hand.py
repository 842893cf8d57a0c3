"""What operators do to points by hand, and members among each other: every movement a fact with its reason."""

from __future__ import annotations

from memberflow.engine import points, spending
from memberflow.engine.calendar import add
from memberflow.engine.history import History
from memberflow.engine.member import Member
from memberflow.engine.outcome import GrantChange, Outcome, Refusal, TaskChange
from memberflow.engine.rules import Rules
from memberflow.facts import Adjusted, Erased, Extended, Merged, ReceivedPoints, Reinstated, SentPoints


def adjust(rules: Rules, member: Member, fact: Adjusted, out: Outcome, history: History | None) -> None:
    """Gives points, or takes them soonest lot first; what is missing is owed or forgiven like that of a refund."""
    if fact.points > 0:
        _give(rules, member, fact.at, fact.name, fact.points, fact.last_day, out)
        return
    taken = points.take(member, fact.at, fact.name, -fact.points, out)
    missing = -fact.points - taken
    if missing and not rules.forgives:
        points.owe(member, fact.at, fact.name, missing, out)
        taken += missing
    out.given -= taken


def reinstate(rules: Rules, member: Member, fact: Reinstated, out: Outcome, history: History | None) -> None:
    """What expired on a day of the programme's window comes back as one lot."""
    assert history is not None
    within = rules.lasting.reinstate_within
    if within is None:
        out.refusals.append(Refusal(fact.name, "not_reinstatable"))
        return
    today = rules.zone.day(fact.at)
    first = add(today, within, -1)
    gone = _gone(rules, today, fact.last_day)
    back = {key: one for key, one in history.expired.items() if one.points and rules.zone.day(one.at) - 1 >= first}
    if not back:
        out.refusals.append(Refusal(fact.name, "nothing_expired"))
    for key, one in back.items():
        history.move(key, gone)
        _give(rules, member, fact.at, fact.name, one.points, gone - 1, out, rule=key[1])
        one.points = 0


def extend(rules: Rules, member: Member, fact: Extended, out: Outcome, history: History | None) -> None:
    points.move(member, fact.last_day + 1, history, until=fact.expiring_by + 1)
    member.wake = min(member.wake, fact.at)


def send(rules: Rules, member: Member, fact: SentPoints, out: Outcome, history: History | None) -> None:
    """Soonest lot first; the sender's word stands, so what is gone meanwhile is owed."""
    taken = points.take(member, fact.at, fact.name, fact.points, out)
    if taken < fact.points:
        points.owe(member, fact.at, fact.name, fact.points - taken, out)
    out.given -= fact.points


def receive(rules: Rules, member: Member, fact: ReceivedPoints, out: Outcome, history: History | None) -> None:
    """The points keep their end: a gift does not make them younger, nor older."""
    for gone, count in fact.lots:
        _give(rules, member, fact.at, fact.name, count, gone - 1, out)


def leave(rules: Rules, member: Member, fact: Merged, out: Outcome, history: History | None) -> None:
    """He lives on in another's record: his points, grants and tasks leave with his facts."""
    _empty(rules, member, fact, out)
    shell = Member(member.id, merged_into=fact.into, newest=member.newest, clock=member.clock, facts=member.facts)
    _become(member, shell)


def erase(rules: Rules, member: Member, fact: Erased, out: Outcome, history: History | None) -> None:
    """Nothing is left of him but that he was erased: the same whichever of his facts are still there."""
    _empty(rules, member, fact, out)
    _become(member, Member(member.id, revision=member.revision, erased_before=fact.at + 1))
    if history is not None:
        _become(history, History())


def _empty(rules: Rules, member: Member, fact: Merged | Erased, out: Outcome) -> None:
    for held in list(member.held):
        spending.lapse(rules, member, held.id, fact.at, out)
    out.given -= member.points + member.points_pending - member.debt
    points.take(member, fact.at, fact.name, member.points, out)
    for lot in member.pending:
        points.record_pending(member, fact.at, fact.name, lot[1], -lot[2], out)
    if member.debt:
        owed, member.debt = member.debt, 0
        points.record(member, fact.at, fact.name, None, owed, out)
    out.grants += [GrantChange(grant, "revoked", fact.at, fact.name) for grant in member.grants]
    out.tasks += [TaskChange(task, "withdrawn", fact.at) for task in member.tasks]


def _become(one: Member | History, other: Member | History) -> None:
    for name in one.__struct_fields__:
        setattr(one, name, getattr(other, name))


def _give(
    rules: Rules, member: Member, at: int, cause: str, count: int, last_day: int | None, out: Outcome, rule: int = 0
) -> None:
    out.given += count
    gone = _gone(rules, rules.zone.day(at), last_day)
    points.credit(member, at, cause, count, (gone, rule or (rules.lasting.rule if last_day is None else 0)), out)
    member.wake = min(member.wake, at)


def _gone(rules: Rules, today: int, last_day: int | None) -> int:
    return rules.lasting.gone_on(today) if last_day is None else last_day + 1
