"""The function member_api: HTTP in, answer out, and the table afterwards."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any
from urllib.parse import quote

import pytest

from cli.local.stack import LocalStack
from memberflow.facts import Committed, Redemption, Reserved
from memberflow.programme.author import named, write_shipped
from tests.functional.api import OPERATOR, ask, token
from tests.functional.conftest import ARRIVED, items, member, order
from tests.functional.test_conflicts import before_request, down, once

MINUTE = 60_000
REDEEM = {
    "points": 100,
    "worth": "1.00",
    "least": 20,
    "step": 10,
    "share": 50,
    "goods": {"mug": {"points": 150, "label": {"en": "Mug", "zh-CN": "马克杯"}}},
    "partners": {"miles": {"points": 100, "theirs": 50, "label": {"en": "Miles", "zh-CN": "里程"}}},
}
DEARER = {"points": 180, "label": {"en": "Mug", "zh-CN": "马克杯"}}
JUNE = 1_780_444_800_000
"""2026-06-03T00:00:00Z, after a revision."""
TWO = {"dynamodb.BatchGetItem": 1, "dynamodb.TransactWriteItems": 1}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """As in conftest, by a programme that says what points buy."""
    shipped = tmp_path_factory.mktemp("shipped") / "till.json"
    write_shipped(named("sample"), shipped)
    said = json.loads(shipped.read_text())
    said["programme"]["points"]["redeem"] = REDEEM
    said["revisions"] = {"2026-06-01": deepcopy(said["programme"])}
    said["revisions"]["2026-06-01"]["points"]["redeem"] |= {"worth": "2.00", "goods": {"mug": DEARER}, "step": 1}
    shipped.write_text(json.dumps(said))
    with LocalStack(programme_file=shipped, parameters={"DueShards": "2"}) as stack:
        yield stack


@pytest.fixture
def till(stack: LocalStack) -> LocalStack:
    """The stack with a member, m-1, who has 320 points; nothing counted."""
    stack.put_orders([order("m-1", "o-1", "2026-03-01T10:00:00Z", "320.00")])
    stack.pump()
    stack.requests.clear()
    return stack


def asked_twice(till: LocalStack, path: str, body: Any, key: str | None = None) -> Any:
    """The body of the answer, which a retry gets too, a minute later and without a write."""
    first = ask(till, "POST", path, body, key)
    assert first.status in (200, 201), first
    written, till.clock = len(items()), till.now() + MINUTE
    till.requests.clear()
    assert ask(till, "POST", path, body, key) == first
    assert dict(till.requests) == {"dynamodb.BatchGetItem": 1}
    assert len(items()) == written
    return first.body


def refused(till: LocalStack, path: str, body: Any, key: str | None = None) -> str:
    """The code of the answer, which left the table as it was."""
    before = {(item.pk, item.sk): item.attribute_values for item in items()}
    answer = ask(till, "POST", path, body, key)
    assert answer.status == 409, answer
    assert {(item.pk, item.sk): item.attribute_values for item in items()} == before
    return str(answer.body["code"])


def facts_of(kind: type) -> list[Any]:
    from memberflow import facts

    return [facts.decode(item.body) for item in items(f"FACT#{kind.kind}")]  # type: ignore[attr-defined]


# Looking


def test_a_member_sees_what_he_has_in_one_request(till: LocalStack) -> None:
    answer = ask(till, "GET", "m-1/points", claims=token("m-1"))
    assert answer.status == 200
    assert answer.body == {
        "member_id": "m-1",
        "as_of": "2026-03-05T09:00:00Z",
        "tier": "silver",
        "points": 320,
        "worth": "3.20",
        "currency": "GBP",
        "pending": 0,
        "held": 0,
        "debt": 0,
        "expiring": [{"points": 320, "last_day": "2027-03-01"}],
    }
    assert dict(till.requests) == {"dynamodb.BatchGetItem": 1}


def test_a_member_sees_how_far_it_is_to_the_next_tier_in_one_request(till: LocalStack) -> None:
    answer = ask(till, "GET", "m-1/progress", claims=token("m-1"))
    assert answer.status == 200
    gold, platinum = answer.body.pop("ahead")
    kept = {"measure": "spend", "value": "0.00", "needed": "240.00", "at_most": False, "met": False}
    assert answer.body == {
        "member_id": "m-1",
        "as_of": "2026-03-05T09:00:00Z",
        "tier": "silver",
        "label": {"en": "Silver", "zh-CN": "白银会员"},
        "settled_on": "2027-03-01",
        "keeps": {"figures": [kept], "all": [], "any": [], "met": False},
        "below": "member",
    }, "of a year from now on nothing is spent yet"
    asked = {"measure": "spend", "value": "320.00", "needed": "1000.00", "at_most": False, "met": False}
    assert gold["needs"] == {"figures": [asked], "all": [], "any": [], "met": False}
    assert (gold["tier"], gold["on"], gold["at_once"], platinum["tier"]) == ("gold", None, None, "platinum")
    assert dict(till.requests) == {"dynamodb.BatchGetItem": 1}


def test_points_past_their_day_are_gone_though_no_run_was_there(till: LocalStack) -> None:
    till.clock = 1_803_859_199_999 + 1  # 2027-03-01T00:00:00Z
    assert ask(till, "GET", "m-1/points").body["points"] == 320
    till.clock += 24 * 60 * MINUTE
    assert ask(till, "GET", "m-1/points").body["points"] == 0


def test_the_statement_has_every_movement_in_one_query(till: LocalStack) -> None:
    ask(till, "POST", "m-1/redemptions", {"points": 100}, "k")
    till.requests.clear()
    answer = ask(till, "GET", "m-1/statement", claims=token("m-1"))
    assert [(line["cause"], line["points"], line["balance"]) for line in answer.body["movements"]] == [
        ("points.redeemed#k", -100, 220),
        ("order.paid#o-1", 320, 320),
    ]
    assert answer.body["before"] is None
    assert dict(till.requests) == {"dynamodb.Query": 1}


def test_a_long_statement_comes_in_pages_that_leave_nothing_out(till: LocalStack) -> None:
    till.put_orders(order("m-1", f"p-{n}", f"2026-03-02T10:{n // 60:02d}:{n % 60:02d}Z", "1.00") for n in range(249))
    till.pump()
    numbers: list[int] = []
    path = "m-1/statement"
    while path:
        page = ask(till, "GET", path).body
        numbers += [line["number"] for line in page["movements"]]
        path = f"m-1/statement?before={page['before']}" if page["before"] else ""
    assert numbers == list(range(250, 0, -1))


@pytest.mark.parametrize("before", ["0", "1"])
def test_before_the_first_movement_there_is_nothing(till: LocalStack, before: str) -> None:
    answer = ask(till, "GET", f"m-1/statement?before={before}")
    assert (answer.body["movements"], answer.body["before"]) == ([], None)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        pytest.param({"points": 100}, {"points": 100, "worth": "1.00", "refused": None}, id="points"),
        pytest.param(
            {"points": 300, "order_amount": "5.00", "currency": "GBP"}, {"refused": "above_share"}, id="too much of it"
        ),
        pytest.param(
            {"most": True, "order_amount": "5.00", "currency": "GBP"}, {"points": 250, "worth": "2.50"}, id="the most"
        ),
        pytest.param(
            {"most": True, "order_amount": "0.30", "currency": "GBP"},
            {"points": 20, "refused": "above_share"},
            id="none",
        ),
        pytest.param({"good": "mug", "quantity": 2}, {"points": 300, "worth": None, "refused": None}, id="goods"),
        pytest.param({"good": "mug", "quantity": 3}, {"points": 450, "refused": "not_enough_points"}, id="too many"),
        pytest.param({"good": "hat"}, {"refused": "unknown_good", "lots": []}, id="an unknown good"),
        pytest.param({"points": 200, "partner": "miles"}, {"theirs": 100, "worth": None}, id="a partner"),
        pytest.param({"points": 150, "partner": "miles"}, {"refused": "not_in_step"}, id="no multiple of his"),
        pytest.param({"points": 10}, {"refused": "below_minimum"}, id="too few"),
    ],
)
def test_a_quote_says_what_it_would_come_to_in_one_request(
    till: LocalStack, wanted: dict[str, Any], expected: dict[str, Any]
) -> None:
    answer = ask(till, "POST", "m-1/quotes", wanted, claims=token("m-1"))
    assert answer.status == 200
    assert answer.body | expected == answer.body
    taken = sum(lot["points"] for lot in answer.body["lots"])
    assert taken == (0 if answer.body["refused"] else answer.body["points"])
    assert dict(till.requests) == {"dynamodb.BatchGetItem": 1}


# Reserving


def test_a_reservation_holds_points_and_its_commit_spends_them_in_two_requests_each(till: LocalStack) -> None:
    made = ask(till, "POST", "m-1/reservations", {"points": 100}, "r-1", claims=token("m-1"))
    assert (made.status, made.body["until"]) == (201, "2026-03-05T09:15:00Z")
    assert dict(till.requests) == TWO
    now = ask(till, "GET", "m-1/points").body
    assert (now["points"], now["held"]) == (220, 100)
    till.requests.clear()
    ended = ask(till, "POST", "m-1/reservations/r-1/commit", {"order_id": "o-2"}, claims=token("m-1"))
    assert (ended.status, ended.body["points"], ended.body["order_id"]) == (200, 100, "o-2")
    assert dict(till.requests) == TWO
    now = ask(till, "GET", "m-1/points").body
    assert (now["points"], now["held"]) == (220, 0)


def test_a_cancelled_reservation_gives_the_points_back(till: LocalStack) -> None:
    ask(till, "POST", "m-1/reservations", {"points": 100}, "r-1")
    till.requests.clear()
    assert ask(till, "POST", "m-1/reservations/r-1/cancel").status == 200
    assert dict(till.requests) == TWO
    assert member("m-1").member.lots == [[20879, 320]]


def test_every_step_of_a_reservation_answers_a_retry_as_it_did_at_first(till: LocalStack) -> None:
    body = {"points": 100, "order_amount": "50.00", "currency": "GBP"}
    asked_twice(till, "m-1/reservations", body, "r-1")
    asked_twice(till, "m-1/reservations/r-1/commit", None)
    asked_twice(till, "m-1/reservations", body, "r-1")
    asked_twice(till, "m-1/reservations", {"points": 50}, "r-2")
    asked_twice(till, "m-1/reservations/r-2/cancel", None)
    asked_twice(till, "m-1/reservations", {"points": 50}, "r-2")
    assert len(facts_of(Reserved)) == 2


def test_a_reservation_that_lapsed_can_be_neither_committed_nor_cancelled(till: LocalStack) -> None:
    ask(till, "POST", "m-1/reservations", {"points": 100}, "r-1")
    till.clock = ARRIVED + 15 * MINUTE
    assert refused(till, "m-1/reservations/r-1/commit", None) == "reservation_lapsed"
    assert refused(till, "m-1/reservations/r-1/cancel", None) == "reservation_lapsed"
    assert ask(till, "GET", "m-1/points").body["points"] == 320


def test_a_reservation_can_be_committed_to_its_last_moment(till: LocalStack) -> None:
    ask(till, "POST", "m-1/reservations", {"points": 100}, "r-1")
    till.clock = ARRIVED + 15 * MINUTE - 1
    assert ask(till, "POST", "m-1/reservations/r-1/commit").status == 200


def test_what_ended_one_way_can_not_end_the_other(till: LocalStack) -> None:
    for key, end, other in (("r-1", "commit", "cancel"), ("r-2", "cancel", "commit")):
        ask(till, "POST", "m-1/reservations", {"points": 50}, key)
        ask(till, "POST", f"m-1/reservations/{key}/{end}")
        ended = "reservation_committed" if end == "commit" else "reservation_cancelled"
        assert refused(till, f"m-1/reservations/{key}/{other}", None) == ended


@pytest.mark.parametrize("end", ["commit", "cancel"])
def test_an_unknown_reservation_is_not_found(till: LocalStack, end: str) -> None:
    ask(till, "POST", "m-1/redemptions", {"points": 20}, "a-redemption")
    for unknown in ("r-9", "a-redemption"):
        answer = ask(till, "POST", f"m-1/reservations/{unknown}/{end}")
        assert (answer.status, answer.body["code"]) == (404, "no_reservation")


def test_a_reservation_whose_points_a_late_refund_took_is_told_as_lapsed(till: LocalStack) -> None:
    ask(till, "POST", "m-1/reservations", {"points": 300}, "r-1")
    refund = {"type": "order.refunded", "member_id": "m-1", "refund_id": "x", "order_id": "o-1", "whole": True}
    till.put_orders([json.dumps(refund | {"occurred_at": "2026-03-05T08:00:00Z", "currency": "GBP"}).encode()])
    till.pump()
    assert refused(till, "m-1/reservations", {"points": 300}, "r-1") == "reservation_lapsed"
    assert refused(till, "m-1/reservations/r-1/commit", None) == "reservation_lapsed"


# Redeeming


def test_a_redemption_takes_two_requests_and_answers_a_retry_as_at_first(till: LocalStack) -> None:
    asked_twice(till, "m-1/redemptions", {"points": 100, "order_id": "o-2"}, "k-1")
    asked_twice(till, "m-1/redemptions", {"good": "mug"}, "k-2")
    (points, mug) = facts_of(Redemption)
    assert (points.points, points.agreed, mug.points, mug.good) == (100, True, 150, "mug")
    assert member("m-1").member.points == 70


def test_a_redemption_takes_two_requests(till: LocalStack) -> None:
    assert ask(till, "POST", "m-1/redemptions", {"points": 100}, "k", claims=token("m-1")).status == 201
    assert dict(till.requests) == TWO


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"points": 330}, "not_enough_points"),
        ({"points": 10}, "below_minimum"),
        ({"points": 25}, "not_in_step"),
        ({"points": 300, "order_amount": "5.00", "currency": "GBP"}, "above_share"),
        ({"good": "hat"}, "unknown_good"),
        ({"points": 100, "partner": "trains"}, "unknown_partner"),
    ],
)
def test_what_is_refused_leaves_nothing_behind_and_its_key_free(
    till: LocalStack, wanted: dict[str, Any], code: str
) -> None:
    assert refused(till, "m-1/redemptions", wanted, "k") == code
    assert ask(till, "POST", "m-1/redemptions", {"points": 20}, "k").status == 201


def test_a_reservation_is_refused_as_a_redemption_is(till: LocalStack) -> None:
    assert refused(till, "m-1/reservations", {"points": 330}, "k") == "not_enough_points"
    assert refused(till, "m-1/reservations", {"points": 25}, "k") == "not_in_step"


def test_two_who_want_the_last_points_at_once_do_not_both_get_them(till: LocalStack) -> None:
    others: list[int] = []

    def other() -> None:
        others.append(ask(till, "POST", "m-1/redemptions", {"points": 300}, "other").status)

    with before_request("TransactWriteItems", once(other)):
        answer = ask(till, "POST", "m-1/redemptions", {"points": 300}, "mine")
    assert (others, answer.status, answer.body["code"]) == ([201], 409, "not_enough_points")
    assert [fact.id for fact in facts_of(Redemption)] == ["other"]


def test_one_request_sent_twice_at_once_happens_once(till: LocalStack) -> None:
    def same() -> None:
        ask(till, "POST", "m-1/redemptions", {"points": 100}, "k")

    with before_request("TransactWriteItems", once(same)):
        assert ask(till, "POST", "m-1/redemptions", {"points": 100}, "k").status == 201
    assert member("m-1").member.points == 220


def test_a_yes_stands_when_a_refund_comes_late(till: LocalStack) -> None:
    ask(till, "POST", "m-1/redemptions", {"points": 300}, "k")
    refund = {"type": "order.refunded", "member_id": "m-1", "refund_id": "x", "order_id": "o-1", "whole": True}
    till.put_orders([json.dumps(refund | {"occurred_at": "2026-03-05T08:00:00Z", "currency": "GBP"}).encode()])
    till.pump()
    now = ask(till, "GET", "m-1/points").body
    assert (now["points"], now["debt"]) == (0, 300)


def test_a_fact_is_never_before_what_has_happened_already(till: LocalStack) -> None:
    """A shop's clock may be ahead of ours; what is asked then comes after what it sent, in order of asking."""
    till.put_orders([order("m-1", "ahead", "2026-03-05T09:04:00Z", "1.00")])
    till.pump()
    for key in ("z", "a"):
        ask(till, "POST", "m-1/redemptions", {"points": 20}, key)
    causes = [line["cause"] for line in ask(till, "GET", "m-1/statement").body["movements"]]
    assert causes == ["points.redeemed#a", "points.redeemed#z", "order.paid#ahead", "order.paid#o-1"]
    assert member("m-1").version == 4


