"""What the commands show: figures in the operator's units, and how far a long job has come."""

from __future__ import annotations

import io

import click
import pytest

from cli import screen, words
from cli.tongue import Tongue
from memberflow.engine.member import NEVER
from memberflow.engine.outcome import Decision, Figure
from memberflow.facts import rfc3339
from tests.happened import at, day
from tests.programmes import rules

LONDON = rules()
SHANGHAI = rules(time_zone="Asia/Shanghai", currency="JPY")


@pytest.mark.parametrize(
    ("currency", "minor", "text"), [("GBP", 123456, "1,234.56"), ("JPY", 1234, "1,234"), ("KWD", 5, "0.005")]
)
def test_money_has_its_currency_s_decimals(currency: str, minor: int, text: str) -> None:
    assert words.money(rules(currency=currency), minor) == text


def test_moments_are_told_in_the_programme_s_zone() -> None:
    assert words.moment(SHANGHAI, at("2026-03-01 20:05")) == "2026-03-02 04:05"


def test_a_lot_is_told_by_its_last_usable_day() -> None:
    assert [words.last_day(gone) for gone in (day("2026-03-02"), NEVER, None)] == ["2026-03-01", "never", "owed"]


def test_a_decision_reads_as_a_sentence() -> None:
    decision = Decision(
        at=at("2026-03-01"),
        outcome="dropped",
        before="silver",
        after="member",
        rule="tiers.levels[1].keep",
        figures=(Figure("spend", 12_50, 240_00), Figure("orders", 1, 3)),
        first=day("2025-03-02"),
        last=day("2026-03-01"),
        cause="review",
    )
    seen = "spend 12.50 of 240.00, orders 1 of 3, 2025-03-02 to 2026-03-01"
    assert Tongue(LONDON, "en").decided(decision) == f"dropped to member by the review ({seen})"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-01", "2026-03-01T15:59:59.999Z"),
        ("2026-03-01T10:00:00+08:00", "2026-03-01T02:00:00Z"),
        ("2026-03-01T10:00Z", "2026-03-01T10:00:00Z"),
    ],
)
def test_a_date_is_the_end_of_its_day_in_the_programme_s_zone(text: str, moment: str) -> None:
    assert rfc3339(words.parse_moment(SHANGHAI, "--at", text)) == moment


def test_a_moment_without_an_offset_is_refused() -> None:
    with pytest.raises(click.BadParameter, match="'2026-03-01T10:00' is not a date such as"):
        words.parse_moment(LONDON, "--at", "2026-03-01T10:00")


def test_a_long_job_says_how_far_it_is_in_plain_lines_where_there_is_no_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(screen, "PATIENCE", 0)
    with screen.steps("members", 2000) as step:
        for _ in range(2000):
            step()
    said = capsys.readouterr().err
    assert said.splitlines()[::9] == ["members: 200 of 2,000", "members: 2,000 of 2,000"]
    assert said.replace("\n", "").isprintable()


def test_a_long_job_shows_a_bar_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(screen, "PATIENCE", 0)
    with screen.steps("members", 4) as step:
        step(4)
    assert "4/4" in terminal.getvalue()


def test_a_quick_job_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with screen.steps("members", 2) as step:
        step(2)
    assert capsys.readouterr() == ("", "")


def test_a_table_without_rows_is_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    screen.columns(screen.console(), "Empty", ["a"], [])
    assert capsys.readouterr().out == ""


def test_figures_stand_to_the_right(capsys: pytest.CaptureFixture[str]) -> None:
    screen.columns(screen.console(), "", ["name", "figure"], [["a", "1,000"], ["bcd", "-5"]])
    rows = [row.rstrip() for row in capsys.readouterr().out.splitlines()[-3:-1]]
    assert [row.split() for row in rows] == [["a", "1,000"], ["bcd", "-5"]]
    assert len(rows[0]) == len(rows[1])
