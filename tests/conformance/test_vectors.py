"""Worked examples from published programmes, and our own conventions, as data: see vectors.py and the YAML files."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from msgspec import UNSET

from memberflow.engine import measures, outlook, terms
from memberflow.engine.calendar import day_to_date
from memberflow.engine.entitlement import entitlement
from memberflow.engine.fold import fold
from memberflow.engine.member import DISTANT, NEVER, Member
from memberflow.engine.outcome import Outcome
from memberflow.engine.rules import Rules
from tests.conformance.vectors import PROGRAMME, Expected, Step, Vector, fact_of, moment_of, vectors
from tests.property.store import MemoryStore

VECTORS = dict(vectors())


@pytest.mark.parametrize("name", VECTORS)
def test_a_vector_comes_out_as_expected(name: str) -> None:
    """Folded from nothing, and as a store takes it in fact by fact."""
    vector = VECTORS[name]
    rules, last = vector.rules, -DISTANT
    store = MemoryStore(rules)
    for step in vector.steps:
        if step.expect is None:
            store.take((fact_of(rules, step),))
            continue
        now, out = moment_of(rules, step), Outcome(entries=[])
        member = fold(rules, "m", store.known.values(), now, out)
        store.run(now)
        for shown in (seen(rules, member, out, last, now), seen(rules, store.member, store.out, last, now)):
            expected = wanted(step.expect)
            shown["measures"] = {key: shown["measures"][key] for key in expected.get("measures", ())}
            assert {key: shown[key] for key in expected} == expected, step.at
        last = now


def wanted(expected: Expected) -> dict[str, Any]:
    return {name: value for name, value in msgspec.structs.asdict(expected).items() if value is not UNSET}


def seen(rules: Rules, member: Member, out: Outcome, last: int, now: int) -> dict[str, Any]:
    """Everything a vector can ask for."""
    rules = rules.of(member)
    standing, figures = (
        member.standings[-1] if member.standings else None,
        measures.seen(rules, member, rules.zone.day(now)),
    )
    review = terms.due(rules, member)
    return {
        "tier": member.tier,
        "since": standing and date(rules.zone.day(standing.since)),
        "review_on": "never" if review == DISTANT else date(rules.zone.day(review)),
        "points": member.points,
        "debt": member.debt,
        "missing": missing(rules, member, rules.zone.day(now)),
        "pending": member.points_pending,
        "held": member.points_held,
        "referred": [f"{one.referrer} by {one.friend}" for one in out.referred if last < one.at <= now],
        "lots": {"never" if lot[0] == NEVER else date(lot[0] - 1): lot[1] for lot in member.lots},
        "spend": money(figures["spend"]),
        "orders": figures["orders"],
        "categories": figures["categories"],
        "measures": figures,
        "refused": [f"{refusal.fact.partition('#')[2]} {refusal.code}" for refusal in out.refusals],
        "ledger": [entry.points for entry in out.entries or () if last < entry.at <= now],
        "decided": [f"{one.outcome} {one.after}" for one in out.decisions if last < one.at <= now],
        "said": [one.id for one in out.occurrences if last < one.at <= now],
        "granted": [f"{one.state} {one.grant.id}" for one in out.grants if last < one.at <= now],
        "asked": [f"{one.state} {one.task.id}" for one in out.tasks if last < one.at <= now],
        "open": [grant.id for grant in member.grants],
        "has": entitlement(rules, member, now).standing,
        "badges": sorted(name for name, times in member.badges.items() if times > 0),
        "segment": member.scored and " ".join(map(str, msgspec.structs.astuple(member.scored)[:4])),
    }


def missing(rules: Rules, member: Member, today: int) -> str | None:
    told = outlook.review(rules, member, today)
    if told is None or not told.enough:
        return None
    enough = told.enough[0]
    return f"{money(enough.spend)} by {'ever' if enough.last is None else date(enough.last)}"


def money(minor: int) -> str:
    return f"{minor / 100:.2f}".removesuffix(".00")


def date(day: int) -> str:
    return day_to_date(day).isoformat()


# The language


@pytest.mark.parametrize(
    "wrong",
    [
        {"source": "s", "steps": [], "programe": {}},
        {"source": "s", "steps": [{"at": "2026-01-01", "ordr": "1"}]},
        {"source": "s", "steps": [{"at": "2026-01-01", "expect": {"balance": "1"}}]},
        {"steps": []},
    ],
)
def test_an_unknown_or_missing_word_fails(wrong: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(wrong, Vector, strict=False)


def test_an_unknown_word_in_the_programme_fails() -> None:
    with pytest.raises(msgspec.ValidationError):
        _ = Vector(source="s", steps=[], programme={"pionts": PROGRAMME["points"]}).rules


def test_a_step_that_says_nothing_fails() -> None:
    vector = Vector(source="s", steps=[])
    with pytest.raises(ValueError, match="without a fact"):
        fact_of(vector.rules, Step(at="2026-01-01"))
