"""`serve` and `dev`: starting the product."""

from __future__ import annotations

import subprocess
import sys

import click

from assembly_ui import settings
from assembly_ui.cli.support import CommandFailed
from assembly_ui.db import migrations
from assembly_ui.server import build
from assembly_ui.server.serve import CannotStart, check_alone, check_folder
from assembly_ui.server.serve import serve as start
from assembly_ui.server.wait_for_port import OWN_HOST

DEV_API_PORT = "8000"


@click.command()
def serve() -> None:
    """Start Assembly: migrate, build what changed, serve pages and API on one port."""
    try:
        start(settings.load())
    except CannotStart as problem:
        raise CommandFailed(str(problem)) from None


@click.command()
def dev() -> None:
    """Start Assembly with hot reload: pages on ASSEMBLY_PORT, API on 8000."""
    config = settings.load()
    try:
        check_folder(config.data_dir)
        check_alone(config)
        migrations.migrate(config.database)
    except (CannotStart, migrations.DatabaseUnusable) as problem:
        raise CommandFailed(str(problem)) from None
    # Reflex itself would listen on every address. Hot reload is for this machine alone.
    listening = ["--backend-port", DEV_API_PORT, "--backend-host", OWN_HOST]
    command = [sys.executable, "-m", "reflex", "run", *listening]
    environment = build.environment(config) | {
        "REFLEX_ENV_MODE": "dev",
        "REFLEX_API_URL": f"http://localhost:{DEV_API_PORT}",
        "PYTHONUNBUFFERED": "1",
    }
    sys.exit(subprocess.call(command, cwd=build.ROOT, env=environment))  # noqa: S603
