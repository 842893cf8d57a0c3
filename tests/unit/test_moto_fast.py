"""moto_fast answers as moto does: each operation goes to moto's own backend and to ours, and the two must agree."""

from __future__ import annotations

import functools
import random
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import moto
import moto.dynamodb.models as moto_models
import pytest
from moto import mock_aws
from moto.core.exceptions import JsonRESTError
from moto.dynamodb.models.table import Table

from cli.local import moto_fast

SCHEMA = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
DUE = [{"AttributeName": "due_shard", "KeyType": "HASH"}, {"AttributeName": "due_at", "KeyType": "RANGE"}]
ATTRIBUTES = [
    {"AttributeName": name, "AttributeType": kind}
    for name, kind in (("pk", "S"), ("sk", "S"), ("due_shard", "S"), ("due_at", "N"))
]
INDEX = {"IndexName": "due", "KeySchema": DUE, "Projection": {"ProjectionType": "KEYS_ONLY"}}
STREAM = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}


def item(pk: str, sk: str = "MEMBER", due: tuple[str, int] | None = None, state: str = "eA==") -> dict[str, Any]:
    attributes = {"pk": {"S": pk}, "sk": {"S": sk}, "state": {"B": state}}
    if due:
        attributes |= {"due_shard": {"S": due[0]}, "due_at": {"N": str(due[1])}}
    return attributes


def key(pk: str, sk: str = "MEMBER") -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


