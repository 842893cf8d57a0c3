"""Events in the shop's words become facts in the engine's units, or are refused with the field and its value."""

from __future__ import annotations

import json
from typing import Any

import pytest

from memberflow.decoder import MAX_EVENT_BYTES, decode
from memberflow.errors import BadInput
from memberflow.facts import (
    Activity,
    AnyFact,
    BenefitRated,
    Consent,
    GrantUsed,
    Joined,
    Order,
    Redemption,
    Refund,
    Updated,
)
from memberflow.facts import decode as stored_fact
from memberflow.facts import encode as store_fact
from tests.happened import at

NOON = "2026-03-01T12:00:00+00:00"
ORDER = {
    "type": "order.paid",
    "member_id": "m1",
    "occurred_at": NOON,
    "order_id": "o1",
    "amount": "12.50",
    "currency": "GBP",
}
REFUND = {
    "type": "order.refunded",
    "member_id": "m1",
    "occurred_at": NOON,
    "refund_id": "r1",
    "order_id": "o1",
    "amount": "2.50",
    "currency": "GBP",
}
JOINED = {"type": "member.joined", "member_id": "m1", "occurred_at": NOON}


def told(event: dict[str, Any], programme: str = "GBP", /, **changes: Any) -> AnyFact:
    """``programme``: the currency it accounts in."""
    return decode(json.dumps(event | changes), programme)


def without(event: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in event.items() if name != key}


def refusal(event: dict[str, Any] | bytes | str, programme: str = "GBP", /, **changes: Any) -> tuple[str, object, str]:
    """The field, the value that stood there and what would be right."""
    raw = event if isinstance(event, bytes | str) else json.dumps(event | changes)
    with pytest.raises(BadInput) as caught:
        decode(raw, programme)
    return caught.value.field, caught.value.value, caught.value.expected


# What each event becomes


def test_the_use_of_a_grant_names_it() -> None:
    event = {"type": "grant.used", "member_id": "m1", "occurred_at": NOON, "use_id": "u", "grant_id": "pack#tea#gold#1"}
    assert told(event) == GrantUsed(at=at("2026-03-01 12:00"), id="u", member_id="m1", grant="pack#tea#gold#1")


RATED = {
    "type": "benefit.rated",
    "member_id": "m1",
    "occurred_at": NOON,
    "rating_id": "r",
    "benefit": "tea",
    "rating": 4,
}


def test_a_rating_names_the_benefit() -> None:
    assert told(RATED) == BenefitRated(at=at("2026-03-01 12:00"), id="r", member_id="m1", benefit="tea", rating=4)


@pytest.mark.parametrize("rating", [0, 6, "5", 4.5])
def test_a_rating_is_a_whole_number_from_1_to_5(rating: Any) -> None:
    assert refusal(RATED, rating=rating) == ("rating", rating, "a whole number from 1 to 5")


def test_an_order_becomes_minor_units_and_milliseconds() -> None:
    assert told(ORDER, occurred_at="2026-03-01T12:00:00.123+08:00") == Order(
        at=at("2026-03-01 04:00:00.123", "UTC"), id="o1", member_id="m1", amount=1250
    )


def test_an_order_keeps_its_channel_categories_and_coupons() -> None:
    fact = told(ORDER, channel="live", categories=["tea"], coupon_codes=["SPRING"])
    assert isinstance(fact, Order)
    assert (fact.channel, fact.categories, fact.coupon_codes) == ("live", ("tea",), ("SPRING",))


def test_the_categories_of_lines_join_those_of_the_order_each_once() -> None:
    lines = [{"category": "jam", "amount": "1"}, {"category": "tea"}, {"category": "jam"}]
    fact = told(ORDER, categories=["tea", "cups"], lines=lines)
    assert isinstance(fact, Order)
    assert fact.categories == ("tea", "cups", "jam")


def test_a_refund_takes_an_amount_of_its_order() -> None:
    assert told(REFUND) == Refund(at=at(NOON[:19]), id="r1", member_id="m1", order_id="o1", amount=250)


