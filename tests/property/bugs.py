"""Bugs to plant in the engine, each a function that patches one in. Its name says what the engine then does wrong."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

import msgspec
import pytest

from memberflow.engine import (
    by_hand,
    calendar,
    catalogue,
    fold,
    grants,
    happen,
    lots,
    measures,
    noticing,
    points,
    reviews,
    shortfall,
    speaking,
    spending,
    tasks,
    terms,
    tiers,
    truth,
    windows,
)
from memberflow.engine.history import History, Line
from memberflow.engine.lasting import Lasting
from memberflow.engine.member import DISTANT, NEVER, Member
from memberflow.engine.outcome import Outcome
from memberflow.engine.rules import Rules
from memberflow.facts import AnyFact, Bounced, Complained, Erased, Redemption, TaskDone

Patch = pytest.MonkeyPatch


def late_ignores_the_clock(patch: Patch) -> None:
    right = fold.needs_history

    def wrong(rules: Rules, member: Member, fact: AnyFact) -> bool:
        clock, member.clock = member.clock, -DISTANT
        try:
            return right(rules, member, fact)
        finally:
            member.clock = clock

    patch.setattr(fold, "needs_history", wrong)


def late_ignores_what_is_newest(patch: Patch) -> None:
    right = fold.needs_history

    def wrong(rules: Rules, member: Member, fact: AnyFact) -> bool:
        newest, member.newest = member.newest, (-DISTANT, 0, "")
        try:
            return right(rules, member, fact)
        finally:
            member.newest = newest

    patch.setattr(fold, "needs_history", wrong)


def ties_are_left_to_chance(patch: Patch) -> None:
    patch.setattr(fold, "_KEY", attrgetter("at"))


def an_order_refunded_before_it_came_is_not_looked_up(patch: Patch) -> None:
    right = fold.needs_history

    def wrong(rules: Rules, member: Member, fact: AnyFact) -> bool:
        waiting, member.waiting = member.waiting, []
        try:
            return right(rules, member, fact)
        finally:
            member.waiting = waiting

    patch.setattr(fold, "needs_history", wrong)


def what_is_due_is_woken_too_late(patch: Patch) -> None:
    patch.setattr(
        calendar.Period, "least_ms", property(lambda period: (period.months * 31 + period.days) * calendar.DAY)
    )


def a_refund_leaves_what_it_makes_due_asleep(patch: Patch) -> None:
    right = tiers.undo

    def wrong(rules: Rules, member: Member, *rest: Any) -> None:
        wake = member.wake
        right(rules, member, *rest)
        member.wake = wake

    patch.setattr(tiers, "undo", wrong)


def points_expire_only_where_a_run_is_there(patch: Patch) -> None:
    def wrong(rules: Rules, member: Member, fact: AnyFact, out: Outcome, history: History | None) -> None:
        happen.HAPPEN[type(fact)](rules, member, fact, out, history)
        member.clock = max(member.clock, fact.at)

    patch.setattr(fold, "_step", wrong)


def the_window_is_a_day_too_long(patch: Patch) -> None:
    patch.setattr(windows, "window_start", lambda day, window: calendar.add(day, window, -1))


def the_window_is_a_day_too_short(patch: Patch) -> None:
    patch.setattr(windows, "window_start", lambda day, window: calendar.add(day, window, -1) + 2)


def months_are_stepped_not_counted_from_their_anchor(patch: Patch) -> None:
    def wrong(start: int, period: calendar.Period, after: int) -> int:
        day = start
        while day <= after:
            day = calendar.add(day, period)
        return day

    patch.setattr(terms, "next_anniversary", wrong)


def points_are_usable_a_day_too_long(patch: Patch) -> None:
    right = Lasting.gone_on

    def wrong(self: Lasting, day: int) -> int:
        gone = right(self, day)
        return gone if gone == NEVER else gone + 1

    patch.setattr(Lasting, "gone_on", wrong)


def what_was_agreed_is_refused(patch: Patch) -> None:
    right = spending.redeem

    def wrong(rules: Rules, member: Member, fact: Redemption, out: Outcome, history: History | None) -> None:
        right(rules, member, msgspec.structs.replace(fact, agreed=False), out, history)

    patch.setitem(happen.HAPPEN, Redemption, wrong)


def a_refund_belongs_to_its_own_day(patch: Patch) -> None:
    def wrong(member: Member, day: int, amount: int, orders: int) -> None:
        if member.days:
            member.days[-1][1] -= amount
            member.days[-1][2] -= orders
            member.spend -= amount
            member.orders -= orders

    patch.setattr(measures, "take_from_day", wrong)


def a_refunded_order_keeps_its_categories(patch: Patch) -> None:
    patch.setattr(measures, "forget_categories", lambda *args: None)


def lots_are_spent_last_first(patch: Patch) -> None:
    right = lots.take

    def wrong(of: list[lots.Lot], points: int) -> list[lots.Lot]:
        of.reverse()
        parts = right(of, points)
        of.reverse()
        return parts

    patch.setattr(lots, "take", wrong)


def what_had_expired_is_taken_back_again(patch: Patch) -> None:
    right = points.take_back

    def wrong(rules: Rules, member: Member, at: int, cause: str, line: Line, out: Outcome, history: History) -> None:
        history.expired.clear()
        right(rules, member, at, cause, line, out, history)

    patch.setattr(points, "take_back", wrong)


def a_part_of_a_refund_is_rounded_alone(patch: Patch) -> None:
    right = points.take_back

    def wrong(rules: Rules, member: Member, at: int, cause: str, line: Line, out: Outcome, history: History) -> None:
        refunded, line.returned = line.returned, line.amount - line.left
        earned = line.earned * (line.returned - refunded) // line.amount if line.amount else 0
        part = msgspec.structs.replace(line, left=0, earned=earned, returned=0)
        right(rules, member, at, cause, part, out, history)

    patch.setattr(points, "take_back", wrong)


def debt_is_not_repaid(patch: Patch) -> None:
    right = points.credit

    def wrong(member: Member, at: int, cause: str, earned: int, key: lots.Key, out: Outcome) -> None:
        debt, member.debt = member.debt, 0
        right(member, at, cause, earned, key, out)
        member.debt = debt

    patch.setattr(points, "credit", wrong)


def a_refund_takes_no_tier(patch: Patch) -> None:
    patch.setattr(tiers, "undo", lambda *args: None)


def a_review_drops_to_the_bottom(patch: Patch) -> None:
    right = reviews.review

    def wrong(rules: Rules, member: Member, at: int, out: Outcome) -> None:
        kept = member.standings[-1].kept
        right(rules, member, at, out)
        if member.standings[-1].kept <= kept and len(member.standings) > 1:
            del member.standings[1:]

    patch.setattr(reviews, "review", wrong)


def a_spell_has_no_name_of_its_own(patch: Patch) -> None:
    right = speaking.occur

    def wrong(rules: Rules, member: Member, journey: Any, anchor: int, name: str, *rest: Any) -> None:
        right(rules, member, journey, anchor, "0" if journey.trigger == "dormancy" else name, *rest)

    patch.setattr(speaking, "occur", wrong)


def a_bounce_of_an_address_given_up_silences_the_new_one(patch: Patch) -> None:
    patch.setattr(happen, "_reaches", lambda member, channel, address: channel in member.contacts)


def a_new_address_stays_silent(patch: Patch) -> None:
    right = happen._profile

    def wrong(rules: Rules, member: Member, *rest: Any) -> None:
        suppressed = dict(member.suppressed)
        right(rules, member, *rest)
        member.suppressed = suppressed

    patch.setattr(happen, "_profile", wrong)


def a_complaint_about_a_mail_leaves_the_other_channels_on(patch: Patch) -> None:
    def wrong(rules: Rules, member: Member, fact: Complained, *rest: Any) -> None:
        member.consents[f"marketing/{fact.channel}"] = (False, fact.at, "complaint", fact.name)

    patch.setitem(happen.HAPPEN, Complained, wrong)


def a_second_bounce_moves_the_first(patch: Patch) -> None:
    def wrong(rules: Rules, member: Member, fact: Bounced, *rest: Any) -> None:
        if happen._reaches(member, fact.channel, fact.address):
            member.suppressed[fact.channel] = fact.at

    patch.setitem(happen.HAPPEN, Bounced, wrong)


def nothing_protects_who_fails_a_review(patch: Patch) -> None:
    patch.setattr(terms, "protections", lambda *args: iter(()))


def who_makes_up_for_it_waits_for_the_end_of_his_grace(patch: Patch) -> None:
    patch.setattr(reviews, "check", lambda *args: None)


def last_month_is_the_thirty_days_before(patch: Patch) -> None:
    patch.setattr(windows.Calendar, "first", lambda self, day: day - 30)
    patch.setattr(windows.Calendar, "last", lambda self, day: day)


def a_refund_leaves_what_came_with_the_tier(patch: Patch) -> None:
    patch.setattr(grants, "revoke", lambda *args: set())


def a_grant_never_ends(patch: Patch) -> None:
    right = grants.due

    def wrong(rules: Rules, member: Member) -> tuple[int, str]:
        open_ones, member.grants = member.grants, []
        try:
            return right(rules, member)
        finally:
            member.grants = open_ones

    patch.setattr(grants, "due", wrong)


def the_use_of_a_revoked_grant_is_not_looked_up(patch: Patch) -> None:
    patch.setattr(grants, "is_open", lambda member, id: True)


def who_joins_is_not_woken_for_what_follows(patch: Patch) -> None:
    right = tiers.enrol

    def wrong(rules: Rules, member: Member, *rest: Any) -> None:
        before = member.wake
        right(rules, member, *rest)
        member.wake = before

    patch.setattr(tiers, "enrol", wrong)


def growth_from_before_a_drop_lifts_again(patch: Patch) -> None:
    patch.setattr(measures.Seen, "since_drop", property(lambda seen: seen))


def a_mean_is_asked_of_the_whole_window(patch: Patch) -> None:
    patch.setattr(catalogue.Catalogue, "months", lambda self, over: 1)


def what_is_put_off_ends_between_reviews(patch: Patch) -> None:
    never = property(lambda rules: False, lambda rules, said: None)
    patch.setattr(Rules, "puts_off_to_review", never, raising=False)


def a_tier_lost_has_no_name_of_its_own(patch: Patch) -> None:
    right = speaking.occur

    def wrong(rules: Rules, member: Member, journey: Any, anchor: int, name: str, *rest: Any) -> None:
        right(rules, member, journey, anchor, "0" if journey.trigger == "tier_lost" else name, *rest)

    patch.setattr(speaking, "occur", wrong)


def people_are_sent_after_who_has_bought_meanwhile(patch: Patch) -> None:
    patch.setattr(truth, "recheck", lambda *args: None)


def a_task_never_lapses(patch: Patch) -> None:
    patch.setattr(tasks, "due", lambda member: DISTANT)


def the_end_of_a_task_withdrawn_is_not_looked_up(patch: Patch) -> None:
    patch.setattr(tasks, "is_open", lambda member, id: True)


def what_a_member_told_whoever_called_is_lost(patch: Patch) -> None:
    right = tasks.done

    def wrong(rules: Rules, member: Member, fact: TaskDone, out: Outcome, history: History | None) -> None:
        right(rules, member, msgspec.structs.replace(fact, answer=None), out, history)

    patch.setitem(happen.HAPPEN, TaskDone, wrong)


def an_answer_has_no_name_of_its_own(patch: Patch) -> None:
    right = speaking.occur

    def wrong(rules: Rules, member: Member, journey: Any, anchor: int, name: str, *rest: Any) -> None:
        right(rules, member, journey, anchor, "0" if journey.trigger == "answered" else name, *rest)

    patch.setattr(speaking, "occur", wrong)


def a_segment_entered_again_has_no_number_of_its_own(patch: Patch) -> None:
    right = noticing.segment_entered

    def wrong(rules: Rules, member: Member) -> str | None:
        segment = right(rules, member)
        member.entered = {name: min(1, max(0, times)) for name, times in member.entered.items()}
        return segment

    patch.setattr(noticing, "segment_entered", wrong)


def a_tier_within_reach_is_told_with_each_order(patch: Patch) -> None:
    patch.setattr(noticing, "mark", lambda *args: None)


def nobody_is_left_in_peace(patch: Patch) -> None:
    patch.setattr(speaking, "may_again", lambda *args: True)


def the_end_of_a_trial_is_woken_for_as_it_ends(patch: Patch) -> None:
    right = Rules._journeys

    def wrong(self: Rules, *rest: Any) -> None:
        right(self, *rest)
        self.trial_notice_ms = 0

    patch.setattr(Rules, "_journeys", wrong)


def a_tier_at_risk_is_told_whether_or_not_it_is(patch: Patch) -> None:
    patch.setattr(terms, "is_lost", lambda *args: True)


def what_is_within_reach_is_measured_without_what_was_spent(patch: Patch) -> None:
    patch.setattr(shortfall, "_lacking", lambda rules, rule, seen, name: rule.least(name))


def an_erasure_forgets_the_member_and_not_his_facts(patch: Patch) -> None:
    """What was erased of a member is held against a ledger that still counts it."""
    patch.setattr(by_hand, "_empty", lambda *args: None)


def an_erasure_keeps_the_profile(patch: Patch) -> None:
    right = happen.HAPPEN[Erased]

    def wrong(rules: Rules, member: Member, *rest: Any) -> None:
        contacts = member.contacts
        right(rules, member, *rest)
        member.contacts = contacts

    patch.setitem(happen.HAPPEN, Erased, wrong)