def test_after_a_revision_the_till_goes_by_the_new_rules(till: LocalStack) -> None:
    till.clock = JUNE
    assert ask(till, "GET", "m-1/points").body["worth"] == "6.40"
    assert ask(till, "POST", "m-1/quotes", {"good": "mug"}).body["points"] == 180
    assert ask(till, "POST", "m-1/redemptions", {"points": 25}, "k").body["worth"] == "0.50"


def test_the_first_request_after_a_revision_folds_the_member_anew_and_the_next_does_not(till: LocalStack) -> None:
    till.clock = JUNE
    assert ask(till, "POST", "m-1/redemptions", {"points": 25}, "k-1").status == 201
    assert dict(till.requests) == {"dynamodb.BatchGetItem": 2, "dynamodb.Query": 1, "dynamodb.TransactWriteItems": 2}
    till.requests.clear()
    assert ask(till, "POST", "m-1/redemptions", {"points": 25}, "k-2").status == 201
    assert dict(till.requests) == TWO


def test_what_was_agreed_before_a_revision_is_answered_as_it_was(till: LocalStack) -> None:
    paths = (("m-1/redemptions", {"good": "mug"}, "k"), ("m-1/reservations", {"points": 100}, "r"))
    before = [ask(till, "POST", *each) for each in paths]
    till.clock = JUNE
    assert [ask(till, "POST", *each) for each in paths] == before
    assert [answer.body["points"] for answer in before] == [150, 100]