def test_a_refund_of_the_whole_has_no_amount() -> None:
    whole = Refund(at=at(NOON[:19]), id="r1", member_id="m1", order_id="o1", amount=None)
    assert told(without(REFUND, "amount"), whole=True) == whole
    assert told(REFUND, whole=True) == whole


def test_a_refund_may_name_no_order() -> None:
    assert told(REFUND, order_id=None) == told(without(REFUND, "order_id"))
    assert told(REFUND, order_id=None) == Refund(at=at(NOON[:19]), id="r1", member_id="m1", order_id=None, amount=250)


def test_a_refund_needs_an_amount_or_the_whole() -> None:
    assert refusal(without(REFUND, "amount")) == ("amount", None, "a decimal string such as '12.50', or 'whole': true")


def test_only_an_order_that_is_named_can_be_refunded_whole() -> None:
    assert refusal(REFUND, order_id=None, whole=True) == ("order_id", None, "the order that is refunded whole")


def test_a_member_joins_once() -> None:
    profile = {
        "birthday": "1990-05-17",
        "time_zone": "Asia/Shanghai",
        "language": "zh-CN",
        "contacts": {"email": "a@b.c"},
    }
    assert told(JOINED, **profile) == Joined(
        at=at(NOON[:19]),
        id="joined",
        member_id="m1",
        birthday=(1990, 5, 17),
        time_zone="Asia/Shanghai",
        language="zh-CN",
        contacts={"email": "a@b.c"},
    )


def test_a_profile_that_says_nothing_says_nothing() -> None:
    fact = told(JOINED, type="member.updated", event_id="e1")
    assert fact == Updated(at=at(NOON[:19]), id="e1", member_id="m1")


def test_consent_becomes_a_fact_with_its_evidence() -> None:
    event = {"event_id": "e1", "purpose": "marketing", "channel": "email", "granted": False, "source": "app"}
    assert told(JOINED | {"type": "consent.changed"}, **event) == Consent(
        at=at(NOON[:19]), id="e1", member_id="m1", purpose="marketing", channel="email", granted=False, source="app"
    )


def test_activities_of_two_kinds_may_share_an_id() -> None:
    activity = JOINED | {"type": "activity.done", "activity_id": "7"}
    facts = [told(activity, activity=name) for name in ("review", "share")]
    assert [fact.id for fact in facts] == ["review#7", "share#7"]
    assert facts[0] == Activity(at=at(NOON[:19]), id="review#7", member_id="m1", activity="review")


def test_a_redemption_asks_for_points() -> None:
    event = JOINED | {"type": "points.redeemed", "redemption_id": "p1"}
    assert told(event, points=120) == Redemption(at=at(NOON[:19]), id="p1", member_id="m1", points=120)


def test_unknown_fields_are_ignored() -> None:
    assert told(ORDER, basket={"items": [1, {"deep": None}]}, weather="rain") == told(ORDER)


def test_digits_finer_than_a_millisecond_are_cut() -> None:
    assert told(ORDER, occurred_at="2026-03-01T12:00:00.123999Z").at == at("2026-03-01 12:00:00.123", "UTC")


@pytest.mark.parametrize(
    "event",
    [
        ORDER,
        ORDER | {"categories": ["tea"], "coupon_codes": ["A"]},
        REFUND,
        JOINED | {"birthday": "--02-29", "contacts": {"email": "a@b.c"}},
        JOINED | {"type": "points.redeemed", "redemption_id": "p1", "points": 1},
    ],
)
def test_a_fact_is_stored_and_read_back_as_it_was(event: dict[str, Any]) -> None:
    assert stored_fact(store_fact(told(event))) == told(event)


# Money


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("12", "GBP", 1200),
        ("12.5", "GBP", 1250),
        ("12.50", "GBP", 1250),
        ("12.500", "GBP", 1250),
        ("0", "GBP", 0),
        ("0.01", "GBP", 1),
        ("999999999999.99", "GBP", 99999999999999),
        ("1250", "JPY", 1250),
        ("1250.00", "JPY", 1250),
        ("1.234", "KWD", 1234),
        ("1.2", "KWD", 1200),
    ],
)
def test_an_amount_is_read_in_the_places_of_its_currency(amount: str, currency: str, minor: int) -> None:
    fact = told(ORDER, currency, currency=currency, amount=amount)
    assert isinstance(fact, Order)
    assert fact.amount == minor


