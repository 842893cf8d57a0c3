"""forecast, of files of events and of a saved table; the parts of an SMS."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli.main import main
from cli.sms_parts import parts

JOURNEY = {"trigger": "dormancy", "after": "30 days", "send_at": "10:00", "useful_for": "7 days"}
TOLD = {"purpose": "marketing", "message": "hello"}
PROGRAMME = {
    "programme": "club",
    "currency": "GBP",
    "time_zone": "Europe/London",
    "languages": ["en"],
    "points": {"earn": {"points": 1, "per": 1}, "expiry": {"after": "12 months"}},
    "tiers": {"levels": [{"name": "member", "label": {"en": "Member"}}]},
    "journeys": {
        "by_mail": JOURNEY | TOLD | {"channels": ["email"]},
        "by_sms": JOURNEY | TOLD | {"after": "60 days", "channels": ["sms"]},
    },
}


def event(kind: str, member: str, **content: Any) -> dict[str, Any]:
    return {"type": kind, "member_id": member, "occurred_at": "2026-03-01T10:00:00Z"} | content


def life(member: str, agrees: bool) -> list[dict[str, Any]]:
    consent = {"purpose": "marketing", "granted": agrees, "source": "shop", "text_version": "1"}
    contacts = {"email": f"{member}@example.com", "sms": "+441632960961"}
    return [
        event("member.joined", member, contacts=contacts),
        *(event("consent.changed", member, event_id=c, channel=c, **consent) for c in ("email", "sms")),
        event("order.paid", member, order_id="o", amount="50.00", currency="GBP"),
    ]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("messages").mkdir()
    Path("messages/hello.en.txt").write_text("Subject: Hello\n\nIt has been {{ days }} days.\n")
    Path("messages/hello.en.short.txt").write_text("It has been {{ days }} days" + "!" * 160)
    Path("programme.yaml").write_text(json.dumps(PROGRAMME))
    lives = [fact for n in range(3) for fact in life(f"m-{n}", agrees=n > 0)]
    Path("facts.jsonl").write_text("".join(json.dumps(fact) + "\n" for fact in lives))
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["forecast", "--programme", ".", *arguments])


def shown(*arguments: str) -> str:
    result = run("--facts", "facts.jsonl", *arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def row(text: str, name: str) -> list[str]:
    (found,) = re.findall(rf"^ {re.escape(name)} +(.*)$", text, re.MULTILINE)
    return list(found.split())


def test_messages_are_told_by_journey_and_by_the_reason_that_withholds_them() -> None:
    text = shown()
    assert "3 members from 2026-03-01 10:00 to 2027-03-01 23:59 Europe/London" in text
    assert row(text, "journey") == ["sent", "consent"]
    assert row(text, "by_mail") == row(text, "by_sms") == ["2", "1"]
    assert row(text, "all") == ["4", "2"]


def test_months_are_told_with_points_that_expire_and_a_bar_each() -> None:
    text = shown()
    assert row(text, "2026-03") == ["2", "1", "0", "█" * 32]
    assert row(text, "2026-04") == ["2", "1", "0", "█" * 32]
    assert row(text, "2026-12") == ["0", "0", "0"]
    assert "Points that will expire: 0." in text
    assert "Points that will expire: 150." in shown("--days", "366")


def test_a_short_time_is_told_by_days() -> None:
    text = shown("--days", "30")
    assert row(text, "2026-03-31") == ["2", "1", "0", "█" * 32]


def test_the_fullest_run_is_told_with_how_long_its_mails_take() -> None:
    text = shown("--per-second", "1", "--days", "30")
    assert "Most mails at once: 2 in the run of 2026-03-31 10:00, gone in 2 s at 1 a second." in text
    assert "of 2026-03-31 16:30" in shown("--runs", "daily")


def test_sms_are_paid_for_by_the_part() -> None:
    assert "SMS: 2 in 4 parts.\n" in shown()
    assert "SMS: 2 in 4 parts: 0.20 GBP.\n" in shown("--sms-price", "0.05")


def test_of_one_journey_only_its_messages_are_told() -> None:
    text = shown("--journey", "by_mail")
    assert row(text, "by_mail") == ["2", "1"]
    assert "by_sms" not in text
    assert "SMS" not in text


def test_every_day_can_be_had_as_a_file() -> None:
    shown("--out", "days.csv", "--journey", "by_mail")
    assert Path("days.csv").read_text().splitlines() == [
        "day,journey,outcome,messages",
        "2026-03-31,by_mail,sent,2",
        "2026-03-31,by_mail,withheld: consent,1",
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--facts", "facts.jsonl", "--days", "0"], 2, "Invalid value for '--days': 0 is not in the range"),
        (["--facts", "facts.jsonl", "--per-second", "0"], 2, "Invalid value for '--per-second'"),
        (["--facts", "facts.jsonl", "--sms-price", "0"], 2, "Invalid value for '--sms-price'"),
        (["--journey", "by_fax"], 2, "Invalid value for --journey: 'by_fax' is none; known: by_mail, by_sms"),
        ([], 1, 'memberflow: .cache/demo.jsonl.gz: no such file; "memberflow demo" makes it'),
        (["--facts", "facts.jsonl", "--out", "nowhere/days.csv"], 1, "'nowhere/days.csv': No such file or directory"),
    ],
)
def test_wrong_input_is_told_in_a_line(arguments: list[str], code: int, says: str) -> None:
    result = run(*arguments)
    assert result.exit_code == code
    assert says in result.stderr.splitlines()[-1]


# --- parts ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 80 + "a", 2),
        ("好" * 70, 1),
        ("好" * 71, 2),
        ("好" * 134, 2),
        ("a" * 70 + "’", 2),
        ("🙂" * 35, 1),
        ("🙂" * 36, 2),
    ],
)
def test_a_text_is_cut_by_its_alphabet(text: str, number: int) -> None:
    assert parts(text) == number
