"""``memberflow preview``: a journey's message as a member would get it, in a file that a browser opens."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

import click

from cli import options, sources, table
from cli.explain import UnknownMember
from cli.table import Held
from memberflow.delivery import render
from memberflow.engine import fold, picks
from memberflow.engine.calendar import DAY
from memberflow.engine.member import Member, Standing
from memberflow.engine.outcome import Occurrence, Outcome
from memberflow.engine.rules import Rules, compiled
from memberflow.errors import MemberflowError
from memberflow.programme import author, templates
from memberflow.programme.problems import suggest
from memberflow.programme.schema import Message

UNSUBSCRIBE = "https://example.com/unsubscribe"


class UnknownJourney(MemberflowError):
    """The programme has no such journey."""


@click.command("preview")
@click.argument("journey")
@click.option("--member", metavar="ID", help="For this member of the table; else for an example.")
@click.option("--language", metavar="L", help="In this language; else in the member's own.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), default=Path("preview.html"),
              show_default=True, metavar="FILE", help="The page is written here.")  # fmt: skip
@sources.tables
@options.programme()
def command(journey: str, member: str | None, language: str | None, out: Path, **given: Any) -> None:
    """Show the message of JOURNEY as a member would get it: subject and text here, the mail's page in a file.

    What the message says of the occasion is that of the member's last one; where he had none, an example.
    """
    shipped = author.ship(author.named(given["programme"]))
    rules = compiled(shipped).newest
    if journey not in rules.journeys:
        known = ", ".join(rules.journeys)
        raise UnknownJourney(f"no journey {journey!r}: {suggest(journey, rules.journeys, f'known: {known}')}")
    if rules.journeys[journey].task is not None:
        raise UnknownJourney(f"{journey} makes no message but a task, which 'memberflow tasks' lists")
    whom, occurrence = _example(rules, journey) if member is None else _of_table(rules, journey, member, given)
    if language is not None:
        whom.language = language
    link = UNSUBSCRIBE if rules.journeys[journey].purpose == "marketing" else ""
    message = render.render(shipped, rules, whom, occurrence, link)
    out.write_text(_page(message, render.language_of(rules, whom)), encoding="utf-8")
    _tell(message, out)


def _tell(message: Message, out: Path) -> None:
    click.echo(f"Subject: {message.subject}\n\n{message.text}")
    if message.short is not None:
        click.echo(f"SMS and app push: {message.short}\n")
    click.echo(f"page: {out}")


def _page(message: Message, language: str) -> str:
    """The mail's HTML; the text set as it is where it has none."""
    if message.html is not None:
        return message.html
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(message.subject)}'
    text = f'<pre style="white-space:pre-wrap; font:17px/1.6 sans-serif;">{escape(message.text)}</pre>'
    return f'<!doctype html>\n<html lang="{language}"><head>{head}</title></head><body>{text}</body></html>\n'


def _example(rules: Rules, journey: str) -> tuple[Member, Occurrence]:
    """A member of the highest tier, with the figures that templates are checked with."""
    highest = rules.levels[-1].name
    given = templates.variables(rules.journeys[journey].trigger)
    member = Member("example", enrolled_at=0, standings=[Standing(highest, 0, 0)], lots=[[1, int(given["points"])]])
    always = templates.variables("")
    known = dict.fromkeys(render.TIERS, highest) | _named(rules, journey)
    data = {name: known.get(name, value) for name, value in given.items() if name not in always}
    return member, Occurrence(id=f"{journey}#example", journey=journey, anchor=0, at=0, useful_until=DAY, data=data)


def _named(rules: Rules, journey: str) -> dict[str, str]:
    """The first segment and badge that the journey may speak of, and the first categories."""
    asked, segments = rules.programme.journeys[journey], rules.programme.segments
    names = asked.segments or tuple(one.name for one in (() if segments is None else segments.names))
    badges = asked.badges or tuple(rules.programme.badges)
    bought = {"categories": ",".join([*rules.programme.categories][: picks.MOST])}
    return bought | dict([("segment", name) for name in names[:1]] + [("badge", name) for name in badges[:1]])


def _of_table(rules: Rules, journey: str, member_id: str, given: dict[str, Any]) -> tuple[Member, Occurrence]:
    """The member as he is now, and his newest occurrence of the journey."""
    place = sources.named(given)
    held = table.held(place.of_member(member_id)).get(member_id)
    if held is None:
        raise UnknownMember(member_id, place.member_ids())
    fold.advance(rules, held.member, place.now(), Outcome())
    return held.member, _newest(held, journey) or _example(rules, journey)[1]


def _newest(held: Held, journey: str) -> Occurrence | None:
    of_journey = [message.occurrence for message in held.messages if message.occurrence.journey == journey]
    return max(of_journey, key=lambda occurrence: occurrence.at, default=None)
