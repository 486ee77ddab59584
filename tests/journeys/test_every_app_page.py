"""Every state of the pages about apps: no barrier for anyone, at 320 and 1440 px."""

from __future__ import annotations

import re

from playwright.async_api import expect

from tests.journeys import steps
from tests.journeys.asking import APP, OPTIONAL, REQUIRED, answer, asks
from tests.journeys.conftest import SessionOf
from tests.journeys.person import Person
from tests.journeys.test_every_page import _is_well_made


async def _owner(someone: SessionOf, state: str = "connected") -> Person:
    james = await someone()
    seeded = james.server.seed(state)
    await steps.log_in(james, seeded["email"], seeded["password"])
    return james


async def _opens_everything(person: Person) -> None:
    await person.page.evaluate(
        "document.querySelectorAll('main details').forEach(each => { each.open = true })"
    )


async def test_a_request_is_well_made_before_anybody_is_signed_in(someone: SessionOf) -> None:
    stranger = await someone()
    await asks(stranger)
    await _is_well_made(stranger, "Welcome to Assembly")
    await stranger.goes_to("/data-access-request?request=mangled")
    await _is_well_made(stranger, "We cannot find this request")


async def test_a_request_is_well_made_on_the_way_to_its_answer(someone: SessionOf) -> None:
    james = await _owner(someone, "awaiting-connection")
    await asks(james)
    await james.sees("Before you can decide")
    await _is_well_made(james, "Data Access Request")
    await james.goes_to("/app?name=schoolbooking")
    await james.sees("An app can be authorised once your school is Connected.")
    await _is_well_made(james, APP)
    await james.goes_to("/app?name=nothing")
    await james.sees("We cannot find that app")
    await _is_well_made(james)


async def test_a_request_is_well_made_for_a_viewer(someone: SessionOf) -> None:
    james, priya, email = await _owner(someone), await someone(), steps.an_address()
    await james.goes_to("/users")
    await james.fills(Email=email)
    await james.clicks("Send invitation")
    message = await priya.mail_to(email)
    await priya.goes_to(
        next(link["href"] for link in message["links"] if "/invitation?" in link["href"])
    )
    await steps.accept_invitation(priya, email)
    await asks(priya)
    await priya.sees("Somebody else has to decide", "Copy the address")
    await _is_well_made(priya, "Data Access Request")
    await priya.goes_to("/app?name=schoolbooking")
    await _is_well_made(priya, APP)


async def test_asking_changing_and_revoking_are_well_made(someone: SessionOf) -> None:
    james = await _owner(someone)
    await asks(james)
    await james.sees("Required")
    await _opens_everything(james)
    await _is_well_made(james, "Data Access Request")
    await james.page.get_by_role("checkbox", name="Contact Emails").check()
    await answer(james, "Authorise App")
    await asks(
        james, scope=REQUIRED.replace(" calendar", ""), optional=f"{OPTIONAL} contacts.priority"
    )
    await james.sees("SchoolBooking has access already", "No longer asked for")
    await _is_well_made(james, "Data Access Request")
    await answer(james, "Not now")
    await james.goes_to("/app?name=schoolbooking")
    await james.sees("11 sets of data")
    await _opens_everything(james)
    await _is_well_made(james, APP)
    await james.page.get_by_role("checkbox", name="Student Basic Information").check()
    await james.page.get_by_role("checkbox", name="Contact Emails").uncheck()
    await james.clicks("Change what is shared")
    await expect(james.page.get_by_role("dialog")).to_be_visible()
    await _is_well_made(james)
    await james.clicks("Leave it as it is")
    await james.clicks("Revoke Access")
    await expect(james.page.get_by_role("dialog")).to_be_visible()
    await _is_well_made(james)
    dialog = james.page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Revoke Access").click()
    await james.sees("It may still hold data")
    await _is_well_made(james, APP)


async def test_lists_are_well_made_full_filtered_and_empty(someone: SessionOf) -> None:
    james = await _owner(someone)
    for path, heading in (("/apps", "Apps"), ("/authorisations", "Authorisations")):
        await james.goes_to(path)
        await _is_well_made(james, heading)
    await asks(james)
    await answer(james, "Authorise App")
    await james.goes_to("/apps")
    await james.sees("Authorised")
    await _is_well_made(james, "Apps")
    await james.goes_to("/authorisations")
    await james.page.get_by_text(re.compile("9 added")).click()
    await _is_well_made(james, "Authorisations")
    await james.page.get_by_label("What happened").select_option("Access revoked")
    await james.sees("Nothing of that kind has happened so far.")
    await _is_well_made(james, "Authorisations")
    await james.goes_to("/scopes")
    await _opens_everything(james)
    await _is_well_made(james, "Scopes")
    await james.fills(Find_a_scope="zzqqxx")
    await james.sees("Nothing matches")
    await _is_well_made(james, "Scopes")


async def test_an_app_is_authorised_by_keyboard_alone(someone: SessionOf) -> None:
    james = await _owner(someone)
    await asks(james)
    page = james.page
    await james.sees("Required")
    await page.get_by_role("checkbox", name="Contact Emails").focus()
    await page.keyboard.press("Space")
    await expect(page.get_by_role("checkbox", name="Contact Emails")).to_be_checked()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    opened = page.get_by_role("listitem").filter(has=page.locator("[id='scope-contacts.emails']"))
    await expect(opened.get_by_text("Email addresses", exact=True)).to_be_visible()
    await page.get_by_role("button", name="Authorise App").focus()
    async with page.expect_request(re.compile("/callback\\?")):
        await page.keyboard.press("Enter")
