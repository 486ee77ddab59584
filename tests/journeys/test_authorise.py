"""From Connected to an authorised app, and back: changed, revoked, and asked for by others."""

from __future__ import annotations

import re

from playwright.async_api import expect

from tests.journeys import steps
from tests.journeys.asking import APP, answer, asks
from tests.journeys.conftest import SessionOf
from tests.journeys.person import Person


async def _owner(someone: SessionOf, state: str = "connected") -> Person:
    james = await someone()
    seeded = james.server.seed(state)
    await steps.log_in(james, seeded["email"], seeded["password"])
    return james


async def _another_tab(person: Person, path: str) -> Person:
    tab = Person(person.server, person.context, await person.context.new_page())
    await tab.goes_to(path)
    return tab


async def test_from_connected_to_an_authorised_app(someone: SessionOf) -> None:
    james = await _owner(someone)
    await james.goes_to("/connector")
    await james.follows("Authorise the SchoolBooking App")
    await james.sees_heading(APP)
    await james.sees("Not authorised", "Student Basic Information")
    await expect(james.page.get_by_role("link", name="Authorise Now")).to_be_visible()
    # It takes to the app, which logs people in and sends them back with a request.
    await asks(james)
    await james.sees_heading("Data Access Request")
    await james.sees("Required", "Staff Member Emails", "Have you the authority?")
    boxes = james.page.get_by_role("checkbox")
    await expect(boxes).to_have_count(3)
    for box in await boxes.all():
        await expect(box).not_to_be_checked()
    # How many it concerns is asked of Xporter on Demand while the page is read.
    await expect(james.page.get_by_text(re.compile(r"\d+ students")).first).to_be_visible()
    await james.page.get_by_role("checkbox", name="Contact Emails").check()
    told = await answer(james, "Authorise App")
    assert told["state"] == "kept as it is"
    assert told["code"]
    await james.goes_to("/apps")
    await james.sees("Authorised")
    await james.goes_to("/scopes")
    await james.page.get_by_label("Show").select_option("Only those an app may read")
    await james.sees("11 scopes listed", "Contact Emails")
    await james.goes_to("/authorisations")
    await james.sees("11 added")
    async with james.page.expect_download() as coming:
        await james.follows("Download as CSV")
    assert (await coming.value).suggested_filename == "authorisations.csv"


async def test_what_is_shared_is_changed_in_place_and_revoked_in_every_tab_at_once(
    someone: SessionOf,
) -> None:
    james = await _owner(someone)
    await asks(james)
    await answer(james, "Authorise App")
    await james.goes_to("/app?name=schoolbooking")
    other = await _another_tab(james, "/app?name=schoolbooking")
    await other.sees("9 sets of data")
    await james.page.get_by_role("checkbox", name="Student Basic Information").check()
    await james.clicks("Change what is shared")
    dialog = james.page.get_by_role("dialog")
    await expect(dialog.get_by_text("Student Basic Information")).to_be_visible()
    await james.clicks("Change it")
    await james.sees("What SchoolBooking may read is changed, at once.")
    await other.sees("10 sets of data")
    await expect(
        other.page.get_by_role("checkbox", name="Student Basic Information")
    ).to_be_checked()
    await james.clicks("Revoke Access")
    await dialog.get_by_label("Also ask SchoolBooking to delete").check()
    await dialog.get_by_role("button", name="Revoke Access").click()
    await james.sees("The access of SchoolBooking is revoked.", "was asked to delete it")
    await other.sees("Not authorised", "was asked to delete it")


async def test_not_now_leads_back_to_the_app_and_shares_nothing(someone: SessionOf) -> None:
    james = await _owner(someone)
    await asks(james)
    told = await answer(james, "Not now")
    assert (told["error"], told["state"]) == ("access_denied", "kept as it is")
    await james.goes_to("/apps")
    await james.sees("Not authorised")
    await expect(james.page.locator("#waiting-request")).to_have_count(0)


async def test_a_tab_that_answered_one_request_is_not_led_on_from_the_next(
    someone: SessionOf,
) -> None:
    james = await _owner(someone)
    await asks(james)
    await answer(james, "Authorise App")
    await asks(james)
    await james.sees("Authorising it again shares nothing more.")
    assert (await answer(james, "Not now"))["error"] == "access_denied"
    await asks(james)
    await james.sees("SchoolBooking has access already")


