"""unsubscribe: who clicks the link in a message is heard at once; whoever only looks changes nothing."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest

from cli.local.stack import LocalStack
from tests.functional.conftest import ARRIVED, consent, items, joined, kinesis, member, unsubscribe_event

Sample = Callable[[str], dict[str, Any]]
CLICKED = 1_772_702_400_000
"""2026-03-05T09:20:00Z, of the sample event."""


def consents(member_id: str = "m-1001") -> dict[str, Any]:
    found: dict[str, Any] = member(member_id).member.consents
    return found


def subscribed(stack: LocalStack) -> None:
    stack.call("TakeOrders", kinesis(joined("m-1001", birthday="1990-03-05"), consent("m-1001")))
    assert consents()["marketing/email"][0] is True


def looked_at(event: dict[str, Any], accepted: str = "") -> dict[str, Any]:
    """The same link opened in a browser."""
    http = event["requestContext"]["http"] | {"method": "GET"}
    said = {"requestContext": event["requestContext"] | {"http": http}, "headers": {"accept-language": accepted}}
    return {key: value for key, value in (event | said).items() if key not in ("body", "isBase64Encoded")}


def test_the_sample_event_takes_the_consent_back_with_its_source(stack: LocalStack, sample: Sample) -> None:
    subscribed(stack)
    answer = stack.call("Unsubscribe", sample("unsubscribe"))
    assert (answer["statusCode"], "unsubscribed" in answer["body"]) == (200, True)
    assert consents()["marketing/email"] == (False, CLICKED, "one_click", "unknown")


def test_a_click_holds_the_mail_that_was_to_leave_next(stack: LocalStack, sample: Sample) -> None:
    """Survey, 3.7: mails after unsubscribing, inside a journey (parcelvoy/platform#442); 4c.9, 4d.9."""
    subscribed(stack)
    stack.call("Unsubscribe", sample("unsubscribe") | {"requestContext": at(ARRIVED - 1000)})
    stack.run(ARRIVED)
    (message,) = items("MESSAGE#birthday")
    assert (message.state, message.reason) == ("withheld", "consent")


def at(moment: int) -> dict[str, Any]:
    return {"http": {"method": "POST"}, "timeEpoch": moment}


def test_opening_the_link_shows_a_page_and_changes_nothing(stack: LocalStack) -> None:
    """Survey, 4b, RFC 8058: link scanners open every link; Parcelvoy's GET unsubscribes."""
    subscribed(stack)
    stack.requests.clear()
    answer = stack.call("Unsubscribe", looked_at(unsubscribe_event("m-1001")))
    assert answer["statusCode"] == 200
    assert '<form method="post"><button name="List-Unsubscribe" value="One-Click">' in answer["body"]
    assert not any(request.startswith("dynamodb") for request in stack.requests)
    assert consents()["marketing/email"][0] is True


def test_a_post_that_is_no_one_click_only_asks(stack: LocalStack) -> None:
    subscribed(stack)
    event = unsubscribe_event("m-1001") | {"body": "", "isBase64Encoded": False}
    assert "<form" in stack.call("Unsubscribe", event)["body"]
    assert consents()["marketing/email"][0] is True


MULTIPART = '--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n'


@pytest.mark.parametrize("body", ["List-Unsubscribe=One-Click", MULTIPART], ids=["url-encoded", "multipart"])
@pytest.mark.parametrize("encoded", [False, True], ids=["plain", "base64"])
def test_a_form_of_either_kind_is_understood(stack: LocalStack, body: str, encoded: bool) -> None:
    """RFC 8058, section 3.2: the body of the POST may be of either type."""
    subscribed(stack)
    given = base64.b64encode(body.encode()).decode() if encoded else body
    stack.call("Unsubscribe", unsubscribe_event("m-1001") | {"body": given, "isBase64Encoded": encoded})
    assert consents()["marketing/email"][0] is False


def test_a_second_click_says_the_same_and_adds_nothing(stack: LocalStack, sample: Sample) -> None:
    subscribed(stack)
    first = stack.call("Unsubscribe", sample("unsubscribe"))
    version = member("m-1001").version
    again = [stack.call("Unsubscribe", sample("unsubscribe") | {"requestContext": at(CLICKED + n)}) for n in (0, 9)]
    assert again == [first, first]
    assert member("m-1001").version == version
    assert len(items("FACT#consent.changed#one_click")) == 1


def test_who_agreed_again_can_use_the_old_link_again(stack: LocalStack, sample: Sample) -> None:
    subscribed(stack)
    stack.call("Unsubscribe", sample("unsubscribe") | {"requestContext": at(ARRIVED)})
    stack.call("TakeOrders", kinesis(consent("m-1001", at="2026-03-05T09:01:00Z")))
    assert consents()["marketing/email"][0] is True
    stack.call("Unsubscribe", sample("unsubscribe"))
    assert consents()["marketing/email"][:2] == (False, CLICKED)


def test_only_the_purpose_and_channel_of_the_link_are_taken_back(stack: LocalStack) -> None:
    subscribed(stack)
    stack.call("Unsubscribe", unsubscribe_event("m-1001", channel="sms"))
    assert {name: said[0] for name, said in consents().items()} == {"marketing/email": True, "marketing/sms": False}


def test_a_link_of_another_key_or_none_is_refused_by_a_page(stack: LocalStack) -> None:
    subscribed(stack)
    events = [unsubscribe_event("m-1001", key="guessed"), unsubscribe_event("m-1001") | {"queryStringParameters": {}}]
    for event in events:
        for method in (event, looked_at(event)):
            answer = stack.call("Unsubscribe", method)
            assert (answer["statusCode"], "not valid" in answer["body"]) == (403, True)
    del events[1]["queryStringParameters"]
    assert stack.call("Unsubscribe", events[1])["statusCode"] == 403
    assert consents()["marketing/email"][0] is True


def test_nothing_tells_whether_there_is_such_a_member(stack: LocalStack) -> None:
    subscribed(stack)
    for ask in (looked_at, dict):
        known, unknown = (stack.call("Unsubscribe", ask(unsubscribe_event(name))) for name in ("m-1001", "nobody"))
        assert known == unknown
    assert consents("nobody")["marketing/email"][0] is False, "a no is kept, whoever says it"


@pytest.mark.parametrize(
    ("accepted", "words"),
    [
        ("", "Unsubscribe?"),
        ("fr-FR", "Unsubscribe?"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "确认退订？"),
        ("zh-TW", "确认退订？"),
        ("en-GB;q=0.5, zh;q=0.9", "确认退订？"),
        ("en;q=x, zh;q=0.1", "确认退订？"),
    ],
)
def test_the_page_speaks_the_language_that_the_browser_asks_for(stack: LocalStack, accepted: str, words: str) -> None:
    assert words in stack.call("Unsubscribe", looked_at(unsubscribe_event("m-1001"), accepted))["body"]


def test_a_channel_that_the_page_has_no_word_for_is_shown_as_it_is_and_never_as_markup(stack: LocalStack) -> None:
    answer = stack.call("Unsubscribe", looked_at(unsubscribe_event("m-1001", channel="<b>wecom")))
    assert "by &lt;b&gt;wecom." in answer["body"]


def test_pages_are_kept_by_nobody_and_give_the_link_to_nobody(stack: LocalStack) -> None:
    headers = stack.call("Unsubscribe", looked_at(unsubscribe_event("m-1001")))["headers"]
    assert (headers["cache-control"], headers["referrer-policy"]) == ("no-store", "no-referrer")
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_while_the_store_is_down_the_click_is_told_to_come_again(
    stack: LocalStack, monkeypatch: pytest.MonkeyPatch, sample: Sample
) -> None:
    from memberflow.delivery import one_click
    from memberflow.errors import StoreUnavailable
    from memberflow.store.commit import Tally
    from memberflow.store.ledger import Arrival

    def down(*given: Any) -> Any:
        raise StoreUnavailable("down")

    def refuse(rules: Any, arrivals: list[Arrival]) -> Tally:
        arrivals[0].outcome = "failed"
        return Tally()

    subscribed(stack)
    for name, fault in (("load", down), ("ledger", type("Ledger", (), {"take": staticmethod(refuse)}))):
        with monkeypatch.context() as patch:
            patch.setattr(one_click, name, fault)
            assert stack.call("Unsubscribe", sample("unsubscribe"))["statusCode"] == 503
    assert stack.call("Unsubscribe", sample("unsubscribe"))["statusCode"] == 200


def test_the_key_is_fetched_once_and_a_click_costs_three_requests(stack: LocalStack, sample: Sample) -> None:
    subscribed(stack)
    stack.call("Unsubscribe", looked_at(unsubscribe_event("m-1001")))
    stack.requests.clear()
    stack.call("Unsubscribe", sample("unsubscribe"))
    assert dict(stack.requests) == {"dynamodb.BatchGetItem": 2, "dynamodb.TransactWriteItems": 1}