# By hand


def test_an_operator_adjusts_and_is_named(till: LocalStack) -> None:
    body = {"points": 50, "reason": "a broken mug", "last_day": "2026-12-31"}
    made = asked_twice(till, "m-1/adjustments", body, "a-1")
    assert made["operator"] == "op-7"
    assert member("m-1").member.lots == [[20819, 50], [20879, 320]]


def test_a_member_adjusts_nothing(till: LocalStack) -> None:
    answer = ask(till, "POST", "m-1/adjustments", {"points": 50, "reason": "me"}, "a-1", claims=token("m-1"))
    assert (answer.status, answer.body) == (403, {"message": "Forbidden"}), "API Gateway's own answer"


# Keys


@pytest.mark.parametrize(
    ("path", "body", "other"),
    [
        ("m-1/redemptions", {"points": 100}, {"points": 110}),
        ("m-1/redemptions", {"points": 100}, {"points": 100, "order_id": "o-2"}),
        ("m-1/reservations", {"points": 100}, {"points": 100, "order_amount": "9.00", "currency": "GBP"}),
        ("m-1/adjustments", {"points": 5, "reason": "one"}, {"points": 5, "reason": "other"}),
    ],
)
def test_another_request_under_the_same_key_is_a_conflict(till: LocalStack, path: str, body: Any, other: Any) -> None:
    ask(till, "POST", path, body, "k")
    assert refused(till, path, other, "k") == "key_taken"


