"""explain and runs, reading what a local stack saved, and explain reading files of facts."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result

from cli import phrases
from cli.main import main
from cli.sources import LOCAL
from memberflow.engine.outcome import Occurrence
from memberflow.facts import encode
from tests.happened import at, order, redeem, refund

TABLE = "table.jsonl.gz"
SAMPLE = Path(__file__).parents[2] / "layers" / "programmes" / "sample"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def shown(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.stderr
    return result.stdout


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def table(folder: Path) -> None:
    """Member m: silver in March 2026, some points spent; two messages; a run that got through and one that did not."""
    for name, value in LOCAL.items():
        os.environ.setdefault(name, value)
    from memberflow.store import models

    facts = (
        order("2026-03-01 10:00", "350", id="a"),
        redeem("2026-03-05 10:00", 120, id="r"),
        refund("2026-03-06 10:00", "5", of="elsewhere", id="back"),
    )
    items: list[Any] = [models.FactItem(*models.fact_key(f), body=encode(f).decode(), known_at=f.at) for f in facts]
    items += [_message(models, "upgrade", "2026-03-01 10:00", "sent", None)]
    items += [_message(models, "win_back", "2026-05-30 10:00", "withheld", "consent")]
    items += _runs(models)
    with gzip.open(TABLE, "wt") as file:
        file.writelines(json.dumps(item.to_dynamodb_dict()) + "\n" for item in items)


def _message(models: Any, journey: str, when: str, state: str, reason: str | None) -> Any:
    occurrence = Occurrence(id=journey, journey=journey, anchor=1, at=at(when), useful_until=at(when) + 1)
    body = msgspec.json.encode(occurrence).decode()
    key = models.message_key("m", journey)
    return models.MessageItem(*key, body=body, state=state, reason=reason, known_at=at(when), changed_at=at(when))


def _runs(models: Any) -> list[Any]:
    noon, midnight = at("2026-06-01 13:00"), at("2026-06-02 01:00")
    first, second = "2026-06-01T12:00:00Z", "2026-06-02T00:00:00Z"
    counts = {"looked_at": 1234, "changed": 7, "messages": 5, "released": 3, "points_expired": 40, "failures": 1}
    return [
        models.RunItem(
            *models.run_key(first),
            until=noon,
            shards=2,
            started_at=noon,
            changed_at=noon + 1500,
            done={0, 1},
            sent=6,
            withheld=2,
        ),
        models.ShardItem(*models.shard_key(first, 1), changed_at=noon, **counts),
        models.RunItem(*models.run_key(second), until=midnight, shards=2, started_at=midnight, changed_at=midnight),
    ]


def explain(*arguments: str) -> str:
    return shown("explain", "m", "--table", TABLE, *arguments)


@pytest.mark.usefixtures("table")
def test_the_tier_is_told_with_its_reason_its_review_and_what_is_missing_for_the_next() -> None:
    text = explain("--at", "2026-04-01")
    assert "m as of 2026-04-01 23:59 (Europe/London, amounts in GBP)" in text
    assert "Tier: silver, since 2026-03-01 10:00." in text
    assert "Why: reached silver by order a (spend 350.00 of 300.00, 2025-03-02 to 2026-03-01)." in text
    assert "For gold: spend 350.00 of 1,000.00 (650.00 missing)." in text
    needed = "stays with spend 0.00 of 240.00 (240.00 missing), counted from 2026-03-02"
    assert f"Review on 2027-03-01: {needed}; else drops to member." in text


@pytest.mark.usefixtures("table")
def test_points_are_told_by_lot_with_what_waits_and_what_comes_next() -> None:
    text = explain("--at", "2026-04-01")
    assert "Points: 230 usable" in text
    assert "2027-03-01" in text
    assert "Refunds waiting for their order: back." in text
    assert "2026-05-30 10:00, message win_back, 90 days after his last order." in text


@pytest.mark.usefixtures("table")
def test_the_statement_is_there_where_it_is_asked_for() -> None:
    assert "redemption r" not in explain()
    line = next(line for line in explain("--statement").splitlines() if "redemption r" in line)
    assert line.split() == ["2026-03-05", "10:00", "redemption", "r", "2027-03-01", "-120", "230"]


@pytest.mark.usefixtures("table")
def test_messages_are_told_with_what_became_of_them() -> None:
    """Survey, 4c.5: "why did Ana (not) get this?"."""
    text = explain()
    assert "sent" in text
    assert "withheld: consent" in text


@pytest.mark.usefixtures("table")
def test_now_is_the_last_run_of_a_saved_table() -> None:
    assert "m as of 2026-06-02 01:00" in explain()


@pytest.mark.usefixtures("table")
def test_as_of_an_earlier_date_nothing_of_what_came_later_is_told() -> None:
    text = explain("--at", "2026-03-02", "--statement")
    assert "Points: 350 usable" in text
    assert "enrolled as member by order a" in text
    assert "upgrade" in text
    assert "withheld" not in text
    assert "waiting" not in text


@pytest.mark.usefixtures("table")
def test_an_unknown_member_is_one_line() -> None:
    result = run("explain", "n", "--table", TABLE)
    assert (result.exit_code, result.stderr) == (1, "memberflow: member 'n' is unknown\n")


@pytest.mark.usefixtures("folder")
def test_a_member_can_be_explained_from_files_of_facts() -> None:
    event = {"type": "order.paid", "order_id": "[/a]", "amount": "350.00", "currency": "GBP"}
    event |= {"member_id": "may-1", "occurred_at": "2026-03-01T10:00:00Z"}
    Path("facts.jsonl").write_text(json.dumps(event))
    text = shown("explain", "may-1", "--facts", "facts.jsonl")
    assert "Tier: silver" in text
    assert "reached silver by order [/a]" in text
    assert "nothing sent: files only" in text
    result = run("explain", "may", "--facts", "facts.jsonl")
    assert (result.exit_code, result.stderr) == (1, "memberflow: member 'may' is unknown; did you mean may-1?\n")


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("arguments", [["explain", "m"], ["runs"]])
def test_without_a_table_it_says_how_to_make_one(arguments: list[str]) -> None:
    result = run(*arguments)
    assert result.exit_code == 1
    assert result.stderr == 'memberflow: .cache/demo.jsonl.gz: no such file; "memberflow demo" makes it\n'


@pytest.mark.usefixtures("folder")
def test_a_file_that_is_no_saved_table_is_named() -> None:
    Path(TABLE).write_text("{}")
    result = run("runs", "--table", TABLE)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"memberflow: {TABLE}: not a saved table: ")


@pytest.mark.usefixtures("folder")
def test_a_table_in_aws_wants_a_region(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "none")
    result = run("runs", "--aws-table", "members")
    assert (result.exit_code, result.stderr) == (1, "memberflow: members: in which AWS region? Give --region\n")


def cells(text: str, name: str) -> list[str]:
    return next(line.split() for line in text.splitlines() if line.split()[:1] == [name])


@pytest.mark.usefixtures("table")
def test_runs_are_listed_with_what_they_did_and_what_is_left() -> None:
    text = shown("runs", "--table", TABLE)
    assert cells(text, "2026-06-01T12:00:00Z")[1:] == [
        *("2/2", "1,234", "7", "40", "1", "6", "2", "0", "0"),
        *("1.5", "s", "through"),
    ]
    assert cells(text, "2026-06-02T00:00:00Z")[-2:] == ["2", "open"]


@pytest.mark.usefixtures("table")
def test_the_newest_runs_can_be_had_alone() -> None:
    text = shown("runs", "--table", TABLE, "--last", "1")
    assert "2026-06-01T12:00:00Z" not in text
    assert "1 earlier runs" in text


@pytest.mark.usefixtures("table")
def test_a_run_is_shown_by_its_shards() -> None:
    text = shown("runs", "show", "2026-06-01T12:00:00Z", "--table", TABLE)
    assert cells(text, "0") == ["0", "done"]
    assert cells(text, "1") == ["1", "0", "5", "3", "1,234", "7", "40", "1", "done"]


@pytest.mark.usefixtures("table")
def test_a_run_that_is_not_there_or_not_named_is_told() -> None:
    assert run("runs", "show", "--table", TABLE).exit_code == 2
    result = run("runs", "show", "x", "--table", TABLE)
    assert (result.exit_code, result.stderr) == (1, "memberflow: run 'x' is unknown; \"memberflow runs\" lists them\n")


def from_file(*arguments: str) -> str:
    """Gold by two orders, as of half a year later, when the first of them is about to leave."""
    orders = [("o-1", "2025-03-10", "700.00"), ("o-2", "2025-09-01", "320.00")]
    lines = [
        {"type": "order.paid", "order_id": id, "member_id": "may", "currency": "GBP", "amount": amount}
        | {"occurred_at": f"{day}T10:00:00Z", "channel": "live_stream"}
        for id, day, amount in orders
    ]
    Path("facts.jsonl").write_text("\n".join(json.dumps(line) for line in lines))
    return shown("explain", "may", "--facts", "facts.jsonl", "--at", "2026-03-01", *arguments)


@pytest.mark.usefixtures("folder")
def test_the_orders_that_count_add_up_to_what_counts_and_say_when_they_leave() -> None:
    text = from_file()
    assert "Counts today, from 2025-03-02: spend 1,020.00, orders 2" in text
    assert ["2025-03-10", "o-1", "live_stream", "700.00", "700.00", "2026-03-10"] in [
        line.split() for line in text.splitlines()
    ]
    assert ["2026-03-10", "700.00", "1", "320.00"] in [line.split() for line in text.splitlines()]
    assert ["2026-09-01", "320.00", "1", "0.00"] in [line.split() for line in text.splitlines()]


@pytest.mark.usefixtures("folder")
def test_what_keeps_and_what_reaches_a_tier_is_told_with_the_days_it_counts_on() -> None:
    text = from_file()
    assert "Review on 2026-09-01: stays with spend 0.00 of 800.00 (800.00 missing), counted from 2025-09-02" in text
    assert "First day at risk: 2026-03-10" in text
    assert "Spend that is enough to stay: 800.00 from 2026-03-01 through 2026-08-31." in text
    reach = "3,980.00 from 2026-03-01 through 2026-03-09; 4,680.00 from 2026-03-10 through 2026-08-31; 5,000.00 from"
    assert f"Spend that is enough for platinum: {reach} 2026-09-01 on." in text


@pytest.mark.usefixtures("folder")
def test_a_member_is_told_in_his_own_words() -> None:
    text = from_file("--for", "member")
    assert "As of 2026-03-01 you are Gold, since 2025-09-01." in text
    assert "To stay Gold it takes spend 0.00 of 800.00 (800.00 missing), counted from 2025-09-02." in text
    assert "That is 800.00 from 2026-03-01 through 2026-08-31." in text
    assert "Otherwise you will be Silver then." in text
    assert "What you spent leaves the count as time passes: 700.00 on 2026-03-10, 320.00 on 2026-09-01." in text
    assert "o-1" not in text


@pytest.mark.usefixtures("folder")
def test_both_are_told_in_chinese() -> None:
    staff, member = from_file("--language", "zh-CN"), from_file("--language", "zh-CN", "--for", "member")
    assert (
        "2026-09-01 考核：满足 消费 0.00 / 800.00（还差 800.00）（自 2025-09-02 起计）则保级，否则降至 silver。"
        in staff
    )
    assert "保级所需消费：2026-03-01 至 2026-08-31 期间 800.00。" in staff
    assert "截至 2026-03-01，您是黄金会员，自 2025-09-01 起。" in member
    assert "否则届时将变为白银会员。" in member


def test_both_languages_say_the_same_things() -> None:
    assert phrases.ENGLISH.keys() == phrases.CHINESE.keys()
    for name, english in phrases.ENGLISH.items():
        assert set(re.findall(r"{\w+}", english)) == set(re.findall(r"{\w+}", phrases.CHINESE[name])), name
    assert phrases.OUTCOMES["en"].keys() <= phrases.OUTCOMES["zh-CN"].keys()
    assert phrases.CAUSES["en"].keys() <= phrases.CAUSES["zh-CN"].keys()


@pytest.fixture
def waiting(folder: Path) -> str:
    """What is told where points wait ten days, of a member of whose first order's points a till holds some."""
    shutil.copytree(SAMPLE, folder / "waiting")
    page = folder / "waiting" / "programme.yaml"
    page.write_text(page.read_text().replace("  cost: 0.008", "  usable_after: 10 days\n  cost: 0.008"))
    happened = [
        {"type": "order.paid", "order_id": "a", "amount": "350.00", "occurred_at": "2026-03-01T10:00:00Z"},
        {"type": "points.reserved", "reservation_id": "t", "points": 100, "occurred_at": "2026-03-20T10:00:00Z"},
        {"type": "order.paid", "order_id": "b", "amount": "50.00", "occurred_at": "2026-03-20T10:05:00Z"},
    ]
    lines = [json.dumps(one | {"member_id": "may", "currency": "GBP"}) for one in happened]
    Path("facts.jsonl").write_text("\n".join(lines))
    return shown("explain", "may", "--facts", "facts.jsonl", "--programme", "waiting", "--statement")


def test_points_that_are_pending_or_held_for_a_till_are_told(waiting: str) -> None:
    assert "50 points are pending until 2026-03-30." in waiting
    assert "100 points are held for a till until 2026-03-20 10:15." in waiting


def test_a_statement_shows_what_became_pending_and_what_stopped(waiting: str) -> None:
    movements = [line.split()[-3:] for line in waiting.partition("Statement")[2].splitlines()]
    assert ["+0", "250", "+50"] in movements
    assert ["+0", "0", "-350"] in movements
