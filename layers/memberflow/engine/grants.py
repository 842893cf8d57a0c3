"""Grants: benefits given to a member, each for one reason and once, and what becomes of them.

A grant's id names rule, benefit and reason (the n-th time a tier was reached, an order, a year), not when it was
noticed, so a late fact can't give it twice. An open one is part of the member until it is used, its last day is over
or what it rests on is refunded; the end by time is derived and written nowhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from memberflow.engine import tags
from memberflow.engine.benefits import Award
from memberflow.engine.history import History
from memberflow.engine.member import DISTANT, Grant, Member
from memberflow.engine.occasions import (
    anniversary,
    birthday_day,
    birthday_month,
    next_birthday_year,
    years_of_membership,
)
from memberflow.engine.outcome import GrantChange, Outcome, Refusal
from memberflow.engine.rules import Rules
from memberflow.facts import GrantUsed


def give(
    rules: Rules,
    member: Member,
    name: str,
    benefits: Sequence[str],
    anchor: str,
    at: int,
    cause: str,
    out: Outcome,
    history: History | None,
) -> None:
    """Gives the benefits by the rule or journey ``name``, for a reason that it had never before.

    ``anchor`` names the reason; ``cause`` what the grants rest on, by which ``revoke`` finds them.
    """
    for place, benefit in enumerate(benefits):
        if not _had_already(member, f"{name}#{benefit}#", cause, history):
            before = benefits[:place].count(benefit)
            again = f"#{before + 1}" if before else ""
            grant = Grant(f"{name}#{benefit}#{anchor}{again}", at, _until(rules, benefit, at), cause)
            member.grants.append(grant)
            member.wake = min(member.wake, grant.until - rules.trial_notice_ms)
            out.grants.append(GrantChange(grant, "given", at, cause))


def _had_already(member: Member, like: str, cause: str, history: History | None) -> bool:
    """Whether one was used for a reason since refunded: then that one stands for the new reason."""
    for id in member.forgiven:
        if id.startswith(like):
            member.forgiven.remove(id)
            if history is not None:
                history.used.append((id, cause))
            return True
    return False


def _until(rules: Rules, benefit: str, at: int) -> int:
    """The moment from which it is no longer valid."""
    valid = rules.benefits.valid.get(benefit)
    return DISTANT if valid is None else valid.until(rules.zone, at)


def is_open(member: Member, id: str) -> bool:
    return any(grant.id == id for grant in member.grants)


def use(rules: Rules, member: Member, fact: GrantUsed, out: Outcome, history: History | None) -> None:
    """Uses up an open grant, or one revoked before; refuses where there is none. A trial is nothing to be used up."""
    grant = next((grant for grant in member.grants if grant.id == fact.grant), None)
    if grant is not None and grant.benefit not in rules.benefits.trials:
        member.grants.remove(grant)
        if history is not None:
            history.used.append((grant.id, grant.cause))
    elif history is not None and fact.grant in history.revoked and fact.at < history.revoked[fact.grant].until:
        grant = history.revoked.pop(fact.grant)
        member.forgiven.append(grant.id)
    else:
        out.refusals.append(Refusal(fact.name, "no_such_grant"))
        return
    out.grants.append(GrantChange(grant, "used", fact.at, fact.name))


def revoke(
    rules: Rules, member: Member, falls: Callable[[str, str], bool], at: int, cause: str, out: Outcome, history: History
) -> set[str]:
    """Takes back open grants whose id and cause fall; a used one stands for the next. Returns the rules they are of."""
    fallen = [grant for grant in member.grants if falls(grant.id, grant.cause)]
    for grant in fallen:
        member.grants.remove(grant)
        if grant.benefit not in rules.benefits.trials:
            history.revoked[grant.id] = grant
        out.grants.append(GrantChange(grant, "revoked", at, cause))
    used = [id for id, rests_on in history.used if falls(id, rests_on)]
    history.used = [one for one in history.used if one[0] not in used]
    member.forgiven += used
    return {id.partition("#")[0] for id in (*used, *(grant.id for grant in fallen))}


def concerns(rules: Rules, member: Member, award: Award, at: int) -> bool:
    """Whether the rule is for members of his tier, segment and live tags."""
    segment = member.scored.segment if member.scored is not None else None
    return (
        _is_of_tier(award, member)
        and (not award.segments or segment in award.segments)
        and (not award.tags or award.tags <= tags.live(rules, member, rules.zone.day(at)))
    )


def on_its_days(rules: Rules, member: Member, award: Award, at: int) -> bool:
    """Whether what happened at ``at`` did so on a day that the rule is for."""
    return award.days is None or award.days.hold(member, rules.zone.day(at), rules.zone_of(member).day(at))


def joined(rules: Rules, member: Member, at: int, out: Outcome, history: History | None) -> None:
    """What comes with joining; anniversaries and years begin to count."""
    for award in rules.benefits.on("joined"):
        if concerns(rules, member, award, at):
            give(rules, member, award.name, award.give, "1", at, "joined", out, history)
    _give_yearly(rules, member, at, out, history)
    if rules.benefits.timed:
        member.wake = min(member.wake, at)


def tier_reached(rules: Rules, member: Member, tier: str, at: int, out: Outcome, history: History | None) -> None:
    for award in rules.benefits.on("tier_reached"):
        if concerns(rules, member, award, at):
            give(
                rules,
                member,
                award.name,
                award.give,
                f"{tier}#{member.reached[tier]}",
                at,
                of_tier(member, tier),
                out,
                history,
            )
    _give_yearly(rules, member, at, out, history)


def give_once(
    rules: Rules, member: Member, award: Award, at: int, cause: str, out: Outcome, history: History | None
) -> None:
    """Gives what comes once, and again only where it was undone."""
    times = member.given.get(award.name, 0)
    if times > 0:
        return
    member.given[award.name] = 1 - times
    if concerns(rules, member, award, at):
        give(rules, member, award.name, award.give, str(1 - times), at, cause, out, history)


def undo_once(member: Member, award: Award) -> None:
    """Of a rule that gives once: what it gave has fallen."""
    member.given[award.name] = -member.given[award.name]


# What time gives and ends


def due(rules: Rules, member: Member) -> tuple[int, str]:
    """The moment of the next grant that time brings, with its rule, or of the next end of one, with ''."""
    soonest = min((grant.until for grant in member.grants), default=DISTANT), ""
    if member.enrolled_at is not None:
        for award in rules.benefits.timed:
            soonest = min(soonest, (_DUE[award.trigger](rules, member, award), award.name))
    return soonest


def fire(rules: Rules, member: Member, key: str, at: int, out: Outcome, history: History | None) -> None:
    """A moment of ``due`` has come; ``given`` marks the reason, which removes it from what is due."""
    if not key:
        member.grants = [grant for grant in member.grants if grant.until > at]
        return
    award = rules.benefits.by_name[key]
    if award.trigger == "yearly":
        _yearly(rules, member, award, at, out, history)
        return
    number = _number(rules, member, award)
    member.given[key] = number
    if concerns(rules, member, award, at):
        give(rules, member, award.name, award.give, str(number), at, f"{award.trigger}#{number}", out, history)


def _give_yearly(rules: Rules, member: Member, at: int, out: Outcome, history: History | None) -> None:
    for award in rules.benefits.on("yearly"):
        _yearly(rules, member, award, at, out, history)


def _yearly(rules: Rules, member: Member, award: Award, at: int, out: Outcome, history: History | None) -> None:
    """Gives what belongs to this year of membership, unless it was given. It rests on the tier that it comes with."""
    year, tier = years_of_membership(rules, member, rules.zone.day(at)), member.tier
    if tier is None or not _is_of_tier(award, member) or member.given.get(award.name, -1) >= year:
        return
    member.given[award.name] = year
    if concerns(rules, member, award, at):
        cause = of_tier(member, tier)
        anchor = f"{year}#{cause.removeprefix('tier#')}"
        give(rules, member, award.name, award.give, anchor, at, cause, out, history)


def _is_of_tier(award: Award, member: Member) -> bool:
    return not award.tiers or member.tier in award.tiers


def of_badge(member: Member, name: str) -> str:
    """The cause of what comes with a badge as last earned, or lost."""
    return f"badge#{name}#{abs(member.badges[name])}"


def of_tier(member: Member, tier: str) -> str:
    """The cause of what comes with a tier as last reached."""
    return f"tier#{tier}#{member.reached.get(tier, 0)}"


def _number(rules: Rules, member: Member, award: Award) -> int:
    """The year of the next birthday, or the next number of years of membership, that the rule looks at."""
    kept = member.given.get(award.name, 0)
    if award.trigger == "anniversary":
        return next((years for years in award.years if years > kept and not _is_past(rules, member, years)), 0)
    return next_birthday_year(rules, member, kept, by_month=award.trigger == "birthday_month")


def _is_past(rules: Rules, member: Member, years: int) -> bool:
    """Whether an anniversary was over before the revision of the programme came into force."""
    return rules.zone.moment(anniversary(rules, member, years)) < rules.starts


def _birthday_due(rules: Rules, member: Member, award: Award) -> int:
    if member.birthday is None:
        return DISTANT
    year = _number(rules, member, award)
    if award.trigger == "birthday_month":
        return rules.zone_of(member).moment(birthday_month(rules, member, year))
    return rules.zone_of(member).moment(birthday_day(rules, member, year))


def _anniversary_due(rules: Rules, member: Member, award: Award) -> int:
    years = _number(rules, member, award)
    return rules.zone.moment(anniversary(rules, member, years)) if years else DISTANT


def _yearly_due(rules: Rules, member: Member, award: Award) -> int:
    """In the past where this year's is missing: it comes at once."""
    if not _is_of_tier(award, member):
        return DISTANT
    return rules.zone.moment(anniversary(rules, member, member.given.get(award.name, -1) + 1))


_DUE = {
    "birthday": _birthday_due,
    "birthday_month": _birthday_due,
    "anniversary": _anniversary_due,
    "yearly": _yearly_due,
}
