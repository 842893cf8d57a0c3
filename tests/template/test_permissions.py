"""Roles and functions agree: what functions ask of AWS in a life of the local stack, their roles allow."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from cli.local.stack import TEMPLATE, LocalStack
from cli.local.translate import read
from cli.models import USED
from memberflow.facts import rfc3339
from memberflow.programme import author
from memberflow.programme.schema import Shipped
from memberflow.programme.schema.journeys import Journey, Task
from memberflow.programme.schema.sending import Cap
from tests.functional.conftest import PARAMETERS, can_send, items, mail_event, publish, unsubscribe_event

RESOURCES = read(TEMPLATE)["Resources"]
NOON = 1_772_366_400_000
"""2026-03-01T12:00:00Z"""
DAY = 86_400_000

# A request is allowed by the action of its name, but for these. Transactions of ours hold puts alone.
ACTIONS = {"dynamodb:TransactWriteItems": "dynamodb:PutItem", "sqs:SendMessageBatch": "sqs:SendMessage"}
# And services are, but for these.
SERVICES = {"ses": "sesv2", "sms-voice": "pinpoint-sms-voice-v2"}


def allowed(function: str) -> set[str]:
    role = RESOURCES[f"{function}Role"]["Properties"]
    shared = [RESOURCES[policy["Ref"]]["Properties"] for policy in role["ManagedPolicyArns"]]
    said = [s for policy in (*role["Policies"], *shared) for s in policy["PolicyDocument"]["Statement"]]
    said = [s["Fn::If"][1] if "Fn::If" in s else s for s in said]
    actions = {action for s in said for action in (s["Action"] if isinstance(s["Action"], list) else [s["Action"]])}
    return {f"{SERVICES.get(service, service)}:{name}" for service, _, name in (a.partition(":") for a in actions)}


@pytest.fixture(scope="module")
def requests(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """The actions that each function needed while members joined, ordered, erred and grew old."""
    programme, shipped = tmp_path_factory.mktemp("shipped") / "sample.json", _shipped()
    revised = msgspec.structs.replace(shipped, revisions={"2026-06-01": shipped.programme})
    programme.write_bytes(msgspec.json.encode(revised))
    with LocalStack(programme_file=programme, parameters=PARAMETERS | {"DueShards": "1"}) as stack:
        can_send(stack)
        stack.clock = NOON
        contacts = dict.fromkeys(("email", "sms", "push"), "+441632960000")
        stack.put_activities([_event("member.joined", "m", NOON - 5, birthday="1990-05-20", contacts=contacts)])
        for channel in contacts:
            agreed = {"event_id": channel, "purpose": "marketing", "channel": channel, "granted": True}
            stack.put_activities([_event("consent.changed", "m", NOON - 5, **agreed)])
        stack.put_activities([_event("member.joined", "friend", NOON - 5, referred_by="m")])
        stack.put_orders([_order("first", NOON - 4, "friend")])
        stack.put_orders([_order("o1", NOON - 4), _order("o2", NOON - 2), _order("late", NOON - 3), b"no order"])
        stack.pump()
        stack.put_orders([_order("later", NOON - 10)])
        operator = {"sub": "o", "scope": "memberflow/operator"}
        stack.ask("GET", "/members/m/statement", operator)
        stack.ask("POST", "/members/m/redemptions", operator, '{"points": 1}', {"Idempotency-Key": "k"})
        for day in range(0, 800, 10):
            stack.clock = NOON + day * DAY
            stack.run(stack.clock)
            stack.fire("LedgerCheck", stack.clock)
        occurrence = _leave_claimed()
        stack.call("Unsubscribe", unsubscribe_event("m"))
        publish(stack, mail_event("Delivery", "m", occurrence), mail_event("Delivery", "nobody", occurrence))
        assert stack.failures == []
        return {
            function: {ACTIONS.get(name, name) for name in (request.replace(".", ":") for request in counted)}
            for function, counted in stack.requests_of.items()
        }


def _shipped() -> Shipped:
    """The sample programme on every kind of channel, asking people, and with something that goes before the rest."""
    shipped = author.ship(author.named("sample"))
    ways = {"birthday": ("email",), "upgrade": ("sms",), "win_back": ("push",)}
    journeys = {key: replace(journey, channels=ways[key]) for key, journey in shipped.programme.journeys.items()}
    journeys["birthday"] = replace(journeys["birthday"], priority=1)
    task = Task(role="adviser", due="2 days", text={"en": "Call"})
    journeys["call"] = Journey(trigger="dormancy", after="90 days", useful_for="9 days", task=task)
    caps = (Cap(purpose="marketing", at_most=9, within="1 day"),)
    return replace(shipped, programme=replace(shipped.programme, journeys=journeys, caps=caps))


def _leave_claimed() -> str:
    """As if the sender had died between call and record of a message that a run released; gives its occurrence."""
    from memberflow.store.models import MessageItem

    message = next(item for item in items("MESSAGE#upgrade") if item.pk == "MEMBER#m")
    message.update([MessageItem.state.set("claimed"), MessageItem.run.set(rfc3339(NOON))])
    return str(message.sk).removeprefix("MESSAGE#")


def _event(kind: str, member_id: str, at: int, **more: Any) -> bytes:
    return json.dumps({"type": kind, "member_id": member_id, "occurred_at": rfc3339(at), **more}).encode()


def _order(order_id: str, at: int, member_id: str = "m") -> bytes:
    return _event("order.paid", member_id, at, order_id=order_id, amount="900.00", currency="GBP")


def test_every_function_was_called(requests: dict[str, set[str]]) -> None:
    assert set(requests) == {name for name, said in RESOURCES.items() if said["Type"] == "AWS::Serverless::Function"}


def test_no_function_asks_for_what_its_role_does_not_allow(requests: dict[str, set[str]]) -> None:
    assert {
        function: asked - allowed(function) for function, asked in requests.items() if asked - allowed(function)
    } == {}


def test_every_way_out_was_taken(requests: dict[str, set[str]]) -> None:
    ways = {"ssm:GetParameter", "sesv2:SendEmail", "pinpoint-sms-voice-v2:SendTextMessage", "events:PutEvents"}
    assert ways <= requests["SendMessages"]


def test_the_layer_describes_every_operation_that_functions_ask_for(requests: dict[str, set[str]]) -> None:
    described = {f"{service}:{operation}" for service, operations in USED.items() for operation in operations}
    asked = set().union(*requests.values()) | {name.replace(".", ":") for name in ACTIONS}
    assert asked <= described


def test_no_role_allows_a_change_of_items_that_its_function_never_made(requests: dict[str, set[str]]) -> None:
    for function, asked in requests.items():
        changes = {action for action in allowed(function) if action.startswith("dynamodb:") and action.endswith("Item")}
        assert changes <= asked, function
