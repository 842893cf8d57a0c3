"""Checks of when tiers are reviewed, how far one drops, and who enters by invitation."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterator

from memberflow.programme.problems import Problem
from memberflow.programme.schema import Programme
from memberflow.programme.schema.fields import year_day


def dates_go_with_reviews_on_dates(programme: Programme) -> Iterator[Problem]:
    tiers = programme.tiers
    if tiers.review == "on_dates" and not tiers.review_on:
        message = "key 'review_on' is missing in tiers: reviews on dates need it"
        yield Problem("P071", ("tiers",), message, "expected a list such as [1 January, 1 July]")
    if tiers.review != "on_dates" and tiers.review_on:
        message = f"tiers takes no 'review_on': reviews are {tiers.review}"
        yield Problem("P072", ("tiers", "review_on"), message, "say review: on_dates")


def dates_exist(programme: Programme) -> Iterator[Problem]:
    for index, text in enumerate(programme.tiers.review_on):
        month, day = year_day(text)
        if month and day > monthrange(2024, month)[1]:
            yield Problem("P064", ("tiers", "review_on", index), f"there is no {text}")


def rising_has_its_moment(programme: Programme) -> Iterator[Problem]:
    if programme.tiers.rise == "at_review" and programme.tiers.review == "at_once":
        message = "nobody would ever rise: where tiers end at once there are no reviews to rise at"
        yield Problem("P073", ("tiers", "rise"), message, "say rise: at_once, or another review")


def dropping_at_once_has_a_measure(programme: Programme) -> Iterator[Problem]:
    tiers = programme.tiers
    if tiers.review == "at_once" and tiers.drop == "one" and tiers.drop_again_after is None:
        message = "who fails at once would drop one tier after the other on one day"
        yield Problem("P073", ("tiers", "review"), message, "say drop: to_fit or to_base, or drop_again_after")


def the_end_of_grace_goes_with_grace(programme: Programme) -> Iterator[Problem]:
    if programme.tiers.grace_ends != "on_its_day" and programme.tiers.grace is None:
        message = "tiers takes no 'grace_ends': there is no grace"
        yield Problem("P072", ("tiers", "grace_ends"), message, "say grace: 1 month, or leave it out")


def what_is_put_off_has_a_review_to_come(programme: Programme) -> Iterator[Problem]:
    tiers = programme.tiers
    if tiers.put_off_to == "next_review" and tiers.review != "on_dates":
        message = f"tiers takes no 'put_off_to': reviews are {tiers.review}"
        yield Problem("P072", ("tiers", "put_off_to"), message, "say review: on_dates")


def rules_at_once_are_asked_where_others_wait(programme: Programme) -> Iterator[Problem]:
    for index, tier in enumerate(programme.tiers.levels):
        path = ("tiers", "levels", index, "at_once")
        if tier.at_once is None or index == 0:
            continue
        if tier.by != "rule":
            message = f"{tier.name!r} takes no 'at_once': it is entered by {tier.by}"
            yield Problem("P072", path, message, "who may be invited is said under eligible")
        elif programme.tiers.rise == "at_once":
            message = f"{tier.name!r} takes no 'at_once': every rule lets members in at once"
            yield Problem("P072", path, message, "say rise: at_review, or put it into enter")


def what_is_held_for_good_is_not_kept_by_a_rule(programme: Programme) -> Iterator[Problem]:
    for index, tier in enumerate(programme.tiers.levels):
        path = ("tiers", "levels", index, "keep")
        if tier.keep is not None and tier.drops == "never":
            yield Problem("P072", path, f"{tier.name!r} takes no 'keep': it never drops", "leave one of the two out")
        if isinstance(tier.keep, str) and tier.enter is None:
            message = f"{tier.name!r} has no rule to enter it that {tier.keep} could be kept of"
            yield Problem("P074", path, message, "expected a rule such as {spend: 3000}")


def invitations_go_with_tiers_by_invitation(programme: Programme) -> Iterator[Problem]:
    for index, tier in enumerate(programme.tiers.levels):
        path = ("tiers", "levels", index)
        if tier.by == "rule" and tier.eligible is not None:
            message = f"{tier.name!r} takes no 'eligible': a rule lets members in"
            yield Problem("P072", (*path, "eligible"), message, "say by: invitation")
        if tier.by != "rule" and tier.enter is not None:
            message = f"{tier.name!r} takes no 'enter': it is entered by {tier.by}"
            yield Problem("P072", (*path, "enter"), message, "who may be invited is said under eligible")
        if tier.by != "rule" and index == 0:
            message = f"the first tier is not entered by {tier.by}: every member has {tier.name!r}"
            yield Problem("P032", (*path, "by"), message, "leave it out")


REVIEW_CHECKS: tuple[Callable[[Programme], Iterator[Problem]], ...] = (
    dates_go_with_reviews_on_dates,
    dates_exist,
    rising_has_its_moment,
    dropping_at_once_has_a_measure,
    the_end_of_grace_goes_with_grace,
    what_is_put_off_has_a_review_to_come,
    rules_at_once_are_asked_where_others_wait,
    what_is_held_for_good_is_not_kept_by_a_rule,
    invitations_go_with_tiers_by_invitation,
)
