"""Facts of members: profile, consent, activities."""

from __future__ import annotations

from typing import Any

from memberflow.decoder.values import at, birthday
from memberflow.errors import BadInput
from memberflow.events.members import ActivityDone, ConsentChanged, MemberJoined, MemberMerged, MemberUpdated, Profile
from memberflow.facts import Activity, Consent, Joined, Merged, Updated


def _profile(event: Profile) -> dict[str, Any]:
    return {
        "at": at(event.occurred_at),
        "member_id": event.member_id,
        "birthday": birthday(event.birthday),
        "time_zone": event.time_zone,
        "language": event.language,
        "contacts": event.contacts,
    }


def _joined(event: MemberJoined, currency: str) -> Joined:
    if event.referred_by == event.member_id:
        raise BadInput("referred_by", event.referred_by, "another member than himself")
    return Joined(id="joined", referred_by=event.referred_by, **_profile(event))


def _updated(event: MemberUpdated, currency: str) -> Updated:
    return Updated(id=event.event_id, **_profile(event))


def _consent(event: ConsentChanged, currency: str) -> Consent:
    return Consent(
        at=at(event.occurred_at),
        id=event.event_id,
        member_id=event.member_id,
        purpose=event.purpose,
        channel=event.channel,
        granted=event.granted,
        source=event.source,
        text_version=event.text_version,
    )


def _activity(event: ActivityDone, currency: str) -> Activity:
    return Activity(
        at=at(event.occurred_at),
        id=f"{event.activity}#{event.activity_id}",
        member_id=event.member_id,
        activity=event.activity,
    )


def _merged(event: MemberMerged, currency: str) -> Merged:
    if event.into == event.member_id:
        raise BadInput("into", event.into, "another member than himself")
    return Merged(
        at=at(event.occurred_at),
        id="merged",
        member_id=event.member_id,
        into=event.into,
        reason=event.reason,
        operator=event.operator,
    )


FACTS: dict[type, Any] = {
    MemberJoined: _joined,
    MemberUpdated: _updated,
    MemberMerged: _merged,
    ConsentChanged: _consent,
    ActivityDone: _activity,
}
