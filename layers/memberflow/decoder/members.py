"""Facts of members: profile, consent, activities."""

from __future__ import annotations

from typing import Any

from memberflow.decoder.values import birthday, by_hand, head
from memberflow.errors import BadInput
from memberflow.events.members import ActivityDone, ConsentChanged, MemberJoined, MemberMerged, MemberUpdated, Profile
from memberflow.facts import Activity, Consent, Joined, Merged, Updated


def _profile(event: Profile, id: str) -> dict[str, Any]:
    return head(event, id) | {
        "birthday": birthday(event.birthday),
        "time_zone": event.time_zone,
        "language": event.language,
        "contacts": event.contacts,
    }


def _joined(event: MemberJoined, currency: str) -> Joined:
    if event.referred_by == event.member_id:
        raise BadInput("referred_by", event.referred_by, "another member than himself")
    return Joined(referred_by=event.referred_by, **_profile(event, "joined"))


def _updated(event: MemberUpdated, currency: str) -> Updated:
    return Updated(**_profile(event, event.event_id))


def _consent(event: ConsentChanged, currency: str) -> Consent:
    return Consent(
        **head(event, event.event_id),
        purpose=event.purpose,
        channel=event.channel,
        granted=event.granted,
        source=event.source,
        text_version=event.text_version,
    )


def _activity(event: ActivityDone, currency: str) -> Activity:
    return Activity(**head(event, f"{event.activity}#{event.activity_id}"), activity=event.activity)


def _merged(event: MemberMerged, currency: str) -> Merged:
    if event.into == event.member_id:
        raise BadInput("into", event.into, "another member than himself")
    return Merged(**by_hand(event, "merged"), into=event.into)


FACTS: dict[type, Any] = {
    MemberJoined: _joined,
    MemberUpdated: _updated,
    MemberMerged: _merged,
    ConsentChanged: _consent,
    ActivityDone: _activity,
}
