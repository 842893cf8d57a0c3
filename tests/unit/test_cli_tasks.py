"""tasks, and tasks in explain and simulate, reading a table made by folding members of a programme that asks people."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from cli import demo_report, screen, story, table
from cli.main import main
from cli.sources import LOCAL
from cli.summary import Totals
from memberflow.engine.fold import fold
from memberflow.engine.outcome import Outcome
from memberflow.engine.rules import Rules, compiled
from memberflow.explain import explain
from memberflow.facts import AnyFact, TaskDone, encode
from memberflow.programme import author
from tests.happened import at, order

TABLE = "table.jsonl.gz"
CALL = """
  call:
    trigger: dormancy
    after: 90 days
    send_at: "10:00"
    useful_for: 30 days
    asks: silence
    task: {for: adviser, due: 48 hours, text: {en: Call and ask why, zh-CN: 致电询问原因}}
  pack:
    trigger: tier_reached
    useful_for: 30 days
    task: {for: warehouse, due: 7 days, text: {en: Pack the silver gift, zh-CN: 打包白银礼品}}
"""


@pytest.fixture
def club(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rules:
    monkeypatch.chdir(tmp_path)
    for name, value in LOCAL.items():
        os.environ.setdefault(name, value)
    sample = author.named("sample")
    text = (sample / "programme.yaml").read_text()
    Path("club").mkdir()
    Path("club/programme.yaml").write_text(
        text.replace("\njourneys:", f"\nsurveys: {{silence: [price]}}\n\njourneys:{CALL}", 1)
    )
    Path("club/messages").symlink_to(sample / "messages")
    return compiled(author.ship("club"))


def save(rules: Rules, now: str, **members: tuple[AnyFact, ...]) -> None:
    """Members as of a moment, which is that of the table's last run."""
    from memberflow.store import models

    run = models.RunItem(*models.run_key("r"), until=at(now), shards=1, started_at=0, changed_at=0)
    items: list[Any] = [run]
    for name, facts in members.items():
        items += _of_member(rules, name, [replace(fact, member_id=name) for fact in facts], at(now))
    with gzip.open(TABLE, "wt") as file:
        file.writelines(json.dumps(item.to_dynamodb_dict()) + "\n" for item in items)


def _of_member(rules: Rules, name: str, facts: list[AnyFact], now: int) -> list[Any]:
    from memberflow.store import changes, models
    from memberflow.store.reading import Stored

    out = Outcome()
    member = fold(rules, name, facts, now, out)
    change = changes.change_of(rules, Stored(member), out, now)
    kept = [models.FactItem(*models.fact_key(f), body=encode(f).decode(), known_at=f.at) for f in facts]
    return [change.member, *kept, *change.items]


def shown(*arguments: str) -> str:
    result = CliRunner().invoke(main, [*arguments, "--table", TABLE, "--programme", "club"])
    assert result.exit_code == 0, result.output
    return result.output


def rows(text: str, *names: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines() if set(names) & set(line.split())]


def bought(day: str, amount: str = "40") -> AnyFact:
    return order(f"{day} 12:00", amount)


def test_open_tasks_are_listed_the_soonest_due_first_and_overdue_ones_marked(club: Rules) -> None:
    save(club, "2026-04-03 12:00", amy=(bought("2026-01-01"),), bob=(bought("2026-01-02"),), cid=())
    assert rows(shown("tasks"), "amy", "bob") == [
        ["2026-04-03", "10:00", "overdue", "amy", "adviser", "Call", "and", "ask", "why", "call#20454"],
        ["2026-04-04", "10:00", "bob", "adviser", "Call", "and", "ask", "why", "call#20455"],
    ]
    assert "2 open tasks, 1 overdue (Europe/London)" in shown("tasks")
    assert rows(shown("tasks", "--overdue"), "amy", "bob") == rows(shown("tasks"), "amy")


def test_tasks_can_be_asked_for_by_whose_they_are(club: Rules) -> None:
    save(club, "2026-04-03 12:00", amy=(bought("2026-01-01"),), bob=(bought("2026-04-02", "400"),))
    assert [row[2] for row in rows(shown("tasks", "--for", "warehouse"), "amy", "bob")] == ["bob"]
    assert [row[3] for row in rows(shown("tasks", "--for", "adviser"), "amy", "bob")] == ["amy"]


