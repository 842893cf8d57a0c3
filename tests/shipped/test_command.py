"""The operator's command, on a shipped programme and a handful of events."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from cli.main import main

Event = dict[str, Any]


def member(id: str) -> Event:
    return {"type": "member.joined", "member_id": id, "occurred_at": "2026-01-01T10:00:00+08:00"}


def paid(id: str, order: str, at: str, amount: str) -> Event:
    event = {"type": "order.paid", "member_id": id, "order_id": order, "occurred_at": at}
    return event | {"amount": amount, "currency": "CNY"}


EVENTS = [
    member("mei"),
    paid("mei", "o1", "2026-03-01T10:00:00+08:00", "1500.00"),
    paid("mei", "o2", "2026-03-02T10:00:00+08:00", "500.00"),
    member("lan"),
    paid("lan", "o3", "2026-03-02T11:00:00+08:00", "1999.99"),
    {"type": "order.refunded", "member_id": "mei", "refund_id": "r1", "order_id": "o2"}
    | {"amount": "0.01", "currency": "CNY", "occurred_at": "2026-03-03T10:00:00+08:00"},
]


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    return result


def simulated(folder: Path, *events: Event) -> list[Event]:
    file = folder / "facts.jsonl"
    file.write_text("".join(json.dumps(event) + "\n" for event in events))
    result = run("simulate", "--programme", "rfm_classic", "--facts", str(file), "--strict", "--out", "-")
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_check_knows_a_shipped_programme_by_its_name() -> None:
    said = run("check", "rfm_classic").output
    assert said.startswith("ok: rfm_classic; tiers member, silver, gold, diamond;")
    assert "languages zh-CN, en" in said


def test_check_takes_the_folder_of_any_other() -> None:
    assert run("check", str(Path(__file__).parent / "airline")).output.startswith("ok: airline;")


def test_simulate_folds_events_by_a_shipped_programme(tmp_path: Path) -> None:
    found = {line["member_id"]: (line["tier"], line["points"]) for line in simulated(tmp_path, *EVENTS[:-1])}
    assert found == {"mei": ("silver", 2000), "lan": ("member", 1999)}


def test_a_refund_among_the_events_takes_the_tier(tmp_path: Path) -> None:
    found = {line["member_id"]: (line["tier"], line["points"]) for line in simulated(tmp_path, *EVENTS)}
    assert found == {"mei": ("member", 1999), "lan": ("member", 1999)}
