"""What the next days bring a member: time by the engine, messages by the sender's gates, from one run to the next."""

from __future__ import annotations

from typing import Any

import pytest

from cli import forecast
from cli.forecast import HOUR
from cli.horizon import End, Horizon, Start
from memberflow.engine.calendar import zone
from memberflow.engine.rules import Rules, compiled
from memberflow.facts import AnyFact
from memberflow.programme.schema import Shipped
from tests import programmes
from tests.happened import at, consented, joined, order

NIGHT = {"start": "21:00", "end": "08:00"}
WIN_BACK = programmes.WIN_BACK
FACTS: list[AnyFact] = [
    joined("2026-01-01 12:00", contacts={"email": "m@example.com"}, birthday=(1990, 4, 3)),
    consented("2026-01-01 12:01", True),
    order("2026-01-01 13:00", "50"),
]
SINCE = at("2026-02-01")


def start(rules: Rules, facts: list[AnyFact] = FACTS) -> Start:
    return forecast.of_facts(rules, "m", list(facts), SINCE)


def played(rules: Rules, until: str, often: str = "hourly", begin: Start | None = None) -> list[End]:
    begun = start(rules) if begin is None else begin
    return list(Horizon(rules, begun, forecast.runs(often, rules.zone), SINCE).play(at(until)))


def outcomes(ends: list[End]) -> list[tuple[str, str]]:
    return [(end.occurrence.journey, end.outcome) for end in ends]


def rules(**changes: Any) -> Rules:
    return programmes.rules(**{"journeys": {"win_back": WIN_BACK}} | changes)


@pytest.mark.parametrize(("often", "when"), [("hourly", "2026-04-01 10:00"), ("daily", "2026-04-01 16:30")])
def test_a_message_leaves_with_the_first_run_at_its_moment_or_after(often: str, when: str) -> None:
    (end,) = played(rules(), "2027-06-01", often)
    assert (end.at, end.outcome, end.channel) == (at(when), "sent", "email")


def test_nothing_is_told_of_what_lies_beyond_the_end() -> None:
    assert played(rules(), "2026-04-01 09:59") == []
    assert len(played(rules(), "2026-04-01 10:00")) == 1


def test_a_run_at_midday_follows_the_zone_through_the_change_of_clocks() -> None:
    daily = forecast.runs("daily", zone("Europe/London"))
    assert daily(at("2026-03-28 16:31")) == at("2026-03-29 16:30")
    assert daily(at("2026-03-29 16:30")) == at("2026-03-29 16:30")


def test_every_gate_is_asked_as_when_it_is_sent() -> None:
    silent = [fact for fact in FACTS if fact.kind != "consent.changed"]
    assert outcomes(played(rules(), "2027-01-01", begin=start(rules(), silent))) == [("win_back", "withheld: consent")]


def test_what_was_sent_counts_for_the_caps_of_what_follows() -> None:
    """The birthday is two days after the win-back; a year on both are sent again."""
    both = rules(
        journeys={"win_back": WIN_BACK, "birthday": programmes.BIRTHDAY},
        caps=[{"purpose": "marketing", "at_most": 1, "within": "7 days"}],
    )
    ends = outcomes(played(both, "2027-06-01"))
    assert ends == [("win_back", "sent"), ("birthday", "withheld: cap"), ("birthday", "sent")]


def test_what_reached_him_before_counts_too() -> None:
    capped = rules(caps=[{"purpose": "marketing", "at_most": 1, "within": "90 days"}])
    begin = start(capped)
    begin.sends = {"birthday#2025": (SINCE, "marketing", "email")}
    assert outcomes(played(capped, "2027-01-01", begin=begin)) == [("win_back", "withheld: cap")]


def test_quiet_hours_hold_a_message_until_they_end() -> None:
    """The day's run falls into them: it is looked at again with the next one, and once more until it is of no use."""
    long = rules(quiet_hours={"start": "16:00", "end": "09:00"})
    (hourly,) = played(long, "2027-01-01")
    assert (hourly.at, hourly.outcome) == (at("2026-04-01 10:00"), "sent")
    (daily,) = played(long, "2027-01-01", "daily")
    assert daily.outcome == "withheld: quiet"
    assert daily.at == at("2026-04-07 16:30")


def test_what_waited_leaves_when_it_is_due_and_is_not_made_anew() -> None:
    begin = forecast.of_facts(rules(), "m", list(FACTS), at("2026-04-01 10:00"))
    (known,) = played(rules(), "2027-01-01")
    assert begin.told == {known.occurrence.id}
    begin.waiting = [(at("2026-04-03 08:00"), known.occurrence)]
    (end,) = Horizon(rules(), begin, forecast.runs("hourly", rules().zone), at("2026-04-01 10:00")).play(
        at("2027-01-01")
    )
    assert (end.at, end.outcome) == (at("2026-04-03 08:00"), "sent")


