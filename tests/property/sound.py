"""What must hold of every member after every step, whatever happened to him."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from memberflow.engine import truth
from memberflow.engine.conditions import Condition
from memberflow.engine.fold import next_due
from memberflow.engine.lots import key_of
from memberflow.engine.member import NEVER, Member
from memberflow.engine.outcome import Decision, Occurrence, Outcome
from memberflow.engine.rules import Rules


def check_sound(rules: Rules, member: Member, out: Outcome) -> None:
    """``out`` is everything that followed since the member was folded from nothing, the ledger included."""
    _check_points(rules, member, out)
    _check_window(member)
    _check_grants(rules, member, out)
    _check_tasks(rules, member, out)
    _check_left_in_peace(rules, out)
    assert member.wake <= max(next_due(rules, member)[0], member.clock), "the member would be woken late"
    held = [rules.of(member).level[standing.tier].index for standing in member.standings]
    assert held == sorted(set(held)), "a tier lies above one that is not below it"
    _check_evidence(rules, out)
    assert out.entries is not None
    for what in (out.decisions, out.entries, out.grants):
        assert all(one.at <= other.at for one, other in pairwise(what)), "written down out of order"


def _check_points(rules: Rules, member: Member, out: Outcome) -> None:
    balance = member.points - member.debt
    kept = balance + member.points_pending + member.points_held
    assert kept == out.earned + out.given - out.spent - out.expired - out.taken_back
    assert balance == (out.entries[-1].balance if out.entries else 0)
    assert balance == sum(entry.points for entry in out.entries or ())
    assert member.points_pending == sum(entry.pending for entry in out.entries or ())
    assert all(lot[1] > 0 for lot in member.lots)
    assert all(key_of(one) < key_of(other) for one, other in pairwise(member.lots)), "lots are not soonest first"
    assert member.debt >= 0
    assert not (member.debt and member.lots), "debt is not repaid"
    for gone in (max(lot[0], member.spared_until) for lot in member.lots if not member.sheltered):
        past = gone != NEVER and rules.zone.moment(gone) <= member.clock
        assert not past or member.wake <= member.clock, "a lot past its day is still there"


def _check_left_in_peace(rules: Rules, out: Outcome) -> None:
    """Between two occurrences of a journey there is the time that it asks for."""
    last: dict[str, Occurrence] = {}
    for one in sorted(out.occurrences, key=lambda one: one.at):
        journey = rules.at(one.at).journeys.get(one.journey)
        if journey is not None and journey.again_after is not None:
            before = last.get(one.journey)
            assert before is None or one.at - before.at >= journey.again_after.least_ms, "told again too soon"
            last[one.journey] = one


def _check_window(member: Member) -> None:
    assert member.spend == sum(bucket[1] for bucket in member.days)
    assert member.orders == sum(bucket[2] for bucket in member.days)
    assert all(figure >= 0 for bucket in member.days for figure in bucket[1:])
    assert all(one[0] < other[0] for one, other in pairwise([*member.older, *member.days])), "days are not in order"


def _check_evidence(rules: Rules, out: Outcome) -> None:
    """No decision contradicts the figures it shows, and whatever has one cause moves a tier one way only."""
    moves: dict[tuple[str, int], list[int]] = {}
    for decision in out.decisions:
        now = rules.at(decision.at)
        condition = next((rule for rule in _conditions(now) if rule.path == decision.rule), None)
        if decision.figures and condition is not None:
            holds = condition.holds({seen.measure: seen.value for seen in decision.figures})
            assert holds == (decision.outcome in ("reached", "kept", "candidate")), decision
        if decision.moved and decision.before in now.level:
            step = now.level[decision.after].index - now.level[decision.before].index
            moves.setdefault((decision.cause, decision.at), []).append(step)
    for steps in moves.values():
        assert all(step > 0 for step in steps) or all(step <= 0 for step in steps), "up and down for one cause"


def _conditions(rules: Rules) -> Iterator[Condition]:
    for level in rules.levels:
        yield from (rule for rule in (level.enter, level.keep, level.eligible) if rule is not None)


def _check_grants(rules: Rules, member: Member, out: Outcome) -> None:
    """Each is given once and ends at most once in each way; open are those that have not ended by now."""
    of = {state: [one.grant for one in out.grants if one.state == state] for state in ("given", "used", "revoked")}
    for state, grants in of.items():
        assert len({grant.id for grant in grants}) == len(grants), f"{state} twice"
    ended = {grant.id for grant in (*of["used"], *of["revoked"])}
    assert ended <= {grant.id for grant in of["given"]}
    left = [grant for grant in of["given"] if grant.id not in ended and grant.until > member.clock]
    assert member.grants == left
    for decision in out.decisions:
        if decision.outcome == "refunded":
            _check_nothing_rests_on(rules, decision, member, out)


def _check_nothing_rests_on(rules: Rules, lost: Decision, member: Member, out: Outcome) -> None:
    """Of a tier lost by a refund nothing given before is open, unless a review had ended it meanwhile."""
    tier = rules.level[lost.before or ""].index
    ended = any(
        d.outcome == "dropped" and d.at <= lost.at and rules.level[d.after].index <= tier for d in out.decisions
    )
    resting = [grant for grant in member.grants if grant.cause.startswith(f"tier#{lost.before}#")]
    assert ended or not [grant for grant in resting if grant.at < lost.at], "a tier is gone and its grants are not"


def _check_tasks(rules: Rules, member: Member, out: Outcome) -> None:
    """Each begins once and ends at most once in each way; open are those that have not ended and still stand."""
    named = [(change.task.id, change.state) for change in out.tasks]
    assert len(set(named)) == len(named), "a task became twice what it is"
    begun: set[str] = set()
    for change in out.tasks:
        assert (change.state in ("open", "held_out")) == (change.task.id not in begun), "a task ended before it began"
        begun.add(change.task.id)
    last = {change.task.id: change for change in out.tasks}
    assert member.tasks == [change.task for change in last.values() if change.state == "open"]
    for task in member.tasks:
        assert task.at < task.due <= task.until
        assert task.until > member.clock or member.wake <= member.clock, "a task of no use is still open"
        assert truth.still_true(rules.of(member), member, task, member.clock), "its reason is gone"
