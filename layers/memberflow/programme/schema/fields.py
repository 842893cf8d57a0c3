"""The kinds of value that a programme is written in."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

# Currencies whose smallest unit is not a hundredth (ISO 4217); every other one has two places.
DECIMAL_PLACES = dict.fromkeys(
    ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"), 0
) | dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3)

Name = Annotated[
    str, Meta(pattern="^[a-z][a-z0-9_]{0,39}$", description="a name of lower-case letters, digits and underscores")
]
Language = Annotated[str, Meta(pattern="^[a-z]{2}(-[A-Z]{2})?$", description="a language such as en or zh-CN")]
Label = Annotated[str, Meta(min_length=1, description="the words that members read")]
Money = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{1,12}(\.[0-9]{1,3})?$",
        description="an amount in the programme's currency, such as 3000 or 2999.99",
    ),
]
Text = Annotated[str, Meta(min_length=1, max_length=64, description="a name of the shop's own")]
Yes = Annotated[bool, Meta(description="true or false")]
Count = Annotated[int, Meta(ge=1, description="a whole number from 1")]
Duration = Annotated[
    str,
    Meta(
        pattern="^([1-9][0-9]{0,3} days?|[1-9][0-9]{0,2} months?|[1-9][0-9]? years?)$",
        description="a period such as 90 days, 12 months or 1 year, below a hundred years",
    ),
]
Validity = Annotated[
    str,
    Meta(
        pattern="^([1-9][0-9]{0,3} (hours?|days?)|[1-9][0-9]{0,2} months?|[1-9][0-9]? years?)$",
        description="a period such as 24 hours, 90 days, 12 months or 1 year, below a hundred years",
    ),
]
Within = Annotated[
    str,
    Meta(
        pattern="^[1-9][0-9]{0,3} (hours?|days?)$",
        description="a time such as 48 hours or 3 days",
    ),
]
Months = Annotated[
    str,
    Meta(
        pattern="^([1-9][0-9]{0,2} months?|[1-9][0-9]? years?)$",
        description="a period of months or years, such as 6 months or 3 years",
    ),
]
Over = Annotated[
    str,
    Meta(
        pattern="^([1-9][0-9]{0,3} days?|[1-9][0-9]{0,2} months?|[1-9][0-9]? years?|(this|last) (month|quarter|year))$",
        description="a period such as 90 days or 12 months, or this or last with month, quarter or year",
    ),
]
Whole = Annotated[int, Meta(ge=0, description="a whole number from 0")]
Share = Annotated[str, Meta(pattern="^([1-9][0-9]?|100) ?%$", description="a share such as 80 %")]
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
YearDay = Annotated[
    str,
    Meta(
        pattern=f"^([1-9]|[12][0-9]|3[01]) ({'|'.join(MONTHS)}|each month)$",
        description="a date of every year such as 1 January, or of every month such as 1 each month",
    ),
]
LocalTime = Annotated[str, Meta(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$", description='a time of day such as "09:30"')]
MonthDay = Annotated[
    str,
    Meta(pattern="^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$", description="a day of the year such as 12-31"),
]
DayPattern = Annotated[
    str,
    Meta(
        pattern="^([0-9]{4}-[0-9]{2}-[0-9]{2}( to [0-9]{4}-[0-9]{2}-[0-9]{2})?|(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
        "|[1-9]|[12][0-9]|3[01]|(mon|tues|wednes|thurs|fri|satur|sun)day|birthday|birthday month)$",
        description="a date (2026-11-11), dates (2026-11-01 to 2026-11-11), a day of every year (11-11) or month (18), "
        "a weekday (monday), birthday or birthday month",
    ),
]
Channel = Annotated[
    str,
    Meta(pattern="^[a-z][a-z0-9_]{0,19}$", description="a channel such as email, sms, log or one of event_channels"),
]
BUILT_IN_CHANNELS = ("email", "sms", "log")
"""Those with a way out of their own; any other goes over the event bus."""
Percent = Annotated[int, Meta(ge=1, le=50, description="a percentage from 1 to 50")]
Priority = Annotated[int, Meta(ge=-100, le=100, description="a whole number from -100 to 100")]
Purpose = Literal["service", "marketing"]


class Shape(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    pass


def minor_units(amount: str, places: int) -> int:
    """Decimal text to integer minor units; the text has no more places than the currency (checked before)."""
    whole, _, part = amount.partition(".")
    return int(whole + part[:places].ljust(places, "0"))


def year_day(text: str) -> tuple[int, int]:
    """'1 January' as (1, 1); the month of '1 each month' is 0."""
    day, _, month = text.partition(" ")
    return (0 if month == "each month" else MONTHS.index(month) + 1), int(day)


def decimal_text(minor: int, currency: str) -> str:
    """Integer minor units to decimal text, such as 12.50."""
    places = DECIMAL_PLACES.get(currency, 2)
    whole, part = divmod(minor, 10**places)
    return f"{whole}.{part:0{places}}" if places else str(whole)
