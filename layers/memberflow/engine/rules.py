"""A programme made ready for the engine: names resolved, money in minor units, periods parsed. Once per programme."""

from __future__ import annotations

from datetime import date

from memberflow.engine.abnormal import Abnormal
from memberflow.engine.benefits import Benefits
from memberflow.engine.calendar import DAY, MINUTE, Period, Zone, add, date_to_day, zone, zone_or_none
from memberflow.engine.catalogue import EXTRAS, Catalogue
from memberflow.engine.conditions import Level
from memberflow.engine.earning import Earning
from memberflow.engine.habits import Bands, TagRule
from memberflow.engine.lasting import Lasting, Prolonging
from memberflow.engine.member import DISTANT, NEVER, Member
from memberflow.engine.plans import Plan, local_minute
from memberflow.engine.redeeming import Redeeming
from memberflow.programme.schema import Programme, Shipped
from memberflow.programme.schema.fields import DECIMAL_PLACES, year_day
from memberflow.programme.schema.points import Activity, Points
from memberflow.programme.schema.tiers import Tiers

RESERVE_MS = 15 * MINUTE
"""How long a till may hold points where the programme says nothing of spending."""

TIMED = (
    "joined",
    "first_order",
    "order",
    "anniversary",
    "calendar",
    "points_expiring",
    "answered",
    "trial_ending",
    "tier_at_risk",
)
"""The triggers of journeys that time brings, besides birthdays and dormancy."""

_FOLLOWING = ("first_order", "order", "answered")
"""Those of them that speak so long after a fact."""


