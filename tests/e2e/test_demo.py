"""The demo on a few made-up customers: the same figures every time, and a table to look into afterwards."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from cli import cdnow, demo, synthetic
from cli.cdnow import Customers, Purchase, Source
from cli.feed import local_stack
from cli.main import main
from memberflow import runtime
from memberflow.engine.calendar import DAY
from memberflow.engine.rules import compiled
from memberflow.facts import moment
from memberflow.programme import author

WITHHELD = ("consent", "contact", "holdout", "cap", "withdrawn")


def customers() -> Customers:
    """Made up; every other one takes part, among them what a few would seldom show."""
    made_up = cdnow.made_up(78)
    for name in sorted(made_up)[:16:2]:
        # They buy on the day on which they would be written to; some, by their hour, before the run that would do it.
        made_up[name] = [Purchase(cdnow.FIRST + timedelta(days), Decimal(20)) for days in (7, 97)]
    made_up[sorted(made_up)[16]] = [Purchase(cdnow.FIRST, Decimal(400))]  # up a tier, and down again a year later
    once = [Purchase(cdnow.FIRST, Decimal(20))]
    rules = compiled(author.ship(author.named("sample")))
    lives = {name: synthetic.Life(rules, name, once).events() for name in (f"{n:05}" for n in range(1000, 2000))}
    unreachable = next(
        name for name, life in lives.items() if "contacts={}" in str(life) and "granted=True" in str(life)
    )
    return made_up | {unreachable: once, "99999": once}


def run(*arguments: str) -> str:
    result = CliRunner().invoke(main, list(arguments))
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture(scope="module")
def letters() -> list[tuple[str, str]]:
    """What left by the channels, in order: alias of the member, occurrence."""
    return []


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory, letters: list[tuple[str, str]]) -> Iterator[str]:
    """What the demo shows; its folder is the current one for the tests of this module."""

    def note(text: str, extra: dict[str, Any] | None = None) -> None:
        if text == "message" and extra is not None:
            letters.append((extra["member"], extra["occurrence"]))

    before = Path.cwd()
    os.chdir(tmp_path_factory.mktemp("demo"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cdnow, "load", lambda cache: Source(customers(), "Orders for a test"))
        patch.setattr(runtime.logger, "info", note)
        yield run("demo", "--members", "40")
    os.chdir(before)


def figure(text: str, name: str) -> int:
    found = re.search(rf"^ {re.escape(name)} +([\d,]+) *$", text, re.MULTILINE)
    assert found, f"{name} is not told in {text}"
    return int(found[1].replace(",", ""))


def test_it_says_what_is_real_and_what_is_made_up(shown: str) -> None:
    assert "Orders for a test: 40 of 80 customers" in shown
    assert "SYNTHETIC" in shown
    assert "no currency there: they are taken as GBP" in shown


def test_every_member_is_in_a_tier_and_every_point_is_accounted_for(shown: str) -> None:
    assert sum(figure(shown, f"members, {tier}") for tier in ("member", "silver", "gold", "platinum")) == 40
    moved = [figure(shown, f"points, {name}") for name in ("earned", "spent", "expired", "taken back")]
    assert all(points > 0 for points in moved)
    left = figure(shown, "points, outstanding") - figure(shown, "points, debt")
    assert moved[0] - sum(moved[1:]) == left


def test_messages_are_told_by_journey_and_outcome(shown: str) -> None:
    assert figure(shown, "messages, win_back sent") > 0
    assert figure(shown, "messages, birthday withheld: consent") > 0
    assert "waiting" not in shown


def test_withheld_messages_are_told_by_at_least_five_reasons(shown: str) -> None:
    told = {reason: figure(shown, f"messages withheld, {reason}") for reason in WITHHELD}
    assert all(told.values())
    of_journeys = re.findall(r"^ messages, \w+ withheld: \w+ +([\d,]+) *$", shown, re.MULTILINE)
    assert sum(told.values()) == sum(int(count.replace(",", "")) for count in of_journeys)


def test_the_win_back_is_told_with_its_lift(shown: str) -> None:
    returns = shown[shown.index("Returns, each order") :]
    assert re.search(r"^ win_back +30 days +\d+ +\d+ +[\d.]+ +\d+ *$", returns, re.MULTILINE)
    assert figure(shown, "messages, win_back withheld: holdout") > 0
    assert "fewer than 30 on a side" in returns
    assert run("lift").splitlines()[1:] == returns.split("Nobody was really written to")[0].splitlines()


@pytest.mark.usefixtures("shown")
def test_no_member_has_two_messages_for_one_occurrence(letters: list[tuple[str, str]]) -> None:
    """In the whole table, and on the way out of it."""
    from cli import sources, table

    members = table.held(sources.SavedTable(sources.DEMO_TABLE).of_members()[1])
    kept = [(name, one.occurrence, one.outcome) for name, held in members.items() for one in held.messages]
    about = Counter((name, occurrence.journey, occurrence.anchor) for name, occurrence, _ in kept)
    days = Counter((name, occurrence.journey, occurrence.at // DAY) for name, occurrence, _ in kept)
    assert len(kept) > 50
    assert {*about.values(), *days.values()} == {1}
    sent = [(runtime.alias(name), occurrence.id) for name, occurrence, outcome in kept if outcome == "sent"]
    assert sorted(letters) == sorted(sent)


def test_stories_are_told_in_dated_lines(shown: str) -> None:
    story = shown[shown.index("Silent, written to, and back: cd-") :].split("\n\n")[0].splitlines()
    assert all(re.match(r"  199[678]-\d\d-\d\d \d\d:\d\d  ", line) for line in story[1:])
    assert "joins" in story[1]


def test_the_commands_it_names_work(shown: str) -> None:
    named = [line.split()[1:] for line in shown.splitlines() if line.startswith("  memberflow ")]
    assert [arguments[0] for arguments in named] == ["explain", "explain", "lift", "forecast", "runs", "runs"]
    told = [run(*arguments) for arguments in named]
    assert "Statement" in told[0]
    assert "40 members from 1998-06-30 23:59 to 1999-06-30 23:59" in told[3]
    assert "through" in told[-1]


def test_every_day_has_its_run(shown: str) -> None:
    listed = run("runs", "--last", "1000")
    days = set(re.findall(r"^ (199[78]-\d\d-\d\d)T", listed, re.MULTILINE))
    assert len(days) == 546
    assert "not done" not in listed


@pytest.mark.usefixtures("folder")
def test_explain_and_runs_read_a_table_in_aws_too() -> None:
    order = {"type": "order.paid", "member_id": "may", "order_id": "a", "occurred_at": "2026-03-01T10:00:00Z"}
    with local_stack(author.ship(author.named("sample"))) as stack:
        stack.clock = moment(datetime(2026, 3, 1, 12, tzinfo=UTC))
        stack.put_orders([msgspec.json.encode(order | {"amount": "350.00", "currency": "GBP"})])
        stack.pump()
        stack.run(stack.clock)
        aws = ["--aws-table", stack.wiring.doors["MembersTable"]]
        assert "Tier: silver" in run("explain", "may", *aws, "--at", "2026-03-01")
        assert "2026-03-01T12:00:00Z" in run("runs", *aws)


@pytest.mark.usefixtures("shown")
def test_a_second_time_it_shows_the_same(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (demo, synthetic):
        monkeypatch.setattr(module, "LAST", date(1997, 3, 31))
    first, again = (re.sub(r"; \d+ s in all", "", run("demo", "--members", "24")) for _ in range(2))
    assert again == first
