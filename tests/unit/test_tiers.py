"""Tiers: reached at once, kept or dropped by one at the end of a term, given up where a refund undoes the way up."""

from __future__ import annotations

import pytest

from memberflow.engine import terms
from memberflow.engine.calendar import day_to_date
from memberflow.engine.member import DISTANT, Member
from memberflow.engine.outcome import Decision, Figure, Outcome
from memberflow.facts import AnyFact
from tests.happened import at, day, joined, order, redeem, refund, told
from tests.programmes import levels, rules

RULES = rules()
"""Silver at 300, kept with 240; gold at 1,000, kept with 800; platinum at 5,000, kept with 4,000."""


def tier(*facts: AnyFact, on: str) -> str | None:
    return told(RULES, *facts, until=on)[0].tier


def changes(out: Outcome) -> list[tuple[str, str | None, str]]:
    return [(decision.outcome, decision.before, decision.after) for decision in out.decisions]


def review_date(member: Member) -> str:
    return day_to_date(terms.review_day(RULES, member)).isoformat()


# Enrolling


def test_the_first_order_enrols() -> None:
    _, out = told(RULES, order("2026-03-01 10:00", "1", id="a"), until="2026-03-02")
    assert out.decisions == [
        Decision(
            at=at("2026-03-01 10:00"),
            outcome="enrolled",
            before=None,
            after="member",
            rule="tiers.levels[0]",
            cause="order.paid#a",
        )
    ]


def test_joining_enrols_before_any_order() -> None:
    member, _ = told(RULES, joined("2026-03-01 10:00"), until="2026-03-02")
    assert (member.tier, member.enrolled_at) == ("member", at("2026-03-01 10:00"))


def test_one_who_has_not_bought_or_joined_has_no_tier() -> None:
    assert tier(redeem("2026-03-01 10:00", 1), on="2026-03-02") is None


# Rising


@pytest.mark.parametrize(
    ("amount", "reached"), [("299.99", "member"), ("300", "silver"), ("999.99", "silver"), ("1000", "gold")]
)
def test_a_tier_is_reached_at_exactly_its_figure(amount: str, reached: str) -> None:
    assert tier(order("2026-03-01 10:00", amount), on="2026-03-01 10:00") == reached


def test_spend_of_the_window_adds_up_to_a_tier() -> None:
    """8,000 in the first half of the year and 3,000 more in July make gold at 10,000 with the July order."""
    programme = rules(tiers={"levels": levels(silver="3000", gold="10000")})
    facts = [order(f"2026-0{month}-01 10:00", "2000") for month in (1, 3, 5, 6)]
    assert told(programme, *facts, until="2026-07-10")[0].tier == "silver"
    assert told(programme, *facts, order("2026-07-09 10:00", "3000"), until="2026-07-10")[0].tier == "gold"


def test_what_has_left_the_window_does_not_add_up() -> None:
    early = order("2025-03-01 10:00", "200")
    assert tier(early, order("2026-02-28 23:59", "100"), on="2026-03-05") == "silver"
    assert tier(early, order("2026-03-01 00:00", "100"), on="2026-03-05") == "member"


def test_an_order_may_skip_tiers() -> None:
    member, out = told(RULES, order("2026-03-01 10:00", "5000"), until="2026-03-02")
    assert changes(out)[1:] == [("reached", "member", "platinum")]
    assert member.reached == {"platinum": 1}


def test_a_tier_shows_the_figures_it_was_reached_with() -> None:
    _, out = told(RULES, order("2026-03-01 10:00", "100"), order("2026-04-01 10:00", "250", id="b"), until="2026-05-01")
    assert out.decisions[-1] == Decision(
        at=at("2026-04-01 10:00"),
        outcome="reached",
        before="member",
        after="silver",
        rule="tiers.levels[1].enter",
        figures=(Figure("spend", 35000, 30000),),
        first=day("2025-04-02"),
        last=day("2026-04-01"),
        cause="order.paid#b",
    )


def test_any_of_several_measures_may_be_enough() -> None:
    either = [*levels(), {"name": "two", "label": {"en": "Two"}, "enter": {"any": [{"spend": "3000"}, {"orders": 2}]}}]
    programme = rules(tiers={"levels": either})
    orders = (order("2026-03-01 10:00", "1"), order("2026-03-02 10:00", "1"))
    assert told(programme, orders[0], until="2026-03-03")[0].tier == "member"
    assert told(programme, *orders, until="2026-03-03")[0].tier == "two"
    assert told(programme, order("2026-03-01 10:00", "3000"), until="2026-03-03")[0].tier == "two"