@pytest.mark.parametrize(
    ("amount", "currency", "places"), [("12.505", "GBP", 2), ("12.50", "JPY", 0), ("0.001", "CNY", 2)]
)
def test_an_amount_with_more_places_than_its_currency_is_refused(amount: str, currency: str, places: int) -> None:
    assert refusal(ORDER, currency, currency=currency, amount=amount) == (
        "amount",
        amount,
        f"at most {places} decimal places in {currency}",
    )


@pytest.mark.parametrize(
    "amount", ["-1", "-0.01", "+1", "1e3", "1,50", "1.", ".5", "", " 1", "1 ", "NaN", "1.2345", "1" * 13]
)
def test_an_amount_that_is_no_plain_decimal_is_refused(amount: str) -> None:
    assert refusal(ORDER, amount=amount) == ("amount", amount, "a decimal string, never negative, such as '12.50'")


@pytest.mark.parametrize("amount", [12.5, 12, None, ["12.50"]])
def test_an_amount_that_is_not_text_is_refused(amount: object) -> None:
    assert refusal(ORDER, amount=amount)[:2] == ("amount", amount)


def test_another_currency_than_the_programmes_is_refused() -> None:
    assert refusal(ORDER, currency="EUR") == ("currency", "EUR", "'GBP', the programme's currency")
    assert refusal(without(REFUND, "amount"), currency="EUR", whole=True)[0] == "currency"


@pytest.mark.parametrize("currency", ["gbp", "GB", "£", ""])
def test_a_currency_that_is_no_code_is_refused(currency: str) -> None:
    assert refusal(ORDER, currency=currency) == ("currency", currency, "an ISO 4217 code such as 'GBP'")


# Fields


@pytest.mark.parametrize("field", ["member_id", "occurred_at", "order_id", "amount", "currency", "type"])
def test_a_missing_field_is_named(field: str) -> None:
    assert refusal(without(ORDER, field))[:2] == (field, None)


def test_an_unknown_type_is_refused_with_those_there_are() -> None:
    field, value, expected = refusal(ORDER, type="order.shipped")
    assert (field, value) == ("type", "order.shipped")
    assert expected.startswith("one of order.paid, order.refunded, order.delivered, member.joined")


@pytest.mark.parametrize(
    "moment", ["2026-03-01T12:00:00", "2026-03-01", "yesterday", "2026-02-30T12:00:00Z", 1772366400]
)
def test_a_moment_without_offset_or_sense_is_refused(moment: object) -> None:
    assert refusal(ORDER, occurred_at=moment) == (
        "occurred_at",
        moment,
        "a moment with an offset, such as '2026-03-01T12:00:00+08:00'",
    )


@pytest.mark.parametrize(
    ("birthday", "read"), [("1990-05-17", (1990, 5, 17)), ("--02-29", (0, 2, 29)), ("2000-02-29", (2000, 2, 29))]
)
def test_a_birthday_may_lack_its_year(birthday: str, read: tuple[int, int, int]) -> None:
    fact = told(JOINED, birthday=birthday)
    assert isinstance(fact, Joined)
    assert fact.birthday == read


@pytest.mark.parametrize("birthday", ["1990-02-29", "1990-02-30", "1990-13-01", "--04-31", "0000-01-01", "1990-00-10"])
def test_a_birthday_that_never_was_is_refused(birthday: str) -> None:
    assert refusal(JOINED, birthday=birthday) == ("birthday", birthday, "a date that exists")


@pytest.mark.parametrize("birthday", ["17.05.1990", "1990-5-17", "-05-17", "05-17", ""])
def test_a_birthday_written_otherwise_is_refused(birthday: str) -> None:
    assert refusal(JOINED, birthday=birthday)[2] == "'1990-05-17', or '--05-17' where the year is unknown"


