"""Journeys about what a member comes to be: in a segment, with a badge, near a tier, about to lose one or a trial.

And the months of birthdays, who was dormant before a journey was thought of, and how long one is left in peace.
"""

from __future__ import annotations

from typing import Any

import pytest

from memberflow.delivery import gates, render
from memberflow.engine import truth
from memberflow.engine.fold import apply, next_due
from memberflow.engine.member import Member
from memberflow.engine.outcome import Occurrence, Outcome
from memberflow.engine.rules import Rules, compiled
from memberflow.facts import AnyFact, TierGiven, TierHeld
from memberflow.programme import templates
from memberflow.programme.schema import Shipped
from tests import programmes
from tests.happened import at, day, did, joined, order, refund, told, updated
from tests.programmes import BIRTHDAY, TIERS, WIN_BACK, levels

MAIL: dict[str, Any] = {"useful_for": "7 days", "purpose": "marketing", "channels": ["email"], "message": "mail"}
QUIET = {"start": "21:00", "end": "08:00"}
NONE = {"short_orders": 0, "short_interactions": 0, "short_growth": 0, "short_points": 0}


def rules(trigger: str, also: dict[str, Any] | None = None, **journey: Any) -> Rules:
    """One journey, ``mail``; ``also``: other keys of the programme."""
    return programmes.rules(journeys={"mail": MAIL | {"trigger": trigger} | journey}, **(also or {}))


def occurrences(rules: Rules, *facts: AnyFact, until: str) -> list[Occurrence]:
    return told(rules, *facts, until=until)[1].occurrences


def said(rules: Rules, *facts: AnyFact, until: str) -> list[tuple[str, int]]:
    return [(one.id, one.at) for one in occurrences(rules, *facts, until=until)]


def last(rules: Rules, *facts: AnyFact, until: str) -> Occurrence:
    return occurrences(rules, *facts, until=until)[-1]


def still_true(rules: Rules, occurrence: Occurrence, *facts: AnyFact, now: str) -> bool:
    return truth.still_true(rules, told(rules, *facts, until=now)[0], occurrence, at(now))


def revised(before: dict[str, Any], on: str, after: dict[str, Any]) -> Rules:
    pages = programmes.programme(**before), {on: programmes.programme(**after)}
    return compiled(Shipped(programme=pages[0], messages={}, revisions=pages[1]))


# The month of his birthday

MONTH = rules("birthday_month", send_at="09:00")
MAY = joined("2026-03-01 10:00", birthday=(1990, 5, 17))


def test_the_month_of_a_birthday_is_told_on_its_first_day_each_year() -> None:
    assert said(MONTH, MAY, until="2027-12-31") == [
        ("mail#2026", at("2026-05-01 09:00")),
        ("mail#2027", at("2027-05-01 09:00")),
    ]


def test_the_month_begins_where_the_member_is() -> None:
    elsewhere = joined("2026-03-01 10:00", birthday=(0, 5, 17), time_zone="Asia/Shanghai")
    assert said(MONTH, elsewhere, until="2026-12-31") == [("mail#2026", at("2026-05-01 09:00", "Asia/Shanghai"))]


def test_who_joins_within_his_month_is_told_at_once_even_after_the_birthday() -> None:
    for day_of_may in (1, 17, 20, 31):
        came = joined(f"2026-05-{day_of_may:02} 10:00", birthday=(0, 5, 17))
        assert said(MONTH, came, until="2026-12-31") == [("mail#2026", came.at)]
        assert still_true(MONTH, last(MONTH, came, until="2026-12-31"), came, now="2026-06-05")
    assert said(MONTH, joined("2026-06-01 10:00", birthday=(0, 5, 17)), until="2026-12-31") == []


def test_a_birthday_that_moves_is_told_once_a_year_and_withdrawn_where_its_month_is_another() -> None:
    moved = updated("2026-06-01 10:00", birthday=(1990, 7, 1))
    assert [id for id, _ in said(MONTH, MAY, moved, until="2027-12-31")] == ["mail#2026", "mail#2027"]
    occurrence = last(MONTH, MAY, until="2026-05-01 09:00")
    within, away = (updated("2026-05-01 09:01", birthday=(1990, month, 30)) for month in (5, 7))
    assert still_true(MONTH, occurrence, MAY, within, now="2026-05-02")
    assert not still_true(MONTH, occurrence, MAY, away, now="2026-05-02")