def test_a_tier_may_be_reached_by_orders_that_cost_nothing() -> None:
    often = [*levels(), {"name": "often", "label": {"en": "Often"}, "enter": {"orders": 3}}]
    free = [order(f"2026-03-0{day} 10:00", "0") for day in (1, 2, 3)]
    assert told(rules(tiers={"levels": often}), *free[:2], until="2026-03-09")[0].tier == "member"
    assert told(rules(tiers={"levels": often}), *free, until="2026-03-09")[0].tier == "often"


def test_all_of_several_measures_may_be_asked() -> None:
    both = [
        *levels(),
        {"name": "both", "label": {"en": "Both"}, "enter": {"spend": "30", "orders": 2, "categories": 2}},
    ]
    programme = rules(tiers={"levels": both})
    facts = (order("2026-03-01 10:00", "29", "tea"), order("2026-03-02 10:00", "1", "tea"))
    assert told(programme, *facts, until="2026-03-09")[0].tier == "member"
    assert told(programme, *facts, order("2026-03-03 10:00", "0", "cups"), until="2026-03-09")[0].tier == "both"


# Reviews: at the first moment of the same date a term later, over the window of that day


def test_a_tier_is_reviewed_at_the_start_of_the_same_date_a_year_later() -> None:
    silver = order("2025-03-10 15:00", "300")
    assert tier(silver, on="2026-03-09 23:59:59.999") == "silver"
    _, out = told(RULES, silver, until="2026-03-10 00:00")
    assert changes(out)[-1] == ("dropped", "silver", "member")
    assert out.decisions[-1].at == at("2026-03-10 00:00")


def test_a_tier_reached_on_29_february_is_reviewed_on_the_28th_and_in_a_leap_year_on_the_29th() -> None:
    silver = order("2024-02-29 10:00", "300")
    kept = [order(f"{year}-02-20 10:00", "300") for year in (2025, 2026, 2027, 2028)]
    _, out = told(RULES, silver, *kept, until="2028-03-01")
    reviews = [decision.at for decision in out.decisions if decision.outcome == "kept"]
    assert reviews == [at(f"{date} 00:00") for date in ("2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29")]


def test_the_spend_of_the_day_a_tier_was_reached_does_not_keep_it() -> None:
    silver = order("2025-03-10 10:00", "300")
    assert tier(silver, order("2025-03-10 11:00", "500"), on="2026-03-10") == "member"
    assert tier(silver, order("2025-03-11 00:00", "240"), on="2026-03-10") == "silver"


def test_the_spend_of_the_review_day_itself_comes_too_late() -> None:
    silver = order("2025-03-10 10:00", "300")
    assert tier(silver, order("2026-03-09 23:59:59.999", "240"), on="2026-03-10") == "silver"
    assert tier(silver, order("2026-03-10 00:00", "240"), on="2026-03-10") == "member"


@pytest.mark.parametrize(("spent", "expected"), [("240", "silver"), ("239.99", "member")])
def test_a_tier_is_kept_with_exactly_its_figure(spent: str, expected: str) -> None:
    assert tier(order("2025-03-10 10:00", "300"), order("2025-06-01 10:00", spent), on="2026-03-10") == expected


def test_a_member_drops_exactly_one_tier_however_little_he_spent() -> None:
    _, out = told(RULES, order("2025-03-10 10:00", "5000"), until="2026-03-10")
    assert changes(out)[-1] == ("dropped", "platinum", "gold")


def test_a_member_who_buys_nothing_goes_down_year_by_year() -> None:
    _, out = told(RULES, order("2025-03-10 10:00", "5000"), until="2030-01-01")
    assert [(change[2], decision.at) for change, decision in zip(changes(out), out.decisions, strict=True)][2:] == [
        ("gold", at("2026-03-10")),
        ("silver", at("2027-03-10")),
        ("member", at("2028-03-10")),
    ]


def test_a_kept_tier_is_reviewed_again_a_year_later_from_the_day_it_was_reached() -> None:
    facts = (order("2025-03-10 10:00", "300"), order("2026-03-01 10:00", "240"))
    member, out = told(RULES, *facts, until="2026-03-11")
    assert changes(out)[-1] == ("kept", "silver", "silver")
    assert review_date(member) == "2027-03-10"


