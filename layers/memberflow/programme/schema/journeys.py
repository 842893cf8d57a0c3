"""Journeys: the reasons to contact a member."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from memberflow.programme.schema.fields import Channel, Duration, LocalTime, Name, Percent, Purpose, Shape


class Journey(Shape, frozen=True, kw_only=True):
    """A reason to contact a member.

    ``birthday``: on his birthday. ``tier_reached``: when he rises to one of ``tiers`` (absent: to any). ``dormancy``:
    ``after`` the day of his last order, once per spell; an order in between calls it off. Each leaves at ``send_at`` of
    the member's own time (absent: at once, outside quiet hours) and is dropped when ``useful_for`` has passed.

    ``channels``: in order; the first that the member agreed to and can be reached by. ``holdout``: so many percent of
    the members never get it, always the same ones, to be compared with the others.
    """

    trigger: Literal["birthday", "tier_reached", "dormancy"]
    after: Duration | None = None
    tiers: tuple[Name, ...] = ()
    send_at: LocalTime | None = None
    useful_for: Duration
    purpose: Purpose
    channels: Annotated[tuple[Channel, ...], Meta(min_length=1)]
    message: Name
    holdout: Percent | None = None