@pytest.mark.parametrize(("leap", "month"), [("28 February", 2), ("1 March", 3)])
def test_29_february_has_the_month_in_which_it_is_kept(leap: str, month: int) -> None:
    kept = rules("birthday_month", {"birthday_29_february": leap})
    born = joined("2026-01-01 10:00", birthday=(1992, 2, 29))
    assert said(kept, born, until="2026-12-31") == [("mail#2026", at(f"2026-0{month}-01"))]


# Segments

SEGMENTS = {
    "segments": {
        "recency": ["10 days", "20 days", "30 days", "40 days"],
        "frequency": [2, 3, 4, 5],
        "monetary": ["10", "20", "30", "40"],
        "names": [
            {"name": "away", "label": {"en": "Away"}, "recency": "1-2"},
            {"name": "loyal", "label": {"en": "Loyal"}, "frequency": "2-5"},
            {"name": "fresh", "label": {"en": "Fresh"}},
        ],
    }
}
LOYAL = rules("segment_entered", SEGMENTS, segments=["loyal"])
TWO = (order("2026-01-01 12:00", "1", id="a"), order("2026-01-02 12:00", "1", id="b"))


def test_entering_a_segment_is_told_once_and_not_with_each_order_in_it() -> None:
    more = order("2026-01-03 12:00", "1")
    (occurrence,) = occurrences(LOYAL, *TWO, more, until="2026-01-20")
    assert (occurrence.id, occurrence.at, occurrence.data) == (
        "mail#loyal#1",
        at("2026-01-02 12:00"),
        {"segment": "loyal"},
    )


def test_a_segment_entered_by_time_alone_is_told_too() -> None:
    away = rules("segment_entered", SEGMENTS | {"quiet_hours": QUIET}, segments=["away", "fresh"])
    assert said(away, TWO[0], until="2026-12-31") == [
        ("mail#fresh#1", at("2026-01-01 12:00")),
        ("mail#away#1", at("2026-01-31 08:00")),
    ]


def test_a_segment_left_is_no_longer_true_and_entered_again_is_told_again() -> None:
    back = order("2026-03-01 12:00", "1")
    assert [id for id, _ in said(LOYAL, *TWO, back, until="2026-03-02")] == ["mail#loyal#1", "mail#loyal#2"]
    first = last(LOYAL, *TWO, until="2026-01-03")
    assert still_true(LOYAL, first, *TWO, now="2026-01-03")
    assert not still_true(LOYAL, first, *TWO, now="2026-02-02")
    assert not still_true(LOYAL, first, *TWO, back, now="2026-03-01 12:00")


def test_a_refund_that_takes_him_out_of_it_calls_it_off() -> None:
    back = refund("2026-01-02 13:00", None, of="b")
    assert not still_true(LOYAL, last(LOYAL, *TWO, until="2026-01-03"), *TWO, back, now="2026-01-02 14:00")


def test_a_late_order_moves_entering_a_segment_and_makes_no_second_one() -> None:
    late = order("2026-01-01 13:00", "1", id="late")
    assert said(LOYAL, *TWO, late, until="2026-01-20") == [("mail#loyal#1", at("2026-01-01 13:00"))]


def test_whom_a_new_page_finds_in_a_segment_or_puts_there_has_not_entered_it() -> None:
    page = SEGMENTS | {"journeys": {"mail": MAIL | {"trigger": "segment_entered", "segments": ["loyal"]}}}
    before: tuple[dict[str, Any], ...] = (SEGMENTS, {})
    for earlier in before:
        assert said(revised(earlier, "2026-01-05", page), *TWO, until="2026-01-20") == []
    assert said(revised({}, "2026-01-02", page), *TWO, until="2026-01-20") == [("mail#loyal#1", at("2026-01-02 12:00"))]


def test_any_journey_may_be_for_members_of_a_segment_alone() -> None:
    survey = rules("order", SEGMENTS, segments=["loyal"])
    assert [id for id, _ in said(survey, *TWO, until="2026-01-20")] == ["mail#b"]
    occurrence, back = last(survey, *TWO, until="2026-01-03"), refund("2026-01-03", None, of="a")
    assert not still_true(survey, occurrence, *TWO, back, now="2026-01-03")


# Badges

