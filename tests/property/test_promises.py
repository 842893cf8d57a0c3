"""What the engine promises of every history of a member, tried on many."""

from __future__ import annotations

from hypothesis import given

from tests.property import properties
from tests.property.histories import (
    MESSAGE_STORIES,
    Arrival,
    History,
    SplitRefund,
    arriving,
    histories,
    split_refunds,
    with_moments,
)
from tests.property.journey_settings import JOURNEY_SETTINGS, NEARING, NEARING_AT_ONCE
from tests.property.settings import ALL_SETTINGS as POINTS_SETTINGS
from tests.property.settings import SETTINGS
from tests.property.task_settings import RECOUNTED, TASK_SETTINGS
from tests.property.tier_settings import TIER_SETTINGS, TWIN_SETTINGS

ALL_SETTINGS = (*POINTS_SETTINGS, *TIER_SETTINGS, *JOURNEY_SETTINGS, *TASK_SETTINGS)


@given(arriving(ALL_SETTINGS))
def test_facts_in_any_order_and_number_with_runs_in_between_end_alike(
    case: tuple[History, tuple[Arrival, ...]],
) -> None:
    properties.any_arrival_ends_alike(case)


@given(with_moments(ALL_SETTINGS))
def test_time_in_pieces_does_what_time_does_in_one_go(case: tuple[History, list[int]]) -> None:
    properties.runs_do_not_matter(case)


@given(with_moments((*SETTINGS, *TWIN_SETTINGS)))
def test_a_recount_from_nothing_but_facts_agrees_at_any_moment(case: tuple[History, list[int]]) -> None:
    properties.agrees_with_the_twin(case)


@given(split_refunds(ALL_SETTINGS))
def test_refunds_in_parts_end_like_one_whole_refund(case: SplitRefund) -> None:
    properties.refunds_add_up(case)


@given(arriving(stories=MESSAGE_STORIES))
def test_bounces_and_complaints_in_any_order_and_number_end_alike(case: tuple[History, tuple[Arrival, ...]]) -> None:
    properties.any_arrival_ends_alike(case)


@given(with_moments(stories=MESSAGE_STORIES))
def test_a_recount_agrees_on_who_may_be_written_to_where(case: tuple[History, list[int]]) -> None:
    properties.agrees_with_the_twin(case)


@given(arriving(TASK_SETTINGS))
def test_tasks_and_answers_in_any_order_and_number_end_alike(case: tuple[History, tuple[Arrival, ...]]) -> None:
    properties.any_arrival_ends_alike(case)


@given(with_moments(TASK_SETTINGS))
def test_tasks_do_not_ask_how_time_was_cut(case: tuple[History, list[int]]) -> None:
    properties.runs_do_not_matter(case)


@given(with_moments((RECOUNTED,)))
def test_a_recount_agrees_on_what_became_of_every_task(case: tuple[History, list[int]]) -> None:
    properties.tasks_agree_with_the_twin(case)


@given(histories((NEARING, NEARING_AT_ONCE)))
def test_a_tier_told_to_be_at_risk_goes_unless_what_is_missing_is_spent(history: History) -> None:
    properties.a_tier_at_risk_goes_on_its_day_unless_what_is_missing_is_spent(history)


@given(histories((NEARING, NEARING_AT_ONCE)))
def test_a_tier_told_to_be_within_reach_is_reached_by_what_is_missing(history: History) -> None:
    properties.a_tier_within_reach_is_reached_by_what_is_missing_and_by_no_less(history)


@given(arriving(ALL_SETTINGS))
def test_who_was_erased_is_the_same_whatever_he_was(case: tuple[History, tuple[Arrival, ...]]) -> None:
    properties.an_erasure_leaves_the_same_of_everybody(case)
