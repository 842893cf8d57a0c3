"""What a function does with a batch of inputs: decode, park what can't be used, hand the rest to the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from memberflow import decoder, runtime
from memberflow.engine.calendar import zone_or_none
from memberflow.engine.rules import Rules
from memberflow.errors import BadInput, ConflictingFact, StoreUnavailable
from memberflow.facts import AnyFact, Joined, Merged, SentPoints, Updated, rfc3339
from memberflow.store import ledger, merging, transfers
from memberflow.store.ledger import Arrival
from memberflow.store.parking import park

FUTURE_MS = 5 * 60_000
"""How far a shop's clock may be ahead of ours."""


_OF_TWO = {SentPoints: transfers.take, Merged: merging.take}
"""Facts that change two members at once."""


class Input(Struct, frozen=True):
    """One record as it came: ``id`` is what the event source calls it, ``source`` which source that was."""

    id: str
    raw: bytes
    known_at: int
    source: str


def take_in(rules: Rules, inputs: Sequence[Input]) -> list[str]:
    """The ids of those inputs that must be delivered again; every other one is written, known already, or parked."""
    failed: list[str] = []
    arrivals: list[tuple[Input, Arrival]] = []
    for given in inputs:
        try:
            arrivals.append((given, _arrival(rules, given)))
        except BadInput as error:
            failed += park_input(given, error)
    return failed + take_facts(rules, arrivals)


def take_facts(rules: Rules, arrivals: Sequence[tuple[Input, Arrival]]) -> list[str]:
    """As take_in, of inputs whose facts are known."""
    failed: list[str] = []
    tally = ledger.take(rules, [arrival for _, arrival in arrivals if type(arrival.fact) not in _OF_TWO])
    for given, arrival in arrivals:
        if take := _OF_TWO.get(type(arrival.fact)):
            try:
                take(rules, arrival, tally)
            except BadInput as error:
                failed += park_input(given, error)
                arrival.outcome = "parked"
    for given, arrival in arrivals:
        if arrival.outcome == "conflict":
            failed += park_input(
                given, ConflictingFact(arrival.fact.kind, arrival.fact.id, "the content stored before")
            )
    runtime.count("FactsNew", sum(arrival.outcome == "new" for _, arrival in arrivals))
    runtime.count("FactsDuplicate", sum(arrival.outcome == "duplicate" for _, arrival in arrivals))
    runtime.count("FactsOfErased", sum(arrival.outcome == "erased" for _, arrival in arrivals))
    _tell_of_zones(arrival.fact for _, arrival in arrivals if arrival.outcome == "new")
    runtime.count("MembersWritten", tally.written)
    runtime.count("MembersRebuilt", tally.rebuilt)
    return failed + [given.id for given, arrival in arrivals if arrival.outcome == "failed"]


def _tell_of_zones(found: Iterable[AnyFact]) -> None:
    """A zone that does not exist is kept as it came, and the programme's used; the shop should hear of it."""
    for fact in found:
        if isinstance(fact, Joined | Updated) and fact.time_zone and zone_or_none(fact.time_zone) is None:
            said = {"member": runtime.alias(fact.member_id), "time_zone": fact.time_zone}
            runtime.logger.warning("unknown time zone", extra=said)
            runtime.count("TimeZonesUnknown")


def answer(failed: Iterable[str]) -> dict[str, list[dict[str, str]]]:
    """The response of a function that reports partial batch failures."""
    return {"batchItemFailures": [{"itemIdentifier": name} for name in failed]}


def _arrival(rules: Rules, given: Input) -> Arrival:
    fact = decoder.decode(given.raw, rules.programme.currency)
    if fact.at > given.known_at + FUTURE_MS:
        raise BadInput("occurred_at", rfc3339(fact.at), f"a moment not after its arrival at {rfc3339(given.known_at)}")
    return Arrival(fact, given.known_at)


def park_input(given: Input, error: BadInput) -> list[str]:
    """Keeps what can't be used; returns the input's id where not even that worked."""
    try:
        park(given.raw, error, given.known_at, given.source)
    except StoreUnavailable as failure:
        runtime.logger.warning("store unavailable", extra={"reason": str(failure)})
        return [given.id]
    runtime.logger.warning("parked", extra={"source": given.source, "field": error.field, "input": given.id})
    runtime.count("InputsParked")
    return []
