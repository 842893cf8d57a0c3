"""Points from one member to another: both records in one transaction, or neither."""

from __future__ import annotations

from memberflow import runtime
from memberflow.engine.erased import is_erased
from memberflow.engine.outcome import Entry
from memberflow.engine.rules import Rules
from memberflow.errors import BadInput, StoreUnavailable
from memberflow.facts import ReceivedPoints, SentPoints
from memberflow.store.commit import Tally, commit_as_one
from memberflow.store.ledger import ATTEMPTS_MAX, Arrival, fold_in, leave_out_erased
from memberflow.store.models import FactItem, fact_key
from memberflow.store.reading import Stored, get, load


def take(rules: Rules, arrival: Arrival, tally: Tally) -> None:
    """Moves the points and sets the arrival's outcome. Raises BadInput where sender or receiver can't."""
    fact = arrival.fact
    assert isinstance(fact, SentPoints)
    try:
        for _ in range(ATTEMPTS_MAX):
            known = [item for item in get([fact_key(fact)]) if isinstance(item, FactItem)]
            if known:
                arrival.settle(known[0].body)
                return
            if _move(rules, arrival, fact, tally):
                arrival.outcome = arrival.outcome or "new"
                return
    except StoreUnavailable as error:
        runtime.logger.warning("store unavailable", extra={"reason": str(error)})
    arrival.outcome = "failed"


def _move(rules: Rules, arrival: Arrival, fact: SentPoints, tally: Tally) -> bool:
    """False where another writer was first."""
    stored = load([fact.member_id, fact.to])
    leave_out_erased(stored[fact.member_id].member, [arrival])
    if arrival.outcome:
        return True
    _refuse_strangers(fact, stored)
    usable = stored[fact.member_id].member.points
    sent, out = fold_in(rules, stored[fact.member_id], [arrival], statement=True)
    lots = [entry for entry in out.entries or () if entry.cause == fact.name]
    if any(entry.lot is None for entry in lots):
        raise BadInput("points", fact.points, f"no more than the sender can use, about {usable}")
    got, _ = fold_in(rules, stored[fact.to], [Arrival(_received(fact, lots), arrival.known_at)])
    return commit_as_one([sent, got], tally)


def _refuse_strangers(fact: SentPoints, stored: dict[str, Stored]) -> None:
    for field, member_id in (("member_id", fact.member_id), ("to", fact.to)):
        if not stored[member_id].version or is_erased(stored[member_id].member):
            raise BadInput(field, member_id, "a known member")
        into = stored[member_id].member.merged_into
        if into is not None:
            raise BadInput(field, member_id, f"{into!r}, into whom he was merged")


def _received(fact: SentPoints, lots: list[Entry]) -> ReceivedPoints:
    return ReceivedPoints(
        at=fact.at,
        id=f"{fact.member_id}#{fact.id}",
        member_id=fact.to,
        sender=fact.member_id,
        lots=tuple((entry.lot, -entry.points) for entry in lots if entry.lot is not None),
    )
