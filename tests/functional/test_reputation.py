"""Bounces and complaints, counted as receipts tell them: too many hold marketing mails back, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from moto.ses.models import ses_backends

from cli.local.records import ACCOUNT, REGION
from cli.local.stack import LocalStack
from memberflow.facts import rfc3339
from tests.functional.conftest import (
    ARRIVED,
    bounce_event,
    consent,
    items,
    joined,
    mail_event,
    order,
    publish,
)

DAY = 86_400_000
UPGRADE = "upgrade#silver#1"


@pytest.fixture
def mails(stack: LocalStack) -> list[Any]:
    sent: list[Any] = ses_backends[ACCOUNT][REGION].sent_messages
    sent.clear()
    return sent


def answered(stack: LocalStack, number: int) -> None:
    """So many mails were delivered, as far as the counters know."""
    from memberflow.store.models import RatesItem, rates_key

    key = rates_key("email", stack.clock // DAY)
    RatesItem(*key, mails=number, bounced=0, complained=0, gone_at=stack.clock // 1000 + 10**6).save()


def written_to(stack: LocalStack, *names: str) -> None:
    """Members whose upgrade mail has left."""
    stack.put_activities([joined(name) for name in names])
    stack.pump()
    stack.put_orders([order(name, f"o-{name}", "2026-03-05T08:59:00Z", "320.00") for name in names])
    stack.pump()


def rates() -> dict[str, int]:
    (day,) = items("RATES#")
    return {"mails": int(day.mails), "bounced": int(day.bounced), "complained": int(day.complained)}


def reasons() -> list[str]:
    return [item.reason for item in items("BREAKER")]


NAMES = [f"m-{n}" for n in range(5)]


def test_each_mail_counts_once_whatever_comes_twice_and_in_which_order(stack: LocalStack) -> None:
    written_to(stack, "a", "b", "c")
    delivered, complained = (mail_event(kind, "a", UPGRADE) for kind in ("Delivery", "Complaint"))
    publish(stack, delivered, delivered)
    publish(stack, complained)
    publish(stack, complained, delivered, bounce_event("b", UPGRADE))
    publish(stack, bounce_event("b", UPGRADE), bounce_event("c", UPGRADE, kind="Transient"))
    assert rates() == {"mails": 3, "bounced": 1, "complained": 1}


def test_receipts_of_text_messages_are_not_counted(stack: LocalStack) -> None:
    from memberflow.delivery import reputation
    from memberflow.delivery.provider_events import Receipt

    reputation.note([("sent", Receipt("t", "bounced", ARRIVED, "r", "sms", "p", dead="+44"))])
    assert items("RATES#") == []


@pytest.mark.parametrize(("delivered", "stops"), [(95, True), (96, False)])
def test_one_bounce_in_twenty_mails_holds_marketing_back(stack: LocalStack, delivered: int, stops: bool) -> None:
    """Survey, 4b, SES reputation: half of the limit at which SES pauses an account."""
    answered(stack, delivered)
    written_to(stack, *NAMES)
    publish(stack, *(bounce_event(name, UPGRADE) for name in NAMES))
    assert reasons() == (["5 of the last 100 mails bounced"] if stops else [])


@pytest.mark.parametrize(("delivered", "stops"), [(1197, True), (1198, False)])
def test_one_complaint_in_four_hundred_mails_holds_marketing_back(
    stack: LocalStack, delivered: int, stops: bool
) -> None:
    answered(stack, delivered)
    written_to(stack, *NAMES[:3])
    publish(stack, *(mail_event("Complaint", name, UPGRADE) for name in NAMES[:3]))
    assert reasons() == (["3 of the last 1200 mails complained"] if stops else [])


@pytest.mark.parametrize(("delivered", "bad"), [(94, 5), (300, 2)], ids=["99 mails", "two complaints"])
def test_few_mails_or_few_bad_ends_say_nothing(stack: LocalStack, delivered: int, bad: int) -> None:
    answered(stack, delivered)
    written_to(stack, *NAMES[:bad])
    publish(stack, *(mail_event("Complaint", name, UPGRADE) for name in NAMES[:bad]))
    assert reasons() == []


@pytest.mark.parametrize(("back", "stops"), [(6, True), (7, False)])
def test_seven_days_count(stack: LocalStack, back: int, stops: bool) -> None:
    stack.clock = ARRIVED - back * DAY
    answered(stack, 95)
    stack.clock = ARRIVED
    written_to(stack, *NAMES)
    publish(stack, *(bounce_event(name, UPGRADE) for name in NAMES))
    assert bool(reasons()) == stops


def test_marketing_waits_a_day_and_service_mails_go_on(stack: LocalStack, mails: list[Any]) -> None:
    answered(stack, 95)
    stack.put_activities([joined("kind", birthday="1990-03-06"), consent("kind")])
    written_to(stack, *NAMES)
    stack.clock = opened = ARRIVED + 3_600_000
    publish(stack, *(bounce_event(name, UPGRADE) for name in NAMES))
    mails.clear()
    stack.clock = ARRIVED + DAY
    stack.run(stack.clock)
    stack.put_orders([order("kind", "o", rfc3339(stack.clock), "320.00")])
    stack.pump()
    ends = {item.sk.split("#")[1]: (item.state, item.reason) for item in items("MESSAGE#") if "kind" in item.pk}
    assert ends == {"birthday": ("waiting", "stopped"), "upgrade": ("sent", None)}
    assert len(mails) == 1
    stack.clock = opened + DAY
    stack.run(stack.clock)
    assert len(mails) == 2


def test_it_rings_once_a_day_and_a_provider_that_stops_us_meanwhile_does_not_shorten_it(stack: LocalStack) -> None:
    from memberflow.delivery import breaker

    answered(stack, 95)
    written_to(stack, *NAMES, "late")
    publish(stack, *(bounce_event(name, UPGRADE) for name in NAMES))
    stack.clock = ARRIVED + 60_000
    publish(stack, bounce_event("late", UPGRADE))
    breaker.open_it("email", "SendingPausedException", stack.clock)
    (item,) = items("BREAKER")
    assert (item.opened_at, item.until) == (ARRIVED, ARRIVED + DAY)
