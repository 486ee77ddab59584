"""Bad input: a message beside the field, nothing stored, nothing else lost."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from contextlib import closing

import pytest
from playwright.async_api import expect

from tests.journeys import steps
from tests.journeys.conftest import SessionOf
from tests.journeys.person import PASSWORD, Person
from tests.journeys.server import Server

HOSTILE = {
    "empty": "",
    "huge": "x" * 50_000,
    "right-to-left": "\u202eevil\u202c مدرسة",
    "emoji": "👩‍🏫" * 80,
    "html": "<img src=x onerror=alert(1)>",
    "sql": "'; DROP TABLE users; --",
    "null bytes": "a\x00b",
}


@pytest.mark.parametrize("kind", HOSTILE)
async def test_a_bad_email_is_told_beside_its_field_and_nothing_else_is_lost(
    someone: SessionOf, server: Server, kind: str
) -> None:
    james = await someone()
    before = _rows(server)
    await james.goes_to("/sign-up")
    await james.fills(
        Beta_Invite_Code=steps.INVITE_CODE,
        Name="James Walters",
        Email=HOSTILE[kind],
        Password=PASSWORD,
        Password_confirmation=PASSWORD,
    )
    await james.clicks("Sign up")
    await james.sees("There is a problem")
    email = james.field("Email")
    await expect(email).to_have_attribute("aria-invalid", "true")
    await expect(james.page.locator("#email-error")).to_be_visible()
    await expect(email).to_be_focused()
    await expect(james.field("Name")).to_have_value("James Walters")
    await expect(james.field("Beta Invite Code")).to_have_value(steps.INVITE_CODE)
    assert _rows(server) == before


@pytest.mark.parametrize("kind", [kind for kind in HOSTILE if kind != "empty"])
async def test_a_hostile_name_of_a_school_does_no_harm(
    someone: SessionOf, server: Server, kind: str
) -> None:
    james, email = await someone(), steps.an_address()
    await steps.sign_up(james, email)
    await steps.confirm(james, email)
    await steps.log_in(james, email)
    before = _rows(server)
    field = james.page.get_by_role("combobox", name="School Name")
    await field.fill(HOSTILE[kind])
    await field.press("Escape")
    await james.clicks("Continue")
    await james.sees("There is a problem")
    await james.clicks("My school is not listed")
    await james.fills(Name_of_your_school=HOSTILE[kind])
    await james.clicks("Continue")
    await james.sees("There is a problem")
    assert _rows(server) == before


async def test_a_double_click_on_every_button_of_the_guide_doubles_nothing(
    someone: SessionOf, server: Server
) -> None:
    james, email = await someone(), steps.an_address()
    await james.goes_to("/sign-up")
    await james.fills(
        Beta_Invite_Code=steps.INVITE_CODE,
        Name="James Walters",
        Email=email,
        Password=PASSWORD,
        Password_confirmation=PASSWORD,
    )
    await james.page.get_by_role("button", name="Sign up").dblclick()
    await james.sees_heading("Confirm email address")
    await james.goes_to(await steps.read_confirmation(james, email))
    await james.page.get_by_role("button", name="Confirm email address").dblclick()
    await james.sees_heading("Log in")
    await steps.log_in(james, email)
    await steps.choose_school(james, "Torriano", "Torriano Primary School")
    await james.field("MIS Provider").select_option("iSAMS (via Xporter on Demand)")
    await james.page.get_by_role("button", name="Continue").dblclick()
    await james.sees_heading("School Details")
    await steps.configure_connector(james)
    await james.page.get_by_role("button", name="Grant Access").dblclick()
    await james.sees_badge("Awaiting Connection")
    await james.mail(steps.INVITATION_SUBJECT, to=email)
    subjects = [m["subject"] for m in await asyncio.to_thread(server.mail, email)]
    assert sorted(subjects) == sorted([steps.CONFIRM_SUBJECT, steps.INVITATION_SUBJECT])


async def test_a_link_used_twice_late_or_altered_says_so_with_a_way_on(
    someone: SessionOf,
) -> None:
    james, email = await someone(), steps.an_address()
    await steps.sign_up(james, email)
    link = await steps.read_confirmation(james, email)
    await james.goes_to(link + "x")
    await james.sees("link")
    await expect(james.page.get_by_role("main").get_by_role("link").first).to_be_visible()
    await steps.confirm(james, email)
    await james.goes_to(link)
    await james.sees_heading("This link has been used")
    await expect(james.page.get_by_role("link", name="Log in").first).to_be_visible()


async def test_a_press_on_sign_up_is_not_lost_to_what_is_said_of_the_field_left(
    someone: SessionOf,
) -> None:
    james = await someone()
    await james.goes_to("/sign-up")
    await james.fills(Password="password")
    await james.page.get_by_role("button", name="Sign up", exact=True).hover()
    await james.page.mouse.down()
    # Left, the field would be found wanting, and the button move away under the pointer.
    await expect(james.field("Password")).to_be_focused()
    await james.page.mouse.up()
    await james.sees("There is a problem")


async def test_nobody_learns_who_has_an_account(someone: SessionOf) -> None:
    known, unknown = await someone(), await someone()
    seeded = known.server.seed("awaiting-invitation")
    await steps.sign_up(known, seeded["email"])
    await steps.sign_up(unknown, steps.an_address())
    assert await _words(known) == await _words(unknown)
    told = await known.mail_to(seeded["email"])
    assert told["subject"] == "You already have an Assembly account"


async def _words(person: Person) -> str:
    """What the page says, without the address it was told and the seconds it counts."""
    await person.sees("We sent it to")
    said = await person.page.get_by_role("main").inner_text()
    return re.sub(r"\S+@\S+|\d+ seconds?", "…", said)


def _rows(server: Server) -> dict[str, int]:
    with closing(sqlite3.connect(server.folder / "data" / "assembly.db", timeout=15)) as database:
        return {
            table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
            for table in ("users", "sign_ups", "schools", "memberships", "outbox_messages")
        }
