"""Templates to words, in the same sandbox in which the check tried them.

Jinja2 is loaded with the first message: a function that only withholds never pays for it.
"""

from __future__ import annotations

from memberflow.engine.member import Member
from memberflow.engine.outcome import Occurrence
from memberflow.engine.rules import Rules
from memberflow.errors import MemberflowError
from memberflow.programme.schema import Message, Shipped


class UnrenderableMessage(MemberflowError):
    """A template that the data does not fit, which the check should have found."""


def render(shipped: Shipped, rules: Rules, member: Member, occurrence: Occurrence) -> Message:
    """The message in the member's language, or the programme's first where his is not offered.

    Raises UnrenderableMessage.
    """
    language = language_of(shipped, member)
    template = shipped.messages[rules.journeys[occurrence.journey].message][language]
    data = variables(rules, member, occurrence, language)
    return _fill(template, data)


def language_of(shipped: Shipped, member: Member) -> str:
    """Exact, then the same language of another region, then the programme's first."""
    offered = shipped.programme.languages
    wanted = member.language or offered[0]
    if wanted in offered:
        return wanted
    related = [language for language in offered if language[:2] == wanted[:2]]
    return (related or list(offered))[0]


def variables(rules: Rules, member: Member, occurrence: Occurrence, language: str) -> dict[str, str | int]:
    """What a template may name: programme, tier and points always; reached or days as the trigger gives them."""
    data: dict[str, str | int] = {
        "programme": rules.programme.programme,
        "tier": _label(rules, member.tier or rules.levels[0].name, language),
        "points": member.points,
    }
    if "reached" in occurrence.data:
        data["reached"] = _label(rules, str(occurrence.data["reached"]), language)
    if "days" in occurrence.data:
        data["days"] = occurrence.data["days"]
    return data


def _fill(template: Message, data: dict[str, str | int]) -> Message:
    from jinja2 import TemplateError

    from memberflow.programme.templates import environment

    sandbox = environment()
    try:
        subject, text = (sandbox.from_string(part).render(data) for part in (template.subject, template.text))
    except TemplateError as error:
        raise UnrenderableMessage(f"{type(error).__name__}: {error}") from error
    return Message(subject=subject, text=text)


def _label(rules: Rules, tier: str, language: str) -> str:
    return rules.level[tier].label[language]
