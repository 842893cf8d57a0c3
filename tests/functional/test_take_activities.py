"""The function take_activities: profiles, consents, activities and redemptions from the queue into members."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from cli.local.stack import LocalStack
from tests.functional.conftest import kinesis, member, order

Sample = Callable[[str], dict[str, Any]]


def test_the_sample_event_makes_a_member_with_profile_and_consent(stack: LocalStack, sample: Sample) -> None:
    assert stack.call("TakeActivities", sample("take_activities")) == {"batchItemFailures": []}
    joined = member("m-1001").member
    assert (joined.birthday, joined.time_zone, joined.contacts) == (
        (1990, 5, 17),
        "Europe/London",
        {"email": "m-1001@example.com"},
    )
    assert joined.consents["marketing/email"][0] is True
    assert joined.facts == 4


def test_a_redemption_without_enough_points_changes_nothing_and_one_with_enough_spends(
    stack: LocalStack, sample: Sample
) -> None:
    stack.call("TakeActivities", sample("take_activities"))
    assert member("m-1001").member.points == 0
    stack.call("TakeOrders", kinesis(order("m-1001", "o-1", "2026-03-01T10:00:00Z", "320.00")))
    assert member("m-1001").member.points == 220, "the order came late: the redemption is folded after it"


def test_an_unknown_activity_type_is_parked_and_the_others_are_taken(stack: LocalStack, sample: Sample) -> None:
    from memberflow.store.parking import parked_on

    event = sample("take_activities")
    event["Records"][1]["body"] = json.dumps({"type": "member.vanished"})
    assert stack.call("TakeActivities", event) == {"batchItemFailures": []}
    assert member("m-1001").member.facts == 3
    assert [parked.source for parked in parked_on("2026-03-05")] == ["activities"]


def test_activities_come_through_their_queue(stack: LocalStack, sample: Sample) -> None:
    stack.put_activities(record["body"].encode() for record in sample("take_activities")["Records"])
    stack.pump()
    assert member("m-1001").member.facts == 4
    assert stack.failures == []
