"""The three verbs: in which order things happen, what a stored member can follow and what needs his history."""

from __future__ import annotations

import msgspec
import pytest

from memberflow.engine.calendar import DAY
from memberflow.engine.fold import advance, apply, fold, follow, needs_history, next_due
from memberflow.engine.member import DISTANT, Member
from memberflow.engine.outcome import Outcome
from memberflow.engine.rules import Rules
from memberflow.engine.view import view
from memberflow.facts import Activity, AnyFact
from tests.happened import at, consented, joined, order, redeem, refund, told, updated
from tests.programmes import BIRTHDAY, UPGRADE, WIN_BACK, levels, rules

RULES = rules(journeys={"birthday": BIRTHDAY, "upgrade": UPGRADE, "win_back": WIN_BACK})
WAITS = rules(enrol="joining")


def stored(*facts: AnyFact, until: str, rules: Rules = RULES) -> Member:
    """A member as the table gives him back."""
    member, _ = told(rules, *facts, until=until)
    return msgspec.json.decode(msgspec.json.encode(member), type=Member)


# The order in which things happen


def test_facts_of_one_moment_are_sorted_by_kind_and_then_by_id() -> None:
    moment = "2026-03-01 10:00"
    facts = [
        redeem(moment, 1, id="a"),
        Activity(at=at(moment), id="a", member_id="m", activity="review"),
        refund(moment, "1", of="b", id="a"),
        order(moment, "1", id="b"),
        order(moment, "1", id="a"),
        consented(moment, True),
        updated(moment, id="a"),
        joined(moment),
    ]
    assert [(fact.kind, fact.id) for fact in sorted(facts, key=lambda fact: fact.key)] == [
        ("member.joined", "joined"),
        ("member.updated", "a"),
        ("consent.changed", moment),
        ("order.paid", "a"),
        ("order.paid", "b"),
        ("order.refunded", "a"),
        ("activity.done", "a"),
        ("points.redeemed", "a"),
    ]


def test_at_one_moment_points_expire_before_the_tier_is_reviewed_before_a_journey_speaks() -> None:
    """All three fall on midnight, 31 days after the order; each member lacks what the one before him had."""
    programme = rules(
        points={"earn": {"per": "1.00"}, "expiry": {"after": "30 days"}},
        tiers={"levels": levels(silver="0.50"), "review_every": "31 days"},
        journeys={"win_back": WIN_BACK | {"after": "31 days", "send_at": "00:00"}},
    )
    amounts = ("1.00", "0.50", "0.49")
    members = [told(programme, order("2026-05-01 10:00", amount), until="2026-05-31")[0] for amount in amounts]
    midnight = at("2026-06-01 00:00")
    assert [next_due(programme, member) for member in members] == [
        (midnight, 2, ""),
        (midnight, 3, "silver"),
        (midnight, 5, "win_back"),
    ]


def test_what_falls_due_at_a_moment_comes_before_the_facts_of_it() -> None:
    facts = (order("2025-03-10 10:00", "300"), order("2026-03-10 00:00", "300", id="b"))
    _, out = told(RULES, *facts, until="2026-03-10 00:00")
    assert [(decision.outcome, decision.cause) for decision in out.decisions[-2:]] == [
        ("dropped", "review"),
        ("reached", "order.paid#b"),
    ]


def test_facts_after_the_moment_asked_for_are_left_out() -> None:
    facts = (order("2026-03-01 10:00", "10"), order("2026-03-05 10:00", "20"))
    assert told(RULES, *facts, until="2026-03-04")[0].points == 10


def test_a_member_of_whom_nothing_is_known_is_nobody() -> None:
    member, out = told(RULES, until="2026-03-01")
    assert (member.tier, member.facts, next_due(RULES, member)[0], out) == (None, 0, DISTANT, Outcome(entries=[]))


def test_consent_keeps_the_last_word_of_each_purpose_and_channel() -> None:
    facts = (
        consented("2026-03-01 10:00", True),
        consented("2026-03-02 10:00", False),
        consented("2026-03-03 10:00", True, channel="sms"),
    )
    member, _ = told(RULES, *facts, until="2026-03-04")
    assert {name: consent[0] for name, consent in member.consents.items()} == {
        "marketing/email": False,
        "marketing/sms": True,
    }


