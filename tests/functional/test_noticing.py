"""Journeys about segments, badges, trials, tiers at risk or within reach and months of birthdays, from fact to mail."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from cli.local.stack import LocalStack
from memberflow.facts import rfc3339
from tests import notices
from tests.functional.conftest import consent, go, items, joined, order, running_folder
from tests.happened import at


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    folder = tmp_path_factory.mktemp("notices")
    notices.write(folder)
    with running_folder(folder) as stack:
        yield stack


def a_member(stack: LocalStack, **profile: Any) -> None:
    stack.put_activities([joined("m", **profile), consent("m")])
    stack.pump()


def buys(stack: LocalStack, when: str, amount: str) -> None:
    stack.clock = at(when)
    stack.put_orders([order("m", when, rfc3339(at(when)), amount)])
    stack.pump()


def sends_back(stack: LocalStack, when: str, bought: str) -> None:
    stack.clock = at(when)
    event = {"type": "order.refunded", "refund_id": "r", "whole": True, "order_id": bought, "currency": "GBP"}
    stack.put_orders([json.dumps(event | {"member_id": "m", "occurred_at": rfc3339(at(when))}).encode()])
    stack.pump()


def subjects(mails: list[Any]) -> list[str]:
    return [mail.subject for mail in mails]


def ends(journey: str) -> list[tuple[str, str, str | None]]:
    found = sorted(items(f"MESSAGE#{journey}#"), key=lambda item: item.sk)
    return [(item.sk.removeprefix("MESSAGE#"), item.state, item.reason) for item in found]


def test_the_month_of_a_birthday_is_told_once(stack: LocalStack, mails: list[Any]) -> None:
    a_member(stack, birthday="1990-04-17", language="zh-CN")
    go(stack, "2026-04-01 08:59", "2026-04-01 09:00", "2026-04-17 09:00")
    assert subjects(mails) == ["生日月"]


def test_a_segment_entered_by_time_is_told_and_who_was_told_is_left_in_peace(
    stack: LocalStack, mails: list[Any]
) -> None:
    a_member(stack)
    buys(stack, "2026-03-05 09:00", "10.00")
    go(stack, "2026-04-14 10:00")
    buys(stack, "2026-04-20 09:00", "10.00")
    go(stack, "2026-05-30 10:00")
    assert [subject for subject in subjects(mails) if subject == "Away"] == ["Away"]
    buys(stack, "2026-06-05 09:00", "10.00")
    go(stack, "2026-07-15 10:00")
    assert ends("away") == [("away#away#1", "sent", None), ("away#away#3", "sent", None)]


def test_who_orders_before_the_hour_has_not_been_away(stack: LocalStack, mails: list[Any]) -> None:
    a_member(stack)
    buys(stack, "2026-03-05 09:00", "10.00")
    go(stack, "2026-04-14 09:00")
    buys(stack, "2026-04-14 09:30", "10.00")
    go(stack, "2026-04-14 10:00")
    assert ends("away") == [("away#away#1", "withheld", "withdrawn")]


def test_a_badge_is_told_and_one_lost_before_the_mail_left_is_not(stack: LocalStack, mails: list[Any]) -> None:
    a_member(stack)
    buys(stack, "2026-03-05 09:00", "10.00")
    buys(stack, "2026-03-05 22:00", "10.00")
    sends_back(stack, "2026-03-05 22:30", "2026-03-05 22:00")
    go(stack, "2026-03-06 08:00")
    assert ends("badge") == [("badge#buyer#1", "withheld", "withdrawn")]
    buys(stack, "2026-03-06 09:00", "10.00")
    assert subjects(mails) == ["Badge Buyer"]


def test_the_end_of_a_trial_is_told_before(stack: LocalStack, mails: list[Any]) -> None:
    a_member(stack)
    story = {"type": "activity.done", "member_id": "m", "activity_id": "s", "activity": "story"}
    stack.put_activities([json.dumps(story | {"occurred_at": "2026-03-05T09:00:00Z"}).encode()])
    stack.pump()
    go(stack, "2026-04-02 09:59", "2026-04-02 10:00", "2026-04-06 10:00")
    assert subjects(mails) == ["Gold until 2026-04-05, 3 days"]


def test_a_tier_at_risk_is_told_with_what_is_missing_and_an_order_calls_it_off(
    stack: LocalStack, mails: list[Any]
) -> None:
    a_member(stack)
    buys(stack, "2026-03-05 09:00", "320.00")
    buys(stack, "2026-06-05 09:00", "40.50")
    go(stack, "2027-02-02 09:59")
    mails.clear()
    go(stack, "2027-02-02 10:00")
    assert subjects(mails) == ["Silver: 199.50 by 2027-03-04"]
    buys(stack, "2027-03-04 23:00", "199.50")
    go(stack, "2027-03-05 10:00")
    assert (subjects(mails)[1:], [end for end in ends("risk") if end[1] == "sent"]) == (
        [],
        [("risk#20882", "sent", None)],
    )


def test_a_tier_within_reach_is_told_with_the_figure_of_the_moment_the_mail_leaves(
    stack: LocalStack, mails: list[Any]
) -> None:
    a_member(stack, language="zh-CN")
    buys(stack, "2026-03-05 22:00", "260.00")
    stack.clock = at("2026-03-06 07:00")
    stack.put_activities([joined("other")])
    stack.put_orders([order("m", "small", "2026-03-06T07:00:00Z", "0.50")])
    stack.pump()
    go(stack, "2026-03-06 08:00")
    assert [subject for subject in subjects(mails) if "还差" in subject] == ["距 白银 还差 39.50"]
