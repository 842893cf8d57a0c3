"""The demo takes every programme that ships, and shows what that one has; a quarter of a year is enough to see it."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli import cdnow, demo, synthetic
from cli.cdnow import Source
from cli.main import main
from memberflow.programme import author


def run(*arguments: str) -> str:
    result = CliRunner().invoke(main, list(arguments))
    assert result.exit_code == 0, result.output
    return result.stdout


def figures(shown: str) -> dict[str, int]:
    rows = re.findall(r"^ (\S.*?) +([\d,]+) *$", shown, re.MULTILINE)
    return {name: int(figure.replace(",", "")) for name, figure in rows}


@pytest.fixture
def spring(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sixteen made-up customers until the end of April, in a folder of the test's own."""
    monkeypatch.setattr(cdnow, "load", lambda cache: Source(cdnow.made_up(16), "Orders for a test"))
    for module in (demo, synthetic):
        monkeypatch.setattr(module, "LAST", date(1997, 4, 30))


@pytest.mark.usefixtures("spring")
@pytest.mark.parametrize("name", author.shipped())
def test_the_demo_takes_a_shipped_programme(name: str) -> None:
    programme = author.ship(author.named(name)).programme
    shown = run("demo", "--programme", name)
    assert f"they are taken as {programme.currency}" in shown
    held = figures(shown)
    joined = sum(held[f"members, {tier.name}"] for tier in programme.tiers.levels)
    assert 10 < joined <= 16
    left = sum(held[f"points, {name}"] for name in ("spent", "expired", "taken back", "outstanding"))
    assert held["points, earned"] == left - held["points, debt"] > 0
    assert _named(held, "benefit") <= set(programme.benefits)
    assert _named(held, "messages") <= set(programme.journeys)
    assert _named(held, "tag") <= set(programme.tags)
    segments = programme.segments.names if programme.segments else ()
    assert bool(_named(held, "segment")) == bool(segments)
    assert "waiting" not in shown
    for line in re.findall(r"^  memberflow (.*)$", shown, re.MULTILINE):
        run(*line.split())


def _named(held: dict[str, int], what: str) -> set[str]:
    """Benefits, journeys and the like that the table of figures names."""
    return {row.split()[1] for row in held if row.startswith(f"{what}, ")}