def test_what_an_update_leaves_out_stays_as_it_was() -> None:
    facts = (
        joined(
            "2026-03-01 10:00",
            birthday=(1990, 5, 17),
            language="de",
            time_zone="Europe/Berlin",
            contacts={"email": "a@example.org"},
        ),
        updated("2026-03-02 10:00", language="en", contacts={"sms": "+4912345"}),
    )
    member, out = told(RULES, *facts, until="2026-03-03")
    assert out.refusals == []
    assert (member.birthday, member.language, member.time_zone) == ((1990, 5, 17), "en", "Europe/Berlin")
    assert member.contacts == {"email": "a@example.org", "sms": "+4912345"}


# What a stored member can follow


def test_new_facts_are_followed_from_the_stored_member() -> None:
    member, out = stored(order("2026-03-01 10:00", "200"), until="2026-03-02"), Outcome()
    assert follow(RULES, member, [order("2026-03-03 10:00", "100")], out)
    assert (member.tier, member.points, [one.id for one in out.occurrences]) == ("silver", 300, ["upgrade#silver#1"])


def test_facts_that_come_together_are_followed_in_the_order_they_happened() -> None:
    member = stored(order("2026-03-01 10:00", "200"), until="2026-03-02")
    assert follow(RULES, member, [redeem("2026-03-04 10:00", 300), order("2026-03-03 10:00", "100")], Outcome())
    assert member.points == 0


@pytest.mark.parametrize(
    ("fact", "needed"),
    [
        (order("2026-03-05 09:59", "1"), True),
        (order("2026-03-05 10:00", "1", id="a"), True),
        (order("2026-03-05 10:00", "1", id="b"), True),
        (order("2026-03-05 10:00", "1", id="c"), False),
        (redeem("2026-03-05 10:00", 1, id="a"), False),
        (updated("2026-03-05 10:00", id="z"), True),
        (order("2026-03-05 10:01", "1"), False),
        (joined("2026-03-05 10:01"), False),
        (refund("2026-03-06 10:00", "1", of="b"), True),
    ],
)
def test_a_fact_that_sorts_before_the_newest_and_any_refund_need_history(fact: AnyFact, needed: bool) -> None:
    member = stored(order("2026-03-05 10:00", "1", id="b"), until="2026-03-05 12:00")
    assert needs_history(RULES, member, fact) is needed


def test_a_fact_from_before_the_last_change_needs_history_although_it_is_the_newest_fact() -> None:
    """The win-back of 1 April has gone out; an order of 31 March makes it untrue."""
    member = stored(order("2026-01-01 10:00", "1"), until="2026-04-02")
    assert needs_history(RULES, member, order("2026-03-31 10:00", "1"))
    assert needs_history(RULES, member, order("2026-04-01 09:59:59.999", "1"))
    assert not needs_history(RULES, member, order("2026-04-01 10:00", "1"))


def test_a_run_that_found_nothing_due_makes_no_fact_late() -> None:
    member = stored(order("2026-01-01 10:00", "1"), until="2026-03-30")
    assert not needs_history(RULES, member, order("2026-02-01 10:00", "1"))


def test_an_order_whose_refund_came_first_needs_history() -> None:
    member = stored(order("2026-03-01 10:00", "10"), refund("2026-03-02 10:00", "4", of="late"), until="2026-03-03")
    assert needs_history(RULES, member, order("2026-03-04 10:00", "10", id="late"))
    assert not needs_history(RULES, member, order("2026-03-04 10:00", "10", id="other"))


def test_joining_needs_the_history_of_what_waited_for_it() -> None:
    assert needs_history(
        WAITS, stored(order("2026-03-01 10:00", "1"), until="2026-03-02", rules=WAITS), joined("2026-03-03")
    )
    nothing_waits = stored(updated("2026-03-01 10:00"), until="2026-03-02", rules=WAITS)
    assert not needs_history(WAITS, nothing_waits, joined("2026-03-03"))


def test_an_order_of_who_has_not_joined_needs_history() -> None:
    member = stored(updated("2026-03-01 10:00"), until="2026-03-02", rules=WAITS)
    assert needs_history(WAITS, member, order("2026-03-03 10:00", "1"))


# When he is to be woken: early at times, never late


def wakes_in_time(member: Member, rules: Rules = RULES) -> bool:
    return member.wake <= max(member.clock, next_due(rules, member)[0])


def test_an_order_that_enrols_wakes_for_a_birthday_known_before_it() -> None:
    """Nothing else of the programme falls due so soon."""
    member = Member("m")
    facts = [updated("2026-01-01 10:00", birthday=(1990, 5, 17)), order("2026-05-16 10:00", "1")]
    assert follow(RULES, member, facts, Outcome())
    assert next_due(RULES, member)[0] == at("2026-05-17 09:00")
    assert wakes_in_time(member)


