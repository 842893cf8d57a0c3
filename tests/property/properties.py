"""The promises of the engine, each a function that raises AssertionError for a history that breaks it."""

from __future__ import annotations

import msgspec
from hypothesis import assume

from memberflow.engine import measures
from memberflow.engine.calendar import DAY
from memberflow.engine.fold import advance, apply, fold, next_due
from memberflow.engine.history import History as Memory
from memberflow.engine.member import Member
from memberflow.engine.outcome import Occurrence, Outcome
from memberflow.engine.rules import Rules
from memberflow.engine.view import view
from memberflow.facts import AnyFact, Erased, Order
from tests.property import twin, twin_tasks
from tests.property.histories import MEMBER, Arrival, History, SplitRefund
from tests.property.sound import check_sound
from tests.property.store import MemoryStore


def folded(history: History) -> tuple[Member, Outcome]:
    out = Outcome(entries=[])
    return fold(history.setting.rules, MEMBER, history.facts, history.end, out), out


def check_same(rules: Rules, one: Member, other: Member, end: int) -> None:
    """The same in everything; ``wake`` may differ, for it is a hint, but not in what is really due next."""
    assert view(rules, one, end) == view(rules, other, end)
    assert next_due(rules, one) == next_due(rules, other)
    assert msgspec.structs.asdict(one) == msgspec.structs.asdict(other)


def any_arrival_ends_alike(case: tuple[History, tuple[Arrival, ...]]) -> None:
    """In any order, any number of times, in any batches, with runs in between at any moments: the same member.

    He is compared after every step, for the next one may fold him anew and so put right what went wrong.
    """
    history, arrivals = case
    rules = history.setting.rules
    store = MemoryStore(rules)
    for arrival in arrivals:
        store.arrive(arrival)
        now = max(store.member.clock, arrival.run_until or 0)
        check_same(rules, store.member, fold(rules, MEMBER, store.known.values(), now, Outcome()), now)
    member, out = folded(history)
    assert store.out == out
    check_same(rules, store.member, member, history.end)
    _check_told_once(store, out)


def _check_told_once(store: MemoryStore, out: Outcome) -> None:
    """An id stands for one reason, however often it follows, and what is to be told in the end was told on the way."""
    reasons: dict[str, tuple[object, ...]] = {}
    for occurrence in store.emitted:
        assert reasons.setdefault(occurrence.id, _reason(occurrence)) == _reason(occurrence)
    ids = [occurrence.id for occurrence in out.occurrences]
    assert len(ids) == len(set(ids))
    assert set(ids) <= set(reasons)
    asked: dict[str, tuple[object, ...]] = {}
    for change in store.asked:
        about = (change.task.journey, change.task.anchor, change.task.role)
        assert asked.setdefault(change.task.id, about) == about
    assert {change.task.id for change in out.tasks} <= set(asked)


def _reason(occurrence: Occurrence) -> tuple[object, ...]:
    return (occurrence.journey, occurrence.anchor, occurrence.data.get("reached"), occurrence.data.get("lost"))


def runs_do_not_matter(case: tuple[History, list[int]]) -> None:
    """Time that runs in pieces, before and between the facts, does what time does in one go."""
    history, stops = case
    rules = history.setting.rules
    member, out = folded(history)
    stopped, in_pieces, memory = Member(MEMBER), Outcome(entries=[]), Memory()
    for fact in sorted(history.facts, key=lambda fact: fact.key):
        for stop in sorted(stop for stop in stops if stopped.newest[0] <= stop <= fact.at):
            advance(rules, stopped, stop, in_pieces, memory)
        apply(rules, stopped, fact, in_pieces, memory)
        check_sound(rules, stopped, in_pieces)
    for stop in sorted(stop for stop in stops if stopped.newest[0] <= stop <= history.end):
        advance(rules, stopped, stop, in_pieces, memory)
        check_sound(rules, stopped, in_pieces)
    advance(rules, stopped, history.end, in_pieces, memory)
    assert in_pieces == out
    check_same(rules, stopped, member, history.end)


def agrees_with_the_twin(case: tuple[History, list[int]]) -> None:
    """At any moment the member is what a recount from nothing but his orders says."""
    history, moments = case
    rules = history.setting.rules
    looked_at = sorted([*moments, history.end])
    recounts = twin.states(history.setting.programme, history.facts, looked_at)
    for moment, expected in zip(looked_at, recounts, strict=True):
        member = fold(rules, MEMBER, history.facts, moment, Outcome())
        seen = measures.seen(rules, member, rules.zone.day(moment))
        assert {
            "tier": member.tier,
            "points": member.points,
            "debt": member.debt,
            "measures": {key: seen[key] for key in expected["measures"]},
            "suppressed": member.suppressed,
            "granted": {name for name, said in member.consents.items() if said[0]},
        } == expected