BADGES = {
    "badges": {
        "buyer": {"label": {"en": "Buyer"}, "rule": {"orders": 2}},
        "spender": {"label": {"en": "Spender"}, "rule": {"spend": "50"}},
    }
}
BUYER = rules("badge", BADGES, badges=["buyer"])


def test_a_badge_is_told_when_it_is_earned() -> None:
    (occurrence,) = occurrences(BUYER, *TWO, order("2026-01-03 12:00", "100"), until="2026-02-01")
    assert (occurrence.id, occurrence.at, occurrence.data) == (
        "mail#buyer#1",
        at("2026-01-02 12:00"),
        {"badge": "buyer"},
    )


def test_where_no_badge_is_named_each_is_told() -> None:
    each = rules("badge", BADGES)
    assert [id for id, _ in said(each, TWO[0], order("2026-01-02 12:00", "100"), until="2026-02-01")] == [
        "mail#buyer#1",
        "mail#spender#1",
    ]


def test_a_badge_lost_by_a_refund_is_no_longer_told_and_earned_again_is() -> None:
    occurrence, back = last(BUYER, *TWO, until="2026-01-03"), refund("2026-01-02 13:00", None, of="b")
    again = order("2026-01-04 12:00", "1")
    assert still_true(BUYER, occurrence, *TWO, now="2026-01-02 12:30")
    assert not still_true(BUYER, occurrence, *TWO, back, now="2026-01-02 14:00")
    assert not still_true(BUYER, occurrence, *TWO, back, again, now="2026-01-04 12:00")
    assert [id for id, _ in said(BUYER, *TWO, back, again, until="2026-02-01")] == ["mail#buyer#1", "mail#buyer#2"]


@pytest.mark.parametrize("other", [LOYAL, rules("within_reach", of={"spend": "300"}), BUYER])
def test_what_a_journey_said_is_withdrawn_once_it_is_about_something_else(other: Rules) -> None:
    said_before = last(rules("order"), *TWO, until="2026-01-03")
    assert not still_true(other, said_before, *TWO, now="2026-01-03")


# Trials


def trying(before: str = "3 days", **valid_for: str) -> Rules:
    """Stories that let one try tiers; ``valid_for``: how long, by tier."""
    tiers = {"try_" + tier: (tier, length) for tier, length in valid_for.items()}
    label = {"label": {"en": "Try it"}}
    also = {
        "benefits": {
            name: label | {"kind": "trial", "tier": tier, "valid_for": length} for name, (tier, length) in tiers.items()
        },
        "grants": {"by_" + name: {"trigger": "activity", "activity": name, "give": [name]} for name in tiers},
        "quiet_hours": QUIET,
    }
    return rules("trial_ending", also, before=before)


GOLD = trying(gold="1 month")
MEMBER = order("2026-01-01 10:00", "1", id="o")
STORY = did("2026-01-10 12:00", "try_gold")


def test_the_end_of_a_trial_is_told_so_long_before_its_last_day() -> None:
    (occurrence,) = occurrences(GOLD, MEMBER, STORY, until="2026-12-31")
    assert (occurrence.id, occurrence.at) == (f"mail#{day('2026-02-11')}", at("2026-02-07 08:00"))
    assert occurrence.data == {"trial": "gold", "ends": "2026-02-10", "days": 3}
    assert still_true(GOLD, occurrence, MEMBER, STORY, now="2026-02-10 23:59")
    assert not still_true(GOLD, occurrence, MEMBER, STORY, now="2026-02-11")


def test_a_second_trial_of_the_same_tier_puts_the_end_off() -> None:
    again = did("2026-02-07 12:00", "try_gold")
    told_of = occurrences(GOLD, MEMBER, STORY, again, until="2026-12-31")
    assert [one.data["ends"] for one in told_of] == ["2026-02-10", "2026-03-07"]
    assert not still_true(GOLD, told_of[0], MEMBER, STORY, again, now="2026-02-07 12:01")
    sooner = did("2026-02-01 12:00", "try_gold")
    assert [one.data["ends"] for one in occurrences(GOLD, MEMBER, STORY, sooner, until="2026-12-31")] == ["2026-03-01"]


