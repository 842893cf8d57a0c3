"""Who goes first where a cap lets fewer messages through than are due for a member on one day."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from memberflow.delivery import caps, gates
from memberflow.delivery.caps import Sends
from memberflow.delivery.gates import Asked, Verdict
from memberflow.engine import fold
from memberflow.engine.member import Member
from memberflow.engine.outcome import Occurrence, Outcome
from memberflow.engine.packed import pack, unpack
from memberflow.engine.rules import Rules
from memberflow.store.reading import occurrence_of, waiting_messages


def verdict(asked: Asked, rules: Rules) -> Verdict:
    """What the gates say when what comes before the message on its day has taken its places under the caps.

    Nothing more is asked where nothing of its purpose comes before it. ``rules``: see send_all. Raises
    StoreUnavailable.
    """
    found = gates.verdict(asked)
    if (found.channel is None and found.reason != "holdout") or not _gives_way(asked):
        return found
    return gates.verdict(replace(asked, sends={**asked.sends, **_places(asked, rules)}))


def _gives_way(asked: Asked) -> bool:
    programme = asked.rules.programme
    return caps.are_about(programme, asked.purpose) and any(_goes_before(asked, key) for key in programme.journeys)


def _goes_before(asked: Asked, key: str) -> bool:
    journeys = asked.rules.programme.journeys
    mine, other = journeys[asked.occurrence.journey], journeys.get(key)
    return other is not None and other.purpose == mine.purpose and other.priority > mine.priority


def _places(asked: Asked, rules: Rules) -> Sends:
    """As if they had been sent by now: what waits for its moment today, and what the rest of the day will bring."""
    place = asked.rules.zone_of(asked.member)
    end = place.moment(place.day(asked.now) + 1)
    waiting = waiting_messages(asked.member.id, end)
    tonight, out = unpack(pack(asked.member)), Outcome()
    fold.advance(rules, tonight, end - 1, out)
    return _taken(asked, asked.member, map(occurrence_of, waiting)) | _taken(asked, tonight, out.occurrences)


def _taken(asked: Asked, member: Member, occurrences: Iterable[Occurrence]) -> dict[str, tuple[int, str, str]]:
    """Only what would leave, were it asked now or at its own moment, takes a place."""
    taken = {}
    for one in occurrences:
        if _goes_before(asked, one.journey):
            told = replace(asked, member=member, occurrence=one, refused=(), now=max(asked.now, one.at))
            channel = gates.verdict(told).channel
            if channel is not None:
                taken[one.id] = (asked.now, asked.purpose, channel)
    return taken
