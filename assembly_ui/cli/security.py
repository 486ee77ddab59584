"""`security`: who tried what, from where, how it ended, and how often."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from assembly_ui.audit.events import Outcome, SecurityEvent
from assembly_ui.audit.models import SecurityEventRow
from assembly_ui.audit.queries import Total, list_events, total_events
from assembly_ui.audit.security_log import subject_hash
from assembly_ui.cli.support import on_database
from assembly_ui.clock import system_clock
from assembly_ui.db.database import Database
from assembly_ui.settings import Settings

UNITS = {"m": "minutes", "h": "hours", "d": "days"}
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


class _Period(click.ParamType):
    """A length of time, such as 30m, 24h or 7d."""

    name = "period"

    def convert(self, value: Any, param: click.Parameter | None, ctx: Any) -> timedelta:
        if isinstance(value, timedelta):
            return value
        found = re.fullmatch(r"([0-9]{1,5})([mhd])", value)
        if not found:
            self.fail("use a number and m, h or d, such as 24h or 7d", param, ctx)
        return timedelta(**{UNITS[found[2]]: int(found[1])})


SINCE = click.option(
    "--since", type=_Period(), default="24h", show_default=True, help="How far back: 30m, 24h, 7d."
)


@click.group("security")
def security() -> None:
    """Security events: log-ins, refusals, consents, secrets, tokens. events, summary."""


@security.command("events")
@SINCE
@click.option("--event", type=click.Choice([event.value for event in SecurityEvent]))
@click.option("--outcome", type=click.Choice([outcome.value for outcome in Outcome]))
@click.option("--school", type=int, help="Number of a school.")
@click.option("--user", type=int, help="Number of a user.")
@click.option("--email", default="", help="An email address that was typed.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True)
@AS_JSON
def list_security_events(
    since: timedelta,
    event: str | None,
    outcome: str | None,
    school: int | None,
    user: int | None,
    email: str,
    limit: int,
    as_json: bool,
) -> None:
    """List events, the newest first, each with how often it occurred within an hour."""

    async def work(config: Settings, database: Database) -> Sequence[SecurityEventRow]:
        return await list_events(
            database,
            since=system_clock() - since,
            event=SecurityEvent(event) if event else None,
            outcome=Outcome(outcome) if outcome else None,
            school_id=school,
            user_id=user,
            subject=subject_hash(config.security_log_key, email),
            limit=limit,
        )

    rows = on_database(work)
    if as_json:
        click.echo(json.dumps([_as_json(row) for row in rows]))
        return
    for row in rows:
        click.echo(_line(row))
    if not rows:
        click.echo("There is no such event in this time.")


@security.command("summary")
@SINCE
@AS_JSON
def summarise(since: timedelta, as_json: bool) -> None:
    """Count the events of each kind and outcome, the most frequent first."""

    async def work(_: Settings, database: Database) -> list[Total]:
        return await total_events(database, since=system_clock() - since)

    totals = on_database(work)
    if as_json:
        told = [
            {
                "event": total.event,
                "outcome": total.outcome,
                "count": total.count,
                "last_at": total.last_at.isoformat(),
            }
            for total in totals
        ]
        click.echo(json.dumps(told))
        return
    for total in totals:
        click.echo(
            f"{total.count:>9}  {total.outcome:9}  {total.event:22}  "
            f"{_time(total.last_at)}  {_sentence(total.event)}"
        )
    if not totals:
        click.echo("There is no event in this time.")


def _line(row: SecurityEventRow) -> str:
    who = {
        "user": row.user_id,
        "school": row.school_id,
        "app": row.client_id,
        "from": row.ip,
        "subject": row.subject[:8],
    }
    known = " ".join(f"{name} {value}" for name, value in who.items() if value)
    many = "many others" if row.is_many else known
    head = f"{_time(row.last_at)}  {row.count:>7} x  {row.outcome:9}  {row.event:22}"
    return f"{head}  {_sentence(row.event)}  {many}".rstrip()


def _as_json(row: SecurityEventRow) -> dict[str, Any]:
    return {
        "event": row.event,
        "sentence": _sentence(row.event),
        "outcome": row.outcome,
        "count": row.count,
        "first_at": row.first_at.isoformat(),
        "last_at": row.last_at.isoformat(),
        "user_id": row.user_id,
        "school_id": row.school_id,
        "client_id": row.client_id,
        "subject": row.subject,
        "ip": row.ip,
        "is_many": row.is_many,
    }


def _sentence(event: str) -> str:
    # A newer release may have written events that this one does not know.
    known = {item.value: item.sentence for item in SecurityEvent}
    return known.get(event, event)


def _time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
