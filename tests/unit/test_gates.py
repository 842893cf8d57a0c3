"""The last look before a message leaves, each gate by itself and all in their order."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from memberflow.delivery import gates
from memberflow.delivery.gates import Asked, Verdict
from memberflow.engine.holdout import held_out
from memberflow.engine.member import Member
from memberflow.engine.outcome import Occurrence
from memberflow.engine.rules import Rules
from tests import programmes
from tests.happened import at, day

NIGHT = {"start": "21:00", "end": "08:00"}
CAPS = [{"purpose": "marketing", "at_most": 1, "within": "7 days"}]
WIN_BACK = programmes.WIN_BACK | {"channels": ["sms", "email"]}
NOON = at("2026-03-10 12:00")


def rules(**changes: Any) -> Rules:
    return programmes.rules(**{"quiet_hours": NIGHT, "caps": CAPS, "journeys": {"win_back": WIN_BACK}} | changes)


def asked(given: Rules, now: int = NOON, **changes: Any) -> Asked:
    """A member away since 1 January who agreed to marketing by mail and SMS and can be reached by both."""
    agreed = (True, 1, "checkout", "v3")
    member = Member(
        "m",
        enrolled_at=0,
        last_order_at=at("2026-01-01 12:00"),
        contacts={"email": "m@example.com", "sms": "+44"},
        consents={"marketing/email": agreed, "marketing/sms": agreed},
    )
    occurrence = Occurrence(
        id="win_back#1", journey="win_back", anchor=day("2026-01-01"), at=NOON, useful_until=at("2026-03-14")
    )
    told = Asked(rules=given, member=member, occurrence=occurrence, sends={}, stopped={}, refused=(), now=now)
    return replace(told, **changes)


def changed(told: Asked, **profile: Any) -> Asked:
    return replace(told, member=replace(told.member, **profile))


def test_the_first_channel_that_passes_every_gate_is_taken() -> None:
    assert gates.verdict(asked(rules())) == Verdict("sms")


NOBODY = (False, 2, "page", "v3")
ORDER = {
    "stale": lambda told: replace(told, occurrence=replace(told.occurrence, useful_until=told.now)),
    "withdrawn": lambda told: changed(told, last_order_at=at("2026-03-01")),
    "consent": lambda told: changed(told, consents={"marketing/email": NOBODY}),
    "contact": lambda told: changed(told, contacts={}),
    "suppressed": lambda told: changed(told, suppressed={"email": 1, "sms": 1}),
    "refused": lambda told: replace(told, refused=("email", "sms")),
    "quiet": lambda told: replace(told, now=at("2026-03-10 22:00")),
    "cap": lambda told: replace(told, sends={"birthday#1": (told.now - 1, "marketing", "email")}),
    "stopped": lambda told: replace(told, stopped={"sms": told.now + 86_400_000}),
    "holdout": lambda told: told,
}


@pytest.mark.parametrize("reason", ORDER)
def test_each_gate_holds_back_before_those_that_come_after_it(reason: str) -> None:
    """Survey, 4d.3: all gates at claim time. From this one on they are shut: this one is told."""
    told = asked(rules(journeys={"win_back": WIN_BACK | {"holdout": 50}}), member=held_out_member())
    names = list(ORDER)
    for name in reversed(names[names.index(reason) :]):
        told = ORDER[name](told)
    assert gates.verdict(told).reason == reason


def held_out_member() -> Member:
    given = rules(journeys={"win_back": WIN_BACK | {"holdout": 50}})
    name = next(f"m-{n}" for n in range(99) if held_out(given, f"m-{n}", "win_back"))
    return replace(asked(given).member, id=name)


@pytest.mark.parametrize("reason", ["quiet", "stopped"])
def test_what_will_pass_says_when(reason: str) -> None:
    told = ORDER[reason](asked(rules()))
    assert gates.verdict(told).until == {"quiet": at("2026-03-11 08:00"), "stopped": NOON + 86_400_000}[reason]


@pytest.mark.parametrize(
    ("profile", "channel"),
    [
        ({"consents": {"marketing/email": (True, 1, "s", "v")}}, "email"),
        ({"contacts": {"email": "m@example.com"}}, "email"),
        ({"suppressed": {"sms": 1}}, "email"),
        ({"suppressed": {"email": 1}}, "sms"),
    ],
)
def test_a_channel_that_does_not_pass_gives_way_to_the_next(profile: dict[str, Any], channel: str) -> None:
    assert gates.verdict(changed(asked(rules()), **profile)).channel == channel


def test_a_cap_on_one_channel_gives_way_to_the_next() -> None:
    caps = [{"purpose": "marketing", "channel": "sms", "at_most": 1, "within": "30 days"}]
    told = asked(rules(caps=caps), sends={"x#1": (NOON - 1, "marketing", "sms")})
    assert gates.verdict(told) == Verdict("email")


def test_of_channels_that_fail_differently_the_one_that_came_farthest_is_told() -> None:
    told = changed(asked(rules()), consents={"marketing/sms": (True, 1, "s", "v")}, suppressed={"sms": 1})
    assert gates.verdict(told).reason == "suppressed"


def test_service_messages_need_no_consent_but_respect_a_refusal() -> None:
    given = rules(journeys={"win_back": WIN_BACK | {"purpose": "service"}})
    assert gates.verdict(changed(asked(given), consents={})) == Verdict("sms")
    assert gates.verdict(changed(asked(given), consents={"service/sms": NOBODY})) == Verdict("email")


def test_service_messages_pass_an_open_breaker_and_a_marketing_cap() -> None:
    given = rules(journeys={"win_back": WIN_BACK | {"purpose": "service"}})
    sends = {"a": (NOON - 1, "marketing", "sms"), "b": (NOON - 1, "service", "sms")}
    assert gates.verdict(asked(given, sends=sends, stopped={"sms": NOON + 1})) == Verdict("sms")


def test_a_service_message_is_capped_where_a_cap_names_it() -> None:
    caps = [{"purpose": "service", "at_most": 1, "within": "1 day"}]
    given = rules(caps=caps, journeys={"win_back": WIN_BACK | {"purpose": "service"}})
    assert gates.verdict(asked(given, sends={"a": (NOON - 1, "service", "email")})).reason == "cap"


def test_a_breaker_that_is_over_holds_nothing() -> None:
    assert gates.verdict(asked(rules(), stopped={"sms": NOON})) == Verdict("sms")


def test_the_evidence_of_a_consent_is_its_moment_source_and_text() -> None:
    told = asked(rules())
    assert gates.evidence(told.member, "marketing", "sms") == {"at": 1, "source": "checkout", "text_version": "v3"}
    assert gates.evidence(told.member, "service", "sms") is None


# --- quiet hours ------------------------------------------------------------------------------------


def quiet_end(now: str, zone: str | None = None, start: str = "21:00", end: str = "08:00", fold: int = 0) -> int:
    given = rules(quiet_hours={"start": start, "end": end})
    moment = at(now, zone or "Europe/London") + fold
    return gates.quiet_end(given, Member("m", time_zone=zone), moment) - moment


HOUR = 3_600_000


@pytest.mark.parametrize(
    ("now", "hours"),
    [
        ("2026-03-10 20:59", 0),
        ("2026-03-10 21:00", 11),
        ("2026-03-10 23:00", 9),
        ("2026-03-11 00:00", 8),
        ("2026-03-11 07:00", 1),
        ("2026-03-11 08:00", 0),
        ("2026-03-11 12:00", 0),
    ],
)
def test_a_quiet_window_across_midnight_ends_in_the_morning(now: str, hours: int) -> None:
    assert quiet_end(now) == hours * HOUR


@pytest.mark.parametrize(("now", "hours"), [("2026-03-10 11:59", 0), ("2026-03-10 12:00", 2), ("2026-03-10 14:00", 0)])
def test_a_quiet_window_within_a_day_ends_that_day(now: str, hours: int) -> None:
    assert quiet_end(now, start="12:00", end="14:00") == hours * HOUR


@pytest.mark.parametrize(
    ("now", "zone", "hours"),
    [
        ("2026-03-28 23:00", "Europe/London", 8),
        ("2026-10-24 23:00", "Europe/London", 10),
        ("2026-03-07 23:00", "America/New_York", 8),
        ("2026-10-31 23:00", "America/New_York", 10),
        ("2026-04-04 23:00", "Australia/Lord_Howe", 9.5),
        ("2026-10-03 23:00", "Australia/Lord_Howe", 8.5),
        ("2026-06-01 23:00", "Asia/Kathmandu", 9),
    ],
)
def test_dittofeed_dates_the_night_of_a_clock_change_is_an_hour_shorter_or_longer(
    now: str, zone: str, hours: float
) -> None:
    """dittofeed dates.ts l.56 takes the offset of now: nine o'clock came at ten, or at eight, after a clock change."""
    assert quiet_end(now, zone) == hours * HOUR


