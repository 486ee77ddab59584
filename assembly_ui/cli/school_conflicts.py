"""`schools conflicts` and `schools move`: whose a connection is, where a number does not say."""

from __future__ import annotations

import json
from dataclasses import asdict

import click
from sqlmodel import col, select

from assembly_ui.apps.authorising import revoke_all
from assembly_ui.apps.links import Links
from assembly_ui.cli.support import CommandFailed, on_database
from assembly_ui.clock import system_clock
from assembly_ui.connector.conflicts import Conflict, ConflictKind, find_conflicts
from assembly_ui.connector.errors import CannotMove
from assembly_ui.connector.move_connection import MovedConnection, check_move, move_connection
from assembly_ui.db.database import Database
from assembly_ui.schools.models import School
from assembly_ui.schools.register import Register
from assembly_ui.settings import Settings

MEANINGS = {
    ConflictKind.SHARED_HERE: "Several schools are set up under this number.",
    ConflictKind.SHARED_IN_REGISTER: "The register gives this number to {detail} too.",
    ConflictKind.NUMBER_CHANGED: "The register now gives the school another number: {detail}.",
    ConflictKind.CLOSED: "The school is closed in the register, or no longer in it.",
    ConflictKind.WRONG_SCHOOL: "The MIS says it is another school: {detail}.",
    ConflictKind.HELD_UNDER_OLD_NUMBER: "The school is connected under this number; its own "
    "number is now {detail}.",
    ConflictKind.NOT_INVITED: "Xporter on Demand lists this number, and no school here was "
    "invited under it.",
    ConflictKind.ANOTHER_SCHOOL: "Xporter on Demand says this number is that of {detail}. We do "
    "not use the authorisation.",
}
CANNOT = {
    "same_school": "FROM and TO are the same school.",
    "nothing_held": "FROM is neither connected nor invited, so there is nothing to move.",
    "another_number": "TO has another DfE number than the connection.",
    "target_holds": "TO is connected or invited itself. Move that connection first.",
}


@click.command("conflicts")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def conflicts(as_json: bool) -> None:
    """List every DfE number that a person should look at.

    Nothing is shown of a school but its public record and whether it is connected.
    """

    async def work(config: Settings, database: Database) -> list[Conflict]:
        return await find_conflicts(database, Register.load(config.data_dir))

    found = on_database(work)
    if as_json:
        click.echo(json.dumps([asdict(conflict) for conflict in found]))
        return
    for conflict in found:
        detail = conflict.detail or "another school"
        click.echo(f"{conflict.estab}  {MEANINGS[conflict.kind].format(detail=detail)}")
        for school in conflict.schools:
            state = "connected" if school.is_connected else "holds it" if school.holds else ""
            named = f"{school.name}, {school.postcode}"
            click.echo(f"         {school.urn or f'#{school.school_id}':10} {named:60} {state}")
    if not found:
        click.echo("No conflicts: every number is that of one school.")


@click.command("move")
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@click.option("--yes", is_flag=True, help="Do it. Without, it only says what would happen.")
def move(source: str, target: str, yes: bool) -> None:
    """Move the connection of school FROM to school TO of the same DfE number.

    FROM and TO are URNs, or numbers such as "#12" as `schools conflicts` prints them. The
    authorisation moves. TO is connected once its own check has found that the MIS is TO's.
    Every app of both schools loses its access and must be authorised anew, and what was
    synced for them is deleted: none of it is shown to the other school. FROM keeps its
    people and its timeline, and starts anew.
    """

    async def work(config: Settings, database: Database) -> MovedConnection:
        ids = {
            "from_school_id": await _school_id(database, source),
            "to_school_id": await _school_id(database, target),
        }
        planned = await check_move(database, **ids)
        if not yes:
            return planned
        links = Links(config.address, config.help_email)
        # First: what apps may read must never outlast the move.
        for school_id in ids.values():
            await revoke_all(database, school_id=school_id, now=system_clock(), links=links)
        return await move_connection(database, **ids, now=system_clock())

    try:
        moved = on_database(work)
    except CannotMove as problem:
        raise CommandFailed(f"{CANNOT[problem.why]} Nothing changed.") from None
    what = "the connection" if moved.has_key else "the claim"
    both = f"{what} under {moved.estab} from {moved.from_name} to {moved.to_name}"
    doubt = "" if moved.is_verified else ", who has not shown that it is theirs"
    whose = f"{moved.to_name} belongs to {moved.to_owner}{doubt}."
    if not yes:
        raise CommandFailed(
            f"This would move {both}, end the access of every app of both schools and delete "
            f"what was synced for them. {whose} Nothing changed. Repeat it with --yes to do it."
        )
    click.echo(f"Moved {both}. It is checked anew, and apps must be authorised anew. {whose}")


async def _school_id(database: Database, named: str) -> int:
    number = named.removeprefix("#")
    is_id = named.startswith("#") and number.isascii() and number.isdigit()
    which = col(School.id) == int(number[:9]) if is_id else col(School.urn) == named
    async with database.read() as session:
        found = (await session.exec(select(School.id).where(which))).first()
    if found is None:
        raise CommandFailed(f"No school {named} is set up here. Nothing changed.")
    return found
