"""What real orders don't tell, made up: birthdays, zones, languages, contacts, consents, refunds, redemptions, hours.

Everything follows from the customer's number, so every run gives the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import ROUND_DOWN, Decimal
from math import log10
from random import Random
from zoneinfo import ZoneInfo

from cli.cdnow import LAST, Purchase
from memberflow.engine.rules import Rules
from memberflow.events import Event
from memberflow.events.members import ActivityDone, ConsentChanged, MemberJoined
from memberflow.events.orders import OrderPaid, OrderRefunded
from memberflow.events.points import PointsRedeemed
from memberflow.programme.schema.fields import DECIMAL_PLACES, minor_units

KINDS = "birthdays, time zones, languages, contacts, consents, times of day, refunds, redemptions, activities"
"""What of the demo's input is made up."""

# A few hours from the programme's zone at most: the demo's one run a day falls into everybody's waking hours.
_NEIGHBOURS = {
    "Europe": ("Europe/Paris", "America/New_York"),
    "America": ("America/New_York", "America/Chicago"),
    "Asia": ("Asia/Tokyo", "Asia/Bangkok"),
}
_REDEEM_STEP = 50
_USUAL_ENTRY = 300
"""What a year's spend on CDs may well come to: the first tier above the lowest is brought near to it."""


def scale(rules: Rules) -> int:
    """What amounts are multiplied by, 1, 10, 100 …, so that the programme's first threshold of spend is in reach."""
    asked = [one for level in rules.levels if level.enter is not None for one in level.enter.leaves()]
    figures = [one.figure for one in asked if one.key.split()[0] == "spend" and not one.at_most]
    if not figures:
        return 1
    usual = _USUAL_ENTRY * 10**rules.catalogue.places
    return int(10 ** max(0, round(log10(min(figures) / usual))))


