"""Each property must notice what it is there for: an engine with a bug planted in it breaks its promise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy

from tests.property import bugs, properties
from tests.property.histories import MESSAGE_STORIES, arriving, histories, split_refunds, with_moments
from tests.property.journey_settings import JOURNEY_SETTINGS, NEARING, TELLING, TELLING_AHEAD, TRYING
from tests.property.settings import MONTHLY, REWARDING, SETTINGS, YEARLY
from tests.property.task_settings import ASKING, RECOUNTED
from tests.property.tier_settings import FITTING, LIFTING, SETTLED, TWIN_SETTINGS

_SEARCH = settings(
    max_examples=4000,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)

ARRIVALS = (properties.any_arrival_ends_alike, arriving())
RUNS = (properties.runs_do_not_matter, with_moments())
TWIN = (properties.agrees_with_the_twin, with_moments())
# Where a mistake shows most often: by months that end on the 31st, and with terms and lots of a year.
ARRIVALS_BY_MONTHS = (properties.any_arrival_ends_alike, arriving((MONTHLY,)))
RUNS_BY_YEARS = (properties.runs_do_not_matter, with_moments((YEARLY,)))
TWIN_BY_MONTHS = (properties.agrees_with_the_twin, with_moments((MONTHLY,)))
TWIN_OF_MESSAGES = (properties.agrees_with_the_twin, with_moments(stories=MESSAGE_STORIES))
TWIN_AT_ONCE = (properties.agrees_with_the_twin, with_moments((FITTING,)))
TWIN_LIFTING = (properties.agrees_with_the_twin, with_moments((LIFTING,)))
TWIN_ON_DATES = (properties.agrees_with_the_twin, with_moments((SETTLED,)))
RUNS_WITH_REWARDS = (properties.runs_do_not_matter, with_moments((REWARDING,)))
ARRIVALS_WITH_REWARDS = (properties.any_arrival_ends_alike, arriving((REWARDING,)))
RUNS_WITH_JOURNEYS = (properties.runs_do_not_matter, with_moments((TELLING_AHEAD,)))
ARRIVALS_WITH_JOURNEYS = (properties.any_arrival_ends_alike, arriving((TELLING,)))
ARRIVALS_OF_TASKS = (properties.any_arrival_ends_alike, arriving((ASKING,)))
TWIN_OF_TASKS = (properties.tasks_agree_with_the_twin, with_moments((RECOUNTED,)))
RUNS_OF_JOURNEYS = (properties.runs_do_not_matter, with_moments((TELLING,)))
RUNS_WITH_TRIALS = (properties.runs_do_not_matter, with_moments((TRYING,)))
RISK = (properties.a_tier_at_risk_goes_on_its_day_unless_what_is_missing_is_spent, histories((NEARING,)))
REACH = (properties.a_tier_within_reach_is_reached_by_what_is_missing_and_by_no_less, histories((NEARING,)))
PARTS = (properties.refunds_add_up, split_refunds())
ERASED = (properties.an_erasure_leaves_the_same_of_everybody, arriving())

PLANTED = (
    (bugs.an_erasure_forgets_the_member_and_not_his_facts, ERASED),
    (bugs.an_erasure_keeps_the_profile, ERASED),
    (bugs.late_ignores_the_clock, ARRIVALS),
    (bugs.late_ignores_what_is_newest, ARRIVALS),
    (bugs.ties_are_left_to_chance, ARRIVALS),
    (bugs.an_order_refunded_before_it_came_is_not_looked_up, ARRIVALS_BY_MONTHS),
    (bugs.what_is_due_is_woken_too_late, ARRIVALS),
    (bugs.a_refund_leaves_what_it_makes_due_asleep, RUNS_BY_YEARS),
    (bugs.points_expire_only_where_a_run_is_there, RUNS),
    (bugs.a_spell_has_no_name_of_its_own, ARRIVALS),
    (bugs.the_window_is_a_day_too_long, TWIN),
    (bugs.the_window_is_a_day_too_short, TWIN),
    (bugs.months_are_stepped_not_counted_from_their_anchor, TWIN_BY_MONTHS),
    (bugs.points_are_usable_a_day_too_long, TWIN),
    (bugs.what_was_agreed_is_refused, TWIN),
    (bugs.a_refund_belongs_to_its_own_day, TWIN),
    (bugs.a_refunded_order_keeps_its_categories, TWIN),
    (bugs.lots_are_spent_last_first, TWIN),
    (bugs.what_had_expired_is_taken_back_again, TWIN),
    (bugs.debt_is_not_repaid, TWIN),
    (bugs.a_refund_takes_no_tier, TWIN),
    (bugs.a_review_drops_to_the_bottom, TWIN),
    (bugs.a_part_of_a_refund_is_rounded_alone, PARTS),
    (bugs.a_bounce_of_an_address_given_up_silences_the_new_one, TWIN_OF_MESSAGES),
    (bugs.a_new_address_stays_silent, TWIN_OF_MESSAGES),
    (bugs.a_complaint_about_a_mail_leaves_the_other_channels_on, TWIN_OF_MESSAGES),
    (bugs.a_second_bounce_moves_the_first, TWIN_OF_MESSAGES),
    (bugs.nothing_protects_who_fails_a_review, TWIN_AT_ONCE),
    (bugs.who_makes_up_for_it_waits_for_the_end_of_his_grace, TWIN_AT_ONCE),
    (bugs.last_month_is_the_thirty_days_before, TWIN_ON_DATES),
    (bugs.a_refund_leaves_what_came_with_the_tier, RUNS_WITH_REWARDS),
    (bugs.a_grant_never_ends, RUNS_WITH_REWARDS),
    (bugs.the_use_of_a_revoked_grant_is_not_looked_up, ARRIVALS_WITH_REWARDS),
    (bugs.who_joins_is_not_woken_for_what_follows, RUNS_WITH_JOURNEYS),
    (bugs.a_tier_lost_has_no_name_of_its_own, ARRIVALS_WITH_JOURNEYS),
    (bugs.people_are_sent_after_who_has_bought_meanwhile, TWIN_OF_TASKS),
    (bugs.a_task_never_lapses, TWIN_OF_TASKS),
    (bugs.what_a_member_told_whoever_called_is_lost, TWIN_OF_TASKS),
    (bugs.the_end_of_a_task_withdrawn_is_not_looked_up, ARRIVALS_OF_TASKS),
    (bugs.an_answer_has_no_name_of_its_own, ARRIVALS_OF_TASKS),
    (bugs.a_segment_entered_again_has_no_number_of_its_own, ARRIVALS_WITH_JOURNEYS),
    (bugs.a_tier_within_reach_is_told_with_each_order, ARRIVALS_WITH_JOURNEYS),
    (bugs.nobody_is_left_in_peace, RUNS_OF_JOURNEYS),
    (bugs.the_end_of_a_trial_is_woken_for_as_it_ends, RUNS_WITH_TRIALS),
    (bugs.a_tier_at_risk_is_told_whether_or_not_it_is, RISK),
    (bugs.what_is_within_reach_is_measured_without_what_was_spent, REACH),
    (bugs.growth_from_before_a_drop_lifts_again, TWIN_LIFTING),
    (bugs.a_mean_is_asked_of_the_whole_window, TWIN_LIFTING),
    (bugs.what_is_put_off_ends_between_reviews, TWIN_LIFTING),
)


@pytest.fixture(autouse=True)
def _rules_made_anew() -> Iterator[None]:
    """Rules keep the days they have worked out; those of a broken calendar must not outlive the test."""
    _forget_rules()
    yield
    _forget_rules()


def _forget_rules() -> None:
    for setting in (*SETTINGS, *TWIN_SETTINGS, *JOURNEY_SETTINGS):
        setting.__dict__.pop("rules", None)


@pytest.mark.parametrize(("bug", "promise"), PLANTED, ids=[bug.__name__ for bug, _ in PLANTED])
def test_a_planted_bug_is_noticed(
    bug: Callable[[pytest.MonkeyPatch], None],
    promise: tuple[Callable[..., None], SearchStrategy[Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bug(monkeypatch)
    check, cases = promise
    with pytest.raises(AssertionError):
        _SEARCH(given(cases)(check))()
