"""Who a member is, what he agreed to, and what he does besides ordering."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, field

from memberflow.events.fields import Address, Birthday, ByHand, Happened, Id, Name


class Profile(Happened, kw_only=True):
    birthday: Birthday | None = None
    time_zone: Name | None = None
    language: Name | None = None
    contacts: Annotated[dict[Name, Address], Meta(max_length=16)] = field(default_factory=dict)


class MemberJoined(Profile, tag="member.joined", kw_only=True):
    """The member joined; once per member. ``referred_by``: the member who brought him."""

    referred_by: Id | None = None


class MemberUpdated(Profile, tag="member.updated", kw_only=True):
    """The member's profile changed. What is absent stays as it was; contacts are merged."""

    event_id: Id


class ConsentChanged(Happened, tag="consent.changed", kw_only=True):
    """The member allowed or forbade messages of a purpose on a channel."""

    event_id: Id
    purpose: Name
    channel: Name
    granted: bool
    source: Name = "unknown"
    text_version: Name = "unknown"


class MemberMerged(ByHand, tag="member.merged", kw_only=True):
    """Two records of one person become one: everything this member did is the other's, now and from now on."""

    into: Id


class ActivityDone(Happened, tag="activity.done", kw_only=True):
    """The member did something that is not an order: a check-in, a review, a share."""

    activity: Name
    activity_id: Id