def test_of_two_trials_of_a_tier_the_later_end_counts_whichever_was_given_first() -> None:
    trial = {"kind": "trial", "tier": "gold", "label": {"en": "Try it"}}
    lengths = {"long": trial | {"valid_for": "2 months"}, "short": trial | {"valid_for": "1 month"}}
    given = {name: {"trigger": "activity", "activity": name, "give": [name]} for name in lengths}
    two = rules("trial_ending", {"benefits": lengths, "grants": given}, before="3 days")
    facts = (MEMBER, did("2026-01-10 12:00", "long"), did("2026-01-11 12:00", "short"))
    assert [one.data["ends"] for one in occurrences(two, *facts, until="2026-12-31")] == ["2026-03-10"]


def test_trials_of_two_tiers_are_told_each() -> None:
    both = trying(gold="1 month", platinum="10 days")
    facts = (MEMBER, STORY, did("2026-01-20 12:00", "try_platinum"))
    assert [(one.data["trial"], one.data["ends"]) for one in occurrences(both, *facts, until="2026-12-31")] == [
        ("platinum", "2026-01-30"),
        ("gold", "2026-02-10"),
    ]


def test_who_has_the_tier_by_then_loses_nothing_with_the_trial() -> None:
    risen = order("2026-02-01 10:00", "1000")
    assert occurrences(GOLD, MEMBER, STORY, risen, until="2026-12-31") == []
    occurrence = last(GOLD, MEMBER, STORY, until="2026-02-08")
    late = order("2026-02-08 10:00", "1000")
    assert not still_true(GOLD, occurrence, MEMBER, STORY, late, now="2026-02-08 10:00")


def test_a_trial_that_a_refund_takes_does_not_end() -> None:
    benefits = {"try": {"kind": "trial", "tier": "gold", "valid_for": "1 month", "label": {"en": "Try"}}}
    big = {"benefits": benefits, "grants": {"big": {"trigger": "order", "least": "200", "give": ["try"]}}}
    ending, bought = rules("trial_ending", big, before="3 days"), order("2026-01-01 10:00", "200", id="a")
    back = refund("2026-01-02 10:00", None, of="a")
    assert len(occurrences(ending, bought, until="2026-12-31")) == 1
    assert occurrences(ending, bought, back, until="2026-12-31") == []


# Tiers at risk

RISK = rules("tier_at_risk", before="30 days", send_at="10:00")
SILVER = order("2025-03-01 10:00", "300", id="a")


def test_a_tier_at_risk_is_told_with_what_is_missing_and_by_when() -> None:
    """Silver of 1 March is settled on 1 March by the 12 months before: the last day that counts is 28 February."""
    (occurrence,) = occurrences(RISK, SILVER, order("2025-06-01 10:00", "40.50"), until="2026-02-28")
    assert (occurrence.id, occurrence.at) == (f"mail#{day('2026-03-01')}", at("2026-01-29 10:00"))
    assert occurrence.data == {"by": "2026-02-28", "days": 30, "short": "199.50"} | NONE


def test_just_what_is_missing_calls_it_off_and_a_penny_less_does_not() -> None:
    occurrence = last(RISK, SILVER, until="2026-02-01")
    assert occurrence.data["short"] == "240.00"
    for amount, at_risk in (("239.99", True), ("240", False)):
        bought = order("2026-02-10 10:00", amount)
        assert still_true(RISK, occurrence, SILVER, bought, now="2026-02-10 10:00") == at_risk
        tier = told(RISK, SILVER, bought, until="2026-03-01")[0].tier
        assert tier == ("member" if at_risk else "silver")


def test_who_has_enough_at_that_moment_is_told_nothing() -> None:
    assert occurrences(RISK, SILVER, order("2026-01-01 10:00", "240"), until="2026-03-02") == []


def test_each_review_is_told_once_and_the_first_tier_never() -> None:
    facts = (SILVER, order("2026-02-10 10:00", "240"), order("2026-02-20 10:00", "1"))
    assert [id for id, _ in said(RISK, *facts, until="2028-12-31")] == [
        f"mail#{day(d)}" for d in ("2026-03-01", "2027-03-01")
    ]
    assert occurrences(RISK, MEMBER, until="2028-12-31") == []