def test_a_commit_for_another_order_is_a_conflict(till: LocalStack) -> None:
    ask(till, "POST", "m-1/reservations", {"points": 100, "order_id": "o-2"}, "r-1")
    ask(till, "POST", "m-1/reservations/r-1/commit")
    assert refused(till, "m-1/reservations/r-1/commit", {"order_id": "o-3"}) == "key_taken"
    assert [fact.order_id for fact in facts_of(Committed)] == ["o-2"]


@pytest.mark.parametrize("key", [None, "", "a b", "a/b", "a#b", "k" * 129, "ключ"])
def test_a_request_that_moves_points_needs_a_key(till: LocalStack, key: str | None) -> None:
    answer = ask(till, "POST", "m-1/redemptions", {"points": 20}, key)
    assert (answer.status, answer.body["code"]) == (400, "bad_request")
    assert answer.body["detail"].startswith("Idempotency-Key: got")
    assert dict(till.requests) == {}


# What can't be used


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ('{"points": ', "input: got '{\"points\": ', expected a JSON object"),
        ("[]", "input: got []"),
        (None, "points: got None"),
        ({}, "points: got None"),
        ({"points": -20}, "points: got -20"),
        ({"points": 0}, "points: got 0"),
        ({"points": 1.5}, "points: got 1.5"),
        ({"points": "20"}, "points: got '20'"),
        ({"points": 20, "good": "mug"}, "points: got 20"),
        ({"points": 20, "order_amount": "5"}, "currency: got None"),
        ({"points": 20, "order_amount": "5", "currency": "EUR"}, "currency: got 'EUR'"),
        ({"points": 20, "order_amount": "-5", "currency": "GBP"}, "order_amount: got '-5'"),
        ({"pionts": 20}, "pionts: got 20, expected no field of that name"),
    ],
)
def test_a_body_that_can_not_be_used_names_the_field(till: LocalStack, body: Any, detail: str) -> None:
    answer = ask(till, "POST", "m-1/redemptions", body, "k")
    assert (answer.status, answer.body["code"]) == (400, "bad_request")
    assert answer.body["detail"].startswith(detail)
    assert dict(till.requests) == {}
    assert till.failures == []


