"""Every event handler, called by those who must not call it, over a real socket."""

from __future__ import annotations

import json
from typing import Any

import pytest

from assembly_ui.schools.models import Role
from tests.attack import surface
from tests.attack.people import People
from tests.attack.records import changed, fingerprints
from tests.attack.schools import enrich
from tests.attack.surface import Handler
from tests.attack.tabs import Tab, led_to, open_tab
from tests.journeys.server import Server

EVERYBODY = {"member", "admin", "owner"}
REFUSED = {
    "anonymous": (EVERYBODY | {"signed in"}, "/log-in"),
    "with a forged cookie": (EVERYBODY | {"signed in"}, "/log-in"),
    "logged out": (EVERYBODY | {"signed in"}, "/log-in"),
    "stranger": (EVERYBODY, "/school-setup"),
    "removed": (EVERYBODY, "/school-setup"),
    "viewer": ({"admin", "owner"}, "/no-access"),
    "admin": ({"owner"}, "/no-access"),
}
"""Which handlers each of them is refused, by the access these declare, and where it leads."""


async def _cookie(who: str, people: People, school_id: int) -> str:
    match who:
        case "anonymous":
            return ""
        case "with a forged cookie":
            return "assembly_session=' OR 1=1 --; assembly_request=x"
        case "logged out":
            return (await people.logged_out(school_id)).cookie
        case "stranger":
            return (await people.stranger()).cookie
        case "removed":
            return (await people.removed(school_id)).cookie
    return (await people.member(school_id, Role(who))).cookie


@pytest.mark.parametrize("who", REFUSED)
async def test_each_handler_refuses_whoever_it_is_not_for_and_nothing_changes(
    server: Server,
    people: People,
    victim: dict[str, Any],
    handlers: dict[str, Handler],
    who: str,
) -> None:
    refused, leads_to = REFUSED[who]
    cookie = await _cookie(who, people, victim["school_id"])
    before = fingerprints(server)
    async with open_tab(server, cookie=cookie) as tab:
        for handler in handlers.values():
            if handler.access in refused:
                await _is_refused(tab, handler, leads_to)
    assert changed(before, fingerprints(server)) == []


async def _is_refused(tab: Tab, handler: Handler, leads_to: str) -> None:
    answers = await tab.ask(handler.name, dict.fromkeys(handler.arguments, "1"))
    assert {path.partition("?")[0] for path in led_to(answers)} == {leads_to}, (
        f"{handler.name} is declared for “{handler.access}” and answered somebody else with "
        f"{answers}. Handlers wear a decorator of `web.access` and nothing around it."
    )


async def test_the_owner_of_another_school_neither_changes_nor_hears_of_this_one(
    server: Server, people: People, handlers: dict[str, Handler]
) -> None:
    victim = await enrich(server, people, server.seed("connected"))
    intruder = await people.owner(server.seed("connected"))
    before = fingerprints(server, school_id=victim.school_id)
    async with open_tab(server, cookie=intruder.cookie) as tab:
        await tab.hydrate()
        for number in (*victim.numbers, victim.urn):
            page = _page(victim.urn, number)
            for handler in handlers.values():
                # What takes no argument goes by the page alone.
                is_told = bool(handler.arguments) or number == victim.urn
                if handler.access and is_told and "mailbox" not in handler.name:
                    await tab.call(handler.name, _naming(handler, number), path=page)
            await tab.settled()
        told = json.dumps(tab.answers, ensure_ascii=False)
    after = fingerprints(server, school_id=victim.school_id)
    assert [line for line in changed(before, after) if not _is_for_anybody(line)] == []
    assert not [secret for secret in victim.secrets if secret in told]


def _naming(handler: Handler, number: str) -> dict[str, Any]:
    """Arguments that mean a thing of the other school, whatever they are called."""
    fields = ("school", "school_id", "id", "user_id", "invitation_id", "request_id", "key", "urn")
    form = dict.fromkeys(fields, number) | {"email": "intruder@example.sch.uk", "role": "owner"}
    return {name: form if name == "form" else number for name in handler.arguments}


def _page(urn: str, number: str) -> str:
    """A page that asks for it as well, with every parameter that any page reads."""
    values = dict.fromkeys(surface.query_parameters(), number) | {"school": urn}
    return "/x?" + "&".join(f"{name}={value}" for name, value in sorted(values.items()))


def _is_for_anybody(line: str) -> bool:
    # Anybody with an account may ask to join and tell us that a school is theirs; others decide.
    tables = ("join_requests:", "ownership_disputes:", "audit_entries:")
    return line.startswith(tables) and line.endswith("added")