def test_a_refund_that_brings_back_a_tier_wakes_for_its_review() -> None:
    facts = (
        order("2025-03-10 10:00", "300"),
        order("2025-09-01 10:00", "700", id="b"),
        refund("2026-03-09 10:00", None, of="b"),
    )
    member, _ = told(RULES, *facts, until="2026-03-09 10:00")
    assert next_due(RULES, member)[0] == at("2026-03-10 00:00")
    assert wakes_in_time(member)


def test_two_zones_at_the_ends_of_the_earth_do_not_make_a_wake_late() -> None:
    """A day there ends 26 hours before the same day here."""
    journey = {name: value for name, value in WIN_BACK.items() if name != "send_at"} | {"after": "30 days"}
    programme = rules(time_zone="Etc/GMT+12", journeys={"win_back": journey})
    member = Member("m")
    facts = [
        joined("2026-01-01 10:00", time_zone="Pacific/Kiritimati"),
        order("2026-03-01 23:59", "0.50", zone="Etc/GMT+12"),
    ]
    assert follow(programme, member, facts, Outcome())
    assert next_due(programme, member)[0] - member.clock < 28 * DAY
    assert wakes_in_time(member, programme)


def test_a_fact_at_the_very_moment_of_the_wake_finds_done_what_was_due() -> None:
    member, out = stored(order("2025-03-10 10:00", "10"), until="2026-03-10"), Outcome()
    assert member.wake == at("2026-03-11 00:00")
    assert follow(RULES, member, [redeem("2026-03-11 00:00", 10)], out)
    assert (member.points, out.expired, out.spent) == (0, 10, 0)


def test_after_time_has_run_the_wake_is_exact() -> None:
    member = stored(order("2026-03-01 10:00", "10"), until="2026-03-02")
    advance(RULES, member, at("2026-05-01"), Outcome())
    assert member.wake == next_due(RULES, member)[0] == at("2026-05-30 10:00")


# Time


def test_a_run_that_was_down_catches_up_in_order() -> None:
    _, out = told(RULES, order("2025-03-10 10:00", "5000"), until="2028-12-31")
    moments = [decision.at for decision in out.decisions]
    assert moments == sorted(moments)
    assert [decision.after for decision in out.decisions] == ["member", "platinum", "gold", "silver", "member"]


def test_time_does_not_run_backwards() -> None:
    member = stored(order("2026-03-01 10:00", "10"), until="2026-03-02")
    advance(RULES, member, at("2027-06-01"), Outcome())
    before = msgspec.json.encode(member)
    advance(RULES, member, at("2020-01-01"), Outcome())
    assert msgspec.json.encode(member) == before


def test_a_member_can_be_taken_through_his_facts_one_by_one() -> None:
    facts = [order("2026-03-01 10:00", "200"), order("2026-03-05 10:00", "100"), redeem("2026-03-06 10:00", 50)]
    member = Member("m")
    for fact in facts:
        apply(RULES, member, fact, Outcome())
    assert member == fold(RULES, "m", facts, facts[-1].at, Outcome())
    assert (member.facts, member.newest, member.clock) == (3, facts[-1].key, facts[-1].at)


# The view


def test_a_view_shows_the_member_as_of_a_moment_whether_or_not_a_run_was_there() -> None:
    member = stored(order("2025-03-10 10:00", "300", "tea"), until="2025-03-10 10:00")
    assert view(RULES, member, at("2025-04-01 10:00")) == {
        "member_id": "m",
        "tier": "silver",
        "tier_since": "2025-03-10T10:00:00Z",
        "review_at": "2026-03-10T00:00:00Z",
        "points": 300,
        "points_pending": 0,
        "points_held": 0,
        "debt": 0,
        "lots": [{"expires": "2026-03-10", "points": 300}],
        "measures": {"spend": 30000, "orders": 1, "categories": 1},
        "last_order_at": "2025-03-10T10:00:00Z",
        "tasks": [],
        "next_due": "2025-06-08T09:00:00Z",
    }
    later = view(RULES, member, at("2026-03-11"))
    assert (later["tier"], later["points"], later["measures"]["spend"]) == ("member", 0, 0)
    assert later["next_due"] is None


def test_a_view_of_a_stranger_is_empty() -> None:
    shown = view(RULES, Member("m"), at("2026-03-01"))
    assert (shown["tier"], shown["tier_since"], shown["points"], shown["next_due"]) == (None, None, 0, None)
