"""`demo`: schools in a known state, for showing and for tests."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict

import click

from assembly_ui import settings
from assembly_ui.apps.errors import AuthorizeRefused, NameUnusable, NotConnected
from assembly_ui.cli.support import CommandFailed, on_database
from assembly_ui.connector.errors import ConnectorError, NumberHeld
from assembly_ui.db.database import Database
from assembly_ui.demo.seeding import Seeded, SeedState, seed, seed_with_app
from assembly_ui.schools.errors import SchoolNotInRegister, SchoolTaken
from assembly_ui.settings import Settings


@click.group()
def demo() -> None:
    """Schools in a known state, for showing and for tests (demo mode only)."""


@demo.command("seed")
@click.option(
    "--school",
    "urn",
    default="",
    help="URN of a school of the register. With --app: by default the one connected last.",
)
@click.option(
    "--state",
    type=click.Choice([state.value for state in SeedState]),
    help="How far the school has come. With --app: connected.",
)
@click.option(
    "--app",
    default="",
    metavar="NAME",
    help="An app beside it, registered if there is none of this name. "
    "The school may be there already.",
)
@click.option(
    "--authorised",
    is_flag=True,
    help="With --app: the school authorised all that the app asks for.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def seed_school(urn: str, state: str | None, app: str, authorised: bool, as_json: bool) -> None:
    """Make a confirmed owner with a school in a state, and print how to log in.

    With --app, add an app to a connected school and print its credentials; with
    --authorised its tokens too. Works beside a running server, which shows it at once.
    """
    _check_words(urn, state, app, authorised)
    if not settings.load().is_demo:
        raise CommandFailed("Schools are seeded in demo mode only; this is live mode.")

    async def work(config: Settings, _: Database) -> Seeded:
        if app:
            return await seed_with_app(config, urn=urn, app=app, authorised=authorised)
        return await seed(config, urn=urn, state=SeedState(state or ""))

    seeded = _seeded(work, urn)
    click.echo(json.dumps(_plain(seeded)) if as_json else _in_words(seeded))


def _check_words(urn: str, state: str | None, app: str, authorised: bool) -> None:
    if app:
        if state not in (None, SeedState.CONNECTED.value):
            raise click.UsageError("With --app the school is connected: leave --state out.")
        return
    if authorised:
        raise click.UsageError("Missing option '--app': --authorised needs an app.")
    for name, value in (("--school", urn), ("--state", state)):
        if not value:
            raise click.UsageError(f"Missing option '{name}'.")


def _seeded(work: Callable[[Settings, Database], Awaitable[Seeded]], urn: str) -> Seeded:
    try:
        return on_database(work)
    except SchoolNotInRegister:
        raise CommandFailed(f"The register has no school with the URN {urn}.") from None
    except SchoolTaken as taken:
        raise CommandFailed(
            f"{taken.school_name} is set up already. Choose another school, or make reset."
        ) from None
    except NotConnected:
        raise CommandFailed(
            "That school is set up already and not connected, so no app can be authorised. "
            "Choose another school."
        ) from None
    except AuthorizeRefused:
        raise CommandFailed(
            "That app cannot be authorised: it is switched off, or wants a school with a URN."
        ) from None
    except NameUnusable:
        raise CommandFailed("The name of the app must be plain text with a letter.") from None
    except NumberHeld as held:
        raise CommandFailed(
            f"{held.name or 'Another school'} has the same DfE number and is connected, or being "
            "connected. Choose another school, or move the connection with schools move."
        ) from None
    except ConnectorError:
        raise CommandFailed(
            "That school has no 7-digit DfE number, by which Xporter on Demand knows schools. "
            "Choose a school in England or Wales."
        ) from None


def _plain(seeded: Seeded) -> dict[str, object]:
    plain = asdict(seeded)
    return plain if seeded.app else {name: plain[name] for name in plain if name != "app"}


def _in_words(seeded: Seeded) -> str:
    lines = [
        f"{seeded.school} is {seeded.state.replace('-', ' ')}.",
        f"Open      {seeded.address}",
        f"Email     {seeded.email}",
        f"Password  {seeded.password or '(as it was)'}",
    ]
    if app := seeded.app:
        lines += [
            "",
            f"App            {app.name}",
            f"client_id      {app.client_id}",
            f"client_secret  {app.client_secret or '(kept by whoever registered it)'}",
        ]
        if app.access_token:
            lines += [
                f"access_token   {app.access_token}",
                f"refresh_token  {app.refresh_token}",
                f"scopes         {' '.join(app.scopes)}",
            ]
    return "\n".join(lines)
