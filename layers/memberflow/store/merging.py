"""Two records of one person become one: the facts of one go to the other, who is folded anew from both.

First the one record is closed, so that whatever comes for it later goes to the other; then its facts are handed over.
Should that be cut short, the same input delivered again goes on with it: a fact that arrived already is not new. Where
both have a fact of one name that differs (each joined once), the other's stands and this one's stays where it was.
"""

from __future__ import annotations

from typing import Literal

from memberflow import runtime
from memberflow.engine.erased import is_erased
from memberflow.engine.rules import Rules
from memberflow.errors import BadInput, StoreUnavailable
from memberflow.facts import Erased, Merged
from memberflow.store import ledger
from memberflow.store.commit import Tally, commit_as_one
from memberflow.store.ledger import ATTEMPTS_MAX, Arrival, fold_in, leave_out_erased
from memberflow.store.reading import history, load


def take(rules: Rules, arrival: Arrival, tally: Tally) -> None:
    """Merges and sets the arrival's outcome. Raises BadInput where there is no record to merge or to merge into."""
    fact = arrival.fact
    assert isinstance(fact, Merged)
    try:
        closed = _close(rules, arrival, fact, tally)
        arrival.outcome = (
            closed if closed in ("failed", "erased") or _hand_over(rules, fact, arrival.known_at, tally) else "failed"
        )
    except StoreUnavailable as error:
        runtime.logger.warning("store unavailable", extra={"reason": str(error)})
        arrival.outcome = "failed"


def _close(
    rules: Rules, arrival: Arrival, fact: Merged, tally: Tally
) -> Literal["new", "duplicate", "erased", "failed"]:
    """new, duplicate where it was closed before, erased where he was, failed where other writers were always first."""
    for _ in range(ATTEMPTS_MAX):
        stored = load([fact.member_id, fact.into])
        one, other = stored[fact.member_id], stored[fact.into]
        leave_out_erased(one.member, [arrival])
        if arrival.outcome == "erased":
            return "erased"
        if not one.version:
            raise BadInput("member_id", fact.member_id, "a known member")
        if not other.version or is_erased(other.member) or other.member.merged_into is not None:
            raise BadInput("into", fact.into, "a known member who was not merged himself")
        if one.member.merged_into == fact.into:
            return "duplicate"
        if one.member.merged_into is not None:
            raise BadInput("into", fact.into, f"{one.member.merged_into!r}, into whom he was merged before")
        if commit_as_one([fold_in(rules, one, [arrival])[0]], tally):
            return "new"
    return "failed"


def _hand_over(rules: Rules, fact: Merged, known_at: int, tally: Tally) -> bool:
    """The facts through the ledger: they are readdressed there, like any that come later. False where some failed."""
    facts = [known for known in history(fact.member_id).facts.values() if not isinstance(known, Merged | Erased)]
    arrivals = [Arrival(known, known_at) for known in facts]
    tally.add(ledger.take(rules, arrivals))
    conflicts = sum(arrival.outcome == "conflict" for arrival in arrivals)
    if conflicts:
        runtime.logger.warning("facts of both members differ", extra={"kept_apart": conflicts})
    return all(arrival.outcome != "failed" for arrival in arrivals)
