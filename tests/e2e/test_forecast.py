"""The forecast agrees with what the functions then do: message by message, over months of the local stack."""

from __future__ import annotations

from copy import deepcopy
from datetime import date, datetime

import msgspec
import pytest
from msgspec.structs import replace

from cli import cdnow, forecast, synthetic, table
from cli.feed import Event, Feed, local_stack
from cli.horizon import Horizon, Runs, Start
from cli.table import Held
from memberflow.engine.calendar import date_to_day
from memberflow.engine.rules import Rules, compiled
from memberflow.events.orders import OrderPaid, OrderRefunded
from memberflow.facts import moment
from memberflow.programme import author
from memberflow.programme.schema import Shipped

KNOWN_TO, DAYS = date(1997, 4, 10), 120

End = tuple[str, str, str]
"""Member, occurrence and what became of it."""


def sample() -> Shipped:
    return author.ship(author.named("sample"))


def revised() -> Shipped:
    """Rarely more than one message; from July on who is away hears sooner, and wishes are no more."""
    shipped = sample()
    caps = tuple(replace(cap, within="90 days") for cap in shipped.programme.caps)
    shipped = replace(shipped, programme=replace(shipped.programme, caps=caps))
    journeys = shipped.programme.journeys
    sooner = {"upgrade": journeys["upgrade"], "win_back": replace(journeys["win_back"], after="60 days")}
    return replace(shipped, revisions={"1997-07-01": replace(shipped.programme, journeys=sooner)})


def quieter() -> Shipped:
    """Quiet at the hour of the run but for who lives far to the west: what it brings waits until it is of no use."""
    shipped = sample()
    assert shipped.programme.quiet_hours is not None
    quiet = replace(shipped.programme.quiet_hours, start="16:00", end="09:00")
    return replace(shipped, programme=replace(shipped.programme, quiet_hours=quiet))


PROGRAMMES = {
    "the sample": (sample, {"consent", "holdout"}),
    "a revision on the way": (revised, {"consent", "holdout", "cap"}),
    "quiet hours": (quieter, {"consent", "quiet"}),
    "points that run out": (lambda: author.ship(author.named("points_club")), {"consent", "holdout"}),
}


@pytest.mark.parametrize("programme", PROGRAMMES)
def test_what_is_foreseen_is_what_the_functions_send_and_withhold(programme: str) -> None:
    made, reasons = PROGRAMMES[programme]
    shipped = made()
    rules = compiled(shipped)
    since, until = (rules.zone.moment(date_to_day(KNOWN_TO) + days + 1) - 1000 for days in (0, DAYS))
    with local_stack(shipped) as stack:
        feed = Feed(stack, rules.zone, moment(_events(rules)[0][0]), False, lambda steps: None)
        for at, event in _events(rules):
            raw = msgspec.json.encode(event)
            feed.take(Event(moment(at), isinstance(event, OrderPaid | OrderRefunded), raw))
        feed.finish(since)
        before, _ = table.live()
        told = forecast.foresee(shipped, rules, _starts(before, since), _runs(rules, until), since, until)
        foreseen, points = _foreseen(rules, before, since, until)
        Feed(stack, rules.zone, since + 1, True, lambda steps: None).finish(until)
        after, _ = table.live()
    assert foreseen == _happened(before, after)
    assert told.ends.total() == len(foreseen)
    assert points == {name: held.member.points for name, held in after.items()}
    assert {outcome for _, _, outcome in foreseen} >= {"sent", *(f"withheld: {reason}" for reason in reasons)}


def _events(rules: Rules) -> list[tuple[datetime, object]]:
    """Of a few made-up customers, up to the day from which on is foreseen."""
    customers = cdnow.sample(cdnow.made_up(200), 80)
    lives = [synthetic.Life(rules, customer, bought).events() for customer, bought in customers.items()]
    known = [(event.occurred_at, event) for life in lives for event in life if event.occurred_at.date() <= KNOWN_TO]
    return sorted(known, key=lambda one: one[0])


def _starts(before: dict[str, Held], since: int) -> list[Start]:
    return [forecast.of_table(deepcopy(held), since) for held in before.values()]


def _runs(rules: Rules, until: int) -> Runs:
    """As Feed has them: every day, and one more at the end."""
    daily = forecast.runs("daily", rules.zone)
    return lambda at: min(daily(at), max(at, until))


def _foreseen(rules: Rules, before: dict[str, Held], since: int, until: int) -> tuple[set[End], dict[str, int]]:
    """How each message ends, and the points that each member then has."""
    ends, points = set(), {}
    for name, start in zip(before, _starts(before, since), strict=True):
        horizon = Horizon(rules, start, _runs(rules, until), since)
        ends |= {(name, end.occurrence.id, end.outcome) for end in horizon.play(until)}
        points[name] = horizon.member.points
    return ends, points


def _happened(before: dict[str, Held], after: dict[str, Held]) -> set[End]:
    """What ended meanwhile."""
    ends = [
        {(name, message.occurrence.id, message.outcome) for name, held in tables.items() for message in held.messages}
        for tables in (before, after)
    ]
    return {end for end in ends[1] - ends[0] if not end[2].startswith("waiting")}
