"""The commands, and what every one of them does about errors.

Exit codes: 0 done, 1 it could not be done (one sentence on standard error),
2 the command was mistyped.
"""

from __future__ import annotations

import logging
import sys

import click

from assembly_ui import logs
from assembly_ui.cli import apps, demo, doctor, invite_codes, register, serve, work
from assembly_ui.cli.support import CommandFailed
from assembly_ui.settings import SettingsProblem


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def commands() -> None:
    """Assembly's command line. Settings come from ASSEMBLY_… in the environment."""


commands.add_command(serve.serve)
commands.add_command(serve.dev)
commands.add_command(work.work)
commands.add_command(invite_codes.invite_code)
commands.add_command(apps.app)
commands.add_command(register.register)
commands.add_command(demo.demo)
commands.add_command(doctor.doctor)


def main() -> None:
    """Run one command and exit with its code."""
    logs.configure(json=False, level=logging.WARNING)
    try:
        commands.main(prog_name="python -m assembly_ui")
    except (CommandFailed, SettingsProblem) as problem:
        click.echo(str(problem), err=True)
        sys.exit(1)
