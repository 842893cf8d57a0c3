"""Gates, caps, channels and breaker, through the functions: a programme that speaks often and on many channels.

Tests named after a source keep to what is known of other engines' defects and of what their users complain of.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from cli.local.stack import LocalStack
from tests.functional.conftest import LINK_KEY, consent, go, items, joined, order, running_page
from tests.happened import at

PROGRAMME = """
programme: post
currency: GBP
time_zone: Europe/London
languages: [en]
quiet_hours: {start: "21:00", end: "08:00"}
event_channels: [wecom]
caps:
  - {purpose: marketing, at_most: 2, within: 7 days}
points: {earn: {points: 1, per: 1.00}}
tiers:
  levels:
    - {name: member, label: {en: Member}}
    - {name: silver, label: {en: Silver}, enter: {spend: 300}}
journeys:
  birthday: {trigger: birthday, send_at: "09:00", useful_for: 1 day, purpose: marketing, channels: [email], message: m}
  upgrade: {trigger: tier_reached, useful_for: 7 days, purpose: service, channels: [sms, email], message: m}
  away_5: {trigger: dormancy, after: 5 days, send_at: "10:00", useful_for: 2 days, purpose: marketing, channels: [email], message: m}
  away_6: {trigger: dormancy, after: 6 days, send_at: "10:00", useful_for: 2 days, purpose: marketing, channels: [email], message: m}
  away_7: {trigger: dormancy, after: 7 days, send_at: "10:00", useful_for: 2 days, purpose: marketing, channels: [email], message: m}
  away_12: {trigger: dormancy, after: 12 days, send_at: "10:00", useful_for: 2 days, purpose: marketing, channels: [email], message: m}
  text_20: {trigger: dormancy, after: 20 days, send_at: "10:00", useful_for: 2 days, purpose: marketing, channels: [sms, email], message: m}
  chat_21: {trigger: dormancy, after: 21 days, send_at: "10:00", useful_for: 2 days, purpose: marketing, channels: [wecom], message: m}
  apart_40: {trigger: dormancy, after: 40 days, send_at: "10:00", useful_for: 2 days, purpose: marketing, channels: [email], message: m, holdout: 50}
"""  # noqa: E501


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    with running_page(tmp_path_factory.mktemp("post"), PROGRAMME, "html", "short.txt") as stack:
        yield stack


CONTACTS = {"email": "m@example.com", "sms": "+441632960001", "wecom": "wx-1"}


def a_member(stack: LocalStack, member_id: str = "m", **profile: Any) -> None:
    """Agreed to everything; his last order, of ten pounds, was on 5 March at nine."""
    agreed = [consent(member_id, channel=channel, source="checkout", text_version="v3") for channel in CONTACTS]
    stack.put_activities([joined(member_id, **({"contacts": CONTACTS} | profile)), *agreed])
    stack.pump()
    stack.put_orders([order(member_id, "o", "2026-03-05T09:00:00Z", "10.00")])
    stack.pump()


def ends() -> dict[str, tuple[str, str | None]]:
    """By journey what became of the message; one journey spoke once."""
    return {item.sk.split("#")[1]: (item.state, item.reason) for item in items("MESSAGE#")}


def one(journey: str) -> Any:
    (found,) = items(f"MESSAGE#{journey}#")
    return found


class Refusing:
    """A provider that gives one answer; ``calls`` are what it was given."""

    def __init__(self, *answers: Exception | dict[str, Any]) -> None:
        self.answers, self.calls = list(answers), []

    def get_account(self) -> Any:
        return {"SendQuota": {"MaxSendRate": 1e6}}

    def _answer(self, **request: Any) -> Any:
        self.calls.append(request)
        answer = self.answers[min(len(self.calls), len(self.answers)) - 1]
        if isinstance(answer, Exception):
            raise answer
        return answer

    send_email = send_text_message = put_events = _answer


@pytest.fixture
def put_in(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Refusing]:
    """Puts a provider in the place of a channel's own."""

    def put(channel: str, *answers: Exception | dict[str, Any]) -> Refusing:
        from memberflow.delivery.channels import bus, email, sms

        provider = Refusing(*answers)
        monkeypatch.setattr({"email": email, "sms": sms, "bus": bus}[channel], "service", lambda name: provider)
        return provider

    return put


