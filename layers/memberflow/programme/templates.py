"""The messages of a programme, in its folder messages/, each part a Jinja2 template:

<key>.<language>.txt         the subject line, an empty line and the text
<key>.<language>.html        if wanted, the body of the same mail in HTML; the layout goes around it
<key>.<language>.short.txt   if wanted, what SMS and app push say instead of the text
layout.html                  if wanted, a layout of the programme's own
"""

from __future__ import annotations

from pathlib import Path

from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from memberflow.programme.schema import Message, Programme

SUBJECT = "Subject:"
BODY = "{{ body }}"
"""Where a layout takes the message in."""

_ALWAYS: dict[str, str | int] = {"programme": "sample", "tier": "Silver", "points": 120}
_SHORT: dict[str, str | int] = {
    "short": "120.00",
    "short_orders": 1,
    "short_interactions": 2,
    "short_growth": 120,
    "short_points": 120,
}
_BY_TRIGGER: dict[str, dict[str, str | int]] = {
    # A line for each trigger: what its occurrences carry in their data, with an example of each.
    "tier_reached": {"reached": "Gold"},
    "dormancy": {"days": 90, "categories": "tea, cups"},
    "anniversary": {"years": 3},
    "calendar": {"next_tier": "Gold", **_SHORT},
    "points_expiring": {"expiring": 50, "expires": "2026-03-31", "days": 30},
    "tier_lost": {"lost": "Gold"},
    "answered": {"answer": "price"},
    "segment_entered": {"segment": "Regulars"},
    "badge": {"badge": "Sharer"},
    "trial_ending": {"trial": "Gold", "ends": "2026-03-31", "days": 3},
    "tier_at_risk": {"by": "2026-03-31", "days": 30, **_SHORT},
    "within_reach": {"next_tier": "Gold", **_SHORT},
}


def environment(html: bool = False) -> ImmutableSandboxedEnvironment:
    """How templates are read, checked or sent: they see the variables they are given and nothing else.

    In ``html`` what a variable says is text, never a tag.
    """
    sandbox = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=html)
    sandbox.globals.clear()
    return sandbox


def variables(trigger: str) -> dict[str, str | int]:
    """What the templates of a journey can say, with an example of each.

    ``tier``, ``reached``, ``lost``, ``next_tier``, ``trial``, ``segment`` and ``badge`` are labels in the message's
    language. ``days``: since the last order, or until the day ``expires``, the last on which the points ``expiring``
    are usable, until ``ends``, the last of the ``trial``, or until ``by``, the last on which orders keep his tier.
    ``next_tier`` is the one above his (his own where there is none). ``short`` is the spend that he lacks for it, or to
    keep his own; ``short_orders``, ``short_interactions``, ``short_growth`` and ``short_points`` (earned) likewise, 0
    where the rule asks for none or has enough. Where a rule has alternatives, each is what would do by itself.
    ``answer``: his word. ``categories``: up to three that he bought in last, by the programme's words for them (''
    where there are none).
    """
    return _ALWAYS | _BY_TRIGGER.get(trigger, {})


def layout_variables(language: str, subject: str, unsubscribe: str) -> dict[str, str]:
    """What a layout can say besides; ``unsubscribe`` is empty where there is nothing to unsubscribe from."""
    return {"language": language, "subject": subject, "unsubscribe": unsubscribe, **words(language)}


def words(language: str) -> dict[str, str]:
    """What stands below a message; in English where the language is not among these."""
    return _WORDS.get(language[:2], _WORDS["en"])


_WORDS = {
    "en": {
        "why": "You receive this message as a member.",
        "unsubscribe_words": "Unsubscribe",
    },
    "zh": {
        "why": "您是我们的会员，因此收到这封邮件。",
        "unsubscribe_words": "退订",
    },
}


def template_file(folder: Path, key: str, language: str, kind: str = "txt") -> Path:
    """``kind``: txt, html or short.txt."""
    return folder / "messages" / f"{key}.{language}.{kind}"


def layout_file(folder: Path) -> Path:
    """The programme's own layout, or the one for all."""
    own = folder / "messages" / "layout.html"
    return own if own.is_file() else Path(__file__).parent / "layout.html"


def template_text(file: Path) -> str:
    """Raises UnicodeDecodeError where the file is not UTF-8."""
    return file.read_text("utf-8-sig")


def read(programme: Programme, folder: Path) -> dict[str, dict[str, Message]]:
    """The templates of a checked programme, by key and language."""
    keys = dict.fromkeys(journey.message for journey in programme.journeys.values() if journey.message)
    return {key: {language: _message(folder, key, language) for language in programme.languages} for key in keys}


def _message(folder: Path, key: str, language: str) -> Message:
    subject, _, text = template_text(template_file(folder, key, language)).split("\n", 2)
    body = _optional(template_file(folder, key, language, "html"))
    return Message(
        subject=subject.removeprefix(SUBJECT).strip(),
        text=text.strip("\n") + "\n",
        html=None if body is None else template_text(layout_file(folder)).replace(BODY, body),
        short=_optional(template_file(folder, key, language, "short.txt")),
    )


def _optional(file: Path) -> str | None:
    return template_text(file).strip() if file.is_file() else None