def test_reaching_a_higher_tier_starts_a_new_term() -> None:
    facts = (order("2025-03-10 10:00", "300"), order("2025-09-01 10:00", "700"))
    assert review_date(told(RULES, *facts, until="2025-09-02")[0]) == "2026-09-01"


def test_a_review_shows_the_window_it_measured() -> None:
    _, out = told(RULES, order("2025-03-10 10:00", "300"), order("2025-06-01 10:00", "100"), until="2026-03-10")
    review = out.decisions[-1]
    assert review.figures == (Figure("spend", 10000, 24000),)
    assert (review.first, review.last) == (day("2025-03-11"), day("2026-03-10"))
    assert (review.rule, review.cause) == ("tiers.levels[1].keep", "review")


def test_a_tier_without_a_rule_to_keep_is_kept_by_the_one_that_enters_it() -> None:
    programme = rules(tiers={"levels": levels(silver="300")})
    facts = (order("2025-03-10 10:00", "300"), order("2025-06-01 10:00", "299.99"))
    assert told(programme, *facts, until="2026-03-10")[0].tier == "member"
    assert told(programme, *facts, order("2025-06-02 10:00", "0.01"), until="2026-03-10")[0].tier == "silver"


def test_the_first_tier_is_never_reviewed() -> None:
    member, _ = told(RULES, order("2025-03-10 10:00", "10"), until="2040-01-01")
    assert terms.due(RULES, member) == DISTANT


def test_dropping_to_a_tier_held_before_starts_a_new_term_of_it() -> None:
    facts = (order("2025-03-10 10:00", "300"), order("2025-09-01 10:00", "700"))
    member, _ = told(RULES, *facts, until="2026-09-01")
    assert [standing.tier for standing in member.standings] == ["member", "silver"]
    assert review_date(member) == "2027-09-01"


# Refunds


def test_a_tier_goes_at_once_when_the_order_that_reached_it_is_refunded() -> None:
    facts = (order("2026-03-01 10:00", "300", id="a"), refund("2026-03-05 10:00", None, of="a", id="r"))
    _, out = told(RULES, *facts, until="2026-03-05 10:00")
    assert changes(out)[-1] == ("refunded", "silver", "member")
    assert (out.decisions[-1].at, out.decisions[-1].cause) == (at("2026-03-05 10:00"), "order.refunded#r")


def test_a_penny_below_the_figure_is_enough_to_lose_it() -> None:
    bought = order("2026-03-01 10:00", "310", id="a")
    assert tier(bought, refund("2026-03-05 10:00", "10", of="a"), on="2026-03-06") == "silver"
    assert tier(bought, refund("2026-03-05 10:00", "10.01", of="a"), on="2026-03-06") == "member"


def test_the_tier_before_comes_back_with_its_own_term() -> None:
    facts = (
        order("2026-03-01 10:00", "300"),
        order("2026-04-01 10:00", "700", id="b"),
        refund("2026-05-01 10:00", None, of="b"),
    )
    member, _ = told(RULES, *facts, until="2026-05-02")
    assert (member.tier, member.standings[-1].since) == ("silver", at("2026-03-01 10:00"))
    assert review_date(member) == "2027-03-01"


def test_a_tier_that_was_skipped_on_the_way_up_is_left_where_the_rest_still_reaches_it() -> None:
    """1,500 at once made gold; of it 500 stay, which are silver from that very order."""
    facts = (order("2026-03-01 10:00", "1500", id="a"), refund("2026-05-01 10:00", "1000", of="a"))
    member, out = told(RULES, *facts, until="2026-05-02")
    assert changes(out)[-1] == ("refunded", "gold", "silver")
    assert member.standings[-1].since == at("2026-03-01 10:00")
    assert review_date(member) == "2027-03-01"


def test_a_skipped_tier_that_only_later_orders_reach_has_the_term_of_the_one_given_up() -> None:
    facts = (
        order("2026-03-01 10:00", "1000", id="a"),
        order("2026-04-01 10:00", "400"),
        refund("2026-05-01 10:00", None, of="a"),
    )
    member, out = told(RULES, *facts, until="2026-05-02")
    assert changes(out)[-1] == ("refunded", "gold", "silver")
    assert member.standings[-1].since == at("2026-03-01 10:00")
    assert review_date(member) == "2027-03-01"


