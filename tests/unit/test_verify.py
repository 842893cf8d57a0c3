"""Violations: what is stored of a member against what follows from his facts."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from memberflow.engine.fold import advance, follow
from memberflow.engine.member import Member, Standing
from memberflow.engine.outcome import Outcome
from memberflow.engine.packed import pack, unpack
from memberflow.engine.rules import Rules
from memberflow.facts import AnyFact
from memberflow.verify import Violation, violations
from tests.happened import at, joined, order, redeem, refund, told, updated
from tests.programmes import BIRTHDAY, UPGRADE, WIN_BACK, rules

RULES = rules(journeys={"birthday": BIRTHDAY, "upgrade": UPGRADE, "win_back": WIN_BACK})
FACTS: tuple[AnyFact, ...] = (
    joined("2024-11-01 09:00", birthday=(1980, 6, 1), contacts={"email": "m@example.com"}),
    order("2024-11-02 10:00", "80", "home", id="old"),
    order("2025-02-01 10:00", "350", "home", id="a"),
    order("2025-09-01 10:00", "120", "garden", id="b"),
    redeem("2025-09-02 10:00", 100, id="spent"),
    refund("2025-09-03 10:00", "20", of="b", id="back"),
    order("2025-10-01 10:00", "90", "books", id="c"),
)
END = "2026-02-20"


def stored(*facts: AnyFact, until: str = END, under: Rules = RULES) -> Member:
    """As the table gives him back: his time has run up to ``until``."""
    return unpack(pack(told(under, *facts, until=until)[0]))


def wrong(member: Member, *facts: AnyFact, under: Rules = RULES) -> list[str]:
    return [one.what for one in violations(under, member, facts)]


def test_nothing_is_wrong_with_a_member_who_follows_from_his_facts() -> None:
    member = stored(*FACTS)
    assert (member.tier, len(member.lots), len(member.days)) == ("member", 2, 2)
    assert violations(RULES, member, reversed(FACTS)) == []


@pytest.mark.parametrize("until", ["2024-11-02 10:00", "2025-02-01 12:00", "2025-11-03", "2026-02-01", "2029-01-01"])
def test_nor_at_any_other_moment_of_his_life(until: str) -> None:
    known = [fact for fact in FACTS if fact.at <= at(until)]
    assert wrong(stored(*known, until=until), *known) == []


def test_one_who_lags_behind_time_is_held_against_where_he_was() -> None:
    member = stored(*FACTS, until="2025-10-01 10:00")
    assert wrong(member, *FACTS) == []
    assert member.lots[0][0] < told(RULES, *FACTS, until=END)[0].lots[0][0]


def test_what_his_newest_fact_made_due_at_once_may_wait_for_the_next_run() -> None:
    """At noon we learn that today is his birthday: the wish of nine o'clock is due at once, but it takes a run."""
    facts = (joined("2026-01-01 10:00"), updated("2026-03-01 12:00", birthday=(1980, 3, 1)))
    member = Member("m")
    assert follow(RULES, member, facts, Outcome())
    assert (member.said, wrong(member, *facts)) == ({}, [])
    advance(RULES, member, at("2026-03-01 13:00"), Outcome())
    assert (member.said, wrong(member, *facts)) == ({"birthday": 2026}, [])


def test_debt_is_part_of_the_balance() -> None:
    facts = (
        order("2026-01-01 10:00", "90", id="a"),
        redeem("2026-01-02 10:00", 80),
        refund("2026-01-03", None, of="a"),
    )
    member = stored(*facts)
    assert (member.debt, wrong(member, *facts)) == (80, [])


def test_what_wakes_him_is_a_hint_and_may_be_early() -> None:
    member = stored(*FACTS)
    member.wake -= 1
    assert wrong(member, *FACTS) == []


def test_a_member_without_facts_or_facts_without_a_member_are_wrong() -> None:
    assert "facts" in wrong(stored(*FACTS))
    assert "facts" in wrong(Member("m"), *FACTS)


# What is tampered with: how, and what it is told as.


def more_in_a_lot(member: Member) -> None:
    member.lots[0][1] += 1


def debt(member: Member) -> None:
    member.debt = 5


def used_up_lot(member: Member) -> None:
    member.lots.append([member.lots[-1][0] + 1, 0])


def swapped_lots(member: Member) -> None:
    member.lots.reverse()


def tier(member: Member) -> None:
    member.standings.append(Standing("gold", member.clock, 0))


def spend_of_a_day(member: Member) -> None:
    member.days[0][1] += 100


def orders_of_a_day(member: Member) -> None:
    member.days[0][2] += 1


def contact(member: Member) -> None:
    member.contacts["email"] = "other@example.com"


def clock(member: Member) -> None:
    member.clock += 1


LEDGER = ["balance of the statement", "points earned"]


@pytest.mark.parametrize(
    ("tamper", "told_as"),
    [
        (more_in_a_lot, [*LEDGER, "lots"]),
        (debt, [*LEDGER, "debt"]),
        (used_up_lot, ["points of a lot", "lots"]),
        (swapped_lots, ["order of the lots", "lots"]),
        (tier, ["standings"]),
        (spend_of_a_day, ["sum of the days' spend", "days"]),
        (orders_of_a_day, ["sum of the days' orders", "days"]),
        (contact, ["contacts"]),
        (clock, ["clock"]),
    ],
)
def test_whatever_is_tampered_with_is_told(tamper: Callable[[Member], None], told_as: list[str]) -> None:
    member = stored(*FACTS)
    tamper(member)
    assert wrong(member, *FACTS) == told_as


def test_a_fact_that_is_gone_is_told_by_all_that_rested_on_it() -> None:
    gone = [fact for fact in FACTS if fact.id != "c"]
    expected = [*LEDGER, "lots", "days", "spend", "orders", "categories", "last_order_at", "newest", "facts"]
    assert set(expected) <= set(wrong(stored(*FACTS), *gone))


def test_only_what_differs_is_shown() -> None:
    member = stored(*FACTS)
    lot = list(member.lots[1])
    member.lots[1][1] = 7
    assert violations(RULES, member, FACTS)[-1] == Violation("lots", [[lot[0], 7]], [lot])


def test_of_a_mapping_too_only_what_differs_is_shown() -> None:
    member = stored(*FACTS)
    last = member.categories["garden"]
    member.categories["garden"] = 1
    assert violations(RULES, member, FACTS) == [Violation("categories", [("garden", 1)], [("garden", last)])]