def error(code: str, **more: Any) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": code}, **more}, "Send")


# --- what a mail carries ---------------------------------------------------------------------------


def test_a_marketing_mail_has_html_one_click_headers_tags_and_its_own_set(
    stack: LocalStack, put_in: Callable[..., Refusing]
) -> None:
    """aws/aws-sdk-php#2836: the one-click header was missing in bulk mail. Parcelvoy: no List-Unsubscribe-Post."""
    from memberflow.delivery import links
    from memberflow.store.models import receipt_tag

    ses = put_in("email", {"MessageId": "ses-1"})
    a_member(stack)
    go(stack, "2026-03-10 10:00")
    (request,) = ses.calls
    content = request["Content"]["Simple"]
    headers = {header["Name"]: header["Value"] for header in content["Headers"]}
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = headers["List-Unsubscribe"].strip("<>")
    assert link.startswith("https://shop.example/unsubscribe?t=")
    claims = links.read(LINK_KEY.encode(), link.partition("?t=")[2])
    assert claims == links.Claims("m", "marketing", "email")
    assert link in content["Body"]["Text"]["Data"]
    assert f'href="{link}"' in content["Body"]["Html"]["Data"]
    assert request["ConfigurationSetName"] == "memberflow-local-marketing"
    tags = {tag["Name"]: tag["Value"] for tag in request["EmailTags"]}
    assert tags["message"] == receipt_tag((one("away_5").pk, one("away_5").sk))
    assert tags["journey"] == "away_5"
    assert (one("away_5").channel, one("away_5").provider_id) == ("email", "ses-1")


def test_a_service_mail_has_no_unsubscribe_link_and_goes_by_the_service_set(
    stack: LocalStack, put_in: Callable[..., Refusing]
) -> None:
    ses = put_in("email", {"MessageId": "ses-1"})
    a_member(stack, contacts={"email": "m@example.com"})
    stack.put_orders([order("m", "big", "2026-03-05T09:00:00Z", "320.00")])
    stack.pump()
    (request,) = ses.calls
    assert "Headers" not in request["Content"]["Simple"]
    assert "unsubscribe" not in json.dumps(request).lower()
    assert request["ConfigurationSetName"] == "memberflow-local-service"


def test_the_consent_that_allowed_a_message_is_kept_with_it(stack: LocalStack) -> None:
    a_member(stack)
    go(stack, "2026-03-10 10:00")
    said = {"at": at("2026-01-01"), "source": "checkout", "text_version": "v3"}
    assert one("away_5").consent == said


