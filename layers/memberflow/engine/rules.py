"""A programme made ready for the engine: names resolved, money in minor units, periods parsed. Once per programme."""

from __future__ import annotations

from memberflow.engine.calendar import Period, Zone, add, zone, zone_or_none
from memberflow.engine.catalogue import EXTRAS, Catalogue
from memberflow.engine.conditions import Level
from memberflow.engine.member import DISTANT, NEVER, Member
from memberflow.engine.plans import Plan, local_minute
from memberflow.programme.schema import Programme
from memberflow.programme.schema.fields import DECIMAL_PLACES, minor_units


class Rules:
    """Everything the engine asks of a programme."""

    def __init__(self, programme: Programme) -> None:
        places = DECIMAL_PLACES.get(programme.currency, 2)
        self.programme = programme
        self.zone = zone(programme.time_zone)
        self.enrols_on_order = programme.enrol == "first_order"
        self.leap_to_march = programme.birthday_29_february == "1 March"
        self.earn_points = programme.points.earn.points
        self.earn_per = minor_units(programme.points.earn.per, places)
        expiry = programme.points.expire_after
        self.expire_after = None if expiry is None else Period.of(expiry)
        self.catalogue = catalogue = Catalogue(programme)
        self.first_day = catalogue.main.first
        """The first day of the tiers' window on a day."""
        self.review_every = Period.of(programme.tiers.review_every)
        self.levels = tuple(Level(tier, i, catalogue) for i, tier in enumerate(programme.tiers.levels))
        self.level = {level.name: level for level in self.levels}
        for level in self.levels:
            above = [higher.enter.least("spend") for higher in self.levels[level.index + 1 :] if higher.enter]
            level.next_spend = min(above, default=DISTANT)
        self._measure(catalogue)
        quiet = programme.quiet_hours
        hours = None if quiet is None else (local_minute(quiet.start), local_minute(quiet.end))
        self._kept_from: dict[int, int] = {}
        self._gone_on: dict[int, int] = {}
        self.journeys = {key: Plan(key, journey, hours) for key, journey in programme.journeys.items()}

        self.birthdays, self.upgrades, self.dormancies = map(self._on, ("birthday", "tier_reached", "dormancy"))
        periods = [self.review_every, *(journey.after for journey in self.dormancies)]
        if self.expire_after is not None:
            periods.append(self.expire_after)
        self.soonest_ms = min(period.least_ms for period in periods)
        """What a fact makes due lies at least so far ahead of it (birthdays apart)."""

    def _on(self, trigger: str) -> tuple[Plan, ...]:
        return tuple(journey for journey in self.journeys.values() if journey.trigger == trigger)

    def _measure(self, catalogue: Catalogue) -> None:
        """What the days must count for the rules that were read."""
        self.measures = catalogue.measures
        self.counters = {counter: EXTRAS + n for n, counter in enumerate(catalogue.counters)}
        self.blank = (0,) * len(self.counters)
        self.largest = self.counters.get("largest_order", 0)
        self.kinds = catalogue.kinds

    def kept_from(self, day: int) -> int:
        """The first day that any rule still looks at on ``day``."""
        if day not in self._kept_from:
            self._kept_from[day] = min(window.first(day) for window in self.catalogue.windows)
        return self._kept_from[day]

    def gone_on(self, day: int) -> int:
        """The day on which points earned on ``day`` are gone: the one after their last."""
        if day not in self._gone_on:
            self._gone_on[day] = NEVER if self.expire_after is None else add(day, self.expire_after) + 1
        return self._gone_on[day]

    def zone_of(self, member: Member) -> Zone:
        """The member's own zone; the programme's where he has none or one that does not exist."""
        own = zone_or_none(member.time_zone) if member.time_zone is not None else None
        return own or self.zone
