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
    buys, and what an order gave is there before it is taken back or spent. What became of messages comes last.
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


class ByHand(Fact, kw_only=True, frozen=True):
    """What an operator decided, and why."""

    reason: str
    operator: str


class Joined(Fact, tag="member.joined", kw_only=True, frozen=True):
    rank: ClassVar[int] = 0
    kind: ClassVar[str] = "member.joined"
    birthday: tuple[int, int, int] | None = None
    """(year or 0, month, day)."""
    time_zone: str | None = None
    language: str | None = None
    contacts: dict[str, str] = {}
    referred_by: str | None = None


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
    amounts: dict[str, int] = {}
    """By category, where the order's lines say so."""


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
    """Points to be spent, refused where too few are usable or the programme says no.

    ``points`` as they are, or what ``quantity`` of a ``good`` costs. ``order_amount``: of the order they are spent on.
    ``agreed``: a till was told yes, for ``points`` whatever they buy, and its word stands like that of Committed.
    """

    rank: ClassVar[int] = 6
    kind: ClassVar[str] = "points.redeemed"
    points: int = 0
    order_id: str | None = None
    order_amount: int | None = None
    good: str | None = None
    quantity: int = 1
    partner: str | None = None
    agreed: bool = False


class Reserved(Fact, tag="points.reserved", kw_only=True, frozen=True):
    """Points held back for a till, for as long as the programme says."""

    rank: ClassVar[int] = 7
    kind: ClassVar[str] = "points.reserved"
    points: int
    order_id: str | None = None
    order_amount: int | None = None


class Committed(Fact, tag="points.committed", kw_only=True, frozen=True):
    """A till has given what it had reserved points for. Its word stands: what has gone meanwhile becomes a debt.

    The id is that of the reservation.
    """

    rank: ClassVar[int] = 8
    kind: ClassVar[str] = "points.committed"
    points: int
    order_id: str | None = None


class Cancelled(Fact, tag="points.cancelled", kw_only=True, frozen=True):
    """A till gives back what it had reserved. The id is that of the reservation."""

    rank: ClassVar[int] = 9
    kind: ClassVar[str] = "points.cancelled"


class Delivered(Fact, tag="order.delivered", kw_only=True, frozen=True):
    """The id is that of the order."""

    rank: ClassVar[int] = 10
    kind: ClassVar[str] = "order.delivered"


class Adjusted(ByHand, tag="points.adjusted", kw_only=True, frozen=True):
    """By hand: points given, or taken where negative. ``last_day``: until when they are usable (None: as earned)."""

    rank: ClassVar[int] = 11
    kind: ClassVar[str] = "points.adjusted"
    points: int
    last_day: int | None = None


class Reinstated(ByHand, tag="points.reinstated", kw_only=True, frozen=True):
    """By hand: what expired within the programme's window comes back, usable through ``last_day`` (None: as earned)."""

    rank: ClassVar[int] = 12
    kind: ClassVar[str] = "points.reinstated"
    last_day: int | None = None


class Extended(ByHand, tag="points.extended", kw_only=True, frozen=True):
    """By hand: lots that end on ``expiring_by`` or sooner are usable through ``last_day``."""

    rank: ClassVar[int] = 13
    kind: ClassVar[str] = "points.extended"
    expiring_by: int
    last_day: int


class SentPoints(Fact, tag="points.sent", kw_only=True, frozen=True):
    """Points given to another member; like a till's word it stands once it was accepted."""

    rank: ClassVar[int] = 14
    kind: ClassVar[str] = "points.sent"
    points: int
    to: str


class ReceivedPoints(Fact, tag="points.received", kw_only=True, frozen=True):
    """Points given by another member, in the lots they came from: [day on which they are gone, points]."""

    rank: ClassVar[int] = 15
    kind: ClassVar[str] = "points.received"
    lots: tuple[tuple[int, int], ...]
    sender: str


class TierHeld(ByHand, tag="tier.held", kw_only=True, frozen=True):
    """By hand: no review lowers the member's tier through the day ``until``."""

    rank: ClassVar[int] = 20
    kind: ClassVar[str] = "tier.held"
    until: int


