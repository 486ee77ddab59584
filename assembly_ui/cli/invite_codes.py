"""`invite-code`: who may sign up while we are in Beta."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from assembly_ui.accounts import invite_codes
from assembly_ui.accounts.errors import FieldProblem, InviteCodeTaken, InviteCodeUnknown
from assembly_ui.accounts.invite_codes import InviteCodeView
from assembly_ui.cli.support import CommandFailed, on_database
from assembly_ui.clock import system_clock
from assembly_ui.db.database import Database
from assembly_ui.settings import Settings


@click.group("invite-code")
def invite_code() -> None:
    """Invite codes: add, list, disable."""


@invite_code.command()
@click.argument("code")
@click.option("--partner", default="", help="Whose schools it is for; named when it is refused.")
@click.option(
    "--expires", type=click.DateTime(["%Y-%m-%d"]), help="Last day on which it works (UTC)."
)
@click.option("--max-uses", type=click.IntRange(min=1), help="How many people may use it.")
def add(code: str, partner: str, expires: datetime | None, max_uses: int | None) -> None:
    """Add CODE: 4 to 64 letters, digits, dots, dashes, underscores."""

    async def work(config: Settings, database: Database) -> InviteCodeView:
        if not config.is_demo and invite_codes.parse_code(code) == invite_codes.DEFAULT_CODE:
            raise CommandFailed(f"The code {code} is published; in live mode choose another.")
        return await invite_codes.add_code(
            database,
            code=code,
            partner_name=partner,
            expires_at=_end_of(expires),
            max_uses=max_uses,
            now=system_clock(),
        )

    try:
        added = on_database(work)
    except InviteCodeTaken:
        raise CommandFailed(f"The code {code} exists already; invite-code list shows it.") from None
    except (ValueError, FieldProblem) as problem:
        raise CommandFailed(
            f"The code cannot be used: {problem or 'it is empty or too long'}."
        ) from None
    click.echo(f"Added {added.code}. {_state(added)}")


@invite_code.command("list")
def list_codes() -> None:
    """List every code with its uses and state."""

    async def work(config: Settings, database: Database) -> list[InviteCodeView]:
        if config.is_demo:
            await invite_codes.ensure_default_code(database, system_clock())
        return await invite_codes.list_codes(database)

    for code in on_database(work):
        click.echo(
            f"{code.code:24} {_uses(code):>12}  {code.partner_name or '-':20}  {_state(code)}"
        )


@invite_code.command()
@click.argument("code")
def disable(code: str) -> None:
    """Let nobody in with CODE from now on."""

    async def work(_: Settings, database: Database) -> InviteCodeView:
        return await invite_codes.disable_code(database, code=code, now=system_clock())

    try:
        disabled = on_database(work)
    except (InviteCodeUnknown, FieldProblem):
        raise CommandFailed(f"There is no code {code}; invite-code list shows them.") from None
    click.echo(f"Disabled {disabled.code}. People who signed up with it keep their accounts.")


def _end_of(day: datetime | None) -> datetime | None:
    return day.replace(hour=23, minute=59, second=59, tzinfo=UTC) if day else None


def _uses(code: InviteCodeView) -> str:
    return f"{code.uses} of {code.max_uses}" if code.max_uses else f"{code.uses} uses"


def _state(code: InviteCodeView) -> str:
    now = system_clock()
    if code.disabled_at:
        return "Disabled."
    if code.expires_at and code.expires_at <= now:
        return f"Expired on {code.expires_at:%d %B %Y}."
    if code.max_uses is not None and code.uses >= code.max_uses:
        return "Used up."
    return f"Works until {code.expires_at:%d %B %Y}." if code.expires_at else "Works."
