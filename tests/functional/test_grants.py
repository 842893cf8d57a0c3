"""Tier, message and grant of one decision go into the table and out of it together."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from cli.local.stack import LocalStack
from memberflow.programme.author import SHIPPED, write_shipped
from tests.functional.conftest import ARRIVED, items, joined, kinesis, member, order

BENEFITS = """
benefits:
  tea: {kind: gift, label: {en: Tea, zh-CN: 茶}, valid_for: 30 days}
  cup: {kind: gift, label: {en: A cup, zh-CN: 杯子}}
  golden: {kind: trial, label: {en: A month of gold, zh-CN: 黄金体验}, tier: gold, valid_for: 2 days}
grants:
  pack: {trigger: tier_reached, tiers: [silver], give: [tea, cup]}
  wishes: {trigger: birthday, give: [tea]}
  big: {trigger: order, least: 200, tiers: [member], give: [golden]}
"""
Sample = Callable[[str], dict[str, Any]]
ALL_WELL: dict[str, Any] = {"batchItemFailures": []}


@pytest.fixture(scope="module")
def giving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """The sample programme with a pack for silver and a trial of gold."""
    folder = tmp_path_factory.mktemp("giving") / "programme"
    copytree(SHIPPED / "sample", folder)
    file = folder / "programme.yaml"
    file.write_text(file.read_text() + BENEFITS)
    shipped = Path(folder.parent) / "giving.json"
    write_shipped(folder, shipped)
    with LocalStack(programme_file=shipped, parameters={"DueShards": "1"}) as stack:
        yield stack


@pytest.fixture
def stack(giving: LocalStack) -> Iterator[LocalStack]:
    giving.clock = ARRIVED
    giving.requests.clear()
    yield giving
    giving.pump()
    for item in items():
        item.delete()
    giving.pump()


def event(kind: str, at: str, **more: Any) -> bytes:
    return json.dumps({"type": kind, "member_id": "m-1", "occurred_at": at, **more}).encode()


def refund(at: str, **more: Any) -> bytes:
    return event("order.refunded", at, refund_id=f"r-{at}", order_id="o-1", currency="GBP", **more)


def used(grant: str, at: str) -> bytes:
    return event("grant.used", at, use_id=f"u-{at}", grant_id=grant)


def sqs(*lines: bytes) -> dict[str, Any]:
    attributes = {"SentTimestamp": str(ARRIVED)}
    return {
        "Records": [
            {"messageId": str(n), "body": line.decode(), "attributes": attributes} for n, line in enumerate(lines)
        ]
    }


def states() -> dict[str, str]:
    return {item.sk.removeprefix("GRANT#"): item.state for item in items("GRANT#")}


UPGRADE = order("m-1", "o-1", "2026-03-01T10:00:00Z", "320.00")


def test_an_upgrade_writes_fact_member_decision_message_and_grants_in_one_transaction(stack: LocalStack) -> None:
    assert stack.call("TakeOrders", kinesis(joined("m-1"), UPGRADE)) == ALL_WELL
    assert stack.requests == {"dynamodb.BatchGetItem": 1, "dynamodb.TransactWriteItems": 1}
    assert states() == {"pack#tea#silver#1": "given", "pack#cup#silver#1": "given"}
    assert [item.state for item in items("MESSAGE#")] == ["waiting"]
    (tea,) = items("GRANT#pack#tea")
    assert (tea.benefit, tea.cause, tea.given_at) == ("tea", "tier#silver#1", 1_772_359_200_000)
    assert tea.until == 1_774_998_000_000, "the end of 31 March in London, which is in summer time by then"


def test_a_refund_takes_tier_message_and_unused_grants_back_together_and_leaves_the_used_one(stack: LocalStack) -> None:
    stack.call("TakeOrders", kinesis(joined("m-1"), UPGRADE))
    stack.call("TakeActivities", sqs(used("pack#cup#silver#1", "2026-03-02T10:00:00Z")))
    stack.requests.clear()
    assert stack.call("TakeOrders", kinesis(refund("2026-03-03T10:00:00Z", whole=True))) == ALL_WELL
    assert stack.requests["dynamodb.TransactWriteItems"] == 1
    assert states() == {"pack#tea#silver#1": "revoked", "pack#cup#silver#1": "used"}
    assert (member("m-1").member.tier, member("m-1").member.grants) == ("member", [])


def test_a_late_order_that_moves_an_upgrade_gives_nothing_twice(stack: LocalStack) -> None:
    stack.call("TakeOrders", kinesis(joined("m-1"), UPGRADE))
    stack.call("TakeOrders", kinesis(order("m-1", "o-0", "2026-02-28T10:00:00Z", "320.00")))
    assert states() == {"pack#tea#silver#1": "given", "pack#cup#silver#1": "given"}
    assert {int(item.given_at) for item in items("GRANT#")} == {1_772_272_800_000}


def test_what_no_longer_follows_from_the_facts_is_revoked_or_kept_and_marked_where_it_was_used(
    stack: LocalStack,
) -> None:
    stack.call("TakeOrders", kinesis(joined("m-1"), UPGRADE))
    stack.call("TakeActivities", sqs(used("pack#cup#silver#1", "2026-03-02T10:00:00Z")))
    gold = order("m-1", "o-0", "2026-02-28T10:00:00Z", "1000.00")
    stack.call("TakeOrders", kinesis(gold))
    assert states() == {"pack#tea#silver#1": "revoked", "pack#cup#silver#1": "used"}, "he had been gold by then"
    assert [(item.sk, item.withdrawn) for item in items("GRANT#") if item.withdrawn] == [
        ("GRANT#pack#cup#silver#1", True)
    ]


def test_using_what_is_not_open_changes_nothing(stack: LocalStack) -> None:
    stack.call("TakeOrders", kinesis(joined("m-1"), UPGRADE))
    assert stack.call("TakeActivities", sqs(used("pack#hat#silver#1", "2026-03-02T10:00:00Z"))) == ALL_WELL
    assert set(states().values()) == {"given"}


def test_a_trial_ends_by_itself_with_a_run_or_without(stack: LocalStack, sample: Sample) -> None:
    assert items() == []
    assert stack.call("TakeOrders", sample("trial_begins")) == ALL_WELL
    before = member("m-1001")
    assert [grant.benefit for grant in before.member.grants] == ["golden"]
    assert (before.member.tier, before.due_at) == ("member", 1_772_582_400_000), "4 March, two whole days later"
    stack.run(1_772_582_400_000)
    assert member("m-1001").member.grants == []
    assert states() == {"big#golden#o-1": "given"}, "its end stands in the item already"


def test_what_became_of_each_grant_can_be_asked_as_of_a_date(stack: LocalStack) -> None:
    from memberflow import runtime
    from memberflow.entitled import entitled
    from memberflow.store.reading import history

    stack.call("TakeOrders", kinesis(joined("m-1"), UPGRADE))
    stack.call("TakeActivities", sqs(used("pack#cup#silver#1", "2026-03-02T10:00:00Z")))
    told = entitled(runtime.rules(), "m-1", history("m-1").facts.values(), 1_774_998_000_000)
    assert {one.grant.id: one.state for one in told.given} == {
        "pack#tea#silver#1": "expired",
        "pack#cup#silver#1": "used",
    }


def test_more_grants_of_the_past_than_a_transaction_holds_keep_the_newest(stack: LocalStack) -> None:
    """A run that finds ninety birthdays at once: all are folded, the last ones written, the open one among them."""
    stack.call("TakeActivities", sqs(event("member.joined", "1930-01-01T10:00:00Z", birthday="1920-03-01")))
    stack.run(ARRIVED)
    assert stack.failures == []
    kept = sorted(states())
    assert kept[-1] == "wishes#tea#2026"
    assert 30 < len(kept) < 97
    assert [grant.id for grant in member("m-1").member.grants] == ["wishes#tea#2026"]
