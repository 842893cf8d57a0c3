"""Handing events to the local stack as they would arrive, with the daily run fired on its days."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from memberflow.engine.calendar import Zone
from memberflow.programme.schema import Shipped

if TYPE_CHECKING:
    from cli.local.stack import LocalStack

RUN_MINUTE = 16 * 60 + 30
"""The daily run's time of day in the programme's zone: waking hours in its neighbours', after messages' usual hours."""

DUE_SHARDS = 2
"""Fewer than are deployed: one process looks into them one after the other, whether something is due there or not."""

BATCH = 500
"""Events handed over at a time: what one PutRecords takes."""


class Event(Struct, frozen=True):
    """``at``: when it happened. An order goes to the order stream, everything else to the activities' queue."""

    at: int
    is_order: bool
    raw: bytes


@contextmanager
def local_stack(shipped: Shipped) -> Iterator[LocalStack]:
    """The local stack with the functions running this programme."""
    from cli.local.stack import LocalStack

    with tempfile.TemporaryDirectory() as folder:
        programme = Path(folder) / "programme.json"
        programme.write_bytes(msgspec.json.encode(shipped))
        with LocalStack(programme_file=programme, parameters={"DueShards": str(DUE_SHARDS)}) as stack:
            yield stack


def days(zone: Zone, begin: int, until: int) -> int:
    """How many local days there are from one moment to another."""
    return zone.day(until) - zone.day(begin) + 1


class Feed:
    """Takes events in their order of arrival; the stack's clock follows the newest of them.

    An event arrives no earlier than it happened and no earlier than the one before it. With ``daily`` every day that
    passes has its run; ``done`` is called with the number of events and daily runs done.
    """

    def __init__(self, stack: LocalStack, zone: Zone, begin: int, daily: bool, done: Callable[[int], None]) -> None:
        self.stack, self.zone, self.daily, self.done = stack, zone, daily, done
        self._now = begin
        self._run_day = zone.day(begin)
        self._batch: list[Event] = []

    def take(self, event: Event) -> None:
        if len(self._batch) == BATCH or (self.daily and event.at >= self._next_run):
            self._hand_over()
        self._run_days(event.at)
        self._batch.append(event)
        self._now = max(self._now, event.at)

    def finish(self, until: int) -> None:
        """The days that are left, and a last run at ``until``."""
        self._hand_over()
        self._run_days(until)
        self._run(until)

    @property
    def _next_run(self) -> int:
        return self.zone.moment(self._run_day, RUN_MINUTE)

    def _run_days(self, until: int) -> None:
        while self.daily and self._next_run <= until:
            self._run(self._next_run)
            self._run_day += 1
            self.done(1)

    def _run(self, at: int) -> None:
        self._now = max(self._now, at)
        self.stack.clock = self._now
        self.stack.run(at)

    def _hand_over(self) -> None:
        self.stack.clock = self._now
        orders = [event.raw for event in self._batch if event.is_order]
        activities = [event.raw for event in self._batch if not event.is_order]
        if orders:
            self.stack.put_orders(orders)
        if activities:
            self.stack.put_activities(activities)
        self.stack.pump()
        self.done(len(self._batch))
        self._batch.clear()