class Life:
    """The events of one member, from what he bought."""

    def __init__(self, rules: Rules, customer: str, bought: list[Purchase]) -> None:
        self.rules, self.bought = rules, bought
        self.programme = rules.programme
        self.scale = scale(rules)
        self.member_id = f"cd-{customer}"
        self.currency = rules.programme.currency
        self.zone = ZoneInfo(rules.programme.time_zone)
        self.random = Random(f"memberflow demo {customer}")  # noqa: S311

    def events(self) -> list[Event]:
        """In order of happening; what would happen after the last day of the orders is left out."""
        events = [self._joined(), *self._consents(), *self._orders(), *self._activities()]
        end = datetime.combine(LAST, time.max, self.zone)
        return sorted((event for event in events if event.occurred_at <= end), key=lambda event: event.occurred_at)

    def _at(self, day: date, first_hour: int, last_hour: int) -> datetime:
        minute = self.random.randrange(first_hour * 60, last_hour * 60)
        return datetime.combine(day, time(minute // 60, minute % 60), self.zone)

    def _joined(self) -> MemberJoined:
        """The evening before the first order."""
        random, languages = self.random, self.rules.programme.languages
        near = _NEIGHBOURS.get(self.zone.key.partition("/")[0], ())
        return MemberJoined(
            member_id=self.member_id,
            occurred_at=self._at(self.bought[0].on - timedelta(1), 18, 22),
            birthday=self._birthday(),
            time_zone=random.choice(near) if near and random.random() < 0.2 else None,
            language=languages[0] if random.random() < 0.8 else random.choice(languages),
            contacts=self._contacts(),
        )

    def _contacts(self) -> dict[str, str]:
        """An address of mail for nearly everybody, half of them on the programme's other channels; nobody's number."""
        contacts = {"email": f"{self.member_id}@example.com"} if self.random.random() < 0.97 else {}
        for channel in self._channels:
            if channel != "email" and self.random.random() < 0.5:
                number = f"+1202555{100 + self.random.randrange(100):04}"
                contacts[channel] = number if channel == "sms" else self.member_id
        return contacts

    @property
    def _channels(self) -> list[str]:
        """Those that the programme's journeys use and that need a contact."""
        used = (channel for journey in self.programme.journeys.values() for channel in journey.channels)
        return sorted({"email", *used} - {"log"})

    def _birthday(self) -> str | None:
        random = self.random
        born = date(1930, 1, 1) + timedelta(random.randrange(50 * 365))
        text = born.isoformat() if random.random() < 0.9 else f"-{born.isoformat()[4:]}"
        return text if random.random() < 0.9 else None

    def _consents(self) -> Iterator[ConsentChanged]:
        """Most agree when they join; some of those change their mind within the year."""
        if self.random.random() < 0.75:
            yield from self._consent("yes", self._at(self.bought[0].on - timedelta(1), 22, 23), True)
            if self.random.random() < 0.12:
                day = self.bought[0].on + timedelta(self.random.randrange(30, 365))
                yield from self._consent("no", self._at(day, 9, 21), False)

    def _consent(self, name: str, at: datetime, granted: bool) -> Iterator[ConsentChanged]:
        for channel in self._channels:
            yield ConsentChanged(
                member_id=self.member_id,
                occurred_at=at,
                event_id=f"{self.member_id}-{name}" + ("" if channel == "email" else f"-{channel}"),
                purpose="marketing",
                channel=channel,
                granted=granted,
                source="demo",
                text_version="1",
            )

    def _orders(self) -> Iterator[Event]:
        saves = self.random.random() < 0.6 or self.programme.points.redeem is None
        points = 0
        for number, purchase in enumerate(self.bought, 1):
            order = self._order(number, purchase)
            yield order
            if self.random.random() < 0.03:
                yield self._refund(order)
            points += minor_units(order.amount, self._places) // self.rules.earning.per * self.rules.earning.points
            wanted = points // self._redeem_step * self._redeem_step
            if wanted and not saves:
                points -= wanted
                yield self._redemption(order, wanted)

    @property
    def _redeem_step(self) -> int:
        """The least that is redeemed at a time, by the programme's own minimum and step."""
        redeem = self.programme.points.redeem
        least = max(_REDEEM_STEP, redeem.least) if redeem else _REDEEM_STEP
        step = redeem.step if redeem else 1
        return -(-least // step) * step

    def _activities(self) -> Iterator[ActivityDone]:
        """Now and then, in the days after an order, one of what the programme counts or pays for."""
        measures = self.programme.measures
        kinds = sorted({*self.programme.points.activities, *measures.interactions})
        for number, purchase in enumerate(self.bought if kinds else (), 1):
            for kind in kinds:
                if self.random.random() < 0.2:
                    yield ActivityDone(
                        member_id=self.member_id,
                        occurred_at=self._at(purchase.on + timedelta(self.random.randrange(1, 15)), 8, 22),
                        activity=kind,
                        activity_id=f"{self.member_id}-{number}-{kind}",
                    )

    @property
    def _places(self) -> int:
        return DECIMAL_PLACES.get(self.currency, 2)

    def _amount(self, amount: Decimal) -> str:
        """As the programme's currency writes it."""
        return str(amount.quantize(Decimal(1).scaleb(-self._places), ROUND_DOWN))

    def _order(self, number: int, purchase: Purchase) -> OrderPaid:
        return OrderPaid(
            member_id=self.member_id,
            occurred_at=self._at(purchase.on, 8, 22),
            order_id=f"{self.member_id}-{number}",
            amount=self._amount(purchase.amount * self.scale),
            currency=self.currency,
            channel="web",
        )

    def _refund(self, order: OrderPaid) -> OrderRefunded:
        """Two to three weeks on; the whole order or half of it."""
        whole = self.random.random() < 0.5
        return OrderRefunded(
            member_id=self.member_id,
            occurred_at=self._at(order.occurred_at.date() + timedelta(self.random.randrange(3, 21)), 9, 18),
            refund_id=f"{order.order_id}-back",
            order_id=order.order_id,
            amount=None if whole else self._amount(Decimal(order.amount) / 2),
            currency=self.currency,
            whole=whole,
        )

    def _redemption(self, order: OrderPaid, points: int) -> PointsRedeemed:
        return PointsRedeemed(
            member_id=self.member_id,
            occurred_at=self._at(order.occurred_at.date() + timedelta(self.random.randrange(1, 11)), 8, 22),
            redemption_id=f"{order.order_id}-points",
            points=points,
        )