def test_no_marketing_mail_leaves_without_its_link(
    stack: LocalStack, mails: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from memberflow import runtime
    from memberflow.delivery.unsubscribe import link_key

    nowhere = msgspec.structs.replace(runtime.settings(), link_key="/memberflow/none")
    monkeypatch.setattr(runtime, "settings", lambda: nowhere)
    link_key.cache_clear()
    a_member(stack)
    go(stack, "2026-03-10 10:00")
    assert (ends()["away_5"], mails) == (("waiting", "stopped"), [])
    monkeypatch.undo()
    link_key.cache_clear()
    go(stack, "2026-03-10 11:00")
    assert (ends()["away_5"], len(mails)) == (("sent", None), 1)


# --- caps --------------------------------------------------------------------------------------------


def test_mautic_6729_and_laudspeaker_what_is_over_the_cap_is_withheld_and_keeps_its_reason(
    stack: LocalStack, mails: list[Any]
) -> None:
    """mautic/mautic#6729: the frequency rule did not apply to campaign mail. No engine read keeps a row of the skip."""
    a_member(stack)
    go(stack, "2026-03-10 10:00", "2026-03-11 10:00", "2026-03-12 10:00")
    assert ends() == {"away_5": ("sent", None), "away_6": ("sent", None), "away_7": ("withheld", "cap")}
    assert len(mails) == 2


def test_braze_4313_what_was_capped_is_dropped_not_held(stack: LocalStack, mails: list[Any]) -> None:
    """community.braze.com 4313: is it held or dropped? Dropped: it never leaves later, when there is room again."""
    a_member(stack)
    go(stack, *(f"2026-03-{day} 10:00" for day in (10, 11, 12, 13, 14, 15, 16)))
    assert ends()["away_7"] == ("withheld", "cap")
    assert len(mails) == 2


def test_a_cap_rolls_what_left_exactly_its_length_ago_counts_no_more(stack: LocalStack, mails: list[Any]) -> None:
    """Braze counts calendar days: 11 pm and midnight both pass. Ours are times 24 hours."""
    a_member(stack)
    go(stack, "2026-03-10 10:00", "2026-03-11 10:00", "2026-03-17 10:00")
    assert ends()["away_12"] == ("sent", None)
    (sends,) = items("SENDS")
    assert {name.split("#")[0] for name in sends.sent} == {"away_6", "away_12"}, "what is too old is no longer kept"


def test_service_messages_are_exempt_from_marketing_caps_and_do_not_count(stack: LocalStack, mails: list[Any]) -> None:
    a_member(stack, contacts={"email": "m@example.com"}, birthday="1990-03-11")
    go(stack, "2026-03-10 10:00", "2026-03-11 10:00")
    stack.put_orders([order("m", "big", "2026-03-11T10:00:00Z", "320.00")])
    stack.pump()
    assert ends()["upgrade"] == ("sent", None)
    assert sum(state == "sent" for state, _ in ends().values()) == 3
    assert sum(reason == "cap" for _, reason in ends().values()) == 1


def test_what_did_not_leave_is_not_counted(
    stack: LocalStack, mails: list[Any], put_in: Callable[..., Refusing], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Klaviyo's timer also starts for failed deliveries."""
    a_member(stack)
    with monkeypatch.context():
        put_in("email", error("MessageRejected"))
        go(stack, "2026-03-10 10:00")
    monkeypatch.undo()
    go(stack, "2026-03-11 10:00", "2026-03-12 10:00")
    assert ends() == {"away_5": ("failed", "MessageRejected"), "away_6": ("sent", None), "away_7": ("sent", None)}


def test_what_may_have_left_is_counted(
    stack: LocalStack, put_in: Callable[..., Refusing], monkeypatch: pytest.MonkeyPatch
) -> None:
    put_in("email", ReadTimeoutError(endpoint_url="https://email.example.com"))
    a_member(stack)
    go(stack, "2026-03-10 10:00", "2026-03-11 10:00", "2026-03-12 10:00")
    assert [ends()[f"away_{n}"][0] for n in (5, 6, 7)] == ["unknown", "unknown", "withheld"]


def test_two_senders_at_once_do_not_both_take_the_last_room_under_a_cap(
    stack: LocalStack, mails: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second sender looked before the first one wrote; its claim fails and it looks again."""
    from memberflow.delivery.desk import Desk
    from memberflow.delivery.send import send_all

    a_member(stack)
    go(stack, "2026-03-10 10:00")
    with monkeypatch.context() as patch:  # released, but nobody hears of it
        patch.setattr(stack, "_sources", [source for source in stack._sources if not hasattr(source, "_reader")])
        go(stack, "2026-03-11 10:00", "2026-03-12 09:00", "2026-03-12 10:00")
    first, second = [(item.pk, item.sk) for item in items("MESSAGE#") if item.state == "waiting"]
    from memberflow.runtime import rules, shipped

    opened = Desk.opened
    late = opened(shipped(), rules(), [second])
    send_all(shipped(), rules(), [first])
    monkeypatch.setattr(Desk, "opened", lambda *given: late)
    send_all(shipped(), rules(), [second])
    assert sorted(ends().values(), key=str) == [("sent", None), ("sent", None), ("withheld", "cap")]
    assert len(mails) == 2


# --- quiet hours --------------------------------------------------------------------------------------


def test_novu_2808_quiet_hours_that_began_meanwhile_delay_a_message_and_it_is_sent_once(
    stack: LocalStack, mails: list[Any]
) -> None:
    """novuhq/novu#2808, #8308, PR 11965: do not disturb, delayed and not dropped; #1633: delayed, then sent twice."""
    a_member(stack)
    go(stack, "2026-03-10 21:30")  # the run of ten o'clock was missed
    assert (ends()["away_5"], mails) == (("waiting", "quiet"), [])
    go(stack, "2026-03-10 23:00", "2026-03-11 07:59")
    assert mails == []
    go(stack, "2026-03-11 08:00", "2026-03-11 09:00")
    assert (ends()["away_5"], len(mails)) == (("sent", None), 1)


def test_braze_faq_a_deferred_message_is_looked_at_again_before_it_leaves(stack: LocalStack, mails: list[Any]) -> None:
    """Braze does not re-check after quiet hours: a member who ordered at night gets "we miss you" at eight."""
    a_member(stack)
    go(stack, "2026-03-10 21:30")
    stack.put_orders([order("m", "night", "2026-03-10T21:30:00Z", "10.00")])
    stack.pump()
    go(stack, "2026-03-11 08:00")
    assert (ends()["away_5"], mails) == (("withheld", "withdrawn"), [])


def test_a_message_whose_use_is_over_before_the_quiet_hours_end_is_withheld(
    stack: LocalStack, mails: list[Any]
) -> None:
    a_member(stack, birthday="1990-03-07")
    go(stack, "2026-03-07 21:30")
    assert (ends()["birthday"], mails) == (("withheld", "quiet"), [])


def test_laudspeaker_quiet_hours_are_of_the_members_own_zone(stack: LocalStack, mails: list[Any]) -> None:
    """Laudspeaker keeps quiet by the server's clock and one fixed offset; 14:00 in London is night in Tokyo."""
    a_member(stack, time_zone="Asia/Tokyo")
    go(stack, "2026-03-10 14:00")
    assert (ends()["away_5"], mails) == (("waiting", "quiet"), [])


def test_parcelvoy_610_a_zone_that_does_not_exist_falls_back_to_the_programmes(
    stack: LocalStack, mails: list[Any]
) -> None:
    """parcelvoy/platform#610: invalid zones lost 596,000 messages. Pinpoint sent into the night."""
    a_member(stack, time_zone="Asia/Nowhere")
    go(stack, "2026-03-10 10:00")
    assert (ends()["away_5"], len(mails)) == (("sent", None), 1)
    go(stack, "2026-03-11 21:30")
    assert ends()["away_6"] == ("waiting", "quiet")


# --- consent and suppression -----------------------------------------------------------------------------


def test_parcelvoy_442_no_mail_after_unsubscribing_inside_a_journey(stack: LocalStack, mails: list[Any]) -> None:
    """parcelvoy/platform#442: mails two days after unsubscribing. Here even one released before it is held."""
    a_member(stack)
    go(stack, "2026-03-10 10:00")
    stack.put_activities([consent("m", granted=False, at="2026-03-10T10:00:01Z")])
    stack.pump()
    go(stack, "2026-03-11 10:00")
    assert (ends()["away_6"], len(mails)) == (("withheld", "consent"), 1)


# --- channels -----------------------------------------------------------------------------------------------


def test_an_sms_says_the_short_text_and_lives_as_long_as_it_is_of_use(stack: LocalStack) -> None:
    from memberflow.store.models import receipt_tag

    a_member(stack)
    go(stack, "2026-03-25 10:00")
    (text,) = stack.texts
    assert text["DestinationPhoneNumber"] == "+441632960001"
    assert text["MessageBody"] == "Short: Member"
    assert text["MessageType"] == "PROMOTIONAL"
    assert text["TimeToLive"] == (at("2026-03-27") - at("2026-03-25 10:00")) // 1000
    assert text["Context"] == {"message": receipt_tag((one("text_20").pk, one("text_20").sk))}
    assert (one("text_20").state, one("text_20").channel, one("text_20").provider_id) == ("sent", "sms", "local-1")


def test_a_service_sms_is_transactional(stack: LocalStack) -> None:
    """SNS's default is Transactional for all, whatever is said."""
    a_member(stack)
    stack.put_orders([order("m", "big", "2026-03-05T09:00:00Z", "320.00")])
    stack.pump()
    assert [text["MessageType"] for text in stack.texts] == ["TRANSACTIONAL"]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("ConflictException", "DESTINATION_PHONE_NUMBER_OPTED_OUT"),
        ("ServiceQuotaExceededException", "MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT"),
    ],
)
def test_what_sms_refuses_for_good_goes_by_mail(
    stack: LocalStack, mails: list[Any], put_in: Callable[..., Refusing], code: str, reason: str
) -> None:
    put_in("sms", error(code, Reason=reason))
    a_member(stack)
    go(stack, "2026-03-25 10:00")
    sent = one("text_20")
    assert (sent.state, sent.reason, sent.channel, sent.refused) == ("sent", None, "email", {"sms": reason})
    assert len(mails) == 1
    (sends,) = items("SENDS")
    assert [channel for _, _, channel in sends.sent.values()] == ["email"]


@pytest.mark.parametrize("reason", ["DESTINATION_PHONE_NUMBER_OPTED_OUT", "MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT"])
def test_without_another_channel_such_a_refusal_is_the_end(
    stack: LocalStack, put_in: Callable[..., Refusing], reason: str
) -> None:
    put_in("sms", error("ConflictException", Reason=reason))
    a_member(stack, contacts={"sms": "+441632960001"})
    go(stack, "2026-03-25 10:00", "2026-03-25 12:00")
    assert ends()["text_20"] == ("failed", reason)


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (ReadTimeoutError(endpoint_url="https://sms.example.com"), "unknown"),
        (error("InternalServerException"), "unknown"),
        (error("ThrottlingException"), "waiting"),
        (error("AccessDeniedException", Reason="ACCOUNT_DISABLED"), "waiting"),
    ],
)
def test_no_other_channel_is_tried_where_the_first_may_have_sent_or_may_send_yet(
    stack: LocalStack, mails: list[Any], put_in: Callable[..., Refusing], answer: Exception, state: str
) -> None:
    put_in("sms", answer)
    a_member(stack)
    go(stack, "2026-03-25 10:00")
    assert (ends()["text_20"][0], mails) == (state, [])


