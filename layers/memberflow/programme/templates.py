"""The messages of a programme: messages/<key>.<language>.txt, a subject line, an empty line and a text, both Jinja2."""

from __future__ import annotations

from pathlib import Path

from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from memberflow.programme.schema import Message, Programme

SUBJECT = "Subject:"

_ALWAYS: dict[str, str | int] = {"programme": "sample", "tier": "Silver", "points": 120}
_BY_TRIGGER: dict[str, dict[str, str | int]] = {"tier_reached": {"reached": "Gold"}, "dormancy": {"days": 90}}


def environment() -> ImmutableSandboxedEnvironment:
    """How templates are read, checked or sent: they see the variables they are given and nothing else."""
    sandbox = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
    sandbox.globals.clear()
    return sandbox


def variables(trigger: str) -> dict[str, str | int]:
    """What the templates of a journey can say, with an example of each.

    ``tier`` and ``reached`` are labels in the message's language; ``days`` are those since the last order.
    """
    return _ALWAYS | _BY_TRIGGER.get(trigger, {})


def template_file(folder: Path, key: str, language: str) -> Path:
    return folder / "messages" / f"{key}.{language}.txt"


def template_text(file: Path) -> str:
    """Raises UnicodeDecodeError where the file is not UTF-8."""
    return file.read_text("utf-8-sig")


def read(programme: Programme, folder: Path) -> dict[str, dict[str, Message]]:
    """The templates of a checked programme, by key and language."""
    keys = dict.fromkeys(journey.message for journey in programme.journeys.values())
    return {
        key: {language: _message(template_file(folder, key, language)) for language in programme.languages}
        for key in keys
    }


def _message(file: Path) -> Message:
    subject, _, text = template_text(file).split("\n", 2)
    return Message(subject=subject.removeprefix(SUBJECT).strip(), text=text.strip("\n") + "\n")
