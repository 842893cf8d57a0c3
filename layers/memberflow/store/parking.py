"""Inputs that could not be used: kept whole with the reason, to be looked at and replayed."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from hashlib import sha256
from operator import attrgetter

from msgspec import Struct

from memberflow.errors import BadInput
from memberflow.facts import rfc3339
from memberflow.store.models import ParkedItem, store_errors

PART_BYTES = 300_000
"""An item holds 400 KB; a larger input is compressed and, where that is not enough, kept in parts."""


class Parked(Struct, frozen=True):
    """``id`` is the same for the same input from the same source: delivered again it is parked once."""

    id: str
    at: int
    source: str
    reason: str
    raw: bytes

    @property
    def day(self) -> str:
        """Of its arrival, in UTC."""
        return rfc3339(self.at)[:10]


def park(raw: bytes, error: BadInput, at: int, source: str) -> None:
    """Keeps an input that arrived at a moment. Raises StoreUnavailable."""
    digest = sha256(source.encode() + b"\0" + raw).hexdigest()[:24]
    packed = zlib.compress(raw)
    parts = [packed[start : start + PART_BYTES] for start in range(0, len(packed), PART_BYTES)]
    when = rfc3339(at)
    with store_errors("an input could not be parked"):
        for n, part in enumerate(parts):
            key = f"PARKED#{when[:10]}", f"{when}#{digest}#{n:03d}"
            ParkedItem(*key, source=source, reason=str(error), parts=len(parts), part=part, at=at).save()


def parked_on(day: str) -> list[Parked]:
    """What was parked on a UTC day ('2026-03-01'), in order of arrival."""
    return whole(ParkedItem.query(f"PARKED#{day}"))


def whole(items: Iterable[ParkedItem]) -> list[Parked]:
    """The inputs that these items are the parts of, in order of arrival."""
    return [parked for parked, _ in with_parts(items)]


def with_parts(items: Iterable[ParkedItem]) -> list[tuple[Parked, list[ParkedItem]]]:
    """Each input with the items that it is kept in, in order of arrival."""
    inputs: dict[str, list[ParkedItem]] = {}
    for item in sorted(items, key=attrgetter("sk")):
        inputs.setdefault(item.sk.rpartition("#")[0], []).append(item)
    return [(_joined(parts), parts) for parts in inputs.values()]


def _joined(parts: list[ParkedItem]) -> Parked:
    first = parts[0]
    raw = zlib.decompress(b"".join(item.part for item in parts))
    return Parked(first.sk.split("#")[1], int(first.at), first.source, first.reason, raw)
