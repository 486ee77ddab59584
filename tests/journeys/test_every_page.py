"""Every page and state: no barrier for anyone, one heading, a title, and no sideways scroll."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.journeys import steps
from tests.journeys.conftest import SessionOf
from tests.journeys.person import Person

OPEN_PAGES = {
    "/": "Your school's data, in the apps you choose",
    "/sign-up": "Platform Registration",
    "/log-in": "Log in",
    "/log-in#wrong": "Log in",
    "/log-in#throttled": "Log in",
    "/log-in#confirmed": "Log in",
    "/log-in#logged-out": "Log in",
    "/forgotten-password": "Forgotten password?",
    "/resend-confirmation": None,
    "/confirm?token=mangled": None,
    "/reset-password?token=mangled": None,
    "/invitation?token=mangled": None,
    "/terms": "Terms of service",
    "/mailbox": "Mailbox",
    "/no-access": "You cannot do that with your role",
    "/nowhere": "We cannot find that page",
}
ADMIN_PAGES = (
    "/school-details",
    "/users",
    "/connector",
    "/apps",
    "/subjects",
    "/assessments",
    "/assessment-points",
    "/scopes",
    "/authorisations",
    "/changesets",
    "/changeset",
    "/results",
    "/schools",
    "/school-setup",
)
NARROW, WIDE = 320, 1440


async def _is_well_made(person: Person, heading: str | None = None) -> None:
    page = person.page
    await person.page_is_alive()
    await expect(page.locator("h1:visible")).to_have_count(1)
    if heading:
        await person.sees_heading(heading)
    await expect(page).to_have_title(re.compile(r".+ · Assembly$"))
    for width in (NARROW, WIDE):
        await page.set_viewport_size({"width": width, "height": 800})
        overflow = await page.evaluate(
            "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert overflow <= 0, f"{page.url} scrolls sideways by {overflow} px at {width} px"
        # What scrolled half under the bar would count as too small to press.
        await page.evaluate("window.scrollTo(0, 0)")
        await person.has_no_barriers()


@pytest.mark.parametrize("path", OPEN_PAGES)
async def test_a_page_for_anyone_is_well_made(someone: SessionOf, path: str) -> None:
    james = await someone()
    if path == "/nowhere":
        james.expects("404")
    await james.goes_to(path)
    await _is_well_made(james, OPEN_PAGES[path])


async def test_every_page_of_the_admin_view_is_well_made(someone: SessionOf) -> None:
    james = await someone()
    seeded = james.server.seed("connected")
    await steps.log_in(james, seeded["email"], seeded["password"])
    for path in ADMIN_PAGES:
        await james.goes_to(path)
        await _is_well_made(james)


@pytest.mark.parametrize(
    ("state", "badge"),
    [
        ("awaiting-invitation", "Awaiting Invitation"),
        ("awaiting-connection", "Awaiting Connection"),
        ("connected", "Connected"),
    ],
)
async def test_the_connector_is_well_made_in_every_state(
    someone: SessionOf, state: str, badge: str
) -> None:
    james = await someone()
    seeded = james.server.seed(state)
    await steps.log_in(james, seeded["email"], seeded["password"])
    await james.goes_to("/connector")
    await james.sees_badge(badge)
    await james.clicks("Test Connection")
    await james.sees("Support bundle")
    await _is_well_made(james, "iSAMS XoD Connector")


async def test_the_states_of_sign_up_are_well_made(someone: SessionOf) -> None:
    james, email = await someone(), steps.an_address()
    await james.goes_to("/sign-up")
    await james.fills(Beta_Invite_Code="wrong", Email="james@gmial.com", Password="password")
    await james.clicks("Sign up")
    await james.sees("There is a problem", "Did you mean")
    await _is_well_made(james)
    await steps.sign_up(james, email)
    await _is_well_made(james)
    link = await steps.read_confirmation(james, email)
    await james.goes_to(link)
    await _is_well_made(james)
    await james.clicks("Confirm email address")
    await james.sees_heading("Log in")
    await james.goes_to(link)
    await _is_well_made(james)


async def test_the_states_of_school_setup_are_well_made(someone: SessionOf) -> None:
    james, email = await someone(), steps.an_address()
    await steps.sign_up(james, email)
    await steps.confirm(james, email)
    await steps.log_in(james, email)
    field = james.page.get_by_role("combobox", name="School Name")
    await field.press_sequentially("st mary", delay=10)
    await james.page.get_by_role("option").first.wait_for()
    await _is_well_made(james)
    await field.fill("")
    await field.press_sequentially("zzqqxx", delay=10)
    unlisted = james.page.get_by_role("option", name="My school is not listed")
    await unlisted.wait_for()
    await _is_well_made(james)
    await unlisted.click()
    await _is_well_made(james)
    await james.clicks("Continue")
    await james.sees("There is a problem")
    await _is_well_made(james)


async def test_mail_in_the_mailbox_is_well_made(someone: SessionOf) -> None:
    james, email = await someone(), steps.an_address()
    await steps.sign_up(james, email)
    await steps.read_confirmation(james, email)
    await james.goes_to(f"/mailbox?to={email}")
    await james.sees(steps.CONFIRM_SUBJECT)
    await _is_well_made(james, "Mailbox")


async def test_for_those_who_want_less_motion_colours_change_at_once(someone: SessionOf) -> None:
    james = await someone()
    await james.goes_to("/terms")
    await james.page.evaluate("document.documentElement.classList.replace('light', 'dark')")
    under_way = await james.page.evaluate("document.getAnimations().length")
    # Inherited colours would follow step by step, one level of the page each.
    assert under_way == 0
