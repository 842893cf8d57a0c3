"""Grants: given once for a reason, used, expired, and taken back with what they rest on."""

from __future__ import annotations

from typing import Any

from memberflow.engine.entitlement import entitlement
from memberflow.engine.member import Member
from memberflow.engine.outcome import Outcome
from memberflow.engine.rules import Rules, compiled
from memberflow.facts import TierGiven
from memberflow.programme.schema import Shipped
from tests import programmes
from tests.happened import at, day, did, joined, order, refund, told, updated, used

BENEFITS: dict[str, Any] = {
    "coupon": {"kind": "coupon", "label": {"en": "5 off 50"}, "off": "5", "from": "50", "valid_for": "30 days"},
    "gift": {"kind": "gift", "label": {"en": "A gift"}},
    "gold_month": {"kind": "trial", "label": {"en": "A month of gold"}, "tier": "gold", "valid_for": "1 month"},
}


BY_HAND: dict[str, Any] = {"operator": "amy", "reason": "a story"}


def rules_of(**grants: dict[str, Any]) -> Rules:
    return programmes.rules(benefits=BENEFITS, grants=grants)


def open_ones(member: Member) -> list[str]:
    return [grant.id for grant in member.grants]


def changes(out: Outcome) -> list[str]:
    return [f"{one.state} {one.grant.id}" for one in out.grants]


PACK = rules_of(pack={"trigger": "tier_reached", "tiers": ["silver"], "give": ["coupon", "gift"]})


def test_a_rise_gives_its_pack_at_the_moment_of_the_rise():
    member, out = told(PACK, order("2026-03-01 10:00", "300"), until="2026-03-01 10:00")
    assert open_ones(member) == ["pack#coupon#silver#1", "pack#gift#silver#1"]
    assert {one.grant.at for one in out.grants} == {out.decisions[-1].at}


def test_a_pack_is_given_only_with_the_tiers_it_is_for():
    member, _ = told(PACK, order("2026-03-01 10:00", "1000"), until="2026-03-01 10:00")
    assert (member.tier, member.grants) == ("gold", [])


def test_a_grant_is_valid_through_the_end_of_its_last_day():
    facts = [order("2026-03-01 10:00", "300")]
    assert "pack#coupon#silver#1" in open_ones(told(PACK, *facts, until="2026-03-31 23:59")[0])
    member, out = told(PACK, *facts, until="2026-04-01 00:00")
    assert open_ones(member) == ["pack#gift#silver#1"]
    assert changes(out) == ["given pack#coupon#silver#1", "given pack#gift#silver#1"]


def test_a_grant_is_used_once():
    facts = [order("2026-03-01 10:00", "300"), used("2026-03-02 10:00", "pack#gift#silver#1")]
    member, out = told(PACK, *facts, used("2026-03-03 10:00", "pack#gift#silver#1"), until="2026-03-04")
    assert open_ones(member) == ["pack#coupon#silver#1"]
    assert [refusal.code for refusal in out.refusals] == ["no_such_grant"]
    assert changes(out)[-1] == "used pack#gift#silver#1"


def test_one_that_has_expired_cannot_be_used_whether_or_not_a_run_was_there():
    _, out = told(
        PACK, order("2026-03-01 10:00", "300"), used("2026-04-01 00:00", "pack#coupon#silver#1"), until="2026-04-02"
    )
    assert [refusal.code for refusal in out.refusals] == ["no_such_grant"]


def test_a_refund_takes_the_tier_with_its_unused_grants_and_leaves_the_used_one():
    facts = [order("2026-03-01 10:00", "300", id="o"), used("2026-03-02 10:00", "pack#gift#silver#1")]
    member, out = told(PACK, *facts, refund("2026-03-03 10:00", "10", "o"), until="2026-03-04")
    assert (member.tier, member.grants) == ("member", [])
    assert changes(out)[2:] == ["used pack#gift#silver#1", "revoked pack#coupon#silver#1"]