async def test_a_request_that_was_left_waits_on_every_page_until_it_is_answered(
    someone: SessionOf,
) -> None:
    james = await _owner(someone)
    await asks(james)
    await james.sees_heading("Data Access Request")
    await james.goes_to("/users")
    await james.sees("SchoolBooking asks for access to your data.")
    other = await _another_tab(james, "/apps")
    await other.sees("Asked for: waiting for you")
    await james.follows("Look at the request")
    await answer(james, "Authorise App")
    await expect(other.page.locator("#waiting-request")).to_have_count(0)
    await other.sees("Authorised")


async def test_a_decision_made_while_the_page_still_loads_leads_back_once_it_has_loaded(
    someone: SessionOf,
) -> None:
    james = await someone()
    await james.goes_to("/log-in")
    # What a slow load shows one after the other, as the browser gets it.
    await james.page.evaluate(
        """() => {
          const shell = document.querySelector(".shell");
          shell.setAttribute("aria-busy", "true");
          const onward = document.createElement("a");
          onward.href = "/sign-up";
          onward.dataset.leadsOn = "true";
          shell.append(onward);
        }"""
    )
    await james.page.evaluate("() => new Promise(requestAnimationFrame)")
    assert james.page.url.endswith("/log-in")
    async with james.page.expect_navigation(url="**/sign-up"):
        await james.page.evaluate(
            "document.querySelector('.shell').setAttribute('aria-busy', 'false')"
        )


async def test_a_viewer_is_told_who_may_decide_and_decides_once_they_may(
    someone: SessionOf,
) -> None:
    james, priya, email = await _owner(someone), await someone(), steps.an_address()
    await james.goes_to("/users")
    await james.fills(Email=email)
    await james.clicks("Send invitation")
    await james.sees("We have invited")
    message = await priya.mail_to(email)
    invitation = next(link["href"] for link in message["links"] if "/invitation?" in link["href"])
    await priya.goes_to(invitation)
    await steps.accept_invitation(priya, email)
    await asks(priya)
    await priya.sees("Somebody else has to decide", "James Walters")
    await expect(priya.page.get_by_role("button", name="Authorise App")).to_have_count(0)
    await james.clicks("Change Priya Shah")
    await james.page.get_by_role("dialog").get_by_label("Role").select_option("Admin")
    await james.clicks("Save")
    # Nobody loads the page again.
    await expect(priya.page.get_by_role("button", name="Authorise App")).to_be_visible()
    assert (await answer(priya, "Authorise App"))["code"]


async def test_a_request_survives_sign_up_on_one_device_and_the_rest_on_another(
    someone: SessionOf,
) -> None:
    desk, phone, email = await someone(), await someone(), steps.an_address()
    await asks(desk)
    await desk.sees_heading("Welcome to Assembly")
    await desk.sees(APP, "New to Assembly?")
    await desk.follows("Sign up")
    await desk.sees_heading("Platform Registration")
    await desk.page_is_alive()
    await desk.fills(
        Beta_Invite_Code=steps.INVITE_CODE,
        Name="James Walters",
        Email=email,
        Password="Autumn-Kettle-42",
        Password_confirmation="Autumn-Kettle-42",
    )
    await desk.clicks("Sign up")
    await desk.sees_heading("Confirm email address")
    await steps.confirm_on_another_device(phone, email)
    await phone.fills(Email=email, Password="Autumn-Kettle-42")
    await phone.clicks("Log in")
    await phone.sees_heading("Data Access Request")
    await phone.sees("Tell us which school is yours")
    await phone.follows("School Setup")
    await phone.sees_heading("School Setup")
    await phone.page_is_alive()
    await steps.choose_school(phone, "Brecknock", "Brecknock Primary School")
    await phone.field("MIS Provider").select_option("iSAMS (via Xporter on Demand)")
    await phone.clicks("Continue")
    await phone.sees_heading("Data Access Request")
    await phone.sees("Connect the MIS of your school")
    await phone.follows("Go to Connector")
    await phone.sees_badge("Awaiting Invitation")
    invitation = await steps.grant_access(phone, email)
    waiting = await _another_tab(phone, "/data-access-request")
    await waiting.sees("Connect the MIS of your school")
    await steps.authorise(phone, invitation)
    # The page that waits goes on by itself.
    await expect(waiting.page.get_by_role("button", name="Authorise App")).to_be_visible()
    assert (await answer(waiting, "Authorise App"))["code"]
