"""A school with something of everything in it, which an attacker would want to change or read."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from tests.attack.people import People
from tests.attack.surface import ROOT_STATE
from tests.attack.tabs import open_tab
from tests.journeys.server import Server

PAGES = f"{ROOT_STATE}.assembly_ui___web___pages___"
INVITE = f"{PAGES}users___invitations____invitations_state.invite"
ASK_TO_JOIN = f"{PAGES}join____join_state.ask"
INVITED = "invited.by.the.victim@example.sch.uk"


@dataclass(frozen=True)
class Rich:
    """What there is, and the secrets nobody else may ever be told."""

    school_id: int
    urn: str
    owner: dict[str, Any]
    access_token: str
    refresh_token: str
    secrets: frozenset[str]
    numbers: tuple[str, ...]
    """The ids of its rows in our database, for those who count through them."""


async def enrich(server: Server, people: People, seeded: dict[str, Any]) -> Rich:
    """Give a connected school an app with tokens, an invitation, a join request and people."""
    words = ("demo", "seed", "--school", seeded["urn"], "--app", "Rooms", "--authorised", "--json")
    app = json.loads(server.command(*words))["app"]
    owner, joiner = await people.owner(seeded), await people.stranger()
    async with open_tab(server, cookie=owner.cookie) as tab:
        await tab.enter()
        await tab.ask(INVITE, {"form": {"email": INVITED, "role": "viewer"}}, path="/users")
    async with open_tab(server, cookie=joiner.cookie) as tab:
        await tab.ask(ASK_TO_JOIN, path=f"/join?school={seeded['urn']}")
    return Rich(
        school_id=seeded["school_id"],
        urn=seeded["urn"],
        owner=seeded,
        access_token=app["access_token"],
        refresh_token=app["refresh_token"],
        secrets=frozenset({INVITED, seeded["email"], joiner.email}),
        numbers=_numbers(server, seeded["school_id"]),
    )


def _numbers(server: Server, school_id: int) -> tuple[str, ...]:
    """Ids of the things of the school that handlers take as arguments."""
    tables = ("invitations", "join_requests", "memberships", "authorisations", "changesets")
    numbers = {str(school_id)}
    with closing(sqlite3.connect(server.folder / "data" / "assembly.db", timeout=15)) as database:
        for table in tables:
            column = "user_id" if table == "memberships" else "id"
            found = database.execute(
                f"SELECT {column} FROM {table} WHERE school_id = ?",  # noqa: S608
                (school_id,),
            ).fetchall()
            assert found, f"the school has no {table} to be attacked"
            numbers.update(str(number) for (number,) in found)
    return tuple(sorted(numbers))
