"""The commands, and what every one of them does about errors.

Exit codes: 0 done, 1 it could not be done (one sentence on standard error),
2 the command was mistyped.
"""

from __future__ import annotations

import logging
import sys
from importlib import import_module

import click

from assembly_ui.cli.support import CommandFailed
from assembly_ui.server import logs, private_files
from assembly_ui.settings import SettingsProblem

COMMANDS = {
    "app": "apps",
    "demo": "demo",
    "dev": "serve",
    "doctor": "doctor",
    "invite-code": "invite_codes",
    "register": "register",
    "schools": "schools",
    "security": "security",
    "serve": "serve",
    "work": "work",
}
"""Where each command is written, under its own name."""


class _Commands(click.Group):
    """Imports a command when it is called for: most need a large part of the product."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"assembly_ui.cli.{COMMANDS[cmd_name]}")
        return getattr(module, cmd_name.replace("-", "_"))


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
def commands() -> None:
    """Assembly's command line. Settings come from ASSEMBLY_… in the environment."""


def main() -> None:
    """Run one command and exit with its code."""
    private_files.restrict_new_files()
    logs.configure(json=False, level=logging.WARNING)
    logs.take_over_interpreter()
    try:
        commands.main(prog_name="python -m assembly_ui")
    except (CommandFailed, SettingsProblem) as problem:
        click.echo(str(problem), err=True)
        sys.exit(1)