def test_a_channel_of_the_shops_own_is_an_event_on_the_bus(stack: LocalStack, put_in: Callable[..., Refusing]) -> None:
    bus = put_in("bus", {"FailedEntryCount": 0, "Entries": [{"EventId": "e-1"}]})
    a_member(stack)
    go(stack, "2026-03-26 10:00")
    (request,) = bus.calls
    (entry,) = request["Entries"]
    assert entry["EventBusName"] == "memberflow-local-messages"
    assert (entry["Source"], entry["DetailType"]) == ("memberflow", "message.marketing")
    detail = json.loads(entry["Detail"])
    assert (detail["member_id"], detail["channel"], detail["address"]) == ("m", "wecom", "wx-1")
    assert (detail["text"], detail["useful_until"]) == ("Short: Member", "2026-03-28T00:00:00Z")
    assert detail["occurrence"] == one("chat_21").sk.removeprefix("MESSAGE#")
    assert (one("chat_21").state, one("chat_21").provider_id) == ("sent", "e-1")


def test_the_bus_of_the_template_takes_events(stack: LocalStack) -> None:
    a_member(stack)
    go(stack, "2026-03-26 10:00")
    assert ends()["chat_21"] == ("sent", None)


@pytest.mark.parametrize(
    ("code", "end"),
    [("ThrottlingException", ("waiting", "busy")), ("InvalidArgument", ("failed", "InvalidArgument"))],
)
def test_parcelvoy_sqs_an_entry_that_the_bus_did_not_take_is_not_sent(
    stack: LocalStack, put_in: Callable[..., Refusing], code: str, end: tuple[str, str]
) -> None:
    """parcelvoy SQSQueueProvider.ts l.42: errors are logged and forgotten, Failed entries of an answer never read."""
    put_in("bus", {"FailedEntryCount": 1, "Entries": [{"ErrorCode": code, "ErrorMessage": "no"}]})
    a_member(stack)
    go(stack, "2026-03-26 10:00")
    assert ends()["chat_21"] == end


