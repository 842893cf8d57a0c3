"""Birthdays and years of membership: which comes next, and on which day."""

from __future__ import annotations

from memberflow.engine.calendar import add_months, birthday_in, day_to_date
from memberflow.engine.member import Member
from memberflow.engine.plans import Plan
from memberflow.engine.rules import Rules


def birthday_day(rules: Rules, member: Member, year: int) -> int:
    assert member.birthday is not None
    return birthday_in(year, member.birthday[1], member.birthday[2], rules.leap_to_march)


def birthday_month(rules: Rules, member: Member, year: int) -> int:
    """The first day of the month in which the birthday is kept."""
    day = birthday_day(rules, member, year)
    return day - day_to_date(day).day + 1


def next_birthday_year(rules: Rules, member: Member, kept: int, by_month: bool = False) -> int:
    """The next year whose birthday is to be kept: after the year ``kept``, and not past when it became known.

    Nor past when the revision of the programme came into force. ``by_month``: it is past when its month is.
    """
    known = member.birthday_from
    if rules.number:
        known = max(known, rules.zone_of(member).day(rules.starts))
    year = day_to_date(known).year
    if (
        add_months(birthday_month(rules, member, year), 1) - 1 if by_month else birthday_day(rules, member, year)
    ) < known:
        year += 1
    return max(year, kept + 1)


def anniversary(rules: Rules, member: Member, years: int) -> int:
    """The day on which the member has been one for so many years."""
    assert member.enrolled_at is not None
    return add_months(rules.zone.day(member.enrolled_at), 12 * years)


def years_of_membership(rules: Rules, member: Member, day: int) -> int:
    """Whole years on a day."""
    assert member.enrolled_at is not None
    years = day_to_date(day).year - day_to_date(rules.zone.day(member.enrolled_at)).year
    return years - (anniversary(rules, member, years) > day)


def kept_birthday(rules: Rules, member: Member, journey: Plan, year: int) -> int:
    """The day on which it is kept, or the first of its month."""
    return (birthday_month if journey.by_month else birthday_day)(rules, member, year)


def last_order_day(rules: Rules, member: Member) -> int:
    return -1 if member.last_order_at is None else rules.zone.day(member.last_order_at)