def test_a_refund_takes_the_pack_of_the_tier_behind_one_that_was_given_for_a_time():
    gold = TierGiven(at=at("2026-03-02 10:00"), id="g", member_id="m", tier="gold", until=day("2026-03-31"), **BY_HAND)
    facts = [order("2026-03-01 10:00", "300", id="a"), gold, refund("2026-04-02 10:00", None, of="a")]
    member, _ = told(PACK, *facts, until="2026-04-03")
    assert (member.tier, member.grants) == ("member", [])


def test_what_was_used_of_a_tier_refunded_is_not_given_again_with_the_next_rise():
    facts = [order("2026-03-01 10:00", "300", id="o"), used("2026-03-02 10:00", "pack#gift#silver#1")]
    facts += [refund("2026-03-03 10:00", None, "o"), order("2026-03-04 10:00", "300", id="p")]
    member, _ = told(PACK, *facts, until="2026-03-05")
    assert open_ones(member) == ["pack#coupon#silver#2"]
    member, _ = told(
        PACK,
        *facts,
        refund("2026-03-06 10:00", None, "p"),
        order("2026-03-07 10:00", "300", id="q"),
        until="2026-03-08",
    )
    assert open_ones(member) == ["pack#coupon#silver#3"], "nor with the one after"


def test_one_used_before_we_heard_of_the_refund_that_took_it_is_used_all_the_same():
    facts = [order("2026-03-01 10:00", "300", id="o"), refund("2026-03-02 10:00", None, "o")]
    member, out = told(PACK, *facts, used("2026-03-03 10:00", "pack#gift#silver#1"), until="2026-03-04")
    assert (changes(out)[-1], out.refusals) == ("used pack#gift#silver#1", [])
    assert member.forgiven == ["pack#gift#silver#1"]


def test_a_tier_dropped_at_its_review_leaves_what_came_with_it():
    rules = rules_of(pack={"trigger": "tier_reached", "tiers": ["silver"], "give": ["gift"]})
    member, _ = told(rules, order("2026-03-01 10:00", "300", id="o"), until="2027-03-02")
    assert (member.tier, open_ones(member)) == ("member", ["pack#gift#silver#1"])
    member, _ = told(
        rules, order("2026-03-01 10:00", "300", id="o"), refund("2027-03-03 10:00", None, "o"), until="2027-03-04"
    )
    assert open_ones(member) == ["pack#gift#silver#1"], "what has run its term is no longer taken back"


FIRST = rules_of(first={"trigger": "first_order", "give": ["gift"]})


def test_the_first_order_gives_its_gift_once():
    member, _ = told(FIRST, order("2026-03-01 10:00", "1"), order("2026-03-02 10:00", "1"), until="2026-03-03")
    assert open_ones(member) == ["first#gift#1"]


def test_a_first_order_refunded_whole_takes_its_gift_and_the_next_order_brings_it():
    facts = [order("2026-03-01 10:00", "10", id="o"), refund("2026-03-02 10:00", "9.99", "o")]
    assert open_ones(told(FIRST, *facts, until="2026-03-03")[0]) == ["first#gift#1"]
    facts += [refund("2026-03-03 10:00", None, "o")]
    assert open_ones(told(FIRST, *facts, until="2026-03-03 12:00")[0]) == []
    assert open_ones(told(FIRST, *facts, order("2026-03-04 10:00", "1"), until="2026-03-05")[0]) == ["first#gift#2"]


def test_an_order_refunded_before_it_came_is_not_the_first():
    facts = [refund("2026-03-01 10:00", None, "o"), order("2026-03-02 10:00", "10", id="o")]
    assert open_ones(told(FIRST, *facts, until="2026-03-03")[0]) == []


TRIAL = rules_of(
    big={"trigger": "order", "least": "100", "tiers": ["member", "silver"], "give": ["gold_month"]},
    story={"trigger": "activity", "activity": "story", "give": ["gold_month"]},
)


