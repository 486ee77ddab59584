"""Authorise the SchoolBooking App: from the guide's last sentence to lessons, and back out."""

from __future__ import annotations

from playwright.async_api import expect

from tests.journeys import steps
from tests.journeys.conftest import SessionOf
from tests.journeys.person import Person

NARROW, WIDE = 320, 1440
SCHOOL = "Ralph Allen School"
REQUIRED = "Staff Member Basic Information"
OPTIONAL = (
    "Student Basic Information",
    "Contact Basic Information",
    "Contact Emails",
    "Contact Priority",
    "Contact Parental Responsibility",
)


async def test_from_connected_to_lessons_and_back_out(someone: SessionOf) -> None:
    james = await someone()
    seeded = james.server.seed("connected")
    await steps.log_in(james, seeded["email"], seeded["password"])
    await james.goes_to("/connector")
    await james.sees("You're now ready to Authorise the SchoolBooking App!")
    await james.follows("Authorise the SchoolBooking App")
    await james.sees_heading("SchoolBooking")
    await james.follows("Authorise Now")
    await steps.log_in_to_schoolbooking(james)

    await _sees_the_request(james, seeded["school"])
    await james.clicks("Authorise App")
    await steps.sees_lessons(james, seeded["school"])
    await _is_well_made(james)
    await steps.sees_in_schoolbooking(james, "Email", "/staff")
    await expect(james.page.get_by_role("cell", name="@").first).to_be_visible()

    await _changes_what_is_shared(james)
    await steps.sees_in_schoolbooking(james, "Ready.")

    await james.goes_to("/app?name=schoolbooking")
    await james.clicks("Revoke Access")
    dialog = james.page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Revoke Access").click()
    await james.sees("Not authorised", "It may still hold data")
    await steps.sees_in_schoolbooking(james, "Access was revoked")
    await james.sees("Assembly refused our call", "Connect again", "Delete what we hold")
    await _is_well_made(james)

    await james.goes_to("/authorisations")
    for words in ("Authorised", "Changed", "Access revoked"):
        await expect(james.page.get_by_role("cell", name=words, exact=True)).to_be_visible()


async def test_beginning_at_schoolbooking_with_no_account_at_all(someone: SessionOf) -> None:
    james, email = await someone(), steps.an_address()
    await james.page.goto(james.server.address + steps.SCHOOLBOOKING)
    await james.follows("Connect your MIS with Assembly")
    await steps.log_in_to_schoolbooking(james)

    await james.page_is_alive()
    await james.sees("SchoolBooking", "New to Assembly?")
    await james.follows("Sign up")
    await steps.fill_in_sign_up(james, email)
    await steps.confirm(james, email)
    await steps.log_in(james, email)
    await james.sees("Before you can decide", "Next, tell us which school is yours.")
    await james.follows("School Setup")
    await steps.fill_in_school_setup(james, "Ralph Allen", SCHOOL)
    await james.sees("Next, connect the MIS of your school.")
    await james.follows("Go to Connector")
    await james.sees_badge("Awaiting Invitation")
    invitation = await steps.grant_access(james, email)
    await steps.authorise(james, invitation)
    await james.page.get_by_role("heading", name="All done").wait_for()

    await james.goes_to("/connector")
    await james.sees_badge("Connected")
    await james.follows("Look at the request")
    await _sees_the_request(james, SCHOOL)
    await james.clicks("Authorise App")
    await steps.sees_lessons(james, SCHOOL)


async def _sees_the_request(person: Person, school: str) -> None:
    await person.page_is_alive()
    await person.sees_heading("Data Access Request")
    await person.sees(school, "Required", "Optional", REQUIRED)
    for words in OPTIONAL:
        await expect(person.page.get_by_role("checkbox", name=words)).not_to_be_checked()
    await person.has_no_barriers()


async def _is_well_made(person: Person) -> None:
    """A page of SchoolBooking: no barrier, no sideways scroll, in light and in dark."""
    for width, scheme in ((NARROW, "dark"), (WIDE, "light")):
        await person.page.set_viewport_size({"width": width, "height": 800})
        await person.page.emulate_media(color_scheme=scheme)
        root = "document.documentElement"
        over = await person.page.evaluate(f"{root}.scrollWidth - {root}.clientWidth")
        assert over <= 0, f"{person.page.url} scrolls sideways by {over} px at {width} px"
        await person.has_no_barriers_now(scheme)


async def _changes_what_is_shared(person: Person) -> None:
    await person.goes_to("/app?name=schoolbooking")
    for words in OPTIONAL:
        await person.page.get_by_role("checkbox", name=words).check()
    await person.clicks("Change what is shared")
    await person.clicks("Change it")
    await expect(person.page.get_by_role("dialog")).to_have_count(0)