def test_who_is_protected_hears_of_the_day_on_which_it_is_settled_after_all() -> None:
    grace = {"tiers": {"levels": TIERS, "grace": "3 months"}}
    waiting = rules("tier_at_risk", grace, before="30 days", send_at="10:00")
    assert said(waiting, SILVER, until="2027-01-01") == [(f"mail#{day('2026-06-01')}", at("2026-05-01 10:00"))]
    held = TierHeld(
        at=at("2026-02-01 10:00"), id="h", member_id="m", until=day("2026-04-30"), operator="op", reason="ill"
    )
    occurrence = last(RISK, SILVER, until="2026-01-30")
    assert not still_true(RISK, occurrence, SILVER, held, now="2026-02-02")
    assert [id for id, _ in said(RISK, SILVER, held, until="2027-01-01")] == [
        f"mail#{day(d)}" for d in ("2026-03-01", "2026-05-01")
    ]


def test_a_tier_given_for_a_time_is_at_risk_before_its_end() -> None:
    given = TierGiven(
        at=at("2026-01-05 10:00"),
        id="g",
        member_id="m",
        tier="gold",
        until=day("2026-06-30"),
        operator="op",
        reason="r",
    )
    (occurrence,) = occurrences(RISK, MEMBER, given, until="2027-01-01")
    assert occurrence.data == {"by": "2026-06-30", "days": 30, "short": "799.00"} | NONE


def test_nothing_but_its_own_end_protects_a_tier_given_for_a_time() -> None:
    kept_a_year = rules("tier_at_risk", {"tiers": {"levels": TIERS, "minimum": "1 year"}}, before="30 days")
    given = TierGiven(
        at=at("2026-01-05 10:00"),
        id="g",
        member_id="m",
        tier="gold",
        until=day("2026-06-30"),
        operator="op",
        reason="r",
    )
    assert [one.data["by"] for one in occurrences(kept_a_year, MEMBER, given, until="2026-12-31")] == ["2026-06-30"]


def test_a_tier_reached_shortly_before_its_review_is_told_of_at_once_where_it_is_at_risk() -> None:
    new_year = {
        "tiers": {"levels": levels(silver="300"), "window": "10 days", "review": "on_dates", "review_on": ["1 January"]}
    }
    dated = rules("tier_at_risk", new_year, before="30 days")
    assert said(dated, order("2026-12-15 10:00", "300"), until="2027-01-02") == [
        (f"mail#{day('2027-01-01')}", at("2026-12-15 10:00"))
    ]
    assert said(dated, order("2026-12-22 10:00", "300"), until="2027-01-02") == [
        (f"mail#{day('2027-01-01')}", at("2026-12-22 10:00"))
    ]
    assert said(dated, order("2026-12-23 10:00", "300"), until="2027-01-02") == []


def test_where_tiers_are_lost_at_once_the_day_is_that_on_which_the_rule_fails() -> None:
    at_once = {"tiers": {"levels": levels(silver="300"), "window": "2 months", "review": "at_once"}}
    falling = rules("tier_at_risk", at_once, before="10 days", again_after="30 days")
    (occurrence,) = occurrences(falling, order("2026-01-01 10:00", "300"), until="2026-12-31")
    assert (occurrence.data["by"], occurrence.at) == ("2026-02-28", at("2026-02-18"))


def test_several_measures_are_told_each_as_far_as_it_is_missing() -> None:
    rule = {"any": [{"spend": "100"}, {"orders": 4}, {"growth": 50}], "interactions": 3, "points_earned": 10}
    tiers = [TIERS[0], {"name": "top", "label": {"en": "Top"}, "enter": {"orders": 1}, "keep": rule}]
    points = {"earn": {"per": "10"}, "growth": {"per": "1"}}
    many = rules("tier_at_risk", {"tiers": {"levels": tiers}, "points": points}, before="30 days")
    facts = (order("2025-03-01 10:00", "30"), did("2025-06-01 10:00", "check_in"))
    data = last(many, *facts, order("2025-07-01 10:00", "30"), until="2026-02-20").data
    missing = {"short": "70.00", "short_orders": 3, "short_growth": 20, "short_interactions": 2, "short_points": 7}
    assert {key: data[key] for key in missing} == missing


