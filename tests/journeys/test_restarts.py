"""The power goes between every two steps of the guide; everything goes on."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing

import pytest

from tests.journeys import steps
from tests.journeys.conftest import SessionOf
from tests.journeys.person import Person
from tests.journeys.server import Server

# What browsers say of a server that is not there.
GONE = r"ERR_CONNECTION_REFUSED|WebSocket|Failed to load resource|ERR_CONNECTION_RESET|websocket"


async def test_a_kill_between_every_two_steps_loses_and_doubles_nothing(
    someone: SessionOf, server: Server
) -> None:
    james, email = await someone(), steps.an_address()
    james.expects(GONE)
    await steps.sign_up(james, email)
    server.restart()
    await steps.read_confirmation(james, email)
    server.restart()
    await steps.confirm(james, email)
    server.restart()
    await steps.log_in(james, email)
    await steps.choose_school(james, "Brookfield Primary School", "Brookfield Primary School")
    chosen = await _chosen_name(james)
    server.restart()
    # What was chosen is still chosen.
    await james.goes_to("/school-setup")
    await james.sees(chosen)
    await james.field("MIS Provider").select_option("iSAMS (via Xporter on Demand)")
    await james.clicks("Continue")
    await james.sees_heading("School Details")
    server.restart()
    await steps.configure_connector(james)
    server.restart()
    await james.page_is_alive()
    invitation = await steps.grant_access(james, email)
    server.restart()
    await james.page.goto(invitation)
    await james.page.get_by_role("button", name="Proceed").click()
    server.restart()
    await _answers_the_rest(james)
    server.restart()
    await james.page.get_by_role("button", name="Join the onboarding queue").click()
    server.restart()
    await james.goes_to("/connector")
    await james.sees_badge("Connected")
    server.restart()
    await james.sees_badge("Connected")
    _nothing_is_doubled(server, email)


async def test_an_open_tab_heals_itself_and_says_so_meanwhile(
    someone: SessionOf, server: Server
) -> None:
    seeded = server.seed("awaiting-invitation")
    james = await someone()
    james.expects(GONE)
    await steps.log_in(james, seeded["email"], seeded["password"])
    await james.goes_to("/connector")
    await james.sees_badge("Awaiting Invitation")
    server.kill()
    await james.sees("No connection to Assembly. We are trying again. What you saved is kept.")
    server.start()
    await james.page.get_by_text("No connection to Assembly").wait_for(state="hidden")
    await steps.grant_access(james, seeded["email"])


@pytest.mark.parametrize("offline", ["network", "tab"])
async def test_a_change_made_while_away_is_there_on_return(
    someone: SessionOf, server: Server, offline: str
) -> None:
    seeded = server.seed("awaiting-invitation")
    james, at_home = await someone(), await someone()
    james.expects("ERR_INTERNET_DISCONNECTED|WebSocket|websocket")
    for person in (james, at_home):
        await steps.log_in(person, seeded["email"], seeded["password"])
        await person.goes_to("/connector")
        await person.sees_badge("Awaiting Invitation")
    if offline == "network":
        await james.context.set_offline(True)
    else:
        await james.page.goto("about:blank")
    await steps.grant_access(at_home, seeded["email"])
    if offline == "network":
        await james.context.set_offline(False)
    else:
        await james.page.go_back()
    await james.sees_badge("Awaiting Connection")


async def _chosen_name(person: Person) -> str:
    await person.sees("Brookfield Primary School")
    return "Brookfield Primary School"


async def _answers_the_rest(person: Person) -> None:
    page = person.page
    await page.reload()
    await page.get_by_label("iSAMS", exact=True).check()
    await page.get_by_role("button", name="Continue").click()
    await page.get_by_role("button", name="Continue").click()
    await page.get_by_label("Everyone").check()
    await page.get_by_role("button", name="Continue").click()
    await page.get_by_role("button", name="Authorise Sharing").click()
    await page.get_by_role("button", name="Install now").wait_for()


def _nothing_is_doubled(server: Server, email: str) -> None:
    subjects = Counter(message["subject"] for message in server.mail(email))
    assert subjects == {steps.CONFIRM_SUBJECT: 1, steps.INVITATION_SUBJECT: 1}
    with closing(sqlite3.connect(server.folder / "data" / "assembly.db")) as database:
        (school,) = database.execute(
            "SELECT school_id FROM memberships JOIN users ON users.id = user_id WHERE email = ?",
            (email,),
        ).fetchone()
        told = Counter(
            kind
            for (kind,) in database.execute(
                "SELECT kind FROM timeline_events WHERE school_id = ?", (school,)
            )
        )
    once = ("invitation_sent", "authorised", "installed", "school_matched", "connected")
    assert told == dict.fromkeys(once, 1)
