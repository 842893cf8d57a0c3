"""What the shape of a programme can't say: small checks on a well-shaped one, in any order, each telling all it finds.

The codes and their meanings are the table CODES in problems.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path

from memberflow.programme import (
    check_benefits,
    check_measures,
    check_points,
    check_segments,
    check_templates,
    check_triggers,
)
from memberflow.programme.check_contact import CONTACT_CHECKS, opt_outs
from memberflow.programme.check_costs import COST_CHECKS
from memberflow.programme.check_journeys import JOURNEY_CHECKS
from memberflow.programme.check_reach import REACH_CHECKS
from memberflow.programme.check_reviews import REVIEW_CHECKS
from memberflow.programme.check_sending import SENDING_CHECKS
from memberflow.programme.check_targets import TARGET_CHECKS
from memberflow.programme.check_tasks import TASK_CHECKS
from memberflow.programme.check_tiers import TIER_CHECKS
from memberflow.programme.problems import KeyPath, Problem, named, suggest
from memberflow.programme.schema import Programme
from memberflow.programme.schema.fields import DECIMAL_PLACES

# The active codes of ISO 4217 that money is kept in, of 2026.
_CURRENCIES = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP
CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR
IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU
MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG
SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV
WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
"""


def problems(programme: Programme, folder: Path) -> list[Problem]:
    """Everything wrong with a well-shaped programme whose templates are in ``folder``/messages."""
    found = [problem for check in CHECKS for problem in check(programme)]
    return [*found, *check_templates.problems(programme, folder), *opt_outs(programme, folder)]


def currency_is_listed(programme: Programme) -> Iterator[Problem]:
    if programme.currency not in _CURRENCIES.split():
        message = f"ISO 4217 lists no currency {programme.currency!r}"
        yield Problem("P021", ("currency",), message, "orders in any other currency are refused")


def time_zone_exists(programme: Programme) -> Iterator[Problem]:
    zones = (files("tzdata") / "zones").read_text().split()
    if programme.time_zone not in zones:
        help = suggest(programme.time_zone, zones, "expected an IANA zone such as Asia/Shanghai")
        yield Problem("P022", ("time_zone",), f"there is no time zone {programme.time_zone!r}", help)


def amounts_are_payable(programme: Programme) -> Iterator[Problem]:
    places = DECIMAL_PLACES.get(programme.currency, 2)
    for path, amount in _amounts(programme):
        if not amount.strip("0."):
            yield Problem("P023", path, f"{named(path)} is zero", "expected an amount above zero")
        if len(amount.partition(".")[2].rstrip("0")) > places:
            message = f"{named(path)} is finer than {programme.currency} can pay: {amount!r}"
            yield Problem("P024", path, message, f"expected at most {places} decimal places")


def a_point_costs_something(programme: Programme) -> Iterator[Problem]:
    cost = programme.points.cost
    if cost is not None and not cost.strip("0."):
        yield Problem("P023", ("points", "cost"), "cost is zero", "expected an amount above zero, or no cost at all")


def _amounts(programme: Programme) -> Iterator[tuple[KeyPath, str]]:
    yield from check_points.amounts(programme)
    yield from check_measures.amounts(programme)
    yield from check_benefits.amounts(programme)
    yield from check_segments.amounts(programme)
    yield from check_triggers.amounts(programme)


def quiet_hours_have_a_length(programme: Programme) -> Iterator[Problem]:
    quiet = programme.quiet_hours
    if quiet is not None and quiet.start == quiet.end:
        message = f"quiet hours end at {quiet.end}, as they begin"
        yield Problem("P025", ("quiet_hours", "end"), message, "leave quiet_hours out where there are none")


_LISTS = ("channels", "tiers", "on", "tags", "answers", "segments", "badges")


def nothing_is_listed_twice(programme: Programme) -> Iterator[Problem]:
    lists: list[tuple[KeyPath, tuple[str, ...]]] = [
        (("languages",), programme.languages),
        (("event_channels",), programme.event_channels),
    ]
    for name, journey in programme.journeys.items():
        lists += [(("journeys", name, key), getattr(journey, key)) for key in _LISTS]
    lists += [(("surveys", name), answers) for name, answers in programme.surveys.items()]
    lists += check_benefits.lists(programme)
    for path, items in lists:
        for index, item in enumerate(items):
            if item in items[:index]:
                yield Problem("P016", (*path, index), f"{item!r} is listed twice in {path[-1]}")


CHECKS: tuple[Callable[[Programme], Iterator[Problem]], ...] = (
    currency_is_listed,
    time_zone_exists,
    amounts_are_payable,
    a_point_costs_something,
    quiet_hours_have_a_length,
    nothing_is_listed_twice,
    *TIER_CHECKS,
    *REVIEW_CHECKS,
    *check_measures.MEASURE_CHECKS,
    *check_points.POINT_CHECKS,
    *check_benefits.BENEFIT_CHECKS,
    *check_segments.SEGMENT_CHECKS,
    *JOURNEY_CHECKS,
    *TASK_CHECKS,
    *check_triggers.TRIGGER_CHECKS,
    *SENDING_CHECKS,
    *REACH_CHECKS,
    *CONTACT_CHECKS,
    *COST_CHECKS,
    *TARGET_CHECKS,
)
