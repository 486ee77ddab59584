"""The guide without a mouse, and the log-in without JavaScript."""

from __future__ import annotations

from playwright.async_api import Page, expect

from tests.journeys import steps
from tests.journeys.conftest import SessionOf
from tests.journeys.person import PASSWORD, Person


async def _tabs_to(page: Page, name: str, most: int = 40) -> None:
    # Nobody goes to what is not there yet.
    there = page.get_by_label(name)
    for role in ("button", "link"):
        there = there.or_(page.get_by_role(role, name=name))  # type: ignore[arg-type]
    await there.first.wait_for()
    for _ in range(most):
        await page.keyboard.press("Tab")
        if name in (await page.evaluate(_NAME_OF_FOCUSED) or ""):
            return
    raise AssertionError(f"“{name}” cannot be reached by Tab")


_NAME_OF_FOCUSED = """() => {
    const element = document.activeElement;
    if (element === document.body) return '';
    return element.getAttribute('aria-label')
        || (element.labels && element.labels.length ? element.labels[0].textContent : '')
        || element.textContent;
}"""


async def test_from_sign_up_to_the_connector_by_keyboard_alone(someone: SessionOf) -> None:
    james, email = await someone(), steps.an_address()
    page = james.page
    await james.goes_to("/sign-up")
    typed = {
        "Beta Invite Code": steps.INVITE_CODE,
        "Name": "James Walters",
        "Email": email,
        "Password": PASSWORD,
        "Password confirmation": PASSWORD,
    }
    for label, value in typed.items():
        await _tabs_to(page, label)
        await page.keyboard.type(value)
    await page.keyboard.press("Enter")
    await james.sees_heading("Confirm email address")
    await james.goes_to(await steps.read_confirmation(james, email))
    await _tabs_to(page, "Confirm email address")
    await page.keyboard.press("Enter")
    await james.sees_heading("Log in")
    await james.page_is_alive()
    await _logs_in_by_keyboard(james, email)
    await _sets_up_by_keyboard(james)
    await _tabs_to(page, "Configure Connector")
    await page.keyboard.press("Enter")
    await james.sees_heading("iSAMS XoD Connector")
    await _tabs_to(page, "Grant Access")
    await page.keyboard.press("Enter")
    await james.sees_badge("Awaiting Connection")


async def _logs_in_by_keyboard(person: Person, email: str) -> None:
    page = person.page
    await page.locator("body").focus()
    await _tabs_to(page, "Email")
    await page.keyboard.type(email)
    await _tabs_to(page, "Password")
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await person.sees_heading("School Setup")
    await person.page_is_alive()


async def _sets_up_by_keyboard(person: Person) -> None:
    page = person.page
    await _tabs_to(page, "School Name")
    await page.keyboard.type("Primrose Hill Sch", delay=15)
    # The list for all that was typed, not for its beginning.
    await page.locator("[role='listbox'][data-asked='Primrose Hill Sch']").wait_for()
    await page.keyboard.press("ArrowDown")
    field = page.get_by_role("combobox", name="School Name")
    await expect(field).to_have_attribute("aria-expanded", "true")
    active = await field.get_attribute("aria-activedescendant")
    assert active, "the option under the arrow is not announced"
    await expect(page.locator(f"[id='{active}']")).to_have_attribute("aria-selected", "true")
    await page.keyboard.press("Enter")
    await person.sees("You have chosen")
    await expect(field).to_have_attribute("aria-expanded", "false")
    await _tabs_to(page, "MIS Provider")
    await page.keyboard.type("iSAMS")
    await _tabs_to(page, "Continue")
    await page.keyboard.press("Enter")
    await person.sees_heading("School Details")


async def test_escape_closes_the_list_of_schools_and_keeps_what_was_typed(
    someone: SessionOf,
) -> None:
    james, email = await someone(), steps.an_address()
    await steps.sign_up(james, email)
    await steps.confirm(james, email)
    await steps.log_in(james, email)
    field = james.page.get_by_role("combobox", name="School Name")
    await field.press_sequentially("Aldgate", delay=10)
    await james.page.get_by_role("option").first.wait_for()
    await field.press("Escape")
    await expect(field).to_have_attribute("aria-expanded", "false")
    await expect(field).to_have_value("Aldgate")
    await james.clicks("Continue")
    # Text that is no choice is not taken for one.
    await james.sees("There is a problem")


async def test_the_first_stop_of_every_page_leads_past_the_menu(someone: SessionOf) -> None:
    james = await someone()
    await james.goes_to("/log-in")
    await james.page.keyboard.press("Tab")
    await expect(james.page.locator(":focus")).to_have_text("Skip to main content")
    await james.page.keyboard.press("Enter")
    await expect(james.page.locator("main")).to_be_focused()


async def test_log_in_and_log_out_work_without_javascript(someone: SessionOf) -> None:
    seeded_by = await someone()
    seeded = seeded_by.server.seed("awaiting-invitation")
    james = await someone(java_script_enabled=False)
    await james.page.goto(f"{james.server.address}/log-in")
    await james.fills(Email=seeded["email"], Password="not the password")
    await james.clicks("Log in")
    await james.sees("The email address or the password is wrong.")
    await james.fills(Email=seeded["email"], Password=seeded["password"])
    await james.clicks("Log in")
    cookies = {cookie["name"]: cookie for cookie in await james.context.cookies()}
    session = cookies["assembly_session"]
    assert session["httpOnly"]
    assert session["sameSite"] == "Lax"


async def test_logging_out_ends_it_in_every_tab(someone: SessionOf) -> None:
    james = await someone()
    seeded = james.server.seed("awaiting-invitation")
    await steps.log_in(james, seeded["email"], seeded["password"])
    await james.goes_to("/connector")
    await james.clicks("Log out")
    await james.sees_heading("Log in")
    await james.sees("You are logged out")
    await james.goes_to("/connector")
    await james.sees_heading("Log in")
    await james.fills(Email=seeded["email"], Password=seeded["password"])
    await james.clicks("Log in")
    # Where they wanted to go is where they get.
    await james.sees_heading("iSAMS XoD Connector")