def tasks_agree_with_the_twin(case: tuple[History, list[int]]) -> None:
    """At any moment what became of each task is what a recount from nothing but the facts says."""
    history, moments = case
    zone = history.setting.programme.time_zone
    for moment in [*moments, history.end]:
        out = Outcome()
        fold(history.setting.rules, MEMBER, history.facts, moment, out)
        last = {change.task.id: change.state for change in out.tasks}
        assert last == twin_tasks.states(zone, history.facts, moment)


def refunds_add_up(case: SplitRefund) -> None:
    """An order refunded in parts, in any order and some of them twice, ends like one refunded whole at that moment."""
    history, rules = case.history, case.history.setting.rules
    out = Outcome()
    whole = fold(rules, MEMBER, (*history.facts, case.whole), history.end, out)
    before = tuple(fact for fact in history.facts if fact not in case.coming)
    store = MemoryStore(rules)
    for facts in (before, *((fact,) for fact in case.coming)):
        store.arrive(Arrival(facts, None))
    assume(not any(one.cause == "review" and one.at == history.end for one in (*out.decisions, *store.out.decisions)))
    assume(not any(map(_consoles, (out, store.out))))  # who goes down twice is consoled twice
    assert view(rules, store.member, history.end) == view(rules, whole, history.end)


def _consoles(out: Outcome) -> bool:
    """Whether a journey about a tier lost gave something, or asked it of somebody."""
    return any(id.startswith("lower#") for id in (*(g.grant.id for g in out.grants), *(t.task.id for t in out.tasks)))


def a_tier_at_risk_goes_on_its_day_unless_what_is_missing_is_spent(history: History) -> None:
    """Who does nothing loses it; the spend named, by the day before, keeps it, and a penny less does not.

    Within a grace it may: who spends before the oldest leaves the count has it counted with that, and is safe.
    """
    rules = history.setting.rules
    for one, before in _told(history, "risk"):
        settled = rules.zone.moment(one.anchor)
        held = _index(rules, before, one.at)
        assert _index(rules, before, settled) < held
        assert _index(rules, [*before, _spent(settled - 1, _short(one))], settled) >= held
        if rules.grace is None or _spend(rules, before, settled - 1) == _spend(rules, before, settled):
            assert _index(rules, [*before, _spent(settled - 1, _short(one) - 1)], settled) < held


def a_tier_within_reach_is_reached_by_what_is_missing_and_by_no_less(history: History) -> None:
    rules = history.setting.rules
    for one, before in _told(history, "near"):
        assert 0 < _short(one) <= 2000
        next_tier = rules.level[str(one.data["next_tier"])].index
        assert _index(rules, [*before, _spent(one.at, _short(one))], one.at) >= next_tier
        assert _index(rules, [*before, _spent(one.at, _short(one) - 1)], one.at) < next_tier


def _told(history: History, journey: str) -> list[tuple[Occurrence, list[AnyFact]]]:
    """Each time, with the facts known then; where some are of the same moment it is not clear which were."""
    _, out = folded(history)
    told = []
    for one in out.occurrences:
        by_then = [fact for fact in history.facts if fact.at <= one.at]
        clear = sum(fact.at == one.at for fact in by_then) <= (journey == "near")
        if one.journey == journey and clear:
            told.append((one, by_then))
    return told


def _index(rules: Rules, facts: list[AnyFact], at: int) -> int:
    tier = fold(rules, MEMBER, facts, at, Outcome()).tier
    return rules.level[tier or ""].index


def _spend(rules: Rules, facts: list[AnyFact], at: int) -> int:
    """What counts on the day of a moment."""
    return measures.seen(rules, fold(rules, MEMBER, facts, at, Outcome()), rules.zone.day(at))["spend"]


def _spent(at: int, amount: int) -> Order:
    return Order(at=at, id="zz", member_id=MEMBER, amount=amount)


def _short(occurrence: Occurrence) -> int:
    return int(str(occurrence.data["short"]).replace(".", ""))


def an_erasure_leaves_the_same_of_everybody(case: tuple[History, tuple[Arrival, ...]]) -> None:
    """Whichever of the member's facts are still there, and however long ago it was: nothing but that he was erased."""
    history, arrivals = case
    rules, erased = history.setting.rules, Erased(at=history.end + 1, id="e", member_id=MEMBER)
    much_later = history.end + 1000 * DAY
    alone = fold(rules, MEMBER, [erased], much_later, Outcome())
    assert not alone.contacts
    assert alone.tier is None
    for left in range(len(arrivals) + 1):
        facts = {fact.key: fact for arrival in arrivals[:left] for fact in arrival.facts}
        out = Outcome(entries=[])
        member = fold(rules, MEMBER, [*facts.values(), erased], much_later, out)
        check_sound(rules, member, out)
        check_same(rules, member, alone, much_later)
