"""``memberflow demo``: eighteen months of real orders through the functions, on this machine."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click
import msgspec

from cli import cdnow, demo_report, options, screen, sources, synthetic, table
from cli.cdnow import FIRST, LAST, Customers
from cli.feed import Event, Feed, days, local_stack
from memberflow.engine.calendar import date_to_day
from memberflow.engine.rules import Rules, compiled
from memberflow.events.orders import OrderPaid, OrderRefunded
from memberflow.facts import moment
from memberflow.programme import author

if TYPE_CHECKING:
    from cli.local.stack import LocalStack

MEMBERS = 750
"""As many as two cores replay in about a minute."""


@click.command("demo")
@click.option("--members", type=click.IntRange(min=1), default=MEMBERS, show_default=True, help="How many customers.")
@click.option("--all", "everybody", is_flag=True, help="All 23,570 customers: about twenty minutes.")
@options.programme()
def command(members: int, everybody: bool, programme: str) -> None:
    """Replay eighteen months of real orders through the functions, with a run every day.

    It all happens on this machine. The orders are CDNOW's of January 1997 to June 1998. Ends with what the table then
    holds, and the stories of three members.
    """
    began = time.monotonic()
    shipped = author.ship(author.named(programme))
    rules, place = compiled(shipped), screen.console()
    sources.DEMO_TABLE.parent.mkdir(exist_ok=True)
    source = cdnow.load(sources.DEMO_TABLE.parent)
    customers = cdnow.sample(source.customers, None if everybody else members)
    demo_report.show_input(place, rules, source, customers)
    with local_stack(shipped) as stack:
        until = _replay(stack, rules, customers)
        held, _ = table.live()
        stack.save(sources.DEMO_TABLE)
        requests = sum(stack.requests.values())
    demo_report.show_table(place, rules, held, until)
    demo_report.show_returns(place, rules, held, until)
    told = demo_report.show_stories(place, rules, held, until)
    place.print(f"{requests:,} AWS requests by the functions; {time.monotonic() - began:.0f} s in all.")
    demo_report.show_next(place, rules, told, until, programme)


def _replay(stack: LocalStack, rules: Rules, customers: Customers) -> int:
    """Sends all that happened, with a run a day; returns the moment of the last run, the end of the last day."""
    events = [event for events in _lives(rules, customers) for event in events]
    events.sort(key=lambda event: event.at)
    begin = rules.zone.moment(date_to_day(FIRST))
    until = rules.zone.moment(date_to_day(LAST) + 1) - 1000
    with screen.steps("events and days", len(events) + days(rules.zone, begin, until)) as done:
        feed = Feed(stack, rules.zone, begin, True, done)
        for event in events:
            feed.take(event)
        feed.finish(until)
    return until


def _lives(rules: Rules, customers: Customers) -> list[list[Event]]:
    return [
        [
            Event(moment(event.occurred_at), isinstance(event, OrderPaid | OrderRefunded), msgspec.json.encode(event))
            for event in synthetic.Life(rules, customer, bought).events()
        ]
        for customer, bought in customers.items()
    ]
