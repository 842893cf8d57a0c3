"""``memberflow tasks``: what people are to do about members, soonest due first."""

from __future__ import annotations

from typing import Any

import click
from msgspec import Struct

from cli import options, phrases, screen, sources, words
from cli.tongue import Tongue
from memberflow.engine import fold, truth
from memberflow.engine.member import Member, Task
from memberflow.engine.outcome import Outcome
from memberflow.engine.rules import Rules
from memberflow.programme.problems import suggest


class Open(Struct, frozen=True):
    """An open task. ``stands``: whether its reason still holds, which time alone may have changed."""

    member: str
    task: Task
    stands: bool


@click.command("tasks")
@click.option("--for", "role", metavar="ROLE", help="Those of one role, such as adviser; else everybody's.")
@click.option("--overdue", is_flag=True, help="Only those that should have been done by now.")
@click.option("--language", type=click.Choice(phrases.LANGUAGES), default="en", show_default=True)
@sources.tables
@options.programme()
def command(role: str | None, overdue: bool, language: str, **given: Any) -> None:
    """List the tasks that journeys made for people and nobody has done, with when each is due in the programme's zone.

    A task is done by an event task.done with the member and the task's id. Of a table in AWS only the members about
    whom there is something to do are read.
    """
    tongue = Tongue(options.rules_of(given), language)
    roles = [role] if role is not None else sorted(tongue.rules.roles)
    if role is not None and role not in tongue.rules.roles:
        help = suggest(role, tongue.rules.roles, f"known: {', '.join(sorted(tongue.rules.roles)) or 'none'}")
        raise click.BadParameter(f"no journey makes a task for {role!r}: {help}", param_hint="--for")
    place = sources.named(given)
    now = place.now()
    shown = [one for one in _open(tongue.rules, place.about_tasks(roles), now) if one.task.role in roles]
    shown = [one for one in shown if one.task.due <= now or not overdue]
    rows = [_row(tongue, one, now) for one in sorted(shown, key=lambda one: (one.task.due, one.member, one.task.id))]
    screen.columns(screen.console(), "", tongue.heads("open_tasks_heads"), rows)
    late = sum(one.task.due <= now for one in shown)
    click.echo(tongue.say("open_tasks", tasks=f"{len(shown):,}", late=f"{late:,}", zone=tongue.rules.zone.name))


def _open(rules: Rules, members: list[Member], now: int) -> list[Open]:
    found = []
    for member in members:
        fold.advance(rules, member, now, Outcome())
        current = rules.of(member)
        found += [Open(member.id, task, truth.still_true(current, member, task, now)) for task in member.tasks]
    return found


def _row(tongue: Tongue, one: Open, now: int) -> list[str]:
    task, state = one.task, "gone" if not one.stands else "late" if one.task.due <= now else ""
    said = tongue.say(f"task_{state}") if state else ""
    due, what = words.moment(tongue.rules, task.due), words.task(tongue.rules, task, tongue.language)
    return [due, said, one.member, task.role, what, task.id]
