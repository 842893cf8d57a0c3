"""``memberflow new``: a copy of a shipped programme to edit, and what to change in it first."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec

from cli import screen
from memberflow.errors import MemberflowError
from memberflow.programme import author, source
from memberflow.programme.problems import suggest
from memberflow.programme.schema import Programme
from memberflow.programme.schema.fields import Name
from memberflow.programme.schema.tiers import Rule, Tier


class NotMade(MemberflowError):
    """A copy that can't be made: nothing was written."""


@click.command("new")
@click.argument("name")
@click.option("--from", "model", metavar="SHIPPED", default="sample", show_default=True, help="What it begins as.")
def command(name: str, model: str) -> None:
    """Copy a shipped programme into the folder NAME, to edit, and list what to change in it.

    NAME is what the programme will be called, such as corner_shop. Nothing that is there already is written over.
    """
    folder = copy(name, model)
    place = screen.console()
    place.print(f"{folder}: a copy of {model}, yours to edit. What to change first:\n", soft_wrap=True)
    for what, now, where in checklist(folder):
        place.print(f"  [ ] {what:<12} {now}  ({where})", soft_wrap=True)
    place.print("\nThen:\n")
    for line in _commands(name):
        place.print(f"  {line}", soft_wrap=True)


def copy(name: str, model: str) -> Path:
    """The new folder. Raises NotMade where the name can't be used, or there is no such programme to copy."""
    shipped = author.shipped()
    if not _is_name(name):
        raise NotMade(f"{name!r} can't be the name of a programme: expected lower-case letters, digits and underscores")
    if name in shipped:
        raise NotMade(f"{name!r} is the name of a shipped programme: choose another")
    folder = Path(name)
    if folder.exists():
        raise NotMade(f"{folder} is there already, and is left as it is: choose another name")
    if model not in shipped:
        raise NotMade(f"{model!r} is not a shipped programme ({suggest(model, shipped, ', '.join(shipped))})")
    shutil.copytree(shipped[model], folder)
    for page in folder.glob("programme*.yaml"):
        text = page.read_text("utf-8")
        page.write_text(re.sub(rf"^programme: {model}\b", f"programme: {name}", text, flags=re.MULTILINE), "utf-8")
    return folder


def _is_name(name: str) -> bool:
    try:
        msgspec.convert(name, Name)
    except msgspec.ValidationError:
        return False
    return True


def checklist(folder: Path) -> Iterator[tuple[str, str, str]]:
    """What an operator decides first, how it now stands, and where."""
    file, programme = folder / "programme.yaml", author.ship(folder).programme
    places = source.parse(file.read_bytes()).places
    now = {
        "currency": (programme.currency, "currency"),
        "zone": (programme.time_zone, "time_zone"),
        "thresholds": (_thresholds(programme), "tiers"),
        "costs": (_costs(programme), "benefits" if programme.benefits else "points"),
        "languages": (", ".join(programme.languages), "languages"),
    }
    for what, (value, key) in now.items():
        yield what, value, f"{file}:{places[(key,)].key[0]}"
    yield "texts", f"{len(list((folder / 'messages').iterdir()))} files", str(folder / "messages")
    channels = sorted({channel for journey in programme.journeys.values() for channel in journey.channels})
    yield "senders", ", ".join(channels) or "none", "docs/operating.md, Before the first message"
    yield "unsubscribe", "a key that links are signed with, made once", "docs/operating.md, Receipts and links"


def _thresholds(programme: Programme) -> str:
    return ", ".join(f"{tier.name} {_entry(tier)}" for tier in programme.tiers.levels[1:]) or "none"


def _entry(tier: Tier) -> str:
    """The rule as it would be written, on one line."""
    return f"by {tier.by}" if tier.enter is None else _rule(tier.enter)


def _rule(rule: Rule) -> str:
    return json.dumps(msgspec.to_builtins(rule)).replace('"', "")


def _costs(programme: Programme) -> str:
    without = [name for name, benefit in programme.benefits.items() if benefit.cost is None]
    point = programme.points.cost or "none yet"
    return f"of a point {point}" + (f"; none yet for {', '.join(without)}" if without else "")


def _commands(name: str) -> Iterator[str]:
    yield f"memberflow check {name}"
    yield f"memberflow demo --programme {name}"
    yield f"memberflow simulate --programme {name} --facts YOUR_ORDERS.jsonl"
    yield f"to deploy: move it to layers/programmes/{name}, make build, sam deploy --guided with Programme={name}"
