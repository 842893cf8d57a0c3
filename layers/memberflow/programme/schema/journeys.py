"""Journeys: the reasons to contact a member."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, field

from memberflow.programme.schema.fields import (
    Channel,
    Count,
    DayPattern,
    Duration,
    Language,
    LocalTime,
    Money,
    Name,
    Percent,
    Priority,
    Purpose,
    Shape,
    Within,
)
from memberflow.programme.schema.tiers import Rule

Words = Annotated[str, Meta(min_length=1, description="the words that staff read")]


class Task(Shape, frozen=True, kw_only=True):
    """Something for a person to do about the member. ``for``: whose it is, a role such as adviser.

    ``due``: within so long of the journey's moment; a number of days ends with the last of them, in the member's own
    time. ``text``: what is to be done, for staff to read.
    """

    role: Name = field(name="for")
    due: Within
    text: dict[Language, Words]


class Reach(Shape, frozen=True, kw_only=True):
    """How near the next tier is: all that is missing is at most so much of each of these measures."""

    spend: Money | None = None
    orders: Count | None = None
    interactions: Count | None = None
    growth: Count | None = None
    points_earned: Count | None = None


class Journey(Shape, frozen=True, kw_only=True):
    """A reason to contact a member.

    ``birthday``: on his birthday. ``tier_reached``: when he rises to one of ``tiers`` (absent: to any). ``dormancy``:
    ``after`` the day of his last order, once per spell; an order in between calls it off. ``joined``, ``first_order``
    and ``order``: when he joins, with his first order or with each, or so long ``after`` it: several journeys are the
    steps of a series. ``anniversary``: after so many ``years`` of membership. ``calendar``: on the days in ``on``, by
    the member's own calendar. ``points_expiring``: so long ``before`` usable points run out, once for each day on which
    some do. ``tier_lost``: when one of ``tiers`` is lost (absent: any). Each leaves at ``send_at`` of the member's own
    time (absent: at once, outside quiet hours) and is dropped when ``useful_for`` has passed.

    Only for members who then and still have one of ``tiers``, meet ``when``, and have all of the live ``tags``.
    ``ends_with`` order: another order calls off what was to follow on joining, on the first order or on an order.
    ``give``: benefits that come with it, whether or not the message may leave.

    ``channels``: in order; the first that the member agreed to and can be reached by. ``holdout``: so many percent of
    the members never get it, always the same ones, to be compared with the others.

    A journey makes a message (``purpose``, ``channels``, ``message``) or, in their place, a ``task`` for a person, who
    asks for no consent, quiet hours or caps; open until it is done, its reason is gone or ``useful_for`` has passed.
    ``asks``: the survey that the message or the task is about. ``answered``: when he answers the ``survey`` (by one of
    ``answers``; absent: by any), himself or through whoever did the task, or so long ``after`` it.
    ``birthday_month``: as the month of his birthday begins, or on joining within it. ``segment_entered``: each time he
    comes into one of ``segments``; any other journey with ``segments`` is only for who is in one of them.
    ``badge``: when he earns one of ``badges`` (absent: any). ``trial_ending``: so long ``before`` the last day of a
    trial of a tier above his. ``tier_at_risk``: so long ``before`` the last day that counts for his review, where by
    what counts then he would lose the tier. ``within_reach``: with the order or activity after which so much more,
    ``of`` each measure named, would give him the next tier; once until he rises again.

    ``again_after``: not again before so long after its last occurrence; what comes about meanwhile is not made up for.

    ``counts_within``: an order that soon after it counts as won back by it, for the report of returns and lift.

    ``priority``: where a cap has room for fewer messages than are due for a member on one day, those of a higher number
    leave, whichever comes first; absent it is 0.
    """

    trigger: Literal[
        "birthday",
        "tier_reached",
        "dormancy",
        "joined",
        "first_order",
        "order",
        "anniversary",
        "calendar",
        "points_expiring",
        "tier_lost",
        "answered",
        "birthday_month",
        "segment_entered",
        "badge",
        "trial_ending",
        "tier_at_risk",
        "within_reach",
    ]
    after: Duration | None = None
    tiers: tuple[Name, ...] = ()
    send_at: LocalTime | None = None
    useful_for: Duration
    purpose: Purpose | None = None
    channels: Annotated[tuple[Channel, ...], Meta(min_length=1)] = ()
    message: Name | None = None
    holdout: Percent | None = None
    years: tuple[Count, ...] = ()
    on: tuple[DayPattern, ...] = ()
    before: Duration | None = None
    when: Rule | None = None
    tags: tuple[Name, ...] = ()
    ends_with: Literal["order"] | None = None
    give: tuple[Name, ...] = ()
    task: Task | None = None
    asks: Name | None = None
    survey: Name | None = None
    answers: tuple[Name, ...] = ()
    segments: tuple[Name, ...] = ()
    badges: tuple[Name, ...] = ()
    of: Reach | None = None
    again_after: Duration | None = None
    counts_within: Duration | None = None
    priority: Priority = 0
