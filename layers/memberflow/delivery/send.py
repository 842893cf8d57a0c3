"""Sending released messages: gates, claim, render, call, outcome.

The row exists before the provider is called, which takes no idempotency token: whoever changes it from waiting to
claimed calls, once. Found claimed again, it was left by a crash between call and record: unknown, never sent again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from memberflow import runtime
from memberflow.delivery import breaker, channels, priority, render, unsubscribe
from memberflow.delivery.desk import Desk, Job
from memberflow.delivery.gates import Asked, Verdict
from memberflow.delivery.letters import Letter, Sent
from memberflow.delivery.unsubscribe import NoLink
from memberflow.engine import fold, truth
from memberflow.engine.outcome import Outcome
from memberflow.engine.rules import Rules
from memberflow.errors import StoreUnavailable
from memberflow.programme.schema import Shipped
from memberflow.store.messages import Overtaken, expect_receipts
from memberflow.store.models import receipt_tag, store_errors
from memberflow.store.runs import note_ends

RETRY_MS = 60_000
"""A message that was turned away waits so long for its next try, in the due index like any other."""

TRIES_MAX = 10
"""Looks at one message: one for each channel that refuses it, or when another message is counted meanwhile."""


def send_all(shipped: Shipped, rules: Rules, keys: Sequence[tuple[str, str]]) -> None:
    """Sends the waiting messages with these keys, by the revision in force now. ``rules``: those of the first one.

    Raises StoreUnavailable, with what was done recorded.
    """
    desk = Desk.opened(shipped, rules.at(runtime.now()), keys)
    expect_receipts(job.item for job in desk.jobs if job.leaves)
    ends: Counter[tuple[str, str]] = Counter()
    with store_errors("messages were not sent"):
        for job in desk.jobs:
            before = job.item.state
            _send(desk, job, rules)
            if job.item.run is not None and job.item.state != before and job.ended:
                ends[job.item.run, job.item.state] += 1
        note_ends(ends)


def _send(desk: Desk, job: Job, rules: Rules) -> None:
    if job.item.state == "claimed":
        desk.end(job, "unknown", "a crash between call and record")
    if not job.leaves:
        return
    fold.advance(rules, job.member, runtime.now(), Outcome())
    for _ in range(TRIES_MAX):
        if _through(desk, job, rules):
            return
    raise StoreUnavailable(f"a message was overtaken {TRIES_MAX} times")


def _through(desk: Desk, job: Job, rules: Rules) -> bool:
    """One look at the gates and, if they let it pass, one call; False where another look is needed."""
    now = runtime.now()
    verdict = priority.verdict(_asked(desk, job, now), rules)
    if verdict.channel is None:
        _keep_back(desk, job, verdict)
        return True
    try:
        letter = _letter(desk, job, verdict.channel, now)
    except render.UnrenderableMessage as error:
        desk.end(job, "failed", f"template: {error}")
        return True
    except NoLink as error:
        return _settle(desk, job, verdict.channel, Sent("stopped", str(error)))
    try:
        if not desk.claim(job, letter):
            return True
    except Overtaken:
        desk.look_again(job)
        return False
    return _settle(desk, job, letter.channel, channels.send(letter))


def _asked(desk: Desk, job: Job, now: int) -> Asked:
    return Asked(
        rules=desk.rules,
        member=job.member,
        occurrence=job.occurrence,
        sends=desk.sends_of(job),
        stopped=desk.stopped,
        refused=job.item.refused or (),
        now=now,
    )


def _keep_back(desk: Desk, job: Job, verdict: Verdict) -> None:
    """A message that a channel refused, and that no other may carry, has failed; else it is withheld or waits."""
    reason = verdict.reason or ""
    if verdict.until is not None:
        desk.hold(job, verdict.until, reason)
    elif reason == "refused" or job.item.state == "claimed":
        desk.end(job, "failed", list(job.item.refused.values())[-1])
    else:
        desk.end(job, "withheld", reason)


def _letter(desk: Desk, job: Job, channel: str, now: int) -> Letter:
    """Raises UnrenderableMessage and NoLink."""
    purpose = desk.rules.journeys[job.occurrence.journey].purpose
    link = unsubscribe.link(job.member.id, purpose, channel)
    occurrence = truth.renewed(desk.rules, job.member, job.occurrence, now)
    return Letter(
        member_id=job.member.id,
        tag=receipt_tag((job.item.pk, job.item.sk)),
        occurrence=occurrence,
        purpose=purpose,
        channel=channel,
        address=job.member.contacts.get(channel, ""),
        language=render.language_of(desk.rules, job.member),
        message=render.render(desk.shipped, desk.rules, job.member, occurrence, link),
        unsubscribe=link,
        now=now,
    )


def _settle(desk: Desk, job: Job, channel: str, sent: Sent) -> bool:
    """What became of the call, kept; False where another channel may carry the message."""
    now, reason = runtime.now(), sent.reason or ""
    if sent.state == "failed":
        job.item.refused = {**(job.item.refused or {}), channel: reason}
        return False
    if sent.state == "stopped":
        desk.stopped[channel] = breaker.open_it(channel, reason, now)
        marketing = desk.rules.journeys[job.occurrence.journey].purpose == "marketing"
        desk.hold(job, desk.stopped[channel] if marketing else now + RETRY_MS, "stopped")
    elif sent.state == "busy":
        desk.hold(job, now + RETRY_MS, "busy")
    else:
        desk.end(job, sent.state, sent.reason, sent.provider_id)
    return True
