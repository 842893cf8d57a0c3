"""What concerns two members: a friend brought, points given, two records that become one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cli.local.stack import LocalStack
from memberflow.programme.author import named, write_shipped
from tests.functional.conftest import ARRIVED, items, member, order

DAY = 86_400_000
REFERRAL = ("referral: {points: 200, after: 30 days}", "joining: 10\n  referral: {points: 500, after: 14 days}")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """The sample programme, with points for bringing friends."""
    folder = tmp_path_factory.mktemp("programme")
    text = (named("sample") / "programme.yaml").read_text().replace(*REFERRAL)
    (folder / "programme.yaml").write_text(text)
    (folder / "messages").symlink_to(named("sample") / "messages")
    write_shipped(folder, folder / "shipped.json")
    with LocalStack(programme_file=folder / "shipped.json", parameters={"DueShards": "1"}) as stack:
        yield stack


def event(kind: str, member_id: str, at: str, **more: Any) -> bytes:
    return json.dumps({"type": kind, "member_id": member_id, "occurred_at": at, **more}).encode()


def friend_joins(stack: LocalStack) -> None:
    stack.put_activities([event("member.joined", "m-1002", "2026-02-18T10:00:00Z", referred_by="m-1001")])
    stack.put_orders([order("m-1002", "o-2", "2026-02-19T10:00:00Z", "50.00")])
    stack.pump()


# A friend brought


def test_the_sample_event_gives_the_referrer_his_points_once(
    stack: LocalStack, sample: Callable[[str], dict[str, Any]]
) -> None:
    stack.put_activities([event("member.joined", "m-1001", "2026-01-01T10:00:00Z")])
    stack.pump()
    for _ in range(2):
        assert stack.call("TellReferrers", sample("tell_referrers")) == {"batchItemFailures": []}
    assert member("m-1001").member.points == 510


def test_a_friend_counts_when_his_first_order_has_outlived_its_return(stack: LocalStack) -> None:
    stack.put_activities([event("member.joined", "m-1001", "2026-01-01T10:00:00Z")])
    friend_joins(stack)
    stack.run(ARRIVED - DAY)
    assert member("m-1001").member.points == 10
    stack.run(ARRIVED)
    stack.pump()
    assert member("m-1001").member.points == 510
    assert [item.sk for item in items("REFERRAL#")] == ["REFERRAL#m-1001"]
    assert stack.failures == []


def test_a_late_fact_of_the_friend_does_not_tell_of_him_again(stack: LocalStack) -> None:
    stack.put_activities([event("member.joined", "m-1001", "2026-01-01T10:00:00Z")])
    friend_joins(stack)
    stack.run(ARRIVED)
    stack.put_orders([order("m-1002", "o-1", "2026-02-18T11:00:00Z", "20.00")])
    stack.pump()
    assert member("m-1002").member.orders == 2
    assert (member("m-1001").member.points, stack.failures) == (510, [])


# Points given


def give(points: int, id: str = "t-1", to: str = "m-2") -> bytes:
    return event("points.transferred", "m-1", "2026-03-05T08:00:00Z", transfer_id=id, points=points, to=to)


@pytest.fixture
def two(stack: LocalStack) -> LocalStack:
    stack.put_orders([order("m-1", "o-1", "2026-03-01T10:00:00Z", "100.00")])
    stack.put_orders([order("m-2", "o-2", "2026-03-02T10:00:00Z", "7.00")])
    stack.pump()
    return stack


def test_points_go_from_one_member_to_another_with_the_end_they_have(two: LocalStack) -> None:
    lot = member("m-1").member.lots[0][0]
    for _ in range(2):
        two.put_activities([give(60)])
        two.pump()
    assert (member("m-1").member.points, member("m-2").member.points) == (40, 67)
    assert [lot, 60] in member("m-2").member.lots
    assert two.failures == []


@pytest.mark.parametrize(("points", "to"), [(101, "m-2"), (60, "nobody")])
def test_points_that_are_not_there_or_have_nowhere_to_go_stay_and_the_input_is_parked(
    two: LocalStack, points: int, to: str
) -> None:
    from memberflow.store.parking import parked_on

    two.put_activities([give(points, to=to)])
    two.pump()
    assert (member("m-1").member.points, member("m-2").member.points) == (100, 7)
    assert [parked.source for parked in parked_on("2026-03-05")] == ["activities"]


def test_a_transfer_to_a_member_who_was_written_meanwhile_is_made_once(
    two: LocalStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    from memberflow.store import commit

    right, calls = commit._write, []

    def overtaken_once(group: list[Any]) -> list[Any]:
        calls.append(len(group))
        return group[:1] if len(calls) == 1 else right(group)

    monkeypatch.setattr(commit, "_write", overtaken_once)
    two.put_activities([give(60)])
    two.pump()
    assert (member("m-1").member.points, member("m-2").member.points) == (40, 67)
    assert calls == [2, 2]


# Two records that become one


def merge(into: str = "m-2") -> bytes:
    at = "2026-03-05T08:30:00Z"
    return event("member.merged", "m-1", at, into=into, reason="the same person", operator="kim")


def test_two_records_become_one_with_the_orders_of_both(two: LocalStack) -> None:
    for _ in range(2):
        two.put_activities([merge()])
        two.pump()
    left, other = member("m-1").member, member("m-2").member
    assert (left.merged_into, left.points, left.tier) == ("m-2", 0, None)
    assert (other.points, other.orders, other.spend) == (107, 2, 10700)
    assert two.failures == []


def test_what_comes_later_for_the_one_is_the_others(two: LocalStack) -> None:
    two.put_activities([merge()])
    two.pump()
    two.put_orders([order("m-1", "o-3", "2026-03-05T08:45:00Z", "5.00")])
    two.put_orders([order("m-1", "o-0", "2026-02-05T08:45:00Z", "3.00")])
    refund = {"refund_id": "r", "order_id": "o-1", "currency": "GBP", "whole": True}
    two.put_orders([event("order.refunded", "m-1", "2026-03-05T08:50:00Z", **refund)])
    two.pump()
    assert (member("m-1").member.orders, member("m-2").member.points) == (0, 15)


def test_a_merge_cut_short_is_gone_on_with_when_it_comes_again(
    two: LocalStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    from memberflow.store import merging

    right = merging.history
    monkeypatch.setattr(merging, "history", _unavailable)
    two.put_activities([merge()])
    two.pump()
    monkeypatch.setattr(merging, "history", right)
    two.put_activities([merge()])
    two.pump()
    assert member("m-2").member.points == 107


def _unavailable(member_id: str) -> Any:
    from memberflow.errors import StoreUnavailable

    raise StoreUnavailable("for the test")


@pytest.mark.parametrize("into", ["nobody", "m-1"])
def test_nobody_is_merged_into_a_stranger_or_himself(two: LocalStack, into: str) -> None:
    from memberflow.store.parking import parked_on

    two.put_activities([merge(into)])
    two.pump()
    assert member("m-1").member.points == 100
    assert len(parked_on("2026-03-05")) == 1


def test_a_merged_member_and_the_one_he_became_are_what_their_facts_say(two: LocalStack) -> None:
    from memberflow.runtime import rules
    from memberflow.store.reading import history
    from memberflow.verify import violations

    two.put_activities([give(30), merge()])
    two.pump()
    assert violations(rules(), member("m-2").member, history("m-2").facts.values()) == []
    assert violations(rules(), member("m-1").member, history("m-1").facts.values()) == []
