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


TIERS = frozenset({"reached", "lost", "next_tier", "trial"})
"""Variables that are tiers: told by their labels, like ``segment`` and ``badge``."""
LISTED = {"zh": "、"}
"""What stands between the items of a list; a comma in other languages."""


def render(shipped: Shipped, rules: Rules, member: Member, occurrence: Occurrence, unsubscribe: str = "") -> Message:
    """The message in the member's language, or the programme's first where his is not offered.

    ``unsubscribe``: the link at the foot of the mail, "" where there is none. Raises UnrenderableMessage.
    """
    language = language_of(rules, member)
    template = shipped.messages[rules.journeys[occurrence.journey].message][language]
    return fill(template, variables(rules, member, occurrence, language), language, unsubscribe)


def language_of(rules: Rules, member: Member) -> str:
    """Exact, then the same language of another region, then the programme's first."""
    offered = rules.programme.languages
    wanted = member.language or offered[0]
    if wanted in offered:
        return wanted
    related = [language for language in offered if language[:2] == wanted[:2]]
    return (related or list(offered))[0]


def variables(rules: Rules, member: Member, occurrence: Occurrence, language: str) -> dict[str, str | int]:
    """What a template may name: programme, tier and points always, and what the occurrence carries for its trigger."""
    carried = {name: _told(rules, name, value, language) for name, value in occurrence.data.items()}
    if rules.journeys[occurrence.journey].trigger == "dormancy":
        carried.setdefault("categories", "")
    return {
        "programme": rules.programme.programme,
        "tier": _told(rules, "reached", member.tier or rules.levels[0].name, language),
        "points": member.points,
        **carried,
    }


def fill(template: Message, data: dict[str, str | int], language: str, unsubscribe: str) -> Message:
    """The template with these variables in it. Raises UnrenderableMessage."""
    from memberflow.programme.templates import environment, layout_variables, words

    plain, html = environment(), environment(html=True)
    try:
        subject, text = (plain.from_string(part).render(data) for part in (template.subject, template.text))
        page = data | layout_variables(language, subject, unsubscribe)
        return Message(
            subject=" ".join(subject.split()),
            text=f"{text}\n\n{words(language)['unsubscribe_words']}: {unsubscribe}\n" if unsubscribe else text,
            html=None if template.html is None else html.from_string(template.html).render(page),
            short=None if template.short is None else plain.from_string(template.short).render(data),
        )
    except Exception as error:  # a template can fail in any way that an expression can
        raise UnrenderableMessage(f"{type(error).__name__}: {error}") from error


def _told(rules: Rules, name: str, value: str | int, language: str) -> str | int:
    """A variable as members read it."""
    if name in TIERS:
        return rules.level[str(value)].label[language]
    if name == "badge":
        return rules.programme.badges[str(value)].label[language]
    if name == "segment" and rules.programme.segments is not None:
        return next(one for one in rules.programme.segments.names if one.name == value).label[language]
    if name == "categories":
        return _categories(rules, str(value), language)
    return value


def _categories(rules: Rules, names: str, language: str) -> str:
    """Those that the programme has no word for any more are left out."""
    known = rules.programme.categories
    labels = [known[name].label[language] for name in names.split(",") if name in known]
    return LISTED.get(language[:2], ", ").join(labels)
