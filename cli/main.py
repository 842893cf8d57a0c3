"""The ``memberflow`` command. Each subcommand is loaded when it is asked for: most need no AWS library."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from memberflow.errors import MemberflowError

NAMES = (
    "demo",
    "new",
    "check",
    "preview",
    "simulate",
    "compare",
    "replay",
    "explain",
    "grants",
    "tags",
    "runs",
    "parked",
    "verify",
    "liability",
    "tasks",
    "lift",
    "forecast",
    "candidates",
    "abnormal",
    "ratings",
    "costs",
    "export",
    "erase",
    "ship",
)
MODULES = {name: f"cli.{name}" for name in NAMES}


class Commands(click.Group):
    """The subcommands by name; what goes wrong on purpose is told without a traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in MODULES:
            return None
        command: click.Command = import_module(MODULES[cmd_name]).command
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except MemberflowError as error:
            click.echo(f"memberflow: {error}", err=True)
            ctx.exit(1)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="memberflow")
def main() -> None:
    """Keeps a membership programme alive: tiers, points and messages from a shop's orders.

    Begin with "memberflow demo": eighteen months of real orders through the functions, on this machine.
    """
