"""A programme of tiers and benefits alone: the key ``points`` may be absent."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.main import main
from memberflow.engine.rules import Rules
from memberflow.programme import author
from tests.happened import order, redeem, told

FACTS = (order("2026-03-01 10:00", "350", id="a"), redeem("2026-03-02 10:00", 1, id="r"))
LINES = [
    {"type": "order.paid", "member_id": "m", "order_id": "o-1", "occurred_at": "2026-03-01T10:00:00Z",
     "amount": "350.00", "currency": "GBP"},
    {"type": "order.refunded", "member_id": "m", "order_id": "o-1", "occurred_at": "2026-03-05T10:00:00Z",
     "refund_id": "r-1", "amount": "100.00", "currency": "GBP"},
]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sample programme without its points, and a file of facts."""
    sample = author.SHIPPED / "sample"
    page = re.sub(r"\npoints:\n(  .*\n)+", "\n", (sample / "programme.yaml").read_text())
    page = re.sub(r"  point_use: .*\n", "", page)
    assert "\npoints" not in page
    (tmp_path / "programme.yaml").write_text(page)
    (tmp_path / "messages").symlink_to(sample / "messages")
    (tmp_path / "facts.jsonl").write_text("".join(json.dumps(line) + "\n" for line in LINES))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(command: str, *arguments: str) -> Result:
    result = CliRunner().invoke(main, [command, *arguments])
    assert result.exit_code == 0, result.output
    return result


def test_orders_earn_nothing_and_nothing_can_be_spent(folder: Path) -> None:
    rules = Rules(author.ship(folder).programme)
    member, out = told(rules, *FACTS, until="2027-01-01")
    assert (member.tier, member.lots, member.pending, member.debt, out.earned) == ("silver", [], [], 0, 0)
    assert [one.code for one in out.refusals] == ["not_enough_points"]


def test_the_commands_do_without_and_say_nothing_of_points(folder: Path) -> None:
    here = ["--programme", str(folder)]
    run("check", str(folder))
    simulated = run("simulate", *here, "--facts", "facts.jsonl")
    assert "points" not in simulated.stdout
    told = run("explain", "m", *here, "--facts", "facts.jsonl", "--for", "member")
    assert "points" not in told.stdout
    run("explain", "m", *here, "--facts", "facts.jsonl", "--statement")
    assert "0" in run("liability", *here, "--facts", "facts.jsonl").stdout