def test_what_is_missing_is_the_most_of_what_must_hold_and_the_least_of_what_may() -> None:
    ways = [{"spend": "90"}, {"spend": "60", "orders": 2}]
    rule = {"spend": "40", "any": ways, "at_most": {"orders": 9}, "all": [{"orders": 3, "over": "last month"}]}
    tiers = [TIERS[0], {"name": "top", "label": {"en": "Top"}, "enter": rule}]
    monthly = rules("calendar", {"tiers": {"levels": tiers}}, on=["15"])
    for spent, short in (("10", "50.00"), ("70", "0.00"), ("95", "0.00")):
        data = last(monthly, order("2026-01-02 12:00", spent), until="2026-01-16").data
        assert (data["short"], data["short_orders"]) == (short, 0 if spent == "95" else 1)


# Within reach

NEAR = rules("within_reach", of={"spend": "50"})


def test_a_tier_within_reach_is_told_with_what_is_missing_once() -> None:
    facts = [
        order(f"2026-01-0{n} 10:00", amount) for n, amount in enumerate(("249.99", "0.01", "10", "39.99"), start=1)
    ]
    (occurrence,) = occurrences(NEAR, *facts, until="2026-12-31")
    assert (occurrence.id, occurrence.at) == ("mail#silver#0", at("2026-01-02 10:00"))
    assert occurrence.data == {"next_tier": "silver", "short": "50.00"} | NONE


def test_what_is_reached_is_not_within_reach_any_more_and_the_next_one_may_be() -> None:
    facts = (order("2026-01-01 10:00", "250"), order("2026-01-02 10:00", "700.50"))
    told_of = occurrences(NEAR, *facts, until="2026-12-31")
    assert [(one.id, one.data["short"]) for one in told_of] == [("mail#silver#0", "50.00"), ("mail#gold#1", "49.50")]
    assert still_true(NEAR, told_of[0], facts[0], now="2026-01-02")
    assert not still_true(NEAR, told_of[0], *facts, now="2026-01-02 10:00")
    assert not still_true(NEAR, told_of[1], *facts, refund("2026-01-03", "1", of="2026-01-02 10:00"), now="2026-01-03")


def test_after_a_tier_was_lost_it_is_told_again_with_the_next_order_not_with_the_loss() -> None:
    facts = (order("2025-01-01 10:00", "300"), order("2025-06-01 10:00", "235"))
    assert [id for id, _ in said(NEAR, *facts, until="2026-02-01")] == []
    assert told(NEAR, *facts, until="2026-02-01")[0].tier == "member"
    again = order("2026-02-01 10:00", "20")
    assert said(NEAR, *facts, again, until="2026-12-31") == [("mail#silver#1", again.at)]


def test_a_refund_brings_nothing_within_reach() -> None:
    bought, back = order("2026-01-01 10:00", "350", id="a"), refund("2026-01-02 10:00", "80", of="a")
    assert told(NEAR, bought, back, until="2026-02-01")[0].tier == "member"
    assert said(NEAR, bought, back, until="2026-02-01") == []


def test_of_several_measures_all_that_is_missing_must_be_near() -> None:
    top = {"enter": {"spend": "100", "orders": 3, "any": [{"categories": 1}, {"interactions": 2}]}}
    tiers = {"tiers": {"levels": [TIERS[0], {"name": "top", "label": {"en": "Top"}} | top]}}
    near = rules("within_reach", tiers, of={"spend": "40", "orders": 1, "interactions": 1})
    facts = [order(f"2026-01-0{n} 10:00", "30", id=str(n)) for n in (1, 2)]
    assert said(near, *facts, until="2026-02-01") == []
    (occurrence,) = occurrences(near, *facts, did("2026-01-03 10:00", "check_in"), until="2026-02-01")
    figures = {key: occurrence.data[key] for key in ("short", "short_orders", "short_interactions")}
    assert (occurrence.at, figures) == (
        at("2026-01-03 10:00"),
        {"short": "40.00", "short_orders": 1, "short_interactions": 1},
    )


def test_a_tier_reached_and_lost_again_makes_what_was_said_before_it_untrue() -> None:
    facts = (order("2026-01-01 10:00", "260"), order("2026-01-02 10:00", "40", id="b"))
    back = refund("2026-01-02 11:00", None, of="b")
    occurrence = last(NEAR, facts[0], until="2026-01-01 11:00")
    assert told(NEAR, *facts, back, until="2026-01-03")[0].tier == "member"
    assert not still_true(NEAR, occurrence, *facts, back, now="2026-01-03")


