"""Which message an order counts for, and what messages are worth against the members who were held out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pytest

from memberflow import lift
from memberflow.engine.member import Task
from memberflow.engine.outcome import Occurrence
from memberflow.engine.rules import compiled
from memberflow.facts import AnyFact
from memberflow.lift import Arm, Step, Told
from memberflow.programme.schema import Shipped
from tests import programmes
from tests.happened import at, order, refund

COUNTED = programmes.WIN_BACK | {"counts_within": "30 days"}
AFTER = {after: COUNTED | {"after": f"{after} days"} for after in (30, 60, 90)}
SERIES = {"away_30": AFTER[30], "away_60": AFTER[60], "away_90": AFTER[90]}
HELD_OUT = "withheld: holdout"
COMPARED = {"win_back": COUNTED | {"holdout": 10}}
LATER = at("2027-01-01")


def steps(
    journeys: dict[str, Any], *members: tuple[list[Told], Sequence[AnyFact]], now: int = LATER
) -> dict[str, Step]:
    return lift.steps(programmes.rules(journeys=journeys), members, now)


def told(journey: str, when: str, outcome: str = "sent") -> Told:
    moment = at(when)
    occurrence = Occurrence(id=f"{journey}#{when}", journey=journey, anchor=0, at=moment, useful_until=moment + 1)
    return occurrence, outcome


def rate(found: Step) -> tuple[int, int]:
    return found.won_back, found.reached


# --- rates ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "counts"),
    [
        ("2026-03-01 10:00", False),
        ("2026-03-01 10:01", True),
        ("2026-03-31 23:59", True),
        ("2026-04-01 00:00", False),
    ],
)
def test_an_order_counts_after_the_step_and_to_the_end_of_the_thirtieth_day_after_it(when: str, counts: bool) -> None:
    found = steps({"win_back": COUNTED}, ([told("win_back", "2026-03-01 10:00")], [order(when, "20")]))
    assert rate(found["win_back"]) == (counts, 1)


def test_an_order_counts_for_the_last_step_before_it_and_for_no_other() -> None:
    series = [told("away_30", "2026-03-01 10:00"), told("away_60", "2026-03-31 10:00"), told("away_90", "2026-04-30")]
    found = steps(SERIES, (series, [order("2026-03-31 12:00", "20")]))
    assert {key: rate(step) for key, step in found.items()} == {"away_30": (0, 1), "away_60": (1, 1), "away_90": (0, 1)}


def test_an_order_counts_for_an_earlier_step_where_the_last_ones_window_is_over() -> None:
    journeys = {"long": COUNTED, "short": COUNTED | {"counts_within": "3 days"}}
    both = [told("long", "2026-03-01"), told("short", "2026-03-05")]
    found = steps(journeys, (both, [order("2026-03-20 12:00", "20")]))
    assert (rate(found["long"]), rate(found["short"])) == ((1, 1), (0, 1))


def test_two_orders_after_one_step_win_a_member_back_once() -> None:
    orders = [order("2026-03-02 10:00", "20"), order("2026-03-03 10:00", "20")]
    found = steps({"win_back": COUNTED}, ([told("win_back", "2026-03-01")], orders))
    assert rate(found["win_back"]) == (1, 1)


@pytest.mark.parametrize(("state", "reached"), [
    ("sent", 1), ("delivered", 1), ("complained", 1), ("unknown: a crash between call and record", 1),
    ("bounced: Permanent", 0), ("failed: no receipt came", 0), ("withheld: consent", 0), (HELD_OUT, 0), ("waiting", 0),
])  # fmt: skip
def test_only_what_may_have_reached_a_member_wins_him_back(state: str, reached: int) -> None:
    facts: list[AnyFact] = [order("2026-03-02 10:00", "20")]
    found = steps({"win_back": COUNTED}, ([told("win_back", "2026-03-01", state)], facts))
    assert rate(found.get("win_back", Step())) == (reached, reached)


def test_a_window_that_is_not_over_is_running_and_in_no_rate() -> None:
    one = ([told("win_back", "2026-03-01")], [order("2026-03-02 10:00", "20")])
    early, over = (steps({"win_back": COUNTED}, one, now=at(now)) for now in ("2026-03-31 23:59", "2026-04-01"))
    assert (early["win_back"].running, rate(early["win_back"])) == (1, (0, 0))
    assert (over["win_back"].running, rate(over["win_back"])) == (0, (1, 1))


@pytest.mark.parametrize(("back", "returns"), [(None, 0), ("20", 0), ("19.99", 1)])
def test_an_order_given_back_whole_is_no_return(back: str | None, returns: int) -> None:
    facts: list[AnyFact] = [order("2026-03-02 10:00", "20", id="o"), refund("2026-05-02", back, "o")]
    found = steps({"win_back": COUNTED}, ([told("win_back", "2026-03-01")], facts))
    assert found["win_back"].won_back == returns


def test_a_refund_that_is_yet_to_come_takes_nothing_back() -> None:
    facts: list[AnyFact] = [order("2026-03-02 10:00", "20", id="o"), refund("2026-05-02", None, "o")]
    found = steps({"win_back": COUNTED}, ([told("win_back", "2026-03-01")], facts), now=at("2026-05-01"))
    assert found["win_back"].won_back == 1


def test_a_journey_that_counts_nothing_is_not_told_of() -> None:
    assert steps({"win_back": programmes.WIN_BACK}, ([told("win_back", "2026-03-01")], [])) == {}


def test_a_message_goes_by_the_page_in_force_at_its_moment() -> None:
    pages = [programmes.programme(journeys={"win_back": COUNTED | {"counts_within": d}}) for d in ("5 days", "30 days")]
    both = compiled(Shipped(programme=pages[0], messages={}, revisions={"2026-06-01": pages[1]}))
    messages = [told("win_back", "2026-03-01"), told("win_back", "2026-07-01")]
    orders: list[AnyFact] = [order("2026-03-11 10:00", "20"), order("2026-07-11 10:00", "20")]
    assert rate(lift.steps(both, [(messages, orders)], LATER)["win_back"]) == (1, 2)


# --- lift ----------------------------------------------------------------------------------------------------


def test_both_sides_are_counted_in_the_same_window_with_what_they_spent() -> None:
    bought: list[AnyFact] = [order("2026-03-02 10:00", "20"), order("2026-03-03 10:00", "5")]
    late: list[AnyFact] = [order("2026-04-01 10:00", "20")]
    sides = [("sent", bought), ("sent", late), (HELD_OUT, bought), (HELD_OUT, late), (HELD_OUT, [])]
    members = [([told("win_back", "2026-03-01 10:00", outcome)], facts) for outcome, facts in sides]
    found = steps(COMPARED, *members)["win_back"]
    assert (found.written_to, found.held_out) == (Arm(2, 1, 2500), Arm(3, 1, 2500))


@pytest.mark.parametrize("outcome", ["bounced: Permanent", "failed: no receipt came", "unknown"])
def test_who_was_written_to_in_vain_stays_on_his_side(outcome: str) -> None:
    """The held out might have bounced too."""
    assert steps(COMPARED, ([told("win_back", "2026-03-01", outcome)], []))["win_back"].written_to.members == 1


@pytest.mark.parametrize("state", ["open", "done", "withdrawn", "lapsed", "held_out"])
def test_a_task_counts_when_it_was_done_and_is_compared_whatever_became_of_it(state: str) -> None:
    """A task that an order withdraws would be missing on one side only."""
    moment = at("2026-03-01")
    task = Task("win_back#1", "win_back", 1, moment, "adviser", moment + 1, moment + 2, {})
    found = steps(COMPARED, ([(task, state)], [order("2026-03-02 10:00", "20")]))["win_back"]
    assert rate(found) == ((1, 1) if state == "done" else (0, 0))
    assert (found.written_to.members, found.held_out.members) == ((0, 1) if state == "held_out" else (1, 0))


@pytest.mark.parametrize("outcome", ["withheld: consent", "withheld: cap", "withheld: withdrawn", "waiting", "claimed"])
def test_who_did_not_pass_every_gate_is_on_neither_side(outcome: str) -> None:
    assert steps(COMPARED, ([told("win_back", "2026-03-01", outcome)], [])) == {}


def test_whose_window_is_not_over_is_on_neither_side_yet() -> None:
    one = ([told("win_back", "2026-03-01", HELD_OUT)], [order("2026-03-02 10:00", "20")])
    assert steps(COMPARED, one, now=at("2026-03-31 23:59")) == {}
    assert steps(COMPARED, one, now=at("2026-04-01"))["win_back"].held_out == Arm(1, 1, 2000)


def test_a_member_counts_once_by_his_first_message() -> None:
    """Who falls silent again has been changed by the first one."""
    messages = [told("win_back", "2026-08-01"), told("win_back", "2026-03-01")]
    found = steps(COMPARED, (messages, [order("2026-08-02 10:00", "20")]))["win_back"]
    assert found.written_to == Arm(1, 0, 0)
    assert rate(found) == (1, 2)


def test_before_there_was_a_holdout_nobody_is_compared() -> None:
    pages = [programmes.programme(journeys={"win_back": page}) for page in (COUNTED, COMPARED["win_back"])]
    both = compiled(Shipped(programme=pages[0], messages={}, revisions={"2026-06-01": pages[1]}))
    messages = [told("win_back", "2026-03-01"), told("win_back", "2026-07-01")]
    found = lift.steps(both, [(messages, [order("2026-07-11 10:00", "20")])], LATER)["win_back"]
    assert found.written_to == Arm(1, 1, 2000)


def crowd(outcome: str, members: int, back: int) -> Iterable[tuple[list[Told], list[AnyFact]]]:
    for number in range(members):
        yield [told("win_back", "2026-03-01", outcome)], [order("2026-03-02 10:00", "20")] if number < back else []


def test_no_lift_is_told_of_fewer_than_thirty_members_on_a_side() -> None:
    few = steps(COMPARED, *crowd("sent", 100, 50), *crowd(HELD_OUT, 29, 3))["win_back"]
    enough = steps(COMPARED, *crowd("sent", 100, 50), *crowd(HELD_OUT, 30, 3))["win_back"]
    assert few.lift is None
    assert enough.lift is not None
    assert enough.lift.difference == pytest.approx(0.4)
    assert not enough.lift.may_be_chance


@pytest.mark.parametrize(
    ("counts", "difference", "low", "high"),
    [((120, 1000, 90, 1000), 0.0300, 0.0031, 0.0570), ((0, 30, 3, 30), -0.1000, -0.2562, 0.0310)],
)
def test_the_interval_is_newcombes(
    counts: tuple[int, int, int, int], difference: float, low: float, high: float
) -> None:
    """As statsmodels' confint_proportions_2indep with method newcomb gives it."""
    found = lift.newcombe(*counts)
    assert (found.difference, found.low, found.high) == pytest.approx((difference, low, high), abs=5e-5)


def test_nobody_who_returned_and_everybody_are_intervals_too() -> None:
    all_or_none = lift.newcombe(40, 40, 0, 40)
    assert 0.8 < all_or_none.low < all_or_none.high <= 1 + 1e-9
    same = lift.newcombe(0, 40, 0, 40)
    assert same.low < 0 < same.high
    assert same.may_be_chance
