"""A programme made ready for the engine: names resolved, money in minor units, periods parsed. Once per programme."""

from __future__ import annotations

from memberflow.engine.calendar import Period, Zone, add, window_start, zone, zone_or_none
from memberflow.engine.member import DISTANT, NEVER, Member
from memberflow.programme import schema


class Condition:
    """Measures that must reach their figures, with nested alternatives. ``path`` is its place in the programme."""

    def __init__(self, rule: schema.Rule, path: str, minor: int) -> None:
        self.path = path
        amounts = {"spend": None if rule.spend is None else minor_units(rule.spend, minor)}
        counts = {"orders": rule.orders, "categories": rule.categories}
        self.needs = tuple((name, value) for name, value in (amounts | counts).items() if value is not None)
        self.all = tuple(Condition(part, f"{path}.all[{i}]", minor) for i, part in enumerate(rule.all))
        self.any = tuple(Condition(part, f"{path}.any[{i}]", minor) for i, part in enumerate(rule.any))

    def holds(self, measures: dict[str, int]) -> bool:
        for name, value in self.needs:
            if measures[name] < value:
                return False
        return all(part.holds(measures) for part in self.all) and (
            not self.any or any(part.holds(measures) for part in self.any)
        )

    def least(self, measure: str) -> int:
        """The measure is at least so much wherever the rule holds."""
        parts = [value for name, value in self.needs if name == measure] + [part.least(measure) for part in self.all]
        if self.any:
            parts.append(min(part.least(measure) for part in self.any))
        return max(parts, default=0)

    def leaves(self) -> tuple[tuple[str, int], ...]:
        """Every (measure, figure) that the rule looks at, in the order written."""
        return self.needs + tuple(leaf for part in self.all + self.any for leaf in part.leaves())


class Level:
    """A tier with its compiled rules; ``index`` counts from the lowest, 0."""

    def __init__(self, tier: schema.Tier, index: int, minor: int) -> None:
        self.name, self.index, self.label = tier.name, index, tier.label
        path = f"tiers.levels[{index}]"
        self.enter = None if tier.enter is None else Condition(tier.enter, f"{path}.enter", minor)
        self.next_spend = 0
        """With less spend than this no higher tier can be reached."""
        self.keep = self.enter if tier.keep is None else Condition(tier.keep, f"{path}.keep", minor)


class Journey:
    """A journey with its times as minutes of the local day and milliseconds."""

    def __init__(self, key: str, journey: schema.Journey, quiet: tuple[int, int] | None) -> None:
        self.key = key
        self.trigger = journey.trigger
        self.after = Period.of(journey.after) if journey.after else Period(0, 0)
        self.tiers = frozenset(journey.tiers)
        self.send_at = None if journey.send_at is None else local_minute(journey.send_at)
        self.useful_for = Period.of(journey.useful_for)
        self.purpose, self.channels, self.message = journey.purpose, journey.channels, journey.message
        self._quiet = quiet

    def leaves_at(self, place: Zone, day: int) -> int:
        """The moment to send on a local day."""
        minute = self.send_at
        if minute is None:
            minute = self._quiet[1] if self._is_quiet(0) and self._quiet else 0
        return place.moment(day, minute)

    def leaves_after(self, place: Zone, at: int) -> int:
        """The first moment to send, not before ``at``: the next ``send_at``, or at once outside quiet hours."""
        target = self.send_at
        if target is None:
            if not self._is_quiet(place.minute(at)) or not self._quiet:
                return at
            target = self._quiet[1]
        day = place.day(at)
        today = place.moment(day, target)
        return today if today >= at else place.moment(day + 1, target)

    def _is_quiet(self, minute: int) -> bool:
        if self._quiet is None:
            return False
        start, end = self._quiet
        return start <= minute < end if start < end else minute >= start or minute < end

    def useful_until(self, place: Zone, at: int) -> int:
        """'1 day' is to the end of the local day it leaves on, '7 days' to the end of the sixth after."""
        return place.moment(add(place.day(at), self.useful_for))


class Rules:
    """Everything the engine asks of a programme."""

    def __init__(self, programme: schema.Programme) -> None:
        places = schema.DECIMAL_PLACES.get(programme.currency, 2)
        self.programme = programme
        self.zone = zone(programme.time_zone)
        self.enrols_on_order = programme.enrol == "first_order"
        self.leap_to_march = programme.birthday_29_february == "1 March"
        self.earn_points = programme.points.earn.points
        self.earn_per = minor_units(programme.points.earn.per, places)
        expiry = programme.points.expire_after
        self.expire_after = None if expiry is None else Period.of(expiry)
        self.window = Period.of(programme.tiers.window)
        self.review_every = Period.of(programme.tiers.review_every)
        self.levels = tuple(Level(tier, i, places) for i, tier in enumerate(programme.tiers.levels))
        self.level = {level.name: level for level in self.levels}
        for level in self.levels:
            above = [higher.enter.least("spend") for higher in self.levels[level.index + 1 :] if higher.enter]
            level.next_spend = min(above, default=DISTANT)
        quiet = programme.quiet_hours
        hours = None if quiet is None else (local_minute(quiet.start), local_minute(quiet.end))
        self._first_day: dict[int, int] = {}
        self._gone_on: dict[int, int] = {}
        self.journeys = {key: Journey(key, journey, hours) for key, journey in programme.journeys.items()}

        self.birthdays, self.upgrades, self.dormancies = map(self._on, ("birthday", "tier_reached", "dormancy"))
        periods = [self.review_every, *(journey.after for journey in self.dormancies)]
        if self.expire_after is not None:
            periods.append(self.expire_after)
        self.soonest_ms = min(period.least_ms for period in periods)
        """What a fact makes due lies at least so far ahead of it (birthdays apart)."""

    def _on(self, trigger: str) -> tuple[Journey, ...]:
        return tuple(journey for journey in self.journeys.values() if journey.trigger == trigger)

    def first_day(self, day: int) -> int:
        """The first day of the tiers' window on ``day``."""
        if day not in self._first_day:
            self._first_day[day] = window_start(day, self.window)
        return self._first_day[day]

    def gone_on(self, day: int) -> int:
        """The day on which points earned on ``day`` are gone: the one after their last."""
        if day not in self._gone_on:
            self._gone_on[day] = NEVER if self.expire_after is None else add(day, self.expire_after) + 1
        return self._gone_on[day]

    def zone_of(self, member: Member) -> Zone:
        """The member's own zone; the programme's where he has none or one that does not exist."""
        own = zone_or_none(member.time_zone) if member.time_zone is not None else None
        return own or self.zone


def minor_units(amount: str, places: int) -> int:
    """Decimal text to integer minor units; the text has no more places than the currency (checked before)."""
    whole, _, part = amount.partition(".")
    return int(whole + part[:places].ljust(places, "0"))


def local_minute(text: str) -> int:
    """'09:30' as minutes since midnight."""
    return int(text[:2]) * 60 + int(text[3:])