@pytest.mark.parametrize(
    "wanted", [{"most": True}, {"most": True, "points": 20, "order_amount": "5", "currency": "GBP"}, {"most": False}]
)
def test_a_quote_that_does_not_say_what_for_can_not_be_used(till: LocalStack, wanted: dict[str, Any]) -> None:
    assert ask(till, "POST", "m-1/quotes", wanted).status == 400


@pytest.mark.parametrize("before", ["x", "-1", "1.5", "9999999999", "٣"])
def test_a_page_that_can_not_be(till: LocalStack, before: str) -> None:
    assert ask(till, "GET", f"m-1/statement?before={before}").status == 400


def test_a_body_that_is_too_large_is_not_read(till: LocalStack) -> None:
    answer = ask(till, "POST", "m-1/redemptions", '{"points": 20' + " " * 9000 + "}", "k")
    assert (answer.status, answer.body["code"]) == (413, "too_large")


def test_a_body_in_base64_is_read_too(till: LocalStack) -> None:
    from cli.local.http import event_of

    (route,) = [route for route in till.wiring.routes if route.path.endswith("/quotes")]
    event = event_of(route, "/members/m-1/quotes", OPERATOR, b64encode(b'{"points": 20}').decode())
    assert till.call("MemberApi", event | {"isBase64Encoded": True})["statusCode"] == 200