def test_parcelvoy_432_a_message_that_fails_holds_up_no_other(
    stack: LocalStack, put_in: Callable[..., Refusing]
) -> None:
    """parcelvoy/platform#432: a failed send stalled the journey; the third mail was never sent."""
    put_in("email", error("MessageRejected"), {"MessageId": "2"}, {"MessageId": "3"})
    for name in ("a", "b", "c"):
        a_member(stack, name)
    go(stack, "2026-03-10 10:00")
    assert sorted(item.state for item in items("MESSAGE#")) == ["failed", "sent", "sent"]


# --- holdout -------------------------------------------------------------------------------------------------


def test_a_holdout_is_withheld_after_every_other_gate_and_counts_under_no_cap(
    stack: LocalStack, mails: list[Any]
) -> None:
    names = [f"m-{n}" for n in range(12)]
    for name in names:
        a_member(stack, name)
    stack.clock = at("2026-04-02")
    stack.put_activities([consent("m-0", granted=False, at="2026-04-01T00:00:00Z")])
    stack.pump()
    go(stack, "2026-04-14 10:00")
    found = {item.pk.removeprefix("MEMBER#"): (item.state, item.reason) for item in items("MESSAGE#apart_40#")}
    held = {name for name, end in found.items() if end == ("withheld", "holdout")}
    assert found["m-0"] == ("withheld", "consent")
    assert 0 < len(held) < 11
    assert all(found[name] == ("sent", None) for name in names if name not in {"m-0", *held})
    assert {item.pk.removeprefix("MEMBER#") for item in items("SENDS")}.isdisjoint(held)
    assert len(mails) == 11 - len(held)