@pytest.mark.parametrize("points", [0, -5, 1.5, "100", 10**12 + 1])
def test_points_are_a_whole_number_of_at_least_one(points: object) -> None:
    event = JOINED | {"type": "points.redeemed", "redemption_id": "p1"}
    assert refusal(event, points=points) == (
        "points",
        points,
        "a whole number from 1 to 1000000000000 (of an adjustment, below zero too)",
    )


@pytest.mark.parametrize("id", ["", "x" * 129, None, 7])
def test_an_id_has_1_to_128_characters(id: object) -> None:
    assert refusal(ORDER, order_id=id)[:2] == ("order_id", id)


def test_a_field_inside_a_list_is_named_with_its_place() -> None:
    assert refusal(ORDER, lines=[{"category": "tea"}, {"category": 5}])[:2] == ("lines[1].category", 5)
    assert refusal(ORDER, categories=["tea", ""])[:2] == ("categories[1]", "")


def test_a_refusal_reads_as_a_sentence_and_cuts_long_values_short() -> None:
    with pytest.raises(
        BadInput, match=r"^amount: got '-1', expected a decimal string, never negative, such as '12.50'$"
    ):
        told(ORDER, amount="-1")
    with pytest.raises(BadInput) as caught:
        told(ORDER, order_id="x" * 1000)
    assert len(str(caught.value)) < 200


# Records that are no events


@pytest.mark.parametrize("raw", [b"", b"{", b"not json", b'{"type": "order.paid",}', b"\xff\xfe{"])
def test_what_is_not_json_is_refused(raw: bytes) -> None:
    assert refusal(raw)[0] == ""


@pytest.mark.parametrize("raw", ["[]", "5", "null", '"order.paid"'])
def test_json_that_is_no_object_is_refused(raw: str) -> None:
    assert refusal(raw)[2].startswith("`object`")


def test_text_that_is_not_utf_8_is_refused() -> None:
    assert refusal(json.dumps(ORDER).replace("m1", "\xe9").encode("latin-1"))[0] == ""


def test_an_event_may_be_as_large_as_the_limit_and_not_a_byte_larger() -> None:
    padding = MAX_EVENT_BYTES - len(json.dumps(ORDER | {"note": ""}))
    assert told(ORDER, note="x" * padding) == told(ORDER)
    assert refusal(ORDER, note="x" * (padding + 1)) == (
        "",
        f"{MAX_EVENT_BYTES + 1} bytes",
        f"at most {MAX_EVENT_BYTES} bytes",
    )


def test_one_name_too_many_times_counts_as_the_last() -> None:
    raw = json.dumps(ORDER)[:-1] + ', "amount": "99.00"}'
    fact = decode(raw, "GBP")
    assert isinstance(fact, Order)
    assert fact.amount == 9900


# What would crash a decoder would hold up its shard instead of being parked.


def test_bytes_that_are_not_utf_8_in_an_unknown_field_of_a_wrong_event_are_refused() -> None:
    assert refusal(json.dumps(without(ORDER, "amount"))[:-1].encode() + b', "note": "\xff"}')[0] == ""


@pytest.mark.parametrize("raw", ["[" * 60_000, json.dumps(ORDER)[:-1] + ', "note": ' + "[" * 60_000])
def test_nesting_without_end_is_refused(raw: str) -> None:
    assert refusal(raw)[0] == ""


def test_half_a_surrogate_pair_in_text_is_refused() -> None:
    assert refusal("\ud800")[0] == ""


@pytest.mark.parametrize("moment", ["0001-06-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_a_moment_too_near_the_ends_of_the_calendar_is_refused(moment: str) -> None:
    assert refusal(ORDER, occurred_at=moment)[0] == "occurred_at"


def test_the_limit_counts_bytes_and_not_characters() -> None:
    raw = json.dumps(ORDER | {"note": "é" * (MAX_EVENT_BYTES - 1000)}, ensure_ascii=False)
    assert refusal(raw)[2] == f"at most {MAX_EVENT_BYTES} bytes"


def test_a_missing_field_inside_a_list_is_named_with_its_place() -> None:
    assert refusal(ORDER, lines=[{"category": "tea"}, {}])[0] == "lines[1].category"
