"""The shape of a programme file: every key an operator can write, with its type.

The same types read the YAML that an operator edits and the JSON that is shipped to the functions. What a shape alone
can't say (thresholds in order, templates that exist) is checked in check.py.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, field

from memberflow.programme.schema.benefits import Badge, Benefit, GrantRule
from memberflow.programme.schema.fields import Channel, Label, Language, LocalTime, Name, Shape
from memberflow.programme.schema.journeys import Journey
from memberflow.programme.schema.measures import Kinds, Score
from memberflow.programme.schema.points import Points
from memberflow.programme.schema.segments import Segments, Tag
from memberflow.programme.schema.sending import Cap
from memberflow.programme.schema.targets import Targets
from memberflow.programme.schema.tiers import Tiers


class QuietHours(Shape, frozen=True, kw_only=True):
    """No message leaves from ``start`` until ``end``, in the member's own time; may span midnight."""

    start: LocalTime
    end: LocalTime


class Category(Shape, frozen=True, kw_only=True):
    """A category of orders, by the words that members read."""

    label: dict[Language, Label]


class Programme(Shape, frozen=True, kw_only=True):
    """One page of rules. ``languages``: the first is used where a member's own is not offered."""

    programme: Name
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$", description="an ISO 4217 code such as CNY")]
    time_zone: Annotated[str, Meta(description="an IANA zone such as Asia/Shanghai")]
    languages: Annotated[tuple[Language, ...], Meta(min_length=1)]
    enrol: Literal["first_order", "joining"] = "first_order"
    birthday_29_february: Literal["28 February", "1 March"] = "28 February"
    quiet_hours: QuietHours | None = None
    points: Points = field(default_factory=Points)
    """Absent where members have tiers and benefits, and no points."""
    tiers: Tiers
    journeys: dict[Name, Journey] = field(default_factory=dict)
    measures: Kinds = field(default_factory=Kinds)
    scores: dict[Name, Score] = field(default_factory=dict)
    benefits: dict[Name, Benefit] = field(default_factory=dict)
    grants: dict[Name, GrantRule] = field(default_factory=dict)
    badges: dict[Name, Badge] = field(default_factory=dict)
    segments: Segments | None = None
    tags: dict[Name, Tag] = field(default_factory=dict)
    event_channels: tuple[Channel, ...] = ()
    """Channels besides email, sms and log: their messages are events on the bus, for senders of the shop's own."""
    caps: tuple[Cap, ...] = ()
    surveys: dict[Name, Annotated[tuple[Name, ...], Meta(min_length=1)]] = field(default_factory=dict)
    """What members are asked, and the answers there are to each."""
    targets: Targets | None = None
    categories: dict[Name, Category] = field(default_factory=dict)
    """Those of the shop's orders that messages may name."""


class Message(Shape, frozen=True, kw_only=True):
    """A template in one language, each part Jinja2; what is rendered of it has the same shape.

    ``html``: the whole page of a mail, with the layout around the operator's body. ``short``: what SMS and app push
    say instead of the text.
    """

    subject: str
    text: str
    html: str | None = None
    short: str | None = None


class Shipped(Shape, frozen=True, kw_only=True):
    """A checked programme with its templates (key, then language), as the build ships it to the functions.

    ``revisions``: later pages of it by the date from which they are in force ('2026-03-01', in its time zone).
    """

    programme: Programme
    messages: dict[Name, dict[Language, Message]]
    revisions: dict[str, Programme] = field(default_factory=dict)