class Rules:
    """Everything the engine asks of a programme."""

    def __init__(self, programme: Programme, before: Rules | None = None) -> None:
        self.number: int = 0 if before is None else before.number + 1
        self.later: Rules = self
        self.starts, self.until = -DISTANT, DISTANT
        """The moments from which this revision is in force and from which the later one is."""
        places = DECIMAL_PLACES.get(programme.currency, 2)
        self.programme = programme
        self.zone = zone(programme.time_zone)
        self.enrols_on_order = programme.enrol == "first_order"
        self.leap_to_march = programme.birthday_29_february == "1 March"
        self.catalogue = catalogue = Catalogue(programme)
        self.first_day = catalogue.main.first
        """The first day of the tiers' window on a day."""
        self.levels = tuple(Level(tier, i, catalogue) for i, tier in enumerate(programme.tiers.levels))
        self.level = {level.name: level for level in self.levels}
        for level in self.levels:
            above = [higher.enter.least("spend") for higher in self.levels[level.index + 1 :] if higher.enter]
            level.next_spend = min(above, default=DISTANT)
        self.benefits = Benefits(programme, catalogue)
        self._journeys(programme, catalogue)
        self._measure(catalogue)
        self._review(programme.tiers)
        self._kept_from: dict[int, int] = {}
        self._points(programme, places, before)
        self.soonest_ms = self._soonest()
        """What a fact makes due lies at least so far ahead of it (birthdays and changes of tier apart)."""
        self._rewards(programme, places)

    def _soonest(self) -> int:
        """A journey may speak of lots so long before they end."""
        periods = [journey.after for journey in self.dormancies]
        periods += [journey.after for journey in self.timed if journey.trigger in _FOLLOWING]
        if self.usable_after is not None:
            periods.append(self.usable_after)
        if self.review == "from_entry":
            periods.append(self.review_every)
        ahead = max((journey.before.most_days for journey in self.timed), default=0)
        lots = [period.least_ms - ahead * DAY for period in self.lasting.periods]
        return min([*lots, *(period.least_ms for period in periods)], default=DISTANT)

    def _journeys(self, programme: Programme, catalogue: Catalogue) -> None:
        quiet = programme.quiet_hours
        hours = None if quiet is None else (local_minute(quiet.start), local_minute(quiet.end))
        self.journeys = {key: Plan(key, journey, hours, catalogue) for key, journey in programme.journeys.items()}
        self.birthdays = (*self._on("birthday"), *self._on("birthday_month"))
        self.upgrades, self.dormancies, self.losses = map(self._on, ("tier_reached", "dormancy", "tier_lost"))
        self.entries, self.earned, self.reaches = map(self._on, ("segment_entered", "badge", "within_reach"))
        self.watched_segments = tuple(sorted({name for journey in self.entries for name in journey.segments}))
        self.notices = bool(self.losses or self.entries or self.reaches)
        """Whether a journey follows on what facts or time make of a member."""
        self.timed = tuple(journey for trigger in TIMED for journey in self._on(trigger))
        self.follows_first_order = bool(self._on("first_order"))
        self.follows_orders = max((journey.most_days for journey in self._on("order")), default=0)
        """For so many days a member's orders are followed by journeys."""
        self.follows_answers = max((journey.most_days for journey in self._on("answered")), default=0)
        self.roles = frozenset(journey.task.role for journey in self.journeys.values() if journey.task)
        """Those who are given tasks, in any revision."""
        self.trial_notice_ms = max((journey.before.most_days for journey in self._on("trial_ending")), default=0) * DAY
        """So long before a trial ends a journey may speak of it."""

    def _rewards(self, programme: Programme, places: int) -> None:
        """What may follow besides points, tiers and journeys; ``rewards``: whether anything does."""
        self.bands = None if programme.segments is None else Bands(programme.segments, places)
        self.tags = {name: TagRule(name, tag, places) for name, tag in programme.tags.items()}
        self.live_tags = tuple(tag for tag in self.tags.values() if tag.live)
        self.rewards = bool(programme.benefits or programme.badges or self.bands or self.tags)

    def _points(self, programme: Programme, places: int, before: Rules | None) -> None:
        points = programme.points
        self.has_points = points != Points()
        self.earning = Earning(points, places, self.zone, self.leap_to_march)
        self.lasting = Lasting(points.expiry, self.number + 1)
        self.prolongings: dict[int, Prolonging] = {} if before is None else dict(before.prolongings)
        if self.lasting.prolonging is not None:
            self.prolongings[self.lasting.rule] = self.lasting.prolonging
        self.activities, self.joining = dict(points.activities), points.joining or 0
        self.referral_after = None
        if points.referral is not None:
            self.referral_after = Period.of(points.referral.after)
            self.activities["referral"] = Activity(points=points.referral.points, growth=points.referral.growth)
        self.usable_after = None if points.usable_after is None else Period.of(points.usable_after)
        self.usable_on_delivery = points.usable_on == "delivery"
        self.pends = self.usable_on_delivery or self.usable_after is not None
        self.forgives = points.when_short == "forgive"
        self.redeeming = None if points.redeem is None else Redeeming(points.redeem, places)
        self.shelters = bool(self.lasting.never_for)
        self.reserve_ms = RESERVE_MS if self.redeeming is None else self.redeeming.reserve_ms

    def at(self, moment: int) -> Rules:
        """The revision in force at a moment."""
        rules = self
        while moment >= rules.until:
            rules = rules.later
        return rules

    @property
    def newest(self) -> Rules:
        """The last revision there is, in force already or not yet."""
        return self.at(DISTANT - 1)

    def of(self, member: Member) -> Rules:
        """The revision that a member was last folded under."""
        rules = self
        while rules.number < member.revision:
            rules = rules.later
        return rules

    def usable_on(self, day: int, today: int) -> int:
        """The day on which points of an order of ``day`` stop pending; 0 where they don't wait, or not any more."""
        usable = NEVER if self.usable_after is None else add(day, self.usable_after)
        return usable if usable > today else 0

    def _on(self, trigger: str) -> tuple[Plan, ...]:
        return tuple(journey for journey in self.journeys.values() if journey.trigger == trigger)

    def _measure(self, catalogue: Catalogue) -> None:
        """What the days must count for the rules that were read."""
        self.measures = catalogue.measures
        self.counters = {counter: EXTRAS + n for n, counter in enumerate(catalogue.counters)}
        self.counts = bool(self.counters)
        """Whether this revision or another counts more of a day than spend and orders."""
        self.blank = (0,) * len(self.counters)
        self.largest = self.counters.get("largest_order", 0)
        self.kinds = catalogue.kinds

    def _review(self, tiers: Tiers) -> None:
        """When tiers are reviewed, and what becomes of who fails."""
        self.review, self.drop = tiers.review, tiers.drop
        self.review_every = Period.of(tiers.review_every)
        self.review_dates = tuple(map(year_day, tiers.review_on))
        self.grace_to_month_end = tiers.grace_ends == "month_end"
        self.minimum, self.grace, self.drop_again_after = map(
            _period, (tiers.minimum, tiers.grace, tiers.drop_again_after)
        )
        self.rises_at_review = tiers.rise == "at_review"
        self.lifts_at_once = any(level.at_once for level in self.levels)
        self.puts_off_to_review = tiers.put_off_to == "next_review"
        asked = [asked for level in self.levels if level.enter for asked in level.enter.leaves()]
        self.reviews_lift = self.rises_at_review or not all(map(self.catalogue.only_falls, asked))
        """Whether a member may be found to have reached a higher tier when only time has passed."""
        names = {measure.name for measure in self.measures.values()}
        self.weighs_points = "points" in names
        self.by_invitation = tuple(level for level in self.levels if not level.by_rule)
        self.abnormal = None if tiers.abnormal is None else Abnormal(tiers.abnormal, self.catalogue)
        self.held_tiers = tuple(measure.subject for measure in self.measures.values() if measure.name == "held")

    def kept_from(self, day: int) -> int:
        """The first day that any rule still looks at on ``day``."""
        if day not in self._kept_from:
            self._kept_from[day] = min(window.first(day) for window in self.catalogue.windows)
        return self._kept_from[day]

    def zone_of(self, member: Member) -> Zone:
        """The member's own zone; the programme's where he has none or one that does not exist."""
        own = zone_or_none(member.time_zone) if member.time_zone is not None else None
        return own or self.zone


def _period(text: str | None) -> Period | None:
    return None if text is None else Period.of(text)


def compiled(shipped: Shipped) -> Rules:
    """The first revision of a programme, which leads to the later ones by their dates."""
    first = last = Rules(shipped.programme)
    pages = [first]
    for text in sorted(shipped.revisions):
        later = Rules(shipped.revisions[text], last)
        last.until, last.later = last.zone.moment(date_to_day(date.fromisoformat(text))), later
        later.starts, last = last.until, later
        pages.append(later)
    counts = any(page.counts for page in pages)
    roles = frozenset().union(*(page.roles for page in pages))
    for page in pages:
        page.counts, page.roles = counts, roles
    return first