def test_a_tier_that_the_next_review_gives_is_not_within_reach_but_reached() -> None:
    waits = {"tiers": {"levels": levels(silver="300"), "rise": "at_review"}}
    near = rules("within_reach", waits, of={"spend": "50"})
    assert said(near, order("2026-01-01 10:00", "300"), until="2026-01-20") == []
    assert len(said(near, order("2026-01-01 10:00", "299.99"), until="2026-01-20")) == 1


def test_nothing_is_within_reach_of_the_highest_tier() -> None:
    assert said(NEAR, order("2026-01-01 10:00", "6000"), until="2026-02-01") == []


def test_a_message_that_waited_tells_the_figures_of_the_moment_it_leaves() -> None:
    night = rules("within_reach", {"quiet_hours": QUIET}, of={"spend": "50"})
    facts = (order("2026-01-01 22:00", "260"), order("2026-01-02 07:00", "15.50"))
    occurrence = last(night, facts[0], until="2026-01-01 22:00")
    assert (occurrence.at, occurrence.data["short"]) == (at("2026-01-02 08:00"), "40.00")
    member = told(night, *facts, until="2026-01-02 08:00")[0]
    assert truth.still_true(night, member, occurrence, at("2026-01-02 08:00"))
    assert truth.renewed(night, member, occurrence, at("2026-01-02 08:00")).data["short"] == "24.50"


def test_days_since_the_last_order_are_those_of_the_moment_it_leaves() -> None:
    member, out = told(SLEEPING, ONCE, until="2026-02-02")
    assert out.occurrences[0].data == {"days": 30}
    assert truth.renewed(SLEEPING, member, out.occurrences[0], at("2026-02-02")).data == {"days": 32}


# Left in peace


def test_a_journey_comes_again_only_after_a_while_whole_days_after_its_last_time() -> None:
    rarely = rules("order", again_after="10 days")
    dates = ("2026-01-01 22:00", "2026-01-03 10:00", "2026-01-10 23:59", "2026-01-11 00:00", "2026-01-20 10:00")
    assert said(rarely, *(order(date, "1") for date in dates), until="2026-12-31") == [
        ("mail#2026-01-01 22:00", at("2026-01-01 22:00")),
        ("mail#2026-01-11 00:00", at("2026-01-11 00:00")),
    ]


def test_what_is_not_told_so_as_to_leave_him_in_peace_gives_nothing_either() -> None:
    coupon = {"benefits": {"coupon": {"kind": "coupon", "label": {"en": "Coupon"}, "off": "5"}}}
    rarely = rules("order", coupon, again_after="10 days", give=["coupon"])
    _, out = told(rarely, *TWO, until="2026-12-31")
    assert [change.grant.id for change in out.grants] == ["mail#coupon#a"]


@pytest.mark.parametrize(
    ("rarely", "ids"),
    [
        (
            rules("segment_entered", SEGMENTS, segments=["loyal", "away"], again_after="40 days"),
            ["loyal#1", "loyal#2", "away#3"],
        ),
        (rules("tier_reached", again_after="2 years"), ["silver#1"]),
        (rules("tier_lost", again_after="3 years"), ["silver#1"]),
        (rules("badge", BADGES, again_after="1 day"), ["buyer#1"]),
        (rules("within_reach", of={"spend": "1000"}, again_after="1 year"), ["silver#0", "gold#2"]),
    ],
)
def test_every_trigger_that_comes_again_may_be_told_to_wait(rarely: Rules, ids: list[str]) -> None:
    facts = (*TWO, order("2026-01-02 13:00", "300", id="c"), order("2026-04-01 12:00", "1", id="d"))
    more = (order("2027-06-01 12:00", "300", id="e"),)
    assert [id for id, _ in said(rarely, *facts, *more, until="2029-01-01")] == [f"mail#{name}" for name in ids]


def test_who_is_left_in_peace_is_so_after_a_late_order_too() -> None:
    rarely = rules("order", again_after="10 days")
    late, on_time = order("2026-01-01 10:00", "1"), order("2026-01-05 10:00", "1")
    assert [id for id, _ in said(rarely, on_time, late, until="2026-02-01")] == ["mail#2026-01-01 10:00"]


# Steps of dormancy

STEPS = {f"away_{n}": WIN_BACK | {"after": f"{n} days", "useful_for": "7 days"} for n in (30, 60, 90)}
SLEEPING = programmes.rules(journeys=STEPS)
ONCE = order("2026-01-01 12:00", "1")


