"""export: whatever kinds of items and facts there are, each is in it, readable."""

from __future__ import annotations

import gzip
import json
import os
import zlib
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from click.testing import CliRunner

from cli.main import main
from cli.record import Reader
from cli.sources import LOCAL
from memberflow import facts
from memberflow.engine.member import Bought, Followed, Grant, Held, Member, Scored, Standing, Task
from memberflow.engine.outcome import Decision, Figure, Occurrence
from memberflow.engine.packed import pack
from tests.happened import at, day

NOON = at("2026-03-05 12:00")
UNDER_HIS_NAME = {
    "MemberItem",
    "FactItem",
    "DecisionItem",
    "MessageItem",
    "SendsItem",
    "GrantItem",
    "ReferralItem",
    "TaskItem",
}
ELSEWHERE = {"ReceiptItem", "ParkedItem"}
OF_NOBODY = {"RunItem", "ShardItem", "BreakerItem", "RatesItem"}
"""Kinds of items: what lies in a member's partition is exported by itself; anything else has to be found by traces."""

WHOLE = Member(
    "m",
    enrolled_at=NOON,
    standings=[Standing("gold", NOON, day("2026-03-05"), proven=NOON, put_off=day("2026-04-01"))],
    lots=[[day("2027-03-06"), 12, 1]],
    days=[[day("2026-03-05"), 1250, 1, 7]],
    spend=1250,
    categories={"tea": day("2026-03-05")},
    birthday=(0, 5, 17),
    birthday_from=day("2026-03-05"),
    contacts={"email": "m@example.com"},
    consents={"marketing/email": (True, NOON, "till", "3")},
    newest=(NOON, 3, "o-1"),
    pending=[[day("2026-03-20"), day("2027-03-06"), 5, 1]],
    held=[Held("h", NOON, 4, [[day("2027-03-06"), 4, 1]])],
    done={"review": [day("2026-03-05"), 1, 2]},
    held_since={"gold": NOON},
    hold=(day("2026-06-01"), "kim", "ill"),
    invited={"black": day("2026-06-01")},
    flagged={"o-9": (NOON, 99900)},
    suppressed={"sms": NOON},
    spoke_at={"near": NOON},
    grants=[Grant("pack#tea#1", NOON, NOON, "tier#gold#1")],
    scored=Scored("loyal", 5, 4, 3, NOON),
    recent=[Bought(day("2026-03-05"), 1250, True, ("tea",))],
    followed=[Followed(NOON, "o-1", ["thanks"])],
    tasks=[Task("call#1", "call", 1, NOON, "adviser", NOON, NOON)],
)


