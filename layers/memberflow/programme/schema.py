"""The shape of a programme file: every key an operator can write, with its type.

The same types read the YAML that an operator edits and the JSON that is shipped to the functions. What a shape alone
can't say (thresholds in order, templates that exist) is checked in check.py.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

# Currencies whose smallest unit is not a hundredth (ISO 4217); every other one has two places.
DECIMAL_PLACES = dict.fromkeys(
    ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"), 0
) | dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3)

Name = Annotated[
    str, Meta(pattern="^[a-z][a-z0-9_]{0,39}$", description="a name of lower-case letters, digits and underscores")
]
Language = Annotated[str, Meta(pattern="^[a-z]{2}(-[A-Z]{2})?$", description="a language such as en or zh-CN")]
Label = Annotated[str, Meta(min_length=1, description="the words that members read")]
Money = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{1,12}(\.[0-9]{1,3})?$",
        description="an amount in the programme's currency, such as 3000 or 2999.99",
    ),
]
Count = Annotated[int, Meta(ge=1, description="a whole number from 1")]
Duration = Annotated[
    str,
    Meta(
        pattern="^([1-9][0-9]{0,3} days?|[1-9][0-9]{0,2} months?|[1-9][0-9]? years?)$",
        description="a period such as 90 days, 12 months or 1 year, below a hundred years",
    ),
]
LocalTime = Annotated[str, Meta(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$", description='a time of day such as "09:30"')]
Channel = Literal["email", "log"]
Purpose = Literal["service", "marketing"]


class _Shape(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    pass


class QuietHours(_Shape, frozen=True, kw_only=True):
    """No message leaves from ``start`` until ``end``, in the member's own time; may span midnight."""

    start: LocalTime
    end: LocalTime


class Earn(_Shape, frozen=True, kw_only=True):
    """``points`` for every full ``per`` of an order's amount; a remainder earns nothing."""

    points: Count = 1
    per: Money


class Points(_Shape, frozen=True, kw_only=True):
    """``expire_after``: how long a lot is usable, through the end of its last day; absent: for ever."""

    earn: Earn
    expire_after: Duration | None = None


class Rule(_Shape, frozen=True, kw_only=True):
    """Conditions that must all hold: each measure over the tiers' window is at least the figure written.

    ``spend``: net of refunds. ``orders``: number of orders not refunded whole. ``categories``: distinct ones.
    ``any`` and ``all`` nest further rules.
    """

    spend: Money | None = None
    orders: Count | None = None
    categories: Count | None = None
    any: tuple[Rule, ...] = ()
    all: tuple[Rule, ...] = ()


class Tier(_Shape, frozen=True, kw_only=True):
    """``enter`` is absent for the first tier only; without ``keep`` the tier is kept by the rule that enters it."""

    name: Name
    label: dict[Language, Label]
    enter: Rule | None = None
    keep: Rule | None = None


class Tiers(_Shape, frozen=True, kw_only=True):
    """Tiers from the lowest to the highest.

    ``window``: the trailing period the measures cover, in whole days. A member rises at once. Every ``review_every``
    from the day he reached his tier the keep rule is settled: he stays, or drops exactly one tier.
    """

    window: Duration = "12 months"
    review_every: Duration = "12 months"
    levels: Annotated[tuple[Tier, ...], Meta(min_length=1)]


class Journey(_Shape, frozen=True, kw_only=True):
    """A reason to contact a member.

    ``birthday``: on his birthday. ``tier_reached``: when he rises to one of ``tiers`` (absent: to any). ``dormancy``:
    ``after`` the day of his last order, once per spell; an order in between calls it off. Each leaves at ``send_at`` of
    the member's own time (absent: at once, outside quiet hours) and is dropped when ``useful_for`` has passed.
    """

    trigger: Literal["birthday", "tier_reached", "dormancy"]
    after: Duration | None = None
    tiers: tuple[Name, ...] = ()
    send_at: LocalTime | None = None
    useful_for: Duration
    purpose: Purpose
    channels: Annotated[tuple[Channel, ...], Meta(min_length=1)]
    message: Name


class Programme(_Shape, frozen=True, kw_only=True):
    """One page of rules. ``languages``: the first is used where a member's own is not offered."""

    programme: Name
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$", description="an ISO 4217 code such as CNY")]
    time_zone: Annotated[str, Meta(description="an IANA zone such as Asia/Shanghai")]
    languages: Annotated[tuple[Language, ...], Meta(min_length=1)]
    enrol: Literal["first_order", "joining"] = "first_order"
    birthday_29_february: Literal["28 February", "1 March"] = "28 February"
    quiet_hours: QuietHours | None = None
    points: Points
    tiers: Tiers
    journeys: dict[Name, Journey] = {}


class Message(_Shape, frozen=True, kw_only=True):
    """A template in one language; subject and text are Jinja2."""

    subject: str
    text: str


class Shipped(_Shape, frozen=True, kw_only=True):
    """A checked programme with its templates (key, then language), as the build ships it to the functions."""

    programme: Programme
    messages: dict[Name, dict[Language, Message]]
