"""The fall-out calendar against brute force: every day ahead counted anew from the orders, every advice followed."""

from __future__ import annotations

from hypothesis import given
from whenever import Date

from cli import explanation, letter, phrases
from cli.tongue import Tongue
from memberflow.engine import fallout, terms
from memberflow.engine.calendar import DAY, day_to_date
from memberflow.engine.fold import fold
from memberflow.engine.member import Member
from memberflow.engine.outcome import Outcome
from memberflow.engine.outlook import ahead, review
from memberflow.explain import explain
from memberflow.facts import AnyFact, Order
from tests.property.histories import MEMBER, History, histories
from tests.property.settings import DAILY, JOINING, MONTHLY, YEARLY
from tests.property.tier_settings import LIFTING, TIER_SETTINGS
from tests.property.twin import Twin

SPEND_ALONE = (YEARLY, MONTHLY, DAILY)
DAYS_LOOKED_AT = 70


def _folded(history: History, *more: AnyFact, until: int | None = None) -> Member:
    end = history.end if until is None else until
    return fold(history.setting.rules, MEMBER, (*history.facts, *more), end, Outcome())


def _twin(history: History) -> Twin:
    twin = Twin(history.setting.programme)
    for fact in sorted(history.facts, key=lambda fact: fact.key):
        twin.live_until(fact.at)
        twin.happen(fact)
    twin.live_until(history.end)
    return twin


def _date(day: int) -> Date:
    on = day_to_date(day)
    return Date(on.year, on.month, on.day)


@given(histories((MONTHLY, DAILY, JOINING)))
def test_what_leaves_the_window_leaves_it_on_the_day_it_says(history: History) -> None:
    rules, member, twin = history.setting.rules, _folded(history), _twin(history)
    today = rules.zone.day(history.end)
    rows = fallout.leaving(rules, member, today)
    now = twin.measures(_date(today))
    for on in range(today, today + DAYS_LOOKED_AT):
        gone = [row for row in rows if row.day <= on]
        left = twin.measures(_date(on))
        assert left["spend"] == now["spend"] - sum(row.spend for row in gone)
        assert left["orders"] == now["orders"] - sum(row.orders for row in gone)
        assert not gone or gone[-1].left == left["spend"]


@given(histories((MONTHLY, DAILY, JOINING)))
def test_a_rule_fails_first_on_the_day_it_says(history: History) -> None:
    rules, member, twin = history.setting.rules, _folded(history), _twin(history)
    if member.tier is None:
        return
    today = rules.zone.day(history.end)
    for level, schema in zip(rules.levels[1:], history.setting.programme.tiers.levels[1:], strict=True):
        assert level.enter is not None
        days = range(today, today + DAYS_LOOKED_AT)
        fails = (on for on in days if not twin.holds(schema.enter, _date(on)))
        assert fallout.first_failing(rules, member, level.enter, today) == next(fails, None)


def _order(history: History, day: int, amount: int) -> Order:
    """The last thing of a day, and after everything that happened."""
    at = max(history.setting.rules.zone.moment(day + 1) - 1, history.end)
    return Order(at=at, id="zz", member_id=MEMBER, amount=amount)


@given(histories(SPEND_ALONE))
def test_what_is_said_to_be_enough_keeps_a_tier_and_a_penny_less_loses_it(history: History) -> None:
    rules, member = history.setting.rules, _folded(history)
    told = member.tier and review(rules, member, rules.zone.day(history.end))
    if not told or told.at <= history.end + DAY:
        return
    held = rules.level[member.tier or ""].index
    for one in told.enough:
        assert one.last is not None
        for day in {one.first, one.last}:
            if one.spend and one.first <= one.last and rules.zone.moment(day + 1) > history.end:
                enough, less = (_folded(history, _order(history, day, one.spend - by), until=told.at) for by in (0, 1))
                assert rules.level[enough.tier or ""].index >= held
                at_once = _folded(history, _order(history, day, one.spend - 1), until=_order(history, day, 0).at)
                assert rules.level[less.tier or ""].index < held or at_once.tier != member.tier, "unless it raises him"


@given(histories(SPEND_ALONE))
def test_what_is_said_to_be_enough_reaches_a_tier_and_a_penny_less_does_not(history: History) -> None:
    rules, member = history.setting.rules, _folded(history)
    today = rules.zone.day(history.end)
    if member.tier is None or rules.zone.moment(today + 1) - 1 == history.end:  # no moment of the day is left
        return
    for above in ahead(rules, member, today):
        for one in above.enough[:2]:
            for day in {one.first, one.first + 1 if one.last is None else one.last}:
                enough, less = (_order(history, day, one.spend - by) for by in (0, 1))
                index = rules.level[above.tier].index
                reached, not_reached = (_folded(history, order, until=order.at).tier or "" for order in (enough, less))
                assert rules.level[reached].index >= index
                assert rules.level[not_reached].index < index


@given(histories(SPEND_ALONE))
def test_the_first_day_at_risk_comes_no_later_than_a_review_that_fails(history: History) -> None:
    rules, member = history.setting.rules, _folded(history)
    told = member.tier and review(rules, member, rules.zone.day(history.end))
    if told and told.need is not None and not told.need.met and told.at > history.end:
        assert told.at_risk is not None
        assert told.at_risk <= rules.zone.day(told.at)
        assert terms.due(rules, member) == told.at


@given(histories((*TIER_SETTINGS, LIFTING, YEARLY)))
def test_whatever_happened_can_be_told_and_adds_up(history: History) -> None:
    rules = history.setting.rules
    told = explain(rules, MEMBER, history.facts, history.end)
    if told.tier is None:
        return
    assert sum(order.left for order in told.orders if order.counts) == told.measures["spend"]
    assert sum(one.spend for one in told.leaving) == told.measures["spend"]
    for name, parts in told.scores.items():
        assert sum(part.share for part in parts) == told.measures[f"score {name}"]
    for language in phrases.LANGUAGES:
        assert list(explanation.lines(Tongue(rules, language), told))
        assert all(letter.lines(Tongue(rules, language, labels=True), told))
