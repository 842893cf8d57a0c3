"""What happened to a member, in the engine's units: money in integer minor units, moments in integer milliseconds.

A fact is immutable and has a natural key (``kind`` and ``id`` within its member): delivered again it counts once.
What arrives from outside is an event (events.py); decoder.py makes facts of it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import ClassVar

import msgspec
from msgspec import Struct

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def moment(at: datetime) -> int:
    """Milliseconds since 1970-01-01T00:00Z of an aware moment."""
    return (at - _EPOCH) // _MILLISECOND


def rfc3339(at: int) -> str:
    """The moment as text in UTC, with milliseconds only where there are any."""
    text = (_EPOCH + timedelta(milliseconds=at)).isoformat(timespec="milliseconds" if at % 1000 else "seconds")
    return text.replace("+00:00", "Z")


class Fact(Struct, tag_field="type", frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """What every fact begins with.

    Facts sort by (``at``, ``rank``, ``id``): a total order. At one moment profile and consent come before
    orders, orders before refunds, refunds before activities and redemptions: a member is known before he
    buys, and what an order gave is there before it is taken back or spent.
    """

    rank: ClassVar[int]
    kind: ClassVar[str]
    at: int
    id: str
    member_id: str

    @property
    def name(self) -> str:
        """How entries and decisions refer to it."""
        return f"{self.kind}#{self.id}"

    @property
    def key(self) -> tuple[int, int, str]:
        return (self.at, self.rank, self.id)


class Joined(Fact, tag="member.joined", kw_only=True, frozen=True):
    rank: ClassVar[int] = 0
    kind: ClassVar[str] = "member.joined"
    birthday: tuple[int, int, int] | None = None
    """(year or 0, month, day)."""
    time_zone: str | None = None
    language: str | None = None
    contacts: dict[str, str] = {}


class Updated(Fact, tag="member.updated", kw_only=True, frozen=True):
    rank: ClassVar[int] = 1
    kind: ClassVar[str] = "member.updated"
    birthday: tuple[int, int, int] | None = None
    time_zone: str | None = None
    language: str | None = None
    contacts: dict[str, str] = {}


class Consent(Fact, tag="consent.changed", kw_only=True, frozen=True):
    rank: ClassVar[int] = 2
    kind: ClassVar[str] = "consent.changed"
    purpose: str
    channel: str
    granted: bool
    source: str = "unknown"
    text_version: str = "unknown"


class Order(Fact, tag="order.paid", kw_only=True, frozen=True):
    rank: ClassVar[int] = 3
    kind: ClassVar[str] = "order.paid"
    amount: int
    channel: str = "unknown"
    categories: tuple[str, ...] = ()
    coupon_codes: tuple[str, ...] = ()


class Refund(Fact, tag="order.refunded", kw_only=True, frozen=True):
    rank: ClassVar[int] = 4
    kind: ClassVar[str] = "order.refunded"
    order_id: str | None = None
    amount: int | None = None
    """None: all that is left of the order."""


class Activity(Fact, tag="activity.done", kw_only=True, frozen=True):
    rank: ClassVar[int] = 5
    kind: ClassVar[str] = "activity.done"
    activity: str


class Redemption(Fact, tag="points.redeemed", kw_only=True, frozen=True):
    rank: ClassVar[int] = 6
    kind: ClassVar[str] = "points.redeemed"
    points: int


AnyFact = Joined | Updated | Consent | Order | Refund | Activity | Redemption

_DECODER: msgspec.json.Decoder[AnyFact] = msgspec.json.Decoder(AnyFact)


def encode(fact: AnyFact) -> bytes:
    """The fact as it is stored: compact JSON, its own type named."""
    return msgspec.json.encode(fact)


def decode(stored: bytes | str) -> AnyFact:
    """The fact that ``encode`` wrote."""
    return _DECODER.decode(stored)