def test_a_large_order_below_gold_gives_a_trial_of_it():
    assert told(TRIAL, order("2026-03-01 10:00", "99.99"), until="2026-03-02")[0].grants == []
    (grant,) = told(TRIAL, order("2026-03-01 10:00", "100", id="o"), until="2026-03-02")[0].grants
    assert (grant.id, grant.until) == ("big#gold_month#o", at("2026-04-02"))
    assert told(TRIAL, order("2026-03-01 10:00", "1000"), until="2026-03-02")[0].grants == [], "he has gold itself"


def test_a_trial_goes_with_what_is_refunded_of_its_order():
    facts = [order("2026-03-01 10:00", "100", id="o"), refund("2026-03-02 10:00", "0.01", "o")]
    member, out = told(TRIAL, *facts, until="2026-03-03")
    assert (member.grants, changes(out)[-1]) == ([], "revoked big#gold_month#o")


def test_a_trial_is_nothing_to_be_used_up():
    facts = [order("2026-03-01 10:00", "100", id="o"), used("2026-03-02 10:00", "big#gold_month#o")]
    member, out = told(TRIAL, *facts, until="2026-03-03")
    assert (len(member.grants), len(out.refusals)) == (1, 1)


def test_each_published_story_gives_a_trial_but_none_before_joining():
    facts = [did("2026-02-01 10:00", "story"), order("2026-03-01 10:00", "1"), did("2026-03-02 10:00", "story")]
    member, _ = told(TRIAL, *facts, did("2026-03-02 11:00", "review"), until="2026-03-03")
    assert open_ones(member) == ["story#gold_month#story#2026-03-02 10:00"]


def test_joining_gives_so_many_of_each():
    rules = rules_of(welcome={"trigger": "joined", "give": ["coupon"], "times": 2})
    member, _ = told(rules, joined("2026-03-01 10:00"), until="2026-03-02")
    assert open_ones(member) == ["welcome#coupon#1", "welcome#coupon#1#2"]


BIRTHDAY = rules_of(
    wishes={"trigger": "birthday", "give": ["coupon"]},
    more={"trigger": "birthday", "tiers": ["gold"], "give": ["gift"]},
)


def test_a_birthday_gives_as_the_day_begins_where_the_member_is():
    member = joined("2026-03-01 10:00", birthday=(1990, 5, 17), time_zone="Asia/Shanghai")
    assert open_ones(told(BIRTHDAY, member, until="2026-05-16 16:59")[0]) == []
    assert open_ones(told(BIRTHDAY, member, until="2026-05-16 17:00")[0]) == ["wishes#coupon#2026"]
    _, out = told(BIRTHDAY, member, until="2028-05-18")
    assert changes(out) == [f"given wishes#coupon#{year}" for year in (2026, 2027, 2028)]


def test_a_birthday_entered_today_counts_today_and_one_that_moves_gives_once_a_year():
    facts = [joined("2026-03-01 10:00"), updated("2026-05-17 22:00", birthday=(0, 5, 17))]
    assert open_ones(told(BIRTHDAY, *facts, until="2026-05-17 22:00")[0]) == ["wishes#coupon#2026"]
    _, out = told(BIRTHDAY, *facts, updated("2026-06-01 10:00", birthday=(0, 7, 1)), until="2027-01-01")
    assert changes(out) == ["given wishes#coupon#2026"]


def test_a_birthday_month_gives_on_its_first_day_or_on_joining_within_it():
    rules = rules_of(month={"trigger": "birthday_month", "give": ["coupon"]})
    assert [one.at for one in told(rules, joined("2026-03-01", birthday=(0, 5, 17)), until="2026-06-01")[1].grants] == [
        at("2026-05-01")
    ]
    assert [one.at for one in told(rules, joined("2026-05-09", birthday=(0, 5, 17)), until="2026-06-01")[1].grants] == [
        at("2026-05-09")
    ]