# --- the breaker ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code", ["AccountSuspendedException", "SendingPausedException", "LimitExceededException", "NotFoundException"]
)
def test_sending_that_is_stopped_holds_marketing_and_loses_nothing(
    stack: LocalStack,
    mails: list[Any],
    put_in: Callable[..., Refusing],
    monkeypatch: pytest.MonkeyPatch,
    code: str,
) -> None:
    ses = put_in("email", error(code))
    for name in ("a", "b", "c"):
        a_member(stack, name)
    go(stack, "2026-03-10 10:00", "2026-03-10 10:30")
    assert {(item.state, item.reason) for item in items("MESSAGE#")} == {("waiting", "stopped")}
    assert len(ses.calls) == 1, "one mail found out; the others were not even tried"
    (breaker,) = items("BREAKER")
    assert (breaker.pk, breaker.reason) == ("BREAKER#email", code)
    monkeypatch.undo()
    go(stack, "2026-03-10 11:00")
    assert {item.state for item in items("MESSAGE#")} == {"sent"}
    assert len(mails) == 3


def test_mautic_3340_what_waited_too_long_for_a_stopped_account_is_not_sent_when_it_goes_on(
    stack: LocalStack, mails: list[Any], put_in: Callable[..., Refusing], monkeypatch: pytest.MonkeyPatch
) -> None:
    """mautic/mautic#3340: pause then resume fires the whole backlog."""
    put_in("email", error("SendingPausedException"))
    a_member(stack)
    go(stack, *(f"2026-03-{day} {hour}:00" for day in (10, 11) for hour in (10, 12, 14, 16, 18, 20)))
    monkeypatch.undo()
    go(stack, "2026-03-12 10:00")
    assert ends() == {"away_5": ("withheld", "stale"), "away_6": ("sent", None), "away_7": ("sent", None)}
    assert len(mails) == 2