# Who may ask


def test_without_a_token_nobody_is_answered(till: LocalStack) -> None:
    assert ask(till, "GET", "m-1/points", claims=None).status == 401


def test_a_member_asking_for_another_is_told_the_same_whether_there_is_one(till: LocalStack) -> None:
    answers = [ask(till, "GET", f"{other}/points", claims=token("m-2")) for other in ("m-1", "m-3")]
    assert [(answer.status, answer.body["code"]) for answer in answers] == [(403, "forbidden")] * 2
    assert answers[0].body == answers[1].body
    assert dict(till.requests) == {}


@pytest.mark.parametrize("path", ["points", "statement"])
@pytest.mark.parametrize("claims", [OPERATOR, token("m-9")], ids=["an operator", "himself"])
def test_of_an_unknown_member_one_hears_that_there_is_none(till: LocalStack, path: str, claims: dict[str, str]) -> None:
    answer = ask(till, "GET", f"m-9/{path}", claims=claims)
    assert (answer.status, answer.body["code"]) == (404, "unknown_member")


def test_nothing_is_written_of_an_unknown_member(till: LocalStack) -> None:
    answer = ask(till, "POST", "m-9/adjustments", {"points": 5, "reason": "why not"}, "k")
    assert (answer.status, answer.body["code"]) == (404, "unknown_member")
    assert items("FACT#points") == []