def test_a_gold_member_gets_a_gift_besides():
    facts = [joined("2026-03-01 10:00", birthday=(0, 5, 17)), order("2026-03-02", "1000")]
    assert open_ones(told(BIRTHDAY, *facts, until="2026-05-17 09:00")[0]) == ["more#gift#2026", "wishes#coupon#2026"]


def test_anniversaries_of_membership_are_given_once_each():
    rules = rules_of(years={"trigger": "anniversary", "years": [10, 3, 5], "give": ["gift"]})
    _, out = told(rules, joined("2016-02-29 10:00"), until="2026-02-28")
    assert [(one.grant.id, one.at) for one in out.grants] == [
        ("years#gift#3", at("2019-02-28")),
        ("years#gift#5", at("2021-02-28")),
        ("years#gift#10", at("2026-02-28")),
    ]


YEARLY = rules_of(annual={"trigger": "yearly", "tiers": ["gold", "platinum"], "give": ["gift"]})


def test_a_yearly_gift_comes_with_the_tier_and_then_with_each_year_of_membership():
    facts = [joined("2025-01-10 10:00"), *(order(f"{year}-06-01 10:00", "1000") for year in (2025, 2026))]
    _, out = told(YEARLY, *facts, until="2027-02-01")
    assert [(one.grant.id, one.at) for one in out.grants] == [
        ("annual#gift#0#gold#1", at("2025-06-01 10:00")),
        ("annual#gift#1#gold#1", at("2026-01-10")),
        ("annual#gift#2#gold#2", at("2027-01-10")),
    ]


def test_a_higher_tier_within_the_year_brings_no_second_gift():
    facts = [joined("2025-01-10 10:00"), order("2025-06-01 10:00", "1000"), order("2025-07-01 10:00", "5000")]
    assert open_ones(told(YEARLY, *facts, until="2025-12-31")[0]) == ["annual#gift#0#gold#1"]


def test_a_yearly_gift_goes_with_the_tier_refunded_and_comes_with_the_next_rise():
    facts = [order("2025-06-01 10:00", "1000", id="o"), refund("2025-06-02 10:00", None, "o")]
    assert open_ones(told(YEARLY, *facts, until="2025-06-03")[0]) == []
    member, _ = told(YEARLY, *facts, order("2025-06-04 10:00", "1000"), until="2025-06-05")
    assert open_ones(member) == ["annual#gift#0#gold#2"]


def test_a_grant_for_a_segment_is_for_members_who_are_in_it_on_the_day():
    annual = {"trigger": "yearly", "give": ["gift"], "segments": ["new"]}
    segments = {
        "recency": ["30 days", "60 days", "90 days", "180 days"],
        "frequency": [1, 2, 3, 4],
        "monetary": ["1", "2", "3", "4"],
        "names": [{"name": "new", "label": {"en": "New"}, "frequency": "1-2"}],
    }
    rules = programmes.rules(benefits=BENEFITS, grants={"annual": annual}, segments=segments)
    facts = [order("2025-03-01 10:00", "1"), *(order(f"2026-02-0{n} 10:00", "1") for n in (1, 2, 3))]
    assert changes(told(rules, *facts, until="2026-03-02")[1]) == ["given annual#gift#0#member#0"], (
        "a year on he is not"
    )


BADGES = programmes.rules(
    benefits=BENEFITS,
    badges={
        "spender": {"label": {"en": "Spender"}, "rule": {"spend": "100"}},
        "regular": {"label": {"en": "Regular"}, "rule": {"orders": 2}},
        "collector": {"label": {"en": "Collector"}, "rule": {"categories": 2}},
    },
    grants={
        "regulars": {"trigger": "badge", "badge": "regular", "give": ["coupon"]},
        "collection": {"trigger": "badges", "count": 2, "give": ["gold_month"]},
    },
)


def test_a_badge_is_earned_once_and_kept_when_its_rule_no_longer_holds():
    facts = [order("2025-01-01 10:00", "60"), order("2025-01-02 10:00", "60"), order("2026-06-01 10:00", "1")]
    member, out = told(BADGES, *facts, until="2026-06-02")
    assert member.badges == {"spender": 1, "regular": 1}
    assert changes(out) == ["given regulars#coupon#1", "given collection#gold_month#1"]