def test_each_step_of_a_spell_is_told_once_and_an_order_begins_anew() -> None:
    again = order("2026-03-10 12:00", "1")
    steps = [("away_30", "2026-01-31"), ("away_60", "2026-03-02"), ("away_30", "2026-04-09"), ("away_60", "2026-05-09")]
    expected = [(key, at(f"{date} 10:00")) for key, date in [*steps, ("away_90", "2026-06-08")]]
    assert [(one.journey, one.at) for one in occurrences(SLEEPING, ONCE, again, until="2028-01-01")] == expected


@pytest.mark.parametrize(
    ("starts", "steps"),
    [
        ("2026-01-31", ["away_30", "away_60", "away_90"]),
        ("2026-02-01", ["away_60", "away_90"]),
        ("2026-03-20", ["away_90"]),
        ("2026-12-01", []),
    ],
)
def test_a_page_switched_on_late_tells_only_the_steps_still_to_come(starts: str, steps: list[str]) -> None:
    """4c.3 of what operators expect: never all three at once."""
    late = revised({}, starts, {"journeys": STEPS})
    assert [one.journey for one in occurrences(late, ONCE, until="2028-01-01")] == steps


def test_who_joins_long_after_his_last_order_is_told_only_the_steps_still_to_come() -> None:
    joining = programmes.rules(enrol="joining", journeys=STEPS)
    told_of = occurrences(joining, ONCE, joined("2026-03-20 12:00"), until="2028-01-01")
    assert [(one.journey, one.at) for one in told_of] == [("away_90", at("2026-04-01 10:00"))]


def test_a_pause_builds_no_backlog() -> None:
    """4c.2: a page without the journeys, and one that has them again."""
    pages = {date: programmes.programme(journeys=steps) for date, steps in (("2026-02-15", {}), ("2026-03-15", STEPS))}
    paused = compiled(Shipped(programme=SLEEPING.programme, messages={}, revisions=pages))
    assert [one.journey for one in occurrences(paused, ONCE, until="2028-01-01")] == ["away_30", "away_90"]


def test_what_nobody_was_there_to_send_is_stale_when_somebody_is_again() -> None:
    """4c.2: runs that were down for weeks catch up, and of it all only what is still of use may leave."""
    member, out = told(SLEEPING, ONCE, until="2026-03-04")
    verdicts = [_verdict(SLEEPING, member, occurrence, at("2026-03-04")) for occurrence in out.occurrences]
    assert verdicts == ["stale", "consent"]


def _verdict(rules: Rules, member: Member, occurrence: Occurrence, now: int) -> str | None:
    asked = gates.Asked(rules=rules, member=member, occurrence=occurrence, sends={}, stopped={}, refused=(), now=now)
    return gates.verdict(asked).reason


# What templates say, and what it costs


@pytest.mark.parametrize(
    ("trigger", "programme"),
    [
        ("segment_entered", LOYAL),
        ("badge", BUYER),
        ("trial_ending", trying(silver="1 month")),
        ("tier_at_risk", RISK),
        ("within_reach", rules("within_reach", of={"spend": "300"})),
    ],
)
def test_what_occurrences_carry_is_what_the_check_of_templates_knows(trigger: str, programme: Rules) -> None:
    facts = (did("2026-01-03 12:00", "try_silver"), order("2026-06-01 10:00", "300"))
    member, out = told(programme, *TWO, *facts, until="2027-06-01")
    carried = render.variables(programme, member, out.occurrences[0], "en")
    assert carried.keys() == templates.variables(trigger).keys()
    labels = [str(carried[name]) for name in ("segment", "badge", "trial", "next_tier") if name in carried]
    assert all(label[0].isupper() for label in labels)


def test_a_programme_without_these_keeps_nothing_for_them() -> None:
    plain = programmes.rules(journeys={"birthday": BIRTHDAY, "win_back": WIN_BACK}, **SEGMENTS, **BADGES)
    member = Member("m")
    apply(plain, member, ONCE, Outcome())
    assert (plain.notices, plain.timed, plain.trial_notice_ms) == (False, (), 0)
    assert (member.entered, member.spoke_at, member.said) == ({}, {}, {})
    assert next_due(plain, member)[0] == at("2026-01-11")