def test_a_record_that_was_merged_names_the_other_one_and_takes_nothing(till: LocalStack) -> None:
    merged = {"type": "member.merged", "member_id": "m-1", "into": "m-2", "reason": "twice", "operator": "op"}
    till.put_orders([order("m-2", "o-2", "2026-03-01T10:00:00Z", "20.00")])
    till.pump()
    till.put_activities([json.dumps(merged | {"occurred_at": "2026-03-04T10:00:00Z"}).encode()])
    till.pump()
    for answer in (ask(till, "GET", "m-1/points"), ask(till, "POST", "m-1/redemptions", {"points": 20}, "k")):
        assert (answer.status, answer.body["code"]) == (409, "merged_member")
        assert answer.body["detail"] == "'m-1' was merged into 'm-2'"
    assert ask(till, "GET", "m-2/points").body["points"] == 340


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        ({"sub": "m-1", "scope": "openid"}, 403),
        ({"sub": "m-1"}, 403),
        ({"scope": "memberflow/member"}, 403),
        ({"scope": "memberflow/operator"}, 403),
        ({"sub": "m-1", "scp": "[memberflow/member openid]"}, 200),
        ({"sub": "somebody", "scp": "[memberflow/operator]"}, 200),
    ],
)
def test_the_function_itself_looks_at_the_token(till: LocalStack, claims: dict[str, str], status: int) -> None:
    """Past the authorizer, in case a route was opened by mistake."""
    from cli.local.http import event_of

    (route,) = [route for route in till.wiring.routes if route.path.endswith("/points")]
    event = event_of(route, "/members/m-1/points", claims)
    assert till.call("MemberApi", event)["statusCode"] == status


def test_an_event_without_an_authorizer_is_nobodys(till: LocalStack) -> None:
    from cli.local.http import event_of

    (route,) = [route for route in till.wiring.routes if route.path.endswith("/points")]
    assert till.call("MemberApi", event_of(route, "/members/m-1/points"))["statusCode"] == 403


def test_a_member_is_told_in_his_language(till: LocalStack) -> None:
    titles = [
        ask(till, "POST", "m-1/redemptions", {"points": 400}, "k", **{"Accept-Language": language}).body["title"]
        for language in ("zh-CN,zh;q=0.9", "en", "fr")
    ]
    assert titles == ["可用积分不足", "Too few points are usable", "Too few points are usable"]


def test_what_the_api_does_not_have_is_not_found(till: LocalStack) -> None:
    from cli.local.http import HttpRoute, event_of

    event = event_of(
        HttpRoute("GET", "/members/{member_id}/secrets", "MemberApi", []), "/members/m-1/secrets", OPERATOR
    )
    answer = till.call("MemberApi", event)
    assert (answer["statusCode"], json.loads(answer["body"])["code"]) == (404, "no_such_route")


# The store in trouble


@pytest.mark.parametrize("operation", ["BatchGetItem", "TransactWriteItems"])
def test_a_store_that_is_down_is_told_and_the_retry_succeeds(till: LocalStack, operation: str) -> None:
    with before_request(operation, down):
        answer = ask(till, "POST", "m-1/redemptions", {"points": 20}, "k")
    assert (answer.status, answer.body["code"]) == (503, "store_unavailable")
    assert ask(till, "POST", "m-1/redemptions", {"points": 20}, "k").status == 201
    assert till.failures == []


def test_a_statement_from_a_store_that_is_down_is_told_too(till: LocalStack) -> None:
    with before_request("Query", down):
        assert ask(till, "GET", "m-1/statement").status == 503


def test_whoever_is_overtaken_time_and_again_is_told_to_try_again(till: LocalStack) -> None:
    count = iter(range(100))
    busy = [False]

    def other() -> None:
        if not busy[0]:
            busy[0] = True
            assert ask(till, "POST", "m-1/redemptions", {"points": 20}, f"other-{next(count)}").status == 201
            busy[0] = False

    with before_request("TransactWriteItems", other):
        assert ask(till, "POST", "m-1/redemptions", {"points": 20}, "k").status == 503
    assert ask(till, "POST", "m-1/redemptions", {"points": 20}, "k").status == 201


def test_the_sample_event_is_answered(till: LocalStack, sample: Callable[[str], dict[str, Any]]) -> None:
    till.put_orders([order("m-1001", "o-1", "2026-03-01T10:00:00Z", "320.00")])
    till.pump()
    answer = till.call("MemberApi", sample("member_api"))
    assert (answer["statusCode"], json.loads(answer["body"])["worth"]) == (201, "1.00")


def test_the_path_may_name_a_member_by_any_usual_id(till: LocalStack) -> None:
    for name in ("a@b.example", "会员-1", "cd:08297", "a b%"):
        till.put_orders([order(name, "o-1", "2026-03-01T10:00:00Z", "20.00")])
        till.pump()
        assert ask(till, "GET", f"{quote(name)}/points", claims=token(name)).body["points"] == 20