class Pair:
    """moto's own backend and the fast one, side by side."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.backends = []
        for backend_class, table_class in (
            (moto_models.DynamoDBBackend, Table),
            (moto_fast.FastBackend, moto_fast.FastTable),
        ):
            monkeypatch.setattr(moto_models, "Table", table_class)
            backend = backend_class("us-east-1", "123456789012")
            backend.create_table(
                "t", SCHEMA, None, ATTRIBUTES, [dict(INDEX)], [], dict(STREAM), "PAY_PER_REQUEST", None, [], False, None
            )
            self.backends.append(backend)

    def do(self, action: Any) -> Any:
        """What both answer, or the error that both raise; table and stream must be alike afterwards."""
        outcomes = [self._outcome(backend, action) for backend in self.backends]
        assert outcomes[0] == outcomes[1]
        assert self._state(self.backends[0]) == self._state(self.backends[1])
        return outcomes[1]

    @staticmethod
    def _outcome(backend: Any, action: Any) -> Any:
        try:
            return action(backend)
        except JsonRESTError as error:
            return type(error).__name__, error.description

    @staticmethod
    def _state(backend: Any) -> Any:
        table = backend.tables["t"]
        records = [record.to_json() for record in table.stream_shard.items]
        return (
            sorted(str(entry.to_json()) for entry in table.all_items()),
            [(r["eventName"], r["dynamodb"]["Keys"], r["dynamodb"].get("NewImage")) for r in records],
            [r["dynamodb"]["SequenceNumber"] for r in records],
        )


@pytest.fixture
def pair(monkeypatch: pytest.MonkeyPatch) -> Pair:
    return Pair(monkeypatch)


def put(pk: str, condition: str | None = None, **more: Any) -> dict[str, Any]:
    entry = {"TableName": "t", "Item": item(pk, **more), "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    return {"Put": entry | ({"ConditionExpression": condition} if condition else {})}


def update(pk: str, expression: str = "SET seen = :one", condition: str | None = None) -> dict[str, Any]:
    entry: dict[str, Any] = {"TableName": "t", "Key": key(pk), "UpdateExpression": expression}
    entry["ExpressionAttributeValues"] = {":one": {"N": "1"}}
    return {"Update": entry | ({"ConditionExpression": condition} if condition else {})}


def delete(pk: str) -> dict[str, Any]:
    return {"Delete": {"TableName": "t", "Key": key(pk)}}


def check(pk: str, condition: str) -> dict[str, Any]:
    return {"ConditionCheck": {"TableName": "t", "Key": key(pk), "ConditionExpression": condition}}


def test_a_transaction_that_succeeds_leaves_table_and_stream_as_motos_own(pair: Pair) -> None:
    pair.do(lambda b: b.transact_write_items([put("a", due=("1", 5)), put("b"), put("c")]))

    pair.do(lambda b: b.transact_write_items([update("a"), delete("b"), check("c", "attribute_exists(pk)")]))

    assert "b" not in {entry.hash_key.value for entry in pair.backends[1].tables["t"].all_items()}


def test_a_cancelled_transaction_names_the_condition_that_failed_and_the_old_item(pair: Pair) -> None:
    pair.do(lambda b: b.transact_write_items([put("a", state="b2xk")]))

    name, description = pair.do(lambda b: b.transact_write_items([put("b"), put("a", "attribute_not_exists(pk)")]))

    assert name == "TransactionCanceledException"
    assert '[{"Code": "None"}, {"Code": "ConditionalCheckFailed"' in description
    assert '"state": {"B": "b2xk"}' in description


def test_a_cancelled_transaction_takes_back_puts_updates_deletes_and_their_stream_records(pair: Pair) -> None:
    pair.do(lambda b: b.transact_write_items([put("a", due=("1", 5)), put("b")]))
    before = Pair._state(pair.backends[1])
    doomed = [
        update("a", "SET due_at = :one"),
        delete("b"),
        put("new", due=("1", 9)),
        check("nobody", "attribute_exists(pk)"),
    ]

    pair.do(lambda b: b.transact_write_items(doomed))

    assert Pair._state(pair.backends[1]) == before
    assert due_query(pair, "1") == ["a"]


@pytest.mark.parametrize(
    "transaction",
    [
        [put("a"), update("a")],
        [put("x"), {"Put": {"TableName": "t", "Item": {"pk": {"S": "a"}}}}],
        [put("x"), {"Put": {"TableName": "elsewhere", "Item": item("a")}}],
        [put(f"m{n}") for n in range(101)],
    ],
    ids=["one item twice", "no sort key", "no such table", "101 items"],
)
def test_a_transaction_that_may_not_be_is_refused_as_by_moto_and_changes_nothing(
    pair: Pair, transaction: list[dict[str, Any]]
) -> None:
    before = Pair._state(pair.backends[1])

    try:
        pair.do(lambda b: b.transact_write_items(transaction))
    except KeyError:  # moto trips over the missing sort key, both do
        assert transaction[1] == {"Put": {"TableName": "t", "Item": {"pk": {"S": "a"}}}}

    assert Pair._state(pair.backends[1]) == before


def query(pair: Pair, pk: dict[str, Any] | None = None, index: str | None = None, **asked: Any) -> Any:
    """A page of a query, from both; ``comparison`` and ``bounds`` speak of the sort key."""
    hash_name, range_name = ("due_shard", "due_at") if index else ("pk", "sk")
    bounds = asked.get("bounds", [])
    comparison = asked.get("comparison")

    def ask(backend: Any) -> Any:
        items, scanned, last = backend.query(
            "t",
            pk,
            comparison,
            bounds,
            asked.get("limit"),
            asked.get("start"),
            asked.get("forward", True),
            None,
            index_name=index,
            hash_key_conditions=[(hash_name, pk)],
            range_key_conditions=[(range_name, comparison, bounds)] if comparison else [],
        )
        last = {name: value.to_json() for name, value in last.items()} if last else None
        return [entry.to_json() for entry in items], scanned, last

    return pair.do(ask)


def due_query(pair: Pair, shard: str, **asked: Any) -> list[str]:
    items, _, _ = query(pair, {"S": shard}, "due", **asked)
    return [entry["Attributes"]["pk"]["S"] for entry in items]


@pytest.fixture
def filled(pair: Pair) -> Pair:
    for backend in pair.backends:
        for n in range(12):
            backend.put_item("t", item(f"m{n:02}", due=("1" if n % 3 else "2", 100 - n // 2)))
            backend.put_item("t", item("m00", f"FACT#{n:02}"))
    return pair


@pytest.mark.parametrize("forward", [True, False])
@pytest.mark.parametrize("limit", [None, 1, 3])
@pytest.mark.parametrize(
    ("comparison", "bounds"),
    [(None, []), ("<=", [98]), ("<", [98]), ("=", [97]), (">=", [97]), (">", [97]), ("BETWEEN", [96, 98]), ("<=", [1])],
)
def test_a_query_of_the_index_pages_as_motos_own(
    filled: Pair, comparison: str | None, bounds: list[int], limit: int | None, forward: bool
) -> None:
    start, seen = None, 0
    while True:
        items, _, start = query(
            filled,
            {"S": "1"},
            "due",
            comparison=comparison,
            bounds=[{"N": str(bound)} for bound in bounds],
            limit=limit,
            start=start,
            forward=forward,
        )
        seen += len(items)
        if start is None:
            break
    assert seen == (8 if comparison is None else seen)


@pytest.mark.parametrize("forward", [True, False])
@pytest.mark.parametrize("limit", [None, 2])
def test_a_query_of_a_partition_pages_as_motos_own(filled: Pair, limit: int | None, forward: bool) -> None:
    asked = {"comparison": "BEGINS_WITH", "bounds": [{"S": "FACT#"}], "limit": limit, "forward": forward}
    items, _, start = query(filled, {"S": "m00"}, **asked)
    if limit:
        again, _, _ = query(filled, {"S": "m00"}, start=start, **asked)
        items += again

    sort_keys = [entry["Attributes"]["sk"]["S"] for entry in items]

    facts = [f"FACT#{n:02}" for n in range(12)]
    assert sort_keys == (facts if forward else facts[::-1])[: 4 if limit else None]


def test_the_index_holds_keys_alone(filled: Pair) -> None:
    items, _, _ = query(filled, {"S": "2"}, "due", limit=1)

    assert set(items[0]["Attributes"]) == {"pk", "sk", "due_shard", "due_at"}


def test_an_item_that_lost_its_due_moment_leaves_the_index(filled: Pair) -> None:
    assert "m01" in due_query(filled, "1")
    expression = "REMOVE due_at"

    filled.do(lambda b: b.update_item("t", key("m01"), expression, {}, {}).to_json())

    assert "m01" not in due_query(filled, "1")


def test_a_missing_partition_and_a_missing_due_shard_are_empty(pair: Pair) -> None:
    assert query(pair, {"S": "nobody"})[0] == []
    assert due_query(pair, "77") == []


@pytest.mark.parametrize("seed", range(3))
def test_any_mixture_of_transactions_ends_as_with_moto(pair: Pair, seed: int) -> None:
    dice = random.Random(seed)

    def some_entry(pk: str) -> dict[str, Any]:
        condition = dice.choice([None, None, "attribute_exists(pk)", "attribute_not_exists(pk)"])
        due = dice.choice([None, (str(dice.randrange(2)), dice.randrange(4))])
        return dice.choice(
            [put(pk, condition, due=due), update(pk, condition=condition), update(pk, "REMOVE due_at"), delete(pk)]
        )

    for _ in range(80):
        entries = [some_entry(pk) for pk in dice.sample("abcdefgh", dice.randint(1, 4))]
        pair.do(lambda b, entries=entries: b.transact_write_items(entries))
        due_query(pair, "0", limit=dice.choice([None, 2]), forward=dice.random() < 0.5)
        due_query(pair, "1", comparison="<=", bounds=[{"N": "2"}])


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Any:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    for owner, name, _ in moto_fast.REPLACEMENTS:
        monkeypatch.setattr(owner, name, getattr(owner, name))  # put back after the test
    moto_fast.install()
    with mock_aws(config={"core": {"reset_boto3_session": False}}):
        made = boto3.session.Session().client("dynamodb", region_name="eu-west-3")
        made.create_table(
            TableName="members",
            KeySchema=SCHEMA,
            AttributeDefinitions=ATTRIBUTES,
            GlobalSecondaryIndexes=[INDEX],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification=STREAM,
        )
        yield made


EVERY_TYPE = {
    "bytes": {"B": b"\x00\xff state"},
    "number": {"N": "12.50"},
    "flag": {"BOOL": False},
    "nothing": {"NULL": True},
    "empty": {"S": ""},
    "words": {"SS": ["a", "b"]},
    "blobs": {"BS": [b"\x00", b"\x01"]},
    "nested": {"M": {"list": {"L": [{"B": b"\x01"}, {"M": {}}, {"N": "1"}]}}},
}


def test_every_type_of_value_comes_back_from_every_read(client: Any) -> None:
    stored = {"pk": {"S": "m"}, "sk": {"S": "MEMBER"}, **EVERY_TYPE}
    client.put_item(TableName="members", Item=stored)

    gotten = client.get_item(TableName="members", Key=key("m"))["Item"]
    batch = client.batch_get_item(RequestItems={"members": {"Keys": [key("m")]}})["Responses"]["members"]
    queried = client.query(
        TableName="members", KeyConditionExpression="pk = :pk", ExpressionAttributeValues={":pk": {"S": "m"}}
    )["Items"]
    scanned = client.scan(TableName="members")["Items"]
    old = client.delete_item(TableName="members", Key=key("m"), ReturnValues="ALL_OLD")["Attributes"]

    assert [gotten, old] == [stored, stored]
    assert batch == queried == scanned == [stored]


def test_a_missing_item_is_absent_from_the_answer(client: Any) -> None:
    assert "Item" not in client.get_item(TableName="members", Key=key("nobody"))


def test_a_cancelled_transaction_hands_the_old_item_with_its_bytes_to_the_caller(client: Any) -> None:
    stored = {"pk": {"S": "m"}, "sk": {"S": "MEMBER"}, "state": {"B": b"\x00\xff"}}
    client.put_item(TableName="members", Item=stored)
    entry = {
        "TableName": "members",
        "Item": stored,
        "ConditionExpression": "attribute_not_exists(pk)",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }

    with pytest.raises(client.exceptions.TransactionCanceledException) as caught:
        client.transact_write_items(TransactItems=[{"Put": entry}])

    assert caught.value.response["CancellationReasons"][0]["Item"] == stored


def test_no_count_is_lost_between_threads(client: Any, request: pytest.FixtureRequest) -> None:
    request.addfinalizer(functools.partial(sys.setswitchinterval, sys.getswitchinterval()))
    sys.setswitchinterval(1e-6)

    def count(_: int) -> None:
        client.update_item(
            TableName="members",
            Key=key("m"),
            UpdateExpression="ADD seen :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(count, range(200)))

    assert client.get_item(TableName="members", Key=key("m"))["Item"]["seen"] == {"N": "200"}


def test_another_moto_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moto, "__version__", "5.9.0")

    with pytest.raises(moto_fast.UnfitMoto, match=r"moto 5\.9\.0 is installed.*fits 5\.2\.5"):
        moto_fast.install()