def test_an_upgrade_told_the_next_morning_waits_for_it() -> None:
    upgrade = programmes.UPGRADE | {"send_at": "09:00"}
    given = rules(journeys={"upgrade": upgrade})
    facts = [*FACTS, order("2026-01-31 22:00", "500")]
    (end,) = played(given, "2026-03-01", begin=forecast.of_facts(given, "m", facts, at("2026-01-31 23:00")))
    assert (end.at, end.outcome) == (at("2026-02-01 09:00"), "sent")


UPGRADED: list[AnyFact] = [*FACTS, order("2026-01-31 22:00", "500")]


def test_what_was_said_already_is_not_said_again() -> None:
    given = rules(journeys={"upgrade": programmes.UPGRADE})
    assert played(given, "2026-03-01", begin=start(given, UPGRADED)) == []


def test_a_tier_lost_at_midnight_is_told_in_the_morning() -> None:
    lost = programmes.UPGRADE | {"trigger": "tier_lost", "send_at": "09:00"}
    given = rules(journeys={"lost": lost})
    (end,) = played(given, "2027-06-01", begin=start(given, UPGRADED))
    assert (end.at, end.outcome) == (at("2027-01-31 09:00"), "sent")


def test_a_run_that_has_been_is_not_run_again() -> None:
    """What was due then and is not done waits for the next one."""
    begin = start(rules())
    (known,) = played(rules(), "2027-01-01")
    begin.waiting = [(SINCE, known.occurrence)]
    assert played(rules(), "2026-02-02", begin=begin)[0].at == SINCE + HOUR


def test_points_that_expire_are_counted_when_they_go() -> None:
    horizon = Horizon(rules(), start(rules()), forecast.runs("hourly", rules().zone), SINCE)
    list(horizon.play(at("2027-06-01")))
    assert horizon.expired == {at("2027-01-02"): 50}
    assert horizon.member.points == 0


def revised(journeys: dict[str, Any]) -> Rules:
    pages = [programmes.programme(journeys=page) for page in ({"win_back": WIN_BACK}, journeys)]
    return compiled(Shipped(programme=pages[0], messages={}, revisions={"2026-03-01": pages[1]}))


def test_from_its_day_on_a_later_revision_decides() -> None:
    sooner = revised({"win_back": WIN_BACK | {"after": "70 days"}})
    (end,) = played(sooner, "2027-01-01")
    assert end.at == at("2026-03-12 10:00")


def test_gates_are_those_of_the_page_in_force() -> None:
    by_sms = revised({"win_back": WIN_BACK | {"channels": ["sms"]}})
    assert outcomes(played(by_sms, "2027-01-01")) == [("win_back", "withheld: consent")]


def test_a_later_revision_says_nothing_twice() -> None:
    pages = [programmes.programme(journeys={"upgrade": programmes.UPGRADE}) for _ in range(2)]
    given = compiled(Shipped(programme=pages[0], messages={}, revisions={"2026-02-03": pages[1]}))
    assert played(given, "2026-03-01", begin=start(given, UPGRADED)) == []


def test_what_no_longer_follows_by_a_later_revision_is_withdrawn() -> None:
    gone = revised({})
    begin = start(gone)
    (known,) = played(rules(), "2027-01-01")
    begin.waiting, begin.told = [(at("2026-04-03"), known.occurrence)], {known.occurrence.id}
    (end,) = played(gone, "2027-01-01", begin=begin)
    assert (end.at, end.outcome) == (at("2026-03-01"), "withheld: withdrawn")


def test_points_gone_before_are_not_counted_again_by_a_revision() -> None:
    early: list[AnyFact] = [
        joined("2025-01-01 12:00"),
        order("2025-01-10 12:00", "30"),
        order("2025-06-01 12:00", "40"),
    ]
    given = revised({"win_back": WIN_BACK})
    horizon = Horizon(given, start(given, early), forecast.runs("hourly", given.zone), SINCE)
    list(horizon.play(at("2027-01-01")))
    assert horizon.expired == {at("2026-06-02"): 40}


def test_hours_are_whole() -> None:
    hourly = forecast.runs("hourly", zone("Asia/Kathmandu"))
    assert [hourly(moment) for moment in (HOUR, HOUR + 1)] == [HOUR, 2 * HOUR]