class TierGiven(ByHand, tag="tier.given", kw_only=True, frozen=True):
    """By hand: the member's tier from now on, through the day ``until`` if there is one."""

    rank: ClassVar[int] = 21
    kind: ClassVar[str] = "tier.given"
    tier: str
    until: int | None = None


class Invited(ByHand, tag="tier.invited", kw_only=True, frozen=True):
    """By hand: an invitation to a tier that is entered by one; open through the day ``until`` if there is one."""

    rank: ClassVar[int] = 22
    kind: ClassVar[str] = "tier.invited"
    tier: str
    until: int | None = None


class Accepted(Fact, tag="tier.accepted", kw_only=True, frozen=True):
    """The member accepts the invitation to a tier."""

    rank: ClassVar[int] = 23
    kind: ClassVar[str] = "tier.accepted"
    tier: str


class Judged(ByHand, tag="order.judged", kw_only=True, frozen=True):
    """By hand: an order out of the ordinary counts for tiers after all, or not."""

    rank: ClassVar[int] = 24
    kind: ClassVar[str] = "order.judged"
    order_id: str
    accepted: bool


class Merged(ByHand, tag="member.merged", kw_only=True, frozen=True):
    """By hand: two records of one person become one; this one's facts are another's from now on. Once per member."""

    rank: ClassVar[int] = 16
    kind: ClassVar[str] = "member.merged"
    into: str


class Bounced(Fact, tag="message.bounced", kw_only=True, frozen=True):
    """A message came back for good: the address that it went to is dead."""

    rank: ClassVar[int] = 40
    kind: ClassVar[str] = "message.bounced"
    channel: str
    address: str
    occurrence: str
    provider_id: str


class Complained(Fact, tag="message.complained", kw_only=True, frozen=True):
    """The member called a message spam where he reads his mail."""

    rank: ClassVar[int] = 41
    kind: ClassVar[str] = "message.complained"
    channel: str
    occurrence: str
    provider_id: str


class GrantUsed(Fact, tag="grant.used", kw_only=True, frozen=True):
    """A benefit given was used; what was done stands, even where it turns out to have been revoked before."""

    rank: ClassVar[int] = 30
    kind: ClassVar[str] = "grant.used"
    grant: str


class TaskDone(Fact, tag="task.done", kw_only=True, frozen=True):
    """A person did a task; the id is that of the task, so it is done once. ``answer``: what the member said, a word."""

    rank: ClassVar[int] = 31
    kind: ClassVar[str] = "task.done"
    operator: str
    answer: str | None = None


class Answered(Fact, tag="survey.answered", kw_only=True, frozen=True):
    """The member answered a survey himself. ``rating``: from 1 to 5."""

    rank: ClassVar[int] = 32
    kind: ClassVar[str] = "survey.answered"
    survey: str
    answer: str
    rating: int | None = None


class BenefitRated(Fact, tag="benefit.rated", kw_only=True, frozen=True):
    """What a member thinks of a benefit, from 1 to 5. It changes nothing of his: ratings are counted from the facts."""

    rank: ClassVar[int] = 33
    kind: ClassVar[str] = "benefit.rated"
    benefit: str
    rating: int


class Erased(Fact, tag="member.erased", kw_only=True, frozen=True):
    """Everything about the member was deleted, before this moment and at it; this fact keeps it from coming back."""

    rank: ClassVar[int] = 39
    kind: ClassVar[str] = "member.erased"


AnyFact = (
    Joined
    | Updated
    | Consent
    | Order
    | Refund
    | Activity
    | Redemption
    | Reserved
    | Committed
    | Cancelled
    | Delivered
    | Adjusted
    | Reinstated
    | Extended
    | SentPoints
    | ReceivedPoints
    | Merged
    | TierHeld
    | TierGiven
    | Invited
    | Accepted
    | Judged
    | Bounced
    | Complained
    | GrantUsed
    | TaskDone
    | Answered
    | BenefitRated
    | Erased
)

_DECODER: msgspec.json.Decoder[AnyFact] = msgspec.json.Decoder(AnyFact)


def encode(fact: AnyFact) -> bytes:
    """The fact as it is stored: compact JSON, its own type named."""
    return msgspec.json.encode(fact)


def decode(stored: bytes | str) -> AnyFact:
    """The fact that ``encode`` wrote."""
    return _DECODER.decode(stored)
