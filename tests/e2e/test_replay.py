"""replay and simulate agree to the byte: the functions, fed in any order and repeatedly, do what the engine does."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path
from random import Random

import msgspec
import pytest
from click.testing import CliRunner, Result

from cli import cdnow, synthetic
from cli.main import main
from memberflow.programme import author
from tests.e2e.conftest import SHARED
from tests.programmes import rules

Lines = list[bytes]


def arranged(lines: Lines) -> dict[str, Lines]:
    """As they happened; in any order; each once more, in any order."""
    random = Random(7)
    return {
        "sorted": lines,
        "shuffled": random.sample(lines, len(lines)),
        "doubled": random.sample(lines * 2, 2 * len(lines)),
    }


def run(command: str, lines: Lines, *arguments: str) -> tuple[bytes, Result]:
    """The lines that a command writes, and all it says."""
    Path("facts.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    given = ["--programme", "sample", "--facts", "facts.jsonl", "--out", f"{command}.out", *arguments]
    result = CliRunner().invoke(main, [command, *given])
    assert result.exit_code == 0, result.output
    return Path(f"{command}.out").read_bytes(), result


def figures(result: Result, *rows: str) -> list[str]:
    return [line for line in result.output.splitlines() if line.split()[:1] and line.split()[0] in rows]


@pytest.fixture(scope="module")
def lives() -> Lines:
    """Half a year of 40 members: orders, refunds, redemptions, profiles, consents."""
    customers = cdnow.sample(cdnow.made_up(), 40)
    events = [event for name, bought in customers.items() for event in synthetic.Life(rules(), name, bought).events()]
    events = [event for event in events if event.occurred_at.isoformat() < "1997-07"]
    return [msgspec.json.encode(event) for event in sorted(events, key=lambda event: event.occurred_at)]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("arrangement", ["sorted", "shuffled", "doubled"])
def test_the_functions_write_what_the_engine_folds_in_whatever_order_facts_come(lives: Lines, arrangement: str) -> None:
    lines = arranged(lives)[arrangement]
    runs = "daily" if arrangement == "sorted" else "none"
    expected, simulated = run("simulate", lines, "--until", "1997-08-31")
    found, replayed = run("replay", lines, "--until", "1997-08-31", "--runs", runs)
    assert found == expected
    rows = ("tiers", "decisions", "points", "occurrences", "refused", "lines")
    assert figures(replayed, *rows) == figures(simulated, *rows)
    assert "parked 0   failures 0" in replayed.output


@pytest.mark.usefixtures("folder")
def test_what_cannot_be_used_is_parked_and_the_rest_goes_on() -> None:
    order = {"type": "order.paid", "member_id": "may", "order_id": "o", "occurred_at": "2026-03-02T10:00:00Z"}
    order |= {"amount": "350.00", "currency": "GBP"}
    lines = [
        order,
        order | {"amount": "1.00", "occurred_at": "2026-03-01T10:00:00Z"},
        order | {"order_id": "late", "occurred_at": "2026-03-05T10:00:00Z"},
        order | {"order_id": "bad", "amount": "1,00"},
        {"type": "points.redeemed", "member_id": "may", "redemption_id": "r", "points": 0},
    ]
    raw = [json.dumps(line).encode() for line in lines] + [b"not json", b"\xff\xfe"]
    expected, _ = run("simulate", raw, "--until", "2026-03-04")
    found, replayed = run("replay", raw, "--until", "2026-03-04")
    assert found == expected
    assert json.loads(found)["points"] == 350
    assert "parked 5   failures 0" in replayed.output


@pytest.mark.usefixtures("folder")
@pytest.mark.skipif(not SHARED.exists(), reason="the real orders of online retail are not beside this checkout")
@pytest.mark.parametrize("arrangement", ["sorted", "shuffled", "doubled"])
def test_on_real_orders_too(arrangement: str) -> None:
    lines = _of_first_members(gzip.decompress(SHARED.read_bytes()).splitlines(), 40)
    given = arranged(lines)[arrangement]
    arguments = ["--until", "2011-05-31", "--runs", "daily"] if arrangement == "sorted" else ["--runs", "none"]
    expected, _ = run("simulate", given, *arguments[:-2])
    found, _ = run("replay", given, *arguments)
    assert found == expected


def _of_first_members(lines: Lines, count: int) -> Lines:
    member: Callable[[bytes], str] = lambda line: json.loads(line)["member_id"]  # noqa: E731
    wanted = list(dict.fromkeys(map(member, lines)))[:count]
    return [line for line in lines if member(line) in wanted]


@pytest.mark.usefixtures("folder")
def test_a_programme_without_points_is_replayed_as_it_is_folded(lives: Lines) -> None:
    page = author.SHIPPED / "sample" / "programme.yaml"
    Path("club").mkdir()
    without = re.sub(r"\npoints:\n(  .*\n)+|  point_use: .*\n", "\n", page.read_text())
    Path("club/programme.yaml").write_text(without)
    Path("club/messages").symlink_to(page.parent / "messages")
    lines = [line for line in lives if b"points." not in line]
    expected, _ = run("simulate", lines, "--programme", "club")
    replayed, result = run("replay", lines, "--programme", "club", "--runs", "none")
    assert replayed == expected
    assert figures(result, "points") == []