def test_service_messages_are_tried_all_the_same_and_wait_where_they_are_turned_away(
    stack: LocalStack, mails: list[Any], put_in: Callable[..., Refusing], monkeypatch: pytest.MonkeyPatch
) -> None:
    ses = put_in("email", error("SendingPausedException"))
    a_member(stack, contacts={"email": "m@example.com"})
    go(stack, "2026-03-10 10:00")
    stack.put_orders([order("m", "big", "2026-03-10T10:00:00Z", "320.00")])
    stack.pump()
    assert (ends()["upgrade"], len(ses.calls)) == (("waiting", "stopped"), 2)
    monkeypatch.undo()
    go(stack, "2026-03-10 10:01")
    assert (ends()["upgrade"], len(mails)) == (("sent", None), 1)


def test_a_channel_that_is_stopped_is_waited_for_and_not_gone_round(
    stack: LocalStack, mails: list[Any], put_in: Callable[..., Refusing]
) -> None:
    put_in("sms", error("AccessDeniedException", Reason="ACCOUNT_DISABLED"))
    a_member(stack)
    go(stack, "2026-03-25 10:00", "2026-03-25 10:05")
    assert (ends()["text_20"], mails) == (("waiting", "stopped"), [])


# --- crash, duplicate, throttling -----------------------------------------------------------------------------------


def test_mautic_8802_dittofeed_a_crash_after_the_claim_is_never_a_second_mail_and_counts_as_sent(
    stack: LocalStack, mails: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """mautic/mautic#8802, #7881: the same message again and again. Dittofeed records after the call: sends twice."""

    class Died(BaseException):
        """Like a function that ran out of time."""

    from memberflow.delivery import channels

    send = channels.send

    def die_after(letter: Any) -> Any:
        send(letter)
        raise Died

    a_member(stack)
    with monkeypatch.context() as patch:
        patch.setattr(channels, "send", die_after)
        with pytest.raises(Died):
            go(stack, "2026-03-10 10:00")
    assert one("away_5").state == "claimed"
    again = one("away_5")
    stack.call("SendMessages", {"Records": [_record(again.pk, again.sk)]})
    go(stack, "2026-03-11 10:00", "2026-03-12 10:00")
    assert [ends()[f"away_{n}"][0] for n in (5, 6, 7)] == ["unknown", "sent", "withheld"]
    assert len(mails) == 2


def _record(pk: str, sk: str) -> dict[str, Any]:
    return {"dynamodb": {"Keys": {"pk": {"S": pk}, "sk": {"S": sk}}, "SequenceNumber": "1"}}


def test_a_tick_that_comes_twice_sends_once(stack: LocalStack, mails: list[Any]) -> None:
    a_member(stack)
    go(stack, "2026-03-10 10:00", "2026-03-10 10:00")
    assert len(mails) == 1


def test_a_busy_provider_frees_the_room_under_the_cap_until_the_next_try(
    stack: LocalStack, mails: list[Any], put_in: Callable[..., Refusing], monkeypatch: pytest.MonkeyPatch
) -> None:
    put_in("email", error("TooManyRequestsException"))
    a_member(stack)
    go(stack, "2026-03-10 10:00")
    assert ends()["away_5"] == ("waiting", "busy")
    assert [item.sent for item in items("SENDS")] == [{}]
    monkeypatch.undo()
    go(stack, "2026-03-10 10:01", "2026-03-11 10:00", "2026-03-12 10:00")
    assert ends() == {"away_5": ("sent", None), "away_6": ("sent", None), "away_7": ("withheld", "cap")}


def test_dittofeed_721_a_message_whose_moment_has_passed_is_not_sent_now(stack: LocalStack, mails: list[Any]) -> None:
    """dittofeed userWorkflow.ts l.721: a missing or past date means a delay of nothing, so it is sent at once."""
    a_member(stack)
    go(stack, "2026-03-12 09:00")
    assert ends()["away_5"] == ("withheld", "stale")
    assert ends()["away_6"] == ("sent", None)


def test_a_message_costs_two_reads_and_two_writes_whatever_the_gates(stack: LocalStack) -> None:
    a_member(stack)
    stack.clock = at("2026-03-10 10:00")
    stack.requests_of.clear()
    stack.run(stack.clock)
    asked = stack.requests_of["SendMessages"]
    assert asked["dynamodb.BatchGetItem"] == 2
    assert asked["dynamodb.TransactWriteItems"] + asked["dynamodb.PutItem"] == 2
