"""`demo`: schools in a known state, for showing and for tests."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from assembly_ui import settings
from assembly_ui.cli.support import CommandFailed, on_database
from assembly_ui.connector.errors import ConnectorError
from assembly_ui.database import Database
from assembly_ui.schools.errors import SchoolNotInRegister, SchoolTaken
from assembly_ui.seeding import Seeded, SeedState, seed
from assembly_ui.settings import Settings


@click.group()
def demo() -> None:
    """Schools in a known state, for showing and for tests (demo mode only)."""


@demo.command("seed")
@click.option("--school", "urn", required=True, help="URN of a school of the register.")
@click.option(
    "--state",
    required=True,
    type=click.Choice([state.value for state in SeedState]),
    help="How far the school has come.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def seed_school(urn: str, state: str, as_json: bool) -> None:
    """Make a confirmed owner with a school in a state, and print how to log in.

    Works beside a running server, which shows the school at once.
    """
    if not settings.load().is_demo:
        raise CommandFailed("Schools are seeded in demo mode only; this is live mode.")

    async def work(config: Settings, _: Database) -> Seeded:
        return await seed(config, urn=urn, state=SeedState(state))

    try:
        seeded = on_database(work)
    except SchoolNotInRegister:
        raise CommandFailed(f"The register has no school with the URN {urn}.") from None
    except SchoolTaken as taken:
        raise CommandFailed(
            f"{taken.school_name} is set up already. Choose another school, or make reset."
        ) from None
    except ConnectorError:
        raise CommandFailed(
            "That school has no 7-digit DfE number, by which Xporter on Demand knows schools. "
            "Choose a school in England or Wales."
        ) from None
    click.echo(json.dumps(asdict(seeded)) if as_json else _in_words(seeded))


def _in_words(seeded: Seeded) -> str:
    return "\n".join(
        [
            f"{seeded.school} is {seeded.state.replace('-', ' ')}.",
            f"Open      {seeded.address}",
            f"Email     {seeded.email}",
            f"Password  {seeded.password}",
        ]
    )
