"""Priority, through the functions: of what is due for a member on one day the more important takes the room of a cap.

Operators expect that priority decides who wins, not arrival time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from cli.local.stack import LocalStack
from tests.functional.conftest import consent, go, items, joined, order, running_page

PROGRAMME = """
programme: post
currency: GBP
time_zone: Europe/London
languages: [en]
caps:
  - {purpose: marketing, at_most: 1, within: 1 day}
points: {earn: {points: 1, per: 1.00}}
tiers:
  levels:
    - {name: member, label: {en: Member}}
journeys:
  a_less: {trigger: dormancy, after: 5 days, send_at: "10:00", useful_for: 2 days, purpose: marketing, channels: [email], message: m}
  b_more: {trigger: dormancy, after: 5 days, send_at: "10:00", useful_for: 2 days, purpose: marketing, channels: [email], message: m, priority: 1}
  c_more: {trigger: dormancy, after: 20 days, send_at: "10:00", useful_for: 2 days, purpose: marketing, channels: [email], message: m, priority: 1}
  d_less: {trigger: dormancy, after: 20 days, send_at: "10:00", useful_for: 2 days, purpose: marketing, channels: [email], message: m}
  e_early: {trigger: dormancy, after: 40 days, send_at: "08:00", useful_for: 2 days, purpose: marketing, channels: [email], message: m, priority: -1}
  f_late: {trigger: dormancy, after: 40 days, send_at: "18:00", useful_for: 2 days, purpose: marketing, channels: [email], message: m}
  g_log: {trigger: dormancy, after: 60 days, send_at: "10:00", useful_for: 2 days, purpose: marketing, channels: [email], message: m}
  h_sms: {trigger: dormancy, after: 60 days, send_at: "12:00", useful_for: 2 days, purpose: marketing, channels: [sms], message: m, priority: 100}
  i_today: {trigger: dormancy, after: 80 days, send_at: "10:00", useful_for: 2 days, purpose: marketing, channels: [email], message: m}
  j_tomorrow: {trigger: dormancy, after: 81 days, send_at: "09:00", useful_for: 2 days, purpose: marketing, channels: [email], message: m, priority: 9}
"""  # noqa: E501


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    with running_page(tmp_path_factory.mktemp("post"), PROGRAMME, "short.txt") as stack:
        yield stack


@pytest.fixture
def away(stack: LocalStack) -> LocalStack:
    """A member who agreed to mails; his last order was on 5 March."""
    stack.put_activities([joined("m"), consent("m")])
    stack.pump()
    stack.put_orders([order("m", "o", "2026-03-05T09:00:00Z", "10.00")])
    stack.pump()
    return stack


def ends(*journeys: str) -> list[tuple[str, str | None]]:
    found = {item.sk.split("#")[1]: (item.state, item.reason) for item in items("MESSAGE#")}
    return [found[journey] for journey in journeys]


@pytest.fixture
def released(away: LocalStack, monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, Any]]:
    """Two messages of one moment, as records of the stream that nobody has heard of yet, by journey."""
    with monkeypatch.context() as patch:
        patch.setattr(away, "_sources", [source for source in away._sources if not hasattr(source, "_reader")])
        go(away, "2026-03-10 10:00")
    return {
        item.sk.split("#")[1]: {
            "dynamodb": {"Keys": {"pk": {"S": item.pk}, "sk": {"S": item.sk}}, "SequenceNumber": "1"}
        }
        for item in items("MESSAGE#")
    }


@pytest.mark.parametrize("sequence", [("a_less", "b_more"), ("b_more", "a_less")])
@pytest.mark.parametrize("together", [True, False], ids=["one batch", "two batches"])
def test_the_more_important_message_leaves_in_whatever_order_and_batches_they_come(
    away: LocalStack, released: dict[str, Any], mails: list[Any], sequence: tuple[str, str], together: bool
) -> None:
    """Survey, 4c.6. In every engine read, a cap is first come, first served."""
    records = [released[journey] for journey in sequence]
    for batch in [records] if together else [[record] for record in records]:
        away.call("SendMessages", {"Records": batch})
    assert ends("a_less", "b_more") == [("withheld", "cap"), ("sent", None)]
    assert len(mails) == 1


def test_the_names_of_the_journeys_decide_nothing(away: LocalStack, mails: list[Any]) -> None:
    go(away, "2026-03-25 10:00")
    assert ends("c_more", "d_less") == [("sent", None), ("withheld", "cap")]


def test_what_is_due_later_on_the_same_day_goes_before_what_matters_less(away: LocalStack, mails: list[Any]) -> None:
    """At eight there is no message of the evening yet: the day is played through to its end."""
    go(away, "2026-04-14 08:00")
    assert ends("e_early") == [("withheld", "cap")]
    go(away, "2026-04-14 18:00")
    assert (ends("f_late"), len(mails)) == ([("sent", None)], 1)


def test_what_could_not_leave_itself_takes_no_place(away: LocalStack, mails: list[Any]) -> None:
    """He agreed to no SMS."""
    go(away, "2026-05-04 10:00")
    go(away, "2026-05-04 12:00")
    assert ends("g_log", "h_sms") == [("sent", None), ("withheld", "consent")]


def test_another_day_is_not_waited_for(away: LocalStack, mails: list[Any]) -> None:
    """An order may come in between. What has left is counted, whatever it gave way to afterwards."""
    go(away, "2026-05-24 10:00")
    go(away, "2026-05-25 09:00")
    assert ends("i_today", "j_tomorrow") == [("sent", None), ("withheld", "cap")]


def test_only_a_message_that_could_leave_and_has_something_before_it_costs_a_query_more(away: LocalStack) -> None:
    away.requests_of.clear()
    go(away, "2026-05-04 12:00")
    assert away.requests_of["SendMessages"]["dynamodb.Query"] == 1, "the mail's; the SMS goes before everything"
