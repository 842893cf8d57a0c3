"""What operators decide about tiers, as event files through the functions: the table before and after."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest

from cli.local.stack import LocalStack
from memberflow.engine.member import Member
from memberflow.facts import rfc3339
from memberflow.programme.author import named, write_shipped
from tests.functional.conftest import items, kinesis, member, order
from tests.happened import at

Sample = Callable[[str], dict[str, Any]]
BLACK = """
    - name: black
      label: {en: Black, zh-CN: 黑卡会员}
      by: invitation
      keep: {spend: 8000}
      eligible: {spend: 10000}
"""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """The sample programme, with a tier by invitation and orders out of the ordinary."""
    folder = tmp_path_factory.mktemp("programme")
    text = (named("sample") / "programme.yaml").read_text()
    text = text.replace("\n\njourneys:", f"{BLACK}\njourneys:", 1)
    text = text.replace("  levels:\n", "  abnormal: {times: 10, at_least: 1000}\n  levels:\n", 1)
    assert "by: invitation" in text
    assert "abnormal" in text
    (folder / "programme.yaml").write_text(text)
    (folder / "messages").symlink_to(named("sample") / "messages")
    write_shipped(folder, folder / "shipped.json")
    with LocalStack(programme_file=folder / "shipped.json", parameters={"DueShards": "1"}) as stack:
        yield stack


def bought(stack: LocalStack, *orders: tuple[str, str, str]) -> None:
    stack.call("TakeOrders", kinesis(*(order("m-1001", id, f"{day}T10:00:00Z", amount) for id, day, amount in orders)))


def seen() -> Member:
    found: Member = member("m-1001").member
    return found


def decided() -> list[str]:
    """Outcome, tier, and who decided it, of every decision in the table."""
    bodies = [msgspec.json.decode(item.body) for item in items("DECISION#")]
    ordered = sorted(bodies, key=lambda body: body["at"])
    return [" ".join([one["outcome"], one["after"], one.get("operator", "")]).strip() for one in ordered]


def test_a_hardship_hold_keeps_a_tier_over_its_review_and_lapses_by_itself(stack: LocalStack, sample: Sample) -> None:
    bought(stack, ("o-1", "2025-03-10", "1000.00"))
    assert decided() == ["enrolled member", "reached gold"]
    assert seen().hold is None

    assert stack.call("TakeActivities", sample("tier_held")) == {"batchItemFailures": []}
    assert decided() == ["enrolled member", "reached gold", "held gold amy"]
    assert seen().hold == (20635, "amy", "in hospital until the summer")

    stack.run(at("2026-03-10 12:00"))
    assert (seen().tier, decided()[-1]) == ("gold", "put_off gold amy")
    assert rfc3339(int(next(i.due_at for i in items("MEMBER")))) <= "2026-07-01"

    stack.run(at("2026-06-30 23:59"))
    assert seen().tier == "gold"
    stack.run(at("2026-07-01 12:00"))
    assert (seen().tier, decided()[-1]) == ("silver", "dropped silver")


def test_an_invitation_makes_a_candidate_black(stack: LocalStack, sample: Sample) -> None:
    bought(stack, ("o-1", "2026-01-10", "6000.00"), ("o-2", "2026-02-10", "4500.00"))
    assert decided() == ["enrolled member", "reached platinum", "candidate black"]
    assert list(seen().candidate_for) == ["black"]

    assert stack.call("TakeActivities", sample("tier_invited")) == {"batchItemFailures": []}
    assert seen().tier == "black"
    assert seen().candidate_for == {}
    assert decided()[-1] == "reached black amy"
    assert [i.sk for i in items("MESSAGE#upgrade#black")] == ["MESSAGE#upgrade#black#1"], "he is told"


def out_of_the_ordinary(stack: LocalStack) -> None:
    bought(stack, ("o-1", "2025-06-10", "200.00"), ("o-big", "2026-03-03", "9000.00"))
    assert decided() == ["enrolled member", "flagged member"]
    assert (seen().tier, seen().spend, seen().points) == ("member", 20000, 9200)
    assert list(seen().flagged) == ["o-big"]


def test_an_order_out_of_the_ordinary_counts_once_it_is_accepted(stack: LocalStack, sample: Sample) -> None:
    out_of_the_ordinary(stack)
    assert stack.call("TakeActivities", sample("order_accepted")) == {"batchItemFailures": []}
    assert (seen().tier, seen().spend, seen().points, seen().flagged) == ("platinum", 920000, 9200, {})
    assert decided()[2:] == ["accepted member amy", "reached platinum"]


def test_an_order_out_of_the_ordinary_never_counts_once_it_is_rejected(stack: LocalStack, sample: Sample) -> None:
    out_of_the_ordinary(stack)
    assert stack.call("TakeActivities", sample("order_rejected")) == {"batchItemFailures": []}
    assert (seen().tier, seen().spend, seen().points, seen().flagged) == ("member", 20000, 9200, {})
    assert decided()[2:] == ["rejected member amy"]


def test_what_an_operator_sends_twice_is_done_once(stack: LocalStack, sample: Sample) -> None:
    bought(stack, ("o-1", "2026-01-10", "300.00"))
    for _ in range(2):
        stack.call("TakeActivities", sample("tier_held"))
    assert decided() == ["enrolled member", "reached silver", "held silver amy"]