def test_a_tier_stays_where_later_orders_reach_it() -> None:
    facts = (
        order("2026-03-01 10:00", "300", id="a"),
        order("2026-04-01 10:00", "300"),
        refund("2026-05-01 10:00", None, of="a"),
    )
    member, _ = told(RULES, *facts, until="2026-05-02")
    assert (member.tier, member.standings[-1].since) == ("silver", at("2026-03-01 10:00"))


def test_a_tier_stays_where_the_rest_reached_it_then_although_it_no_longer_would() -> None:
    facts = (
        order("2025-03-01 10:00", "250"),
        order("2025-12-01 10:00", "250", id="b"),
        order("2025-12-01 09:00", "50"),
        refund("2026-03-05 10:00", None, of="b"),
    )
    assert tier(*facts, on="2026-03-06") == "silver"


def test_a_refund_of_an_order_after_the_tier_was_reached_leaves_it() -> None:
    facts = (
        order("2025-03-01 10:00", "300"),
        order("2025-04-01 10:00", "100", id="b"),
        refund("2026-02-28 10:00", None, of="b"),
    )
    assert tier(*facts, on="2026-02-28 11:00") == "silver"


THIRTY_DAYS = rules(tiers={"levels": levels(silver="300"), "window": "30 days"})


def test_orders_after_a_tier_was_reached_do_not_stand_in_once_they_left_the_window() -> None:
    facts = (
        order("2026-03-01 10:00", "300", id="a"),
        order("2026-03-11 10:00", "300"),
        refund("2026-05-01 10:00", None, of="a"),
    )
    assert told(THIRTY_DAYS, *facts, until="2026-05-01 10:00")[0].tier == "member"


def test_what_reached_a_tier_is_measured_over_the_window_of_that_day_its_first_day_included() -> None:
    facts = (
        order("2026-03-01 10:00", "200"),
        order("2026-03-29 10:00", "50", id="b"),
        order("2026-03-30 10:00", "100"),
        refund("2026-04-02 10:00", None, of="b"),
    )
    assert told(THIRTY_DAYS, *facts, until="2026-04-02 10:00")[0].tier == "silver"


def test_a_tier_that_was_kept_since_is_not_given_up() -> None:
    facts = (
        order("2025-03-10 10:00", "300"),
        order("2026-03-01 10:00", "240", id="b"),
        refund("2026-03-20 10:00", None, of="b"),
    )
    assert tier(*facts, on="2026-03-21") == "silver"


def test_a_tier_that_a_review_let_him_down_to_is_not_given_up_for_a_refund() -> None:
    """He did not reach silver by an order, so no order undoes it: it has its term."""
    facts = (
        order("2025-03-10 10:00", "1000"),
        order("2025-06-01 10:00", "100", id="b"),
        refund("2026-03-20 10:00", "10", of="b"),
    )
    member, out = told(RULES, *facts, until="2026-03-21")
    assert changes(out)[-1] == ("dropped", "gold", "silver")
    assert (member.tier, review_date(member)) == ("silver", "2027-03-10")


def test_a_refund_may_take_a_member_down_several_tiers() -> None:
    facts = (
        order("2026-03-01 10:00", "300", id="a"),
        order("2026-03-02 10:00", "700", id="b"),
        refund("2026-03-03 10:00", "950", of=None),
    )
    _, out = told(RULES, *facts, until="2026-03-04")
    assert changes(out)[-2:] == [("refunded", "gold", "silver"), ("refunded", "silver", "member")]


@pytest.mark.parametrize("refunded", ["ab", "ba"])
def test_two_orders_refunded_in_any_order_of_the_two_end_alike(refunded: str) -> None:
    """Once a is gone silver rests on b, which reached it no less."""
    facts = (
        order("2026-03-01 10:00", "300", id="a"),
        order("2026-04-01 10:00", "300", id="b"),
        refund("2026-05-01 10:00", None, of=refunded[0]),
        refund("2026-05-02 10:00", None, of=refunded[1]),
    )
    assert tier(*facts, on="2026-05-01 10:00") == "silver"
    assert tier(*facts, on="2026-05-02 10:00") == "member"


def test_a_tier_that_rests_on_later_orders_keeps_its_own_term() -> None:
    facts = (
        order("2026-03-01 10:00", "300", id="a"),
        order("2026-04-01 10:00", "300"),
        refund("2026-05-01 10:00", None, of="a"),
    )
    assert review_date(told(RULES, *facts, until="2026-05-02")[0]) == "2027-03-01"