def test_a_role_that_nobody_has_is_told_with_the_nearest_one(club: Rules) -> None:
    save(club, "2026-04-03 12:00")
    result = CliRunner().invoke(main, ["tasks", "--for", "advisor", "--table", TABLE, "--programme", "club"])
    assert result.exit_code == 2
    assert "did you mean 'adviser'?" in result.output


def test_tasks_are_listed_in_chinese_too(club: Rules) -> None:
    save(club, "2026-04-03 12:00", amy=(bought("2026-01-01"),))
    text = shown("tasks", "--language", "zh-CN")
    assert "致电询问原因" in text
    assert "已逾期" in text


def test_a_task_whose_reason_went_with_time_alone_is_marked(club: Rules, monkeypatch: pytest.MonkeyPatch) -> None:
    save(club, "2026-04-03 12:00", amy=(bought("2026-01-01"),))
    monkeypatch.setattr("cli.tasks.truth.still_true", lambda *args: False)
    assert "reason gone" in shown("tasks")


def test_explain_has_what_became_of_the_members_tasks(club: Rules) -> None:
    called = TaskDone(at=at("2026-04-02 12:00"), id="call#20454", member_id="", operator="amy", answer="price")
    save(club, "2026-04-03 12:00", m=(bought("2026-01-01"), called))
    text = shown("explain", "m")
    assert "done by amy, who was told: price" in " ".join(text.split())
    assert "已由 amy 完成" in shown("explain", "m", "--language", "zh-CN")


def test_the_summary_counts_tasks_by_what_became_of_them_folded_or_read_back(club: Rules) -> None:
    called = TaskDone(at=at("2026-04-02 12:00"), id="call#20454", member_id="m", operator="amy")
    out, folded, read = Outcome(), Totals(), Totals()
    member = fold(club, "m", (bought("2026-01-01", "400"), called), at("2026-04-03"), out)
    folded.add(member, out)
    save(club, "2026-04-03", m=(bought("2026-01-01", "400"), called))
    from cli.sources import SavedTable

    held = table.held(SavedTable(Path(TABLE)).of_members()[1])["m"]
    read.add(held.member, held.outcome(club, at("2026-04-03")))
    assert folded.tasks == read.tasks == {"call done": 1, "pack lapsed": 1}


def test_a_task_has_no_message_to_be_previewed(club: Rules) -> None:
    result = CliRunner().invoke(main, ["preview", "call", "--programme", "club"])
    assert result.exit_code == 1
    assert "call makes no message but a task" in result.output


def test_simulate_writes_the_open_tasks_of_each_member(club: Rules) -> None:
    event = {"type": "order.paid", "member_id": "m", "order_id": "o", "occurred_at": "2026-01-01T12:00:00Z"}
    Path("facts.jsonl").write_text(json.dumps(event | {"amount": "40.00", "currency": "GBP"}))
    given = ["simulate", "--programme", "club", "--facts", "facts.jsonl", "--until", "2026-04-01"]
    result = CliRunner().invoke(main, [*given, "--out", "members.jsonl"])
    assert result.exit_code == 0, result.output
    (line,) = Path("members.jsonl").read_text().splitlines()
    assert json.loads(line)["tasks"] == [{"id": "call#20454", "for": "adviser", "due": "2026-04-03T09:00:00Z"}]
    assert "call open 1" in result.output


def test_a_members_story_tells_of_his_tasks(club: Rules) -> None:
    called = TaskDone(at=at("2026-04-02 12:00"), id="call#20454", member_id="m", operator="amy", answer="price")
    facts = [bought("2026-01-01"), called]
    lines = story.tell(club, facts, explain(club, "m", facts, at("2026-04-03")), [], [])
    assert lines[-2:] == [
        "2026-04-01 10:00  task call for adviser (Call and ask why): open",
        "2026-04-02 12:00  task call for adviser (Call and ask why): done by amy, who was told: price",
    ]


def test_the_demo_counts_tasks_by_what_became_of_them(club: Rules, capsys: pytest.CaptureFixture[str]) -> None:
    save(club, "2026-04-03", amy=(bought("2026-01-01"),), bob=(bought("2026-01-02"),))
    from cli.sources import SavedTable

    held = table.held(SavedTable(Path(TABLE)).of_members()[1])
    demo_report.show_table(screen.console(), club, held, at("2026-04-03"))
    assert ["tasks,", "call", "open", "2"] in [line.split() for line in capsys.readouterr().out.splitlines()]
