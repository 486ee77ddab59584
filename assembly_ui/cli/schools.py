"""`schools`: whose they are, for operators."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import click

from assembly_ui.cli.school_conflicts import conflicts, move
from assembly_ui.cli.support import CommandFailed, on_database
from assembly_ui.clock import system_clock
from assembly_ui.db.database import Database
from assembly_ui.schools import ownership_disputes
from assembly_ui.schools.errors import MemberNotFound, SchoolNotSetUp
from assembly_ui.schools.ownership_disputes import HandedOver, UnverifiedSchool, VerifiedSchool
from assembly_ui.settings import Settings

T = TypeVar("T")


@click.group()
def schools() -> None:
    """Schools that were set up: whose they are."""


schools.add_command(conflicts)
schools.add_command(move)


@schools.command()
def unverified() -> None:
    """List schools whose owner has not shown that they are theirs, disputed ones first."""

    async def work(_: Settings, database: Database) -> list[UnverifiedSchool]:
        return await ownership_disputes.list_unverified(database)

    found = on_database(work)
    for school in found:
        click.echo(
            f"{school.urn or f'#{school.school_id}':10} {_since(school):22} "
            f"{_disputes(school.disputes):12} {school.owner_email:40} {school.name}"
        )
    if not found:
        click.echo("Every school is its owner's, and nobody disputes one.")


@schools.command()
@click.argument("urn")
def verify(urn: str) -> None:
    """Note that the school with this URN is its owner's, and decide disputes that way.

    A school without a URN is named by its number in the list, such as "#12".
    """

    async def work(config: Settings, database: Database) -> VerifiedSchool:
        return await ownership_disputes.verify_by_operator(
            database, urn=urn, href=f"{config.address}/users", now=system_clock()
        )

    done = _on_school(urn, work)
    click.echo(f"{done.school_name} is verified: it is {done.owner_email}'s.")
    if done.others:
        click.echo(f"Belonging to it besides: {', '.join(done.others)}.")


@schools.command("hand-over")
@click.argument("urn")
@click.argument("email")
@click.option(
    "--keep-members", is_flag=True, help="The owner until now was the right one: others stay."
)
def hand_over(urn: str, email: str, keep_members: bool) -> None:
    """Make the person with the address EMAIL the owner of the school with this URN.

    Its owner until now no longer belongs to the school. Nor does anybody else, since a wrong
    owner chose them; their invitations end too. With --keep-members they stay. All of them
    are told by email, and nobody who the other is.
    """

    async def work(config: Settings, database: Database) -> HandedOver:
        return await ownership_disputes.hand_over(
            database,
            urn=urn,
            email=email,
            href=f"{config.address}/users",
            help_email=config.help_email,
            keep_members=keep_members,
            now=system_clock(),
        )

    try:
        done = _on_school(urn, work)
    except MemberNotFound:
        raise CommandFailed(
            f"No confirmed account has the address {email}. Ask them to sign up first."
        ) from None
    click.echo(f"{done.school_name} belongs to {email} now.")
    if done.out:
        click.echo(f"No longer belonging to it: {', '.join(done.out)}.")
    click.echo("Apps that were authorised stay so until somebody revokes them.")


def _on_school(urn: str, work: Callable[[Settings, Database], Awaitable[T]]) -> T:
    try:
        return on_database(work)
    except SchoolNotSetUp:
        raise CommandFailed(
            f"No school with the URN {urn} is set up. “schools unverified” lists them."
        ) from None


def _since(school: UnverifiedSchool) -> str:
    if school.unverified_since is None:
        return "verified"
    return f"since {school.unverified_since:%Y-%m-%d %H:%M}"


def _disputes(count: int) -> str:
    return "" if not count else f"{count} dispute{'' if count == 1 else 's'}"
