"""The steps of the user guide, each as its reader does it. Tests walk them in order."""

from __future__ import annotations

import re
import secrets

from playwright.async_api import expect

from tests.journeys.person import PASSWORD, Person, until

LED_ON_TO = r"/(school-setup|connector|school-details|schools|data-access-request)"
SCHOOLBOOKING = "/simulator/schoolbooking"
INVITE_CODE = "letsassemble2020"
CONFIRM_SUBJECT = "Confirm your email address for Assembly"
INVITATION_SUBJECT = (
    "Invitation from Assembly Platform to sync your MIS data and complete your setup"
)


def an_address() -> str:
    """An email address nobody has used yet."""
    return f"james.walters.{secrets.token_hex(4)}@example.sch.uk"


async def sign_up(person: Person, email: str, name: str = "James Walters") -> None:
    """Step 1: the Platform Registration form."""
    await person.goes_to("/sign-up")
    await fill_in_sign_up(person, email, name)


async def fill_in_sign_up(person: Person, email: str, name: str = "James Walters") -> None:
    """The same for whoever was led to it."""
    await person.sees_heading("Platform Registration")
    await person.page_is_alive()
    await person.fills(
        Beta_Invite_Code=INVITE_CODE,
        Name=name,
        Email=email,
        Password=PASSWORD,
        Password_confirmation=PASSWORD,
    )
    await person.clicks("Sign up")
    await person.sees_heading("Confirm email address")


async def read_confirmation(person: Person, email: str) -> str:
    """The link in the message that was mailed."""
    message = await person.mail(CONFIRM_SUBJECT, to=email)
    return next(link["href"] for link in message["links"] if "/confirm?" in link["href"])


async def confirm(person: Person, email: str) -> None:
    """Follow the link and press its button."""
    await person.goes_to(await read_confirmation(person, email))
    await person.clicks("Confirm email address")
    await person.sees_heading("Log in")


async def confirm_on_another_device(person: Person, email: str) -> None:
    """Follow the link in a browser that did not sign up, which asks for the password."""
    await person.goes_to(await read_confirmation(person, email))
    await person.fills(Password=PASSWORD)
    await person.clicks("Confirm email address")
    await person.sees_heading("Log in")


async def log_in(person: Person, email: str, password: str = PASSWORD) -> None:
    """Log in and be led on."""
    await person.goes_to("/log-in")
    await person.fills(Email=email, Password=password)
    await person.clicks("Log in")
    await person.page.wait_for_url(re.compile(LED_ON_TO))
    await person.page_is_alive()


async def accept_invitation(person: Person, email: str) -> None:
    """A colleague without an account accepts the invitation that was mailed, and logs in."""
    await person.fills(Name="Priya Shah", Password=PASSWORD, Password_confirmation=PASSWORD)
    await person.clicks("Create account and join")
    await person.sees_heading("Log in")
    await log_in(person, email)


async def choose_school(person: Person, typed: str, name: str) -> None:
    """Type into School Name and choose from the list."""
    field = person.page.get_by_role("combobox", name=re.compile("^School Name"))
    await field.press_sequentially(typed, delay=15)
    await person.page.get_by_role("option", name=re.compile(re.escape(name))).first.click()


async def set_up_school(person: Person, typed: str, name: str) -> None:
    """Step 2: School Information."""
    await fill_in_school_setup(person, typed, name)
    await person.sees_heading("School Details")


async def fill_in_school_setup(person: Person, typed: str, name: str) -> None:
    """The same for whoever is led on elsewhere."""
    await person.sees_heading("School Setup")
    await choose_school(person, typed, name)
    await person.field("MIS Provider").select_option("iSAMS (via Xporter on Demand)")
    await person.clicks("Continue")


async def configure_connector(person: Person) -> None:
    """Step 3: from the "No data" card to the Connector."""
    await person.sees("No data")
    await person.follows("Configure Connector")
    await person.sees_heading("iSAMS XoD Connector")
    await person.sees_badge("Awaiting Invitation")


async def grant_access(person: Person, email: str) -> str:
    """Press Grant Access; returns the link of the mailed invitation."""
    await person.clicks("Grant Access")
    await person.sees_badge("Awaiting Connection")
    message = await person.mail(INVITATION_SUBJECT, to=email)
    return next(link["href"] for link in message["links"] if link["text"] == "Begin Authorisation")


async def authorise(person: Person, invitation: str, install: str = "Install now") -> None:
    """Begin Authorisation: the pages of Xporter on Demand, to their end."""
    page = person.page
    await page.goto(invitation)
    await page.get_by_role("button", name="Proceed").click()
    await page.get_by_label("iSAMS", exact=True).check()
    await page.get_by_role("button", name="Continue").click()
    await expect(page.get_by_text("Required").first).to_be_visible()
    await page.get_by_role("button", name="Continue").click()
    await page.get_by_label("Everyone").check()
    await page.get_by_role("button", name="Continue").click()
    await page.get_by_role("button", name="Authorise Sharing").click()
    await page.get_by_role("button", name=install).click()
    await expect(page.get_by_role("link", name="Back to Assembly").first).to_be_visible()


async def log_in_to_schoolbooking(person: Person) -> None:
    """Log in with the account that the page suggests."""
    await expect(person.page.get_by_role("heading", name="Log in to SchoolBooking")).to_be_visible()
    await person.page.get_by_role("button", name="Log in").click()


async def sees_in_schoolbooking(person: Person, words: str, path: str = "/dashboard") -> None:
    """A page of SchoolBooking, looked at again and again until it says this."""

    async def said() -> bool:
        await person.page.goto(f"{person.server.address}{SCHOOLBOOKING}{path}")
        return bool(await person.page.get_by_text(words).count())

    await until(said, f"“{words}” in SchoolBooking", seconds=60)


async def sees_lessons(person: Person, school: str) -> None:
    """Back in SchoolBooking, wait for the data and open a room with its week."""
    page = person.page
    await expect(page.get_by_role("heading", name=f"Connected to {school}")).to_be_visible()
    await sees_in_schoolbooking(person, "Last read")
    await sees_in_schoolbooking(person, "Sync complete")
    await page.get_by_role("link", name="Rooms", exact=True).click()
    busiest = page.get_by_role("row").filter(has_not=page.get_by_role("cell", name="0", exact=True))
    await busiest.get_by_role("link").first.click()
    await expect(page.locator(".taken").first).to_be_visible()