def test_a_lower_tier_whose_order_was_refunded_while_a_higher_was_held_does_not_come_back() -> None:
    facts = (
        order("2026-03-01 10:00", "300", id="a"),
        order("2026-04-01 10:00", "1000", id="b"),
        refund("2026-05-01 10:00", None, of="a"),
        refund("2026-05-02 10:00", None, of="b"),
    )
    assert tier(*facts, on="2026-05-01 10:00") == "gold"
    assert tier(*facts, on="2026-05-02 10:00") == "member"


def test_a_tier_that_comes_back_after_its_term_ended_is_reviewed_at_once() -> None:
    """Silver's term ended on 10 March while gold was held; the refund that takes gold brings the review with it."""
    facts = (
        order("2025-03-10 10:00", "300"),
        order("2026-01-10 10:00", "800", id="b"),
        refund("2026-04-01 10:00", None, of="b"),
    )
    _, out = told(RULES, *facts, until="2026-04-01 10:00")
    assert changes(out)[-2:] == [("refunded", "gold", "silver"), ("dropped", "silver", "member")]
    assert [decision.at for decision in out.decisions[-2:]] == [at("2026-04-01 10:00")] * 2
    review = out.decisions[-1]
    assert (review.first, review.last) == (day("2025-04-02"), day("2026-04-01"))


def test_a_refund_before_its_order_leaves_no_trace_of_a_tier() -> None:
    facts = (refund("2026-03-01 10:00", None, of="a"), order("2026-03-01 11:00", "300", id="a"))
    _, out = told(RULES, *facts, until="2026-03-02")
    assert (changes(out), out.occurrences) == ([("enrolled", None, "member")], [])


# A programme that waits for a member to join

WAITS = rules(enrol="joining")


def test_orders_wait_for_the_member_to_join() -> None:
    member, out = told(WAITS, order("2026-03-01 10:00", "400", id="a"), until="2026-03-02")
    assert (member.tier, member.points, member.waiting, out.decisions) == (None, 0, ["a"], [])


def test_what_was_bought_before_joining_counts_from_that_moment_on_the_day_it_was_bought() -> None:
    facts = (order("2026-03-01 10:00", "400"), joined("2026-03-05 10:00"))
    member, out = told(WAITS, *facts, until="2026-03-06")
    assert [(decision.outcome, decision.after, decision.at) for decision in out.decisions] == [
        ("enrolled", "member", at("2026-03-05 10:00")),
        ("reached", "silver", at("2026-03-05 10:00")),
    ]
    assert member.lots == [[day("2027-03-02"), 400]]
    assert member.days == [[day("2026-03-01"), 40000, 1]]
    assert member.waiting == []


def test_what_has_left_the_window_before_joining_reaches_no_tier() -> None:
    facts = (order("2024-03-01 10:00", "1000"), order("2025-12-01 10:00", "10"), joined("2026-03-05 10:00"))
    member, out = told(WAITS, *facts, until="2026-03-05 10:00")
    assert changes(out) == [("enrolled", None, "member")]
    assert (member.spend, member.points) == (1000, 10)


def test_all_that_waits_for_the_member_to_join_is_waited_for_by_id() -> None:
    facts = (
        order("2026-03-01 10:00", "400", id="a"),
        refund("2026-03-02 10:00", "50", of="b", id="r1"),
        refund("2026-03-03 10:00", "50", of=None, id="r2"),
    )
    assert told(WAITS, *facts, until="2026-03-06")[0].waiting == ["a", "b", "r2"]
    joins = told(WAITS, *facts, joined("2026-03-05 10:00"), until="2026-03-06")[0]
    assert (joins.waiting, joins.spend) == (["b"], 35000)


def test_refunds_before_joining_are_known_when_he_joins() -> None:
    facts = (
        order("2026-03-01 10:00", "400", id="a"),
        order("2026-03-02 10:00", "100"),
        refund("2026-03-03 10:00", "50", of="a"),
        refund("2026-03-04 10:00", "200", of=None),
        joined("2026-03-05 10:00"),
    )
    member, out = told(WAITS, *facts, until="2026-03-06")
    assert changes(out) == [("enrolled", None, "member")]
    assert (member.spend, member.points, member.orders) == (25000, 250, 1)


def test_the_lowest_tier_too_is_held_since_the_review_that_let_a_member_down_to_it() -> None:
    member, _ = told(RULES, order("2025-01-10 10:00", "300.00"), until="2026-01-10")
    assert member.tier == "member"
    assert member.standings[-1].since == at("2026-01-10")
