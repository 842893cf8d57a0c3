"""Stories of a shipped programme, as one tells them: facts at Shanghai times, amounts in yuan.

An id that is left out is the fact's time, so facts of one kind at one moment need ids of their own.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from memberflow import explain as explaining
from memberflow.delivery import gates
from memberflow.delivery.render import render
from memberflow.engine.calendar import day_to_date
from memberflow.engine.entitlement import entitlement
from memberflow.engine.fold import fold
from memberflow.engine.member import Member
from memberflow.engine.outcome import Occurrence, Outcome
from memberflow.engine.rules import Rules, compiled
from memberflow.engine.terms import due_day
from memberflow.facts import (
    Accepted,
    Activity,
    Answered,
    AnyFact,
    Consent,
    GrantUsed,
    Invited,
    Joined,
    Judged,
    Order,
    Redemption,
    Refund,
    TaskDone,
    TierHeld,
)
from memberflow.programme import author, source
from memberflow.programme.schema import Message, Programme, Shipped
from tests import happened
from tests.property.store import MemoryStore

SHANGHAI = "Asia/Shanghai"


@cache
def shipped(name: str) -> Shipped:
    return author.ship(author.named(name))


def at(when: str) -> int:
    return happened.at(when, SHANGHAI)


def order(when: str, amount: str, *categories: str, id: str | None = None, **more: Any) -> Order:
    head = _head(when, id)
    return Order(**head, amount=happened.pence(amount), categories=categories, **more)


def refund(when: str, amount: str | None, of: str, id: str | None = None) -> Refund:
    """``amount`` None: all that is left."""
    return happened.refund(when, amount, of, id, SHANGHAI)


def joined(when: str, **profile: Any) -> Joined:
    return happened.joined(when, SHANGHAI, **profile)


def did(when: str, activity: str) -> Activity:
    return Activity(**_head(when, f"{activity} {when}"), activity=activity)


def used(when: str, grant: str) -> GrantUsed:
    return GrantUsed(**_head(when), grant=grant)


def redeemed(when: str, points: int = 0, id: str | None = None, **more: Any) -> Redemption:
    return Redemption(**_head(when, id), points=points, **more)


def held(when: str, until: str, reason: str) -> TierHeld:
    return TierHeld(**_head(when), until=happened.day(until), reason=reason, operator="Li")


def invited(when: str, tier: str) -> Invited:
    return Invited(**_head(when), tier=tier, reason="three good years", operator="Li")


def accepted(when: str, tier: str) -> Accepted:
    return Accepted(**_head(when), tier=tier)


def consented(when: str, purpose: str, channel: str, granted: bool = True) -> Consent:
    return Consent(**_head(when), purpose=purpose, channel=channel, granted=granted)


def judged(when: str, order_id: str, accepted: bool, reason: str) -> Judged:
    return Judged(**_head(when), order_id=order_id, accepted=accepted, reason=reason, operator="Li")


def answered(when: str, survey: str, answer: str) -> Answered:
    return Answered(**_head(when, f"{survey}#{when}"), survey=survey, answer=answer)


def task_done(when: str, task: str, answer: str | None = None) -> TaskDone:
    return TaskDone(**_head(when, task), operator="Li", answer=answer)


def _head(when: str, id: str | None = None) -> dict[str, Any]:
    return {"at": at(when), "id": id or when, "member_id": "m"}


class Story(NamedTuple):
    """A member as of a moment, and everything that followed on the way."""

    rules: Rules
    facts: tuple[AnyFact, ...]
    now: int
    member: Member
    out: Outcome

    @property
    def tier(self) -> str | None:
        return self.member.tier

    @property
    def has(self) -> list[str]:
        """The benefits of his tier, and of one that he tries."""
        return entitlement(self.rules, self.member, self.now).standing

    @property
    def open(self) -> list[str]:
        return [grant.id for grant in self.member.grants]

    @property
    def granted(self) -> list[str]:
        return [f"{one.state} {one.grant.id}" for one in self.out.grants]

    @property
    def decided(self) -> list[str]:
        return [f"{one.outcome} {one.after}" for one in self.out.decisions]

    @property
    def said(self) -> list[str]:
        return [one.id for one in self.out.occurrences]

    @property
    def tasks(self) -> list[str]:
        return [f"{one.state} {one.task.id}" for one in self.out.tasks]

    @property
    def refused(self) -> list[str]:
        return [one.code for one in self.out.refusals]

    @property
    def settled_on(self) -> str | None:
        """The day the tier is settled next."""
        day = due_day(self.rules, self.member)
        return None if day is None else day_to_date(day).isoformat()

    @property
    def explained(self) -> explaining.Explanation:
        return explaining.explain(self.rules, "m", self.facts, self.now)


def told(name: str, *facts: AnyFact, until: str, rules: Rules | None = None) -> Story:
    """The story of a shipped programme's member, or by ``rules`` that were changed.

    Told at once, fact by fact as they happened, and the last one first: it must end the same.
    """
    rules, out, now = rules or compiled(shipped(name)), Outcome(entries=[]), at(until)
    member = fold(rules, "m", facts, now, out)
    happened_by_now = sorted((fact for fact in facts if fact.at <= now), key=lambda fact: fact.at)
    for arriving in (happened_by_now, reversed(happened_by_now)):
        store = MemoryStore(rules)
        for fact in arriving:
            store.take((fact,))
        store.run(now)
        assert replace(store.member, wake=member.wake) == member, "taken in one by one they make the same member"
    return Story(rules, facts, now, member, out)


def changed(name: str, *replaced: tuple[str, str]) -> Rules:
    """The rules of the page with something else written in it."""
    page = (author.named(name) / "programme.yaml").read_text()
    for old, new in replaced:
        assert page.count(old) == 1, old
        page = page.replace(old, new)
    return Rules(msgspec.convert(source.parse(page.encode()).data, Programme, strict=False))


def read(name: str, occurrence: Occurrence, member: Member, language: str) -> Message:
    """What the member reads, were this his language."""
    member.language = language
    return render(shipped(name), compiled(shipped(name)), member, occurrence)


def leaves(story: Story) -> str | None:
    """The channel that the last message takes, were it to leave now, or the reason for which it stays."""
    asked = gates.Asked(
        rules=story.rules,
        member=story.member,
        occurrence=story.out.occurrences[-1],
        sends={},
        stopped={},
        refused=(),
        now=story.now,
    )
    verdict = gates.verdict(asked)
    return verdict.channel or verdict.reason