def test_a_refund_takes_a_badge_with_what_came_with_it_and_with_the_collection():
    facts = [order("2025-01-01 10:00", "60"), order("2025-01-02 10:00", "60", id="o")]
    member, out = told(BADGES, *facts, refund("2025-01-03 10:00", None, "o"), until="2025-01-04")
    assert member.badges == {"spender": -1, "regular": -1}
    assert changes(out)[2:] == ["revoked regulars#coupon#1", "revoked collection#gold_month#1"]
    member, _ = told(
        BADGES, *facts, refund("2025-01-03 10:00", None, "o"), order("2025-01-05", "60"), until="2025-01-06"
    )
    assert open_ones(member) == ["regulars#coupon#2", "collection#gold_month#2"]


def test_a_refund_of_another_order_leaves_a_badge():
    facts = [order("2025-01-01 10:00", "100"), order("2026-06-01 10:00", "1", id="o")]
    member, _ = told(BADGES, *facts, refund("2026-06-02 10:00", None, "o"), until="2026-06-03")
    assert member.badges["spender"] == 1


def revised(**later: Any) -> Rules:
    """A programme that gives nothing until 2026."""
    first = programmes.programme()
    return compiled(Shipped(programme=first, messages={}, revisions={"2026-01-01": programmes.programme(**later)}))


def test_what_a_later_revision_gives_is_not_made_up_for():
    given = {
        "wishes": {"trigger": "birthday", "give": ["coupon"]},
        "years": {"trigger": "anniversary", "years": [3, 5, 10], "give": ["gift"]},
        "annual": {"trigger": "yearly", "give": ["gift"]},
    }
    rules = revised(benefits=BENEFITS, grants=given)
    _, out = told(rules, joined("2016-02-01 10:00", birthday=(1990, 5, 17)), until="2026-06-01")
    assert [(one.grant.id, one.at) for one in out.grants] == [
        ("annual#gift#9#member#0", at("2026-01-01")),
        ("annual#gift#10#member#0", at("2026-02-01")),
        ("years#gift#10", at("2026-02-01")),
        ("wishes#coupon#2026", at("2026-05-17")),
    ]


def test_segments_begin_with_the_revision_that_has_them_and_tags_know_the_orders_before_it():
    segments = {
        "recency": ["30 days", "60 days", "90 days", "180 days"],
        "frequency": [1, 2, 3, 4],
        "monetary": ["1", "2", "3", "4"],
        "names": [{"name": "any", "label": {"en": "Any"}}],
    }
    tags = {"thrifty": {"label": {"en": "T"}, "group": "preference", "coupon_share": 1, "live": "true"}}
    rules = revised(segments=segments, tags=tags)
    member, _ = told(rules, order("2025-12-15 10:00", "5"), until="2026-01-01")
    assert member.scored is not None
    assert (member.scored.recency, member.scored.since) == (5, at("2026-01-01"))
    assert [one.amount for one in member.recent] == [500]


def test_what_a_later_revision_no_longer_knows_is_kept_by_who_has_it():
    first = programmes.programme(benefits=BENEFITS, grants={"story": TRIAL.programme.grants["story"]})
    rules = compiled(Shipped(programme=first, messages={}, revisions={"2026-01-01": programmes.programme()}))
    facts = [order("2025-12-15 10:00", "5", id="o"), did("2025-12-16 10:00", "story")]
    member, _ = told(rules, *facts, refund("2026-01-02 10:00", None, "o"), until="2026-01-03")
    assert open_ones(member) == ["story#gold_month#story#2025-12-16 10:00"]
    assert entitlement(rules.of(member), member, at("2026-01-03")).standing == []
    assert open_ones(told(rules, *facts, until="2026-01-17")[0]) == [], "and ends on its day"