def test_an_end_that_does_not_exist_is_the_next_minute_that_does() -> None:
    assert quiet_end("2026-03-29 00:30", start="23:00", end="01:30") == HOUR // 2, "London goes from 1:00 to 2:00"


def test_an_end_that_comes_twice_is_its_first() -> None:
    first, second = "2026-10-25 00:30", HOUR * 3 // 2
    assert quiet_end(first, start="23:00", end="01:30") == HOUR, "1:30 in summer time"
    assert quiet_end(first, start="23:00", end="01:30", fold=second) == 0, "an hour and a half on it is 1:00 again"


def test_without_quiet_hours_nothing_waits() -> None:
    assert gates.quiet_end(programmes.rules(), Member("m"), NOON) == NOON


# --- holdout ---------------------------------------------------------------------------------------


def drawn(percent: int, journey: str = "win_back", **changes: Any) -> set[int]:
    given = rules(journeys={journey: WIN_BACK | {"holdout": percent}}, **changes)
    return {n for n in range(4000) if held_out(given, f"m-{n}", journey)}


def test_a_holdout_is_about_so_many_percent() -> None:
    assert 0.08 < len(drawn(10)) / 4000 < 0.12


def test_laudspeaker_1723_whoever_is_held_out_stays_so_whatever_else_changes() -> None:
    """laudspeaker l.1723, Parcelvoy, Dittofeed: drawn by chance at every pass, so who comes again changes sides."""
    assert drawn(10) == drawn(10, caps=[], languages=["en"], quiet_hours=None)
    assert drawn(10) < drawn(20), "a larger holdout keeps everybody of the smaller one"


def test_two_journeys_hold_out_different_members() -> None:
    both = drawn(10) & drawn(10, "birthday")
    assert len(both) < 80, "by chance one in a hundred"


def test_without_a_holdout_nobody_is_held_out() -> None:
    assert not held_out(rules(), "m", "win_back")
