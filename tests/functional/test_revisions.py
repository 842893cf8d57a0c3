"""A programme that changes on a date: who stands where afterwards, whether or not anything of his was due."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cli.local.stack import LocalStack
from memberflow.programme.author import named, write_shipped
from tests.functional.conftest import items, member, order

BEFORE, AFTER = 1_774_958_400_000, 1_775_044_800_000
"""Noon of 31 March and of 1 April 2026, UTC."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """The sample programme until the end of March 2026; from April on gold asks for 300 and the points double."""
    folder = tmp_path_factory.mktemp("programme")
    text = (named("sample") / "programme.yaml").read_text()
    (folder / "programme.yaml").write_text(text)
    later = text.replace("enter: {spend: 1000}", "enter: {spend: 350}").replace(
        "keep: {spend: 800}", "keep: {spend: 80}"
    )
    (folder / "programme.2026-04-01.yaml").write_text(later.replace("{points: 1, per", "{points: 2, per"))
    (folder / "messages").symlink_to(named("sample") / "messages")
    write_shipped(folder, folder / "shipped.json")
    with LocalStack(programme_file=folder / "shipped.json", parameters={"DueShards": "2"}) as stack:
        yield stack


@pytest.fixture
def members(stack: LocalStack) -> LocalStack:
    stack.clock = BEFORE
    stack.put_orders(order(f"m-{n}", f"o-{n}", "2026-03-01T10:00:00Z", f"{330 + 10 * n}.00") for n in range(8))
    stack.pump()
    return stack


def test_before_its_date_a_revision_changes_nothing(members: LocalStack) -> None:
    members.run(BEFORE)
    assert {member(f"m-{n}").member.tier for n in range(8)} == {"silver"}
    assert [item.sk for item in items() if item.sk.endswith("revision")] == []


def test_on_its_date_the_run_takes_everybody_into_it(members: LocalStack) -> None:
    members.clock = AFTER
    members.run(AFTER)
    assert [member(f"m-{n}").member.tier for n in range(8)] == ["silver"] * 2 + ["gold"] * 6
    decided = [item.body for item in items("DECISION#2026-04-01")]
    assert len(decided) == 6
    assert all('"cause":"revision"' in body for body in decided)
    assert {item.sk for item in items("MESSAGE#upgrade#gold")} == {"MESSAGE#upgrade#gold#1"}
    assert members.failures == []


def test_once_through_it_is_not_gone_through_again(members: LocalStack) -> None:
    members.run(AFTER)
    versions = [member(f"m-{n}").version for n in range(8)]
    members.requests.clear()
    members.run(AFTER + 86_400_000)
    assert [member(f"m-{n}").version for n in range(8)] == versions
    assert members.requests["dynamodb.Scan"] == 0


def test_an_order_of_before_is_worth_what_it_was_worth_then(members: LocalStack) -> None:
    members.clock = AFTER
    members.run(AFTER)
    members.put_orders([order("m-0", "late", "2026-03-31T10:00:00Z", "10.00")])
    members.put_orders([order("m-0", "new", "2026-04-01T11:00:00Z", "10.00")])
    members.pump()
    assert member("m-0").member.points == 330 + 10 + 20


def test_whoever_orders_before_the_run_is_taken_into_it_by_that_order(members: LocalStack) -> None:
    members.clock = AFTER
    members.put_orders([order("m-7", "new", "2026-04-01T00:00:01Z", "1.00")])
    members.pump()
    assert (member("m-7").member.tier, member("m-7").member.revision) == ("gold", 1)