@pytest.fixture
def models(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    monkeypatch.chdir(tmp_path)
    for name, value in LOCAL.items():
        os.environ.setdefault(name, value)
    from memberflow.store import models

    return models


def kinds(models: Any) -> dict[str, Any]:
    return {each.__name__: each for each in models.Item.__subclasses__()}


def example(kind: Any) -> Any:
    """An item of the kind under the member's name, with a value for each of its attributes."""
    item = kind("MEMBER#m", f"X#{kind.__name__}")
    bodies: dict[str, Any] = {
        "FactItem": facts.Order(at=NOON, id="o-1", member_id="m", amount=1250),
        "DecisionItem": Decision(at=NOON, outcome="kept", before="gold", after="gold", rule="r", cause="review"),
        "MessageItem": Occurrence(id="b#1", journey="b", anchor=1, at=NOON, useful_until=NOON),
    }
    bodies["TaskItem"] = Task("call#1", "call", 1, NOON, "adviser", NOON, NOON)
    for name, attribute in kind.get_attributes().items():
        kinds_of_value = {"S": "text", "N": NOON, "B": b"bytes", "BOOL": True, "NS": {1, 2}}
        if name not in ("pk", "sk", "kind"):
            setattr(item, name, {} if "JSON" in type(attribute).__name__ else kinds_of_value[attribute.attr_type])
    if kind.__name__ in bodies:
        item.body = msgspec.json.encode(bodies[kind.__name__]).decode()
    if kind.__name__ == "MemberItem":
        item.state = pack(WHOLE)
    return item


def exported(items: list[Any]) -> Any:
    with gzip.open("table.jsonl.gz", "wt") as file:
        file.writelines(json.dumps(item.to_dynamodb_dict()) + "\n" for item in items)
    result = CliRunner().invoke(main, ["export", "m", "--table", "table.jsonl.gz", "--out", "-"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_every_kind_of_item_is_known_to_the_export(models: Any) -> None:
    """A new one that lies in a member's partition needs its name above; one that does not, a place in traces too."""
    assert set(kinds(models)) == UNDER_HIS_NAME | ELSEWHERE | OF_NOBODY


def test_every_item_under_a_members_name_is_exported_with_every_attribute(models: Any) -> None:
    each = [example(kinds(models)[name]) for name in sorted(UNDER_HIS_NAME)]
    told = exported(each)["record"]
    shown = {one["key"]: one for ones in told.values() for one in ones}
    for item in each:
        left_out = {"pk", "sk", "kind", "due_shard"}
        assert set(shown[item.sk]) == {"key", *item.attribute_values} - left_out


def test_receipts_and_parked_inputs_that_tell_of_the_member_are_exported(models: Any) -> None:
    receipt = models.ReceiptItem(*models.receipt_key("t"), message_pk="MEMBER#m", message_sk="MESSAGE#b", gone_at=0)
    raws = (b'{"member_id": "m"}', b'{"member_id":"mm"}', b'{"to": "m"}', b"mail to M@Example.com.", b"xm@example.com")
    parked = [
        models.ParkedItem("PARKED#2026-03-05", f"2026-03-05T12:00:00Z#{n}#000", source="s", reason="r", at=NOON,
                          parts=1, part=zlib.compress(raw))
        for n, raw in enumerate(raws)
    ]  # fmt: skip
    joined = facts.Joined(at=NOON, id="joined", member_id="m", contacts={"email": "m@example.com"})
    fact = models.FactItem(*models.fact_key(joined), body=facts.encode(joined).decode(), known_at=NOON)
    told = exported([receipt, *parked, fact])["elsewhere"]
    assert [one["gone_at"] for one in told["receipts"]] == ["1970-01-01T00:00:00Z"]
    assert [one["input"] for one in told["parked"]] == [raws[n].decode() for n in (0, 2, 3)]


def test_the_state_is_shown_in_dates_moments_and_amounts() -> None:
    told = Reader("GBP").of(WHOLE)
    assert told["standings"] == [
        {"tier": "gold", "since": "2026-03-05T12:00:00Z", "anchor": "2026-03-05", "kept": 0,
         "proven": "2026-03-05T12:00:00Z", "reviewed": None, "put_off": "2026-04-01", "until": None}
    ]  # fmt: skip
    assert (told["birthday"], told["spend"]) == ("--05-17", "12.50")
    assert told["lots"] == [{"last_day": "2027-03-05", "points": 12}]
    assert told["days"] == [{"day": "2026-03-05", "spend": "12.50", "orders": 1, "counted": [7]}]
    assert told["flagged"] == {"o-9": {"at": "2026-03-05T12:00:00Z", "amount": "999.00"}}
    assert told["invited"] == {"black": "2026-05-31"}
    assert told["recent"][0]["amount"] == "12.50"


def test_no_bare_moment_or_day_is_left_in_a_member() -> None:
    """Milliseconds are longer than any amount here, and days are five digits that no other figure has."""
    text = json.dumps(Reader("GBP").of(WHOLE))
    assert str(NOON) not in text
    assert str(day("2026-03-05")) not in text
    assert str(day("2027-03-06")) not in text


def test_every_fact_is_shown_with_all_its_fields() -> None:
    for kind in get_args(facts.AnyFact):
        fields = {field.name: field for field in msgspec.structs.fields(kind)}
        values = {name: _some(name) for name, field in fields.items() if field.required}
        shown = Reader("GBP").of(kind(**values))
        assert set(shown) == {"type", *fields}
        assert shown["type"] == kind.kind
        assert shown["at"] == "2026-03-05T12:00:00Z"


def _some(name: str) -> Any:
    values = {"at": NOON, "amount": 1250, "points": 3, "granted": True, "accepted": True, "until": day("2026-06-01")}
    days = dict.fromkeys(("last_day", "expiring_by"), day("2026-06-01"))
    return (values | days | {"lots": ((day("2026-06-01"), 3),), "rating": 4}).get(name, "text")


def test_figures_of_a_decision_are_shown_by_name() -> None:
    figure = Figure("spend", 1, 2)
    assert Reader("GBP").of(figure)["measure"] == "spend"
