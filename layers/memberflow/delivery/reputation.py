"""How mails were received lately: half the rates at which SES stops an account hold marketing back.

SES pauses an account at 10 % bounces or 0.5 % complaints, for service mails too. Counted are mails of which a receipt
told the end, each once: a receipt that comes again moves no message. A crash between a message's move and the count
leaves that mail out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from pynamodb.expressions.update import Action

from memberflow import runtime
from memberflow.delivery import breaker
from memberflow.delivery.provider_events import Receipt
from memberflow.store.models import RatesItem, breaker_key, rates_key, store_errors
from memberflow.store.reading import get

LIMITS = {"bounced": 0.05, "complained": 0.0025}
"""The share of the mails of the last days that may have ended so."""

MAILS_MIN, DAYS = 100, 7
"""Fewer mails in so many days, today's among them, say nothing."""

ENDS_MIN = 3
"""Nor does one angry member, or two."""

HOLD_MS = 86_400_000
"""So long marketing waits: time for somebody to look. It opens again where a receipt then finds the rate as high."""

ANSWERED = ("delivered", "bounced", "complained")

Moved = tuple[str, Receipt]
"""A message's state before, and the receipt that moved it."""


def note(moved: Iterable[Moved]) -> None:
    """Counts the ends of mails, and holds marketing back where too many were bad. Raises StoreUnavailable."""
    counts = Counter(name for one in moved for name in _counted(*one))
    if not counts:
        return
    now = runtime.now()
    with store_errors("mails were not counted"):
        _add(counts, now // 86_400_000)
        if counts["bounced"] or counts["complained"]:
            _judge(now)


def _counted(before: str, receipt: Receipt) -> Iterable[str]:
    """A bounce that may pass is none to SES; a complaint about a mail that was delivered is one mail."""
    if receipt.channel != "email" or receipt.state not in ANSWERED:
        return
    if before not in ANSWERED:
        yield "mails"
    if receipt.state == "complained" or receipt.dead is not None:
        yield receipt.state


def _add(counts: Counter[str], day: int) -> None:
    actions: list[Action] = [getattr(RatesItem, name).add(number) for name, number in counts.items()]
    gone = RatesItem.gone_at.set((day + DAYS + 1) * 86_400)
    RatesItem(*rates_key("email", day)).update([*actions, gone, RatesItem.kind.set(RatesItem)])


def _judge(now: int) -> None:
    today = now // 86_400_000
    found = get([*(rates_key("email", today - back) for back in range(DAYS)), breaker_key("email")])
    days = [item for item in found if isinstance(item, RatesItem)]
    mails = sum(int(item.mails) for item in days)
    if mails < MAILS_MIN or breaker.stopped(found).get("email", 0) > now:
        return
    for name, limit in LIMITS.items():
        ends = sum(int(getattr(item, name)) for item in days)
        if ends >= max(ENDS_MIN, limit * mails):
            breaker.open_it("email", f"{ends} of the last {mails} mails {name}", now, HOLD_MS)
            return
