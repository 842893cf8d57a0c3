"""``memberflow forecast``: the virtual clock over the whole base, to see what will be sent before it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import click
from msgspec import Struct, field

from cli import factfiles, forecast_report, options, screen, sms_parts, sources, table
from cli.feed import RUN_MINUTE
from cli.horizon import End, Horizon, Runs, Start
from cli.table import Held
from memberflow.delivery import render
from memberflow.engine.calendar import HOUR, Zone
from memberflow.engine.fold import fold
from memberflow.engine.member import Member
from memberflow.engine.outcome import Outcome
from memberflow.engine.rules import Rules, compiled
from memberflow.facts import AnyFact
from memberflow.programme import author
from memberflow.programme.schema import Shipped

PER_SECOND = 14
"""Mails that SES takes in a second from an account that has just left the sandbox."""


class Forecast(Struct):
    """Sums over members. ``ends``: by day, journey and outcome; ``mails``: by run; ``expired``: points, by day."""

    members: int = 0
    ends: Counter[tuple[int, str, str]] = field(default_factory=Counter)
    mails: Counter[int] = field(default_factory=Counter)
    texts: int = 0
    text_parts: int = 0
    expired: Counter[int] = field(default_factory=Counter)


@click.command("forecast")
@click.option(
    "--out",
    type=click.File("w", encoding="utf-8", lazy=True),
    metavar="FILE",
    help="Day, journey, outcome and number of messages are written here, as CSV.",
)
@click.option(
    "--sms-price",
    type=click.FloatRange(min=0, min_open=True),
    metavar="AMOUNT",
    help="What a part of an SMS costs, in the programme's currency.",
)
@click.option(
    "--per-second",
    type=click.IntRange(min=1),
    default=PER_SECOND,
    show_default=True,
    help="Mails that your account may send in a second.",
)
@click.option(
    "--runs",
    type=click.Choice(["hourly", "daily"]),
    default="hourly",
    show_default=True,
    help="How often what is due is looked for: as deployed, or once a day as in the demo.",
)
@click.option("--journey", metavar="NAME", help="Only this journey's messages.")
@click.option("--days", type=click.IntRange(1, 3650), default=365, show_default=True, help="How far to look.")
@click.option("--facts", multiple=True, type=options.FILE, metavar="FILE", help="Files of events instead of a table.")
@sources.tables
@options.programme()
def command(**given: Any) -> None:
    """Play the clock forward over all members: who will be written to, and who will not be and why.

    Nothing else happens in these days: nobody buys, changes his mind or is referred, and every message that may leave
    is taken. So it tells what follows from what is known today; with every order some of it is called off. Each message
    passes the gates it will pass when it is sent. Of files of events it is not known what was sent of late, so caps
    count from the first day on. Of a table in AWS every item is read, and paid for.
    """
    shipped = author.ship(author.named(given["programme"]))
    rules = compiled(shipped)
    _check_journey(rules, given["journey"])
    starts, since = _starts(rules, given)
    until = rules.zone.moment(rules.zone.day(since) + given["days"] + 1) - 1
    found = foresee(shipped, rules, starts, runs(given["runs"], rules.zone), since, until, given["journey"])
    place = screen.console()
    forecast_report.show(place, rules, found, since, until, given["per_second"], given["sms_price"])
    if given["out"] is not None:
        given["out"].writelines(forecast_report.csv_lines(found))


def _check_journey(rules: Rules, name: str | None) -> None:
    known = rules.newest.journeys
    if name is not None and name not in known:
        raise click.BadParameter(f"{name!r} is none; known: {', '.join(known)}", param_hint="--journey")


def runs(often: str, zone: Zone) -> Runs:
    """Every full hour; or every day at the hour of the demo's run."""

    def daily(at: int) -> int:
        day = zone.day(at)
        today = zone.moment(day, RUN_MINUTE)
        return today if today >= at else zone.moment(day + 1, RUN_MINUTE)

    return daily if often == "daily" else lambda at: -(-at // HOUR) * HOUR


def _starts(rules: Rules, given: dict[str, Any]) -> tuple[list[Start], int]:
    """The members, and the moment from which on time runs."""
    if given["facts"]:
        files = factfiles.read(given["facts"], rules.programme.currency)
        return [of_facts(rules, name, facts, files.until) for name, facts in files.by_member().items()], files.until
    place = sources.named(given)
    held, now = table.held(place.of_members()[1]), place.now()
    return [of_table(one, now) for one in held.values() if one.member.merged_into is None], now


def of_facts(rules: Rules, member_id: str, facts: list[AnyFact], now: int) -> Start:
    """What is to be said later than ``now`` waits; all else has been said."""
    out = Outcome()
    member: Member = fold(rules, member_id, facts, now, out)
    waiting = [(occurrence.at, occurrence) for occurrence in out.occurrences if occurrence.at > now]
    return Start(member, facts, {occurrence.id for occurrence in out.occurrences}, waiting)


def of_table(held: Held, now: int) -> Start:
    """What waits in the table is looked at when it is due there; what is on its way leaves with the next run."""
    waiting = [message for message in held.messages if message.outcome.partition(":")[0] == "waiting"]
    return Start(
        held.member,
        held.facts,
        {message.occurrence.id for message in held.messages},
        [(now if message.due_at is None else message.due_at, message.occurrence) for message in waiting],
        held.sends,
    )


def foresee(
    shipped: Shipped,
    rules: Rules,
    starts: Iterable[Start],
    runs: Runs,
    since: int,
    until: int,
    journey: str | None = None,
) -> Forecast:
    """Plays every member; of ``journey`` alone where one is named, but with all that it has to share its caps with."""
    found, members = Forecast(), list(starts)
    with screen.steps("members", max(1, len(members))) as done:
        for start in members:
            horizon = Horizon(rules, start, runs, since)
            for end in horizon.play(until):
                if journey in (None, end.occurrence.journey):
                    _add(found, shipped, rules.at(end.at), horizon.member, end)
            for at, points in horizon.expired.items():
                found.expired[rules.zone.day(at)] += points
            found.members += 1
            done()
    return found


def _add(found: Forecast, shipped: Shipped, rules: Rules, member: Member, end: End) -> None:
    found.ends[rules.zone.day(end.at), end.occurrence.journey, end.outcome] += 1
    if end.channel == "email":
        found.mails[end.at] += 1
    if end.channel == "sms":
        message = render.render(shipped, rules, member, end.occurrence)
        found.texts += 1
        found.text_parts += sms_parts.parts((message.short or message.text).strip())
