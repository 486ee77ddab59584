"""Takes a picture of every screen in every state, at three widths, light and dark.

Into screenshots/WIDTH-SCHEME/NAME.png, for looking at. With `--docs` it also
refreshes the pictures that README and docs/screens.md show.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright

from tests.journeys import steps
from tests.journeys.person import Person
from tests.journeys.server import ROOT, Server
from tools import chromium

WIDTHS = (375, 768, 1440)
SCHEMES = ("light", "dark")
OF_THE_GUIDE = {
    "06-sign-up": "sign-up",
    "12-mailbox-message": "mailbox",
    "16-confirm-email": "confirm-email",
    "22-school-setup-list": "school-setup-list",
    "24-school-setup-chosen": "school-setup",
    "25-school-details": "no-data",
    "31-connector-awaiting-invitation": "awaiting-invitation",
    "32-mailbox-invitation": "invitation",
    "33-connector-awaiting-connection": "awaiting-connection",
    "36-portal-begin": "begin-authorisation",
    "35-connector-connected": "connected",
    "52-data-access-request": "data-access-request",
    "55-schoolbooking-dashboard": "schoolbooking",
    "54-schoolbooking-room": "schoolbooking-room",
}
"""Screens that docs/screens.md sets beside the user guide, and what their pictures are called."""

SCHOOL, URN, DOMAIN = "Rhyl Community Primary School", "100021", "rhylprim.camden.sch.uk"
SHARED_NUMBER = "London Park School Clapham", "Maypole School (Leigham Court)"

Shoot = Callable[[str], Awaitable[None]]


class Album:
    """Takes the same screen in every width and scheme."""

    def __init__(self, page: Page, widths: tuple[int, ...]) -> None:
        self._page = page
        self._widths = widths
        self.folder = ROOT / "screenshots"

    async def shoot(self, name: str) -> None:
        """Take the screen as it is now."""
        for scheme in SCHEMES:
            await self._page.emulate_media(color_scheme=scheme)
            if await self._page.locator(".shell").count():
                await self._page.locator(f"html.{scheme}").wait_for()
            await self._page.evaluate("scrollTo(0, 0)")
            for width in self._widths:
                await self._page.set_viewport_size({"width": width, "height": 900})
                path = self.folder / f"{width}-{scheme}" / f"{name}.png"
                path.parent.mkdir(parents=True, exist_ok=True)
                await self._page.screenshot(path=path, full_page=True)


async def _tour(server: Server, browser: Browser, widths: tuple[int, ...]) -> None:
    person = await _someone(server, browser)
    shoot = Album(person.page, widths).shoot
    await _signed_out(person, shoot)
    email = steps.an_address()
    await _signing_up(person, shoot, email)
    await _setting_up(person, shoot, email)
    await _connecting(person, shoot, email)
    await _authorising(person, shoot)
    await _in_schoolbooking(person, shoot)
    await _admin_view(person, shoot)
    await _revoking(person, shoot)
    await person.context.close()


async def _tour_of_ownership(server: Server, browser: Browser, widths: tuple[int, ...]) -> None:
    """Whose account and whose school it is; on an installation where owners are verified."""
    owner, other, elsewhere, fourth = [await _someone(server, browser) for _ in range(4)]
    email = steps.an_address()
    shoot = Album(owner.page, widths).shoot
    await _confirming_elsewhere(owner, elsewhere, Album(elsewhere.page, widths).shoot, email)
    await steps.log_in(owner, email)
    await steps.set_up_school(owner, SCHOOL, SCHOOL)
    await shoot("61-owner-unverified")
    await _joining(other, Album(other.page, widths).shoot)
    await _proving(owner, shoot)
    await _transferring(owner, elsewhere, shoot)
    await _sharing_a_number(fourth, Album(fourth.page, widths).shoot)


async def _confirming_elsewhere(
    person: Person, elsewhere: Person, shoot: Shoot, email: str
) -> None:
    await steps.sign_up(person, email)
    link = await steps.read_confirmation(person, email)
    await elsewhere.goes_to(link)
    await shoot("60-confirm-elsewhere")
    await elsewhere.clicks("Choose a new password")
    await elsewhere.sees("Password confirmation")
    await shoot("60-confirm-new-password")
    await steps.confirm(person, email)


async def _joining(person: Person, shoot: Shoot) -> None:
    await _log_in_as_somebody_new(person)
    await steps.fill_in_school_setup(person, SCHOOL, SCHOOL)
    await person.sees("Ask to join")
    await shoot("62-school-taken")
    await person.goes_to(f"/join?school={URN}")
    await person.page.get_by_text("You run this school, and somebody else").click()
    await shoot("63-join")
    await person.clicks("Ask us to check")
    await person.clicks("Ask to join")
    await person.sees("We have asked")
    await shoot("64-join-asked")


async def _proving(person: Person, shoot: Shoot) -> None:
    email = f"office@{DOMAIN}"
    await person.goes_to("/users")
    field = person.field("Your address at the school")
    await field.fill("head@elsewhere.sch.uk")
    await person.clicks("Send the link")
    await person.page.locator("[aria-invalid=true]").wait_for()
    await shoot("65-proof-refused")
    await field.fill(email)
    await person.clicks("Send the link")
    await person.sees("A link went to")
    await shoot("66-proof-sent")
    message = await person.mail_to(email)
    await person.goes_to(message["links"][0]["href"])
    await shoot("67-prove-ownership")
    await person.clicks("The school is mine")
    await person.sees("You are the verified owner of")
    await shoot("68-owner-verified")


async def _transferring(person: Person, colleague: Person, shoot: Shoot) -> None:
    email = steps.an_address()
    await person.goes_to("/users")
    await shoot("69-users-requests")
    await person.fills(Email=email)
    await person.clicks("Send invitation")
    message = await colleague.mail_to(email)
    await colleague.goes_to(next(k["href"] for k in message["links"] if "/invitation" in k["href"]))
    await steps.accept_invitation(colleague, email)
    await person.sees("Priya Shah")
    await person.page.get_by_role("row", name="Priya Shah").get_by_role("button").click()
    await shoot("70-member")
    await person.clicks("Transfer ownership")
    await shoot("71-transfer")


async def _log_in_as_somebody_new(person: Person) -> None:
    email = steps.an_address()
    await steps.sign_up(person, email, "Amira Khan")
    await steps.confirm(person, email)
    await steps.log_in(person, email)


async def _sharing_a_number(person: Person, shoot: Shoot) -> None:
    await _log_in_as_somebody_new(person)
    for place, school in enumerate(SHARED_NUMBER):
        await person.goes_to("/school-setup")
        await steps.choose_school(person, school, school)
        await person.field("MIS Provider").select_option("iSAMS (via Xporter on Demand)")
        await shoot(f"72-shared-number-{place}")
        await person.clicks("Continue")
        await person.sees_heading("School Details")
    await person.goes_to("/connector")
    await person.sees("Grant Access")
    await shoot("73-shared-number-connector")


async def _someone(server: Server, browser: Browser) -> Person:
    context = await browser.new_context(reduced_motion="reduce")
    return Person(server, context, await context.new_page())


async def _signed_out(person: Person, shoot: Shoot) -> None:
    pages = {
        "01-front": "/",
        "02-log-in": "/log-in",
        "03-log-in-wrong": "/log-in#wrong",
        "04-forgotten-password": "/forgotten-password",
        "05-resend-confirmation": "/resend-confirmation",
        "06-sign-up": "/sign-up",
        "08-terms": "/terms",
        "09-confirm-mangled": "/confirm?token=nonsense",
        "10-reset-mangled": "/reset-password?token=nonsense",
        "13-invitation-mangled": "/invitation?token=nonsense",
        "11-mailbox-empty": "/mailbox",
        "14-not-found": "/nowhere",
        "15-no-access": "/no-access",
    }
    for name, path in pages.items():
        await person.page.goto("about:blank")
        await person.goes_to(path)
        await shoot(name)
    await person.goes_to("/sign-up")
    await person.fills(Email="james@gmial.com", Password="password")
    await person.clicks("Sign up")
    await person.sees("There is a problem")
    await shoot("07-sign-up-refused")


async def _signing_up(person: Person, shoot: Shoot, email: str) -> None:
    await steps.sign_up(person, email)
    await shoot("16-confirm-email")
    link = await steps.read_confirmation(person, email)
    await person.goes_to("/mailbox")
    await person.page.get_by_text(steps.CONFIRM_SUBJECT).first.click()
    await person.page.get_by_role("link", name="Confirm my email address").first.wait_for()
    await shoot("12-mailbox-message")
    await person.goes_to(link)
    await shoot("17-confirm")
    await person.clicks("Confirm email address")
    await person.sees_heading("Log in")
    await shoot("18-log-in-confirmed")
    await person.goes_to(link)
    await shoot("19-confirm-used")
    await steps.log_in(person, email)


async def _setting_up(person: Person, shoot: Shoot, email: str) -> None:
    await shoot("20-school-setup")
    field = person.page.get_by_role("combobox", name="School Name")
    await field.press_sequentially("zzzzqqq", delay=20)
    await person.sees("My school is not listed")
    await shoot("21-school-setup-nothing-found")
    await field.fill("")
    await field.press_sequentially("st marys", delay=20)
    await person.page.get_by_role("option").first.wait_for()
    await shoot("22-school-setup-list")
    await field.fill("")
    await field.press_sequentially("Rhyl Comm", delay=20)
    await person.page.get_by_role("option").first.click()
    await person.field("MIS Provider").select_option("Bromcom")
    await person.sees("You have chosen")
    await shoot("23-school-setup-other-mis")
    await person.field("MIS Provider").select_option("iSAMS (via Xporter on Demand)")
    await shoot("24-school-setup-chosen")
    await person.clicks("Continue")
    await person.sees("No data")
    await shoot("25-school-details")


async def _connecting(person: Person, shoot: Shoot, email: str) -> None:
    await steps.configure_connector(person)
    await shoot("31-connector-awaiting-invitation")
    invitation = await steps.grant_access(person, email)
    await shoot("33-connector-awaiting-connection")
    await person.clicks("Test Connection")
    await person.sees("Support bundle")
    await shoot("34-connector-test-failed")
    await person.goes_to(f"/mailbox?to={email}")
    await person.page.get_by_text(steps.INVITATION_SUBJECT).first.click()
    await person.page.get_by_role("link", name="Begin Authorisation").first.wait_for()
    await shoot("32-mailbox-invitation")
    await person.page.goto(invitation)
    await person.page.get_by_role("button", name="Proceed").wait_for()
    await shoot("36-portal-begin")
    await steps.authorise(person, invitation)
    await shoot("40-portal-done")
    await person.goes_to("/connector")
    await person.sees_badge("Connected")
    await person.clicks("Test Connection")
    await person.sees("Tested")
    await shoot("35-connector-connected")


async def _authorising(person: Person, shoot: Shoot) -> None:
    await person.goes_to("/app?name=schoolbooking")
    await person.sees("Not authorised")
    await shoot("50-app")
    await person.follows("Authorise Now")
    await person.page.get_by_role("heading", name="Log in to SchoolBooking").wait_for()
    await shoot("51-schoolbooking-log-in")
    await steps.log_in_to_schoolbooking(person)
    await person.page_is_alive()
    await person.sees("Required")
    await shoot("52-data-access-request")
    await person.clicks("Authorise App")


async def _in_schoolbooking(person: Person, shoot: Shoot) -> None:
    await steps.sees_lessons(person, SCHOOL)
    await shoot("54-schoolbooking-room")
    for name in ("dashboard", "rooms", "classes", "staff", "calendar", "integration"):
        await steps.sees_in_schoolbooking(person, "SchoolBooking", f"/{name}")
        await shoot(f"55-schoolbooking-{name}")


async def _revoking(person: Person, shoot: Shoot) -> None:
    await person.goes_to("/app?name=schoolbooking")
    await person.sees("Authorised")
    await shoot("56-app-authorised")
    await person.clicks("Revoke Access")
    await shoot("57-app-revoke")
    dialog = person.page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Revoke Access").click()
    await person.sees("Not authorised")
    await shoot("58-app-revoked")
    await steps.sees_in_schoolbooking(person, "Assembly refused our call")
    await shoot("59-schoolbooking-revoked")


async def _admin_view(person: Person, shoot: Shoot) -> None:
    pages = {
        "26-school-details-connected": "/school-details",
        "27-users": "/users",
        "28-schools": "/schools",
        "29-apps": "/apps",
        "30-changesets": "/changesets",
        "41-subjects": "/subjects",
        "42-assessments": "/assessments",
        "43-assessment-points": "/assessment-points",
        "44-scopes": "/scopes",
        "45-authorisations": "/authorisations",
        "46-changeset": "/changeset?id=1",
    }
    for name, path in pages.items():
        await person.goes_to(path)
        await shoot(name)


@asynccontextmanager
async def _demo(**settings: str) -> AsyncIterator[tuple[Server, Browser]]:
    path = chromium.find()
    assert path, "No Chromium; run python tools/chromium.py"
    with tempfile.TemporaryDirectory() as folder:
        server = Server(
            Path(folder), grant_cooldown_seconds="1", simulator_queue_seconds="3", **settings
        )
        server.start()
        try:
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(
                    executable_path=path, args=["--no-sandbox"]
                )
                yield server, browser
        finally:
            server.stop()


async def main(widths: tuple[int, ...], docs: bool, only_ownership: bool) -> None:
    """Take them all."""
    if not only_ownership:
        async with _demo() as (server, browser):
            await _tour(server, browser, widths)
    async with _demo(prove_ownership="true") as (server, browser):
        await _tour_of_ownership(server, browser, widths)
    if docs:
        _refresh_docs()


def _refresh_docs() -> None:
    pictures = ROOT / "docs" / "pictures"
    pictures.mkdir(exist_ok=True)
    for width in (min(WIDTHS), max(WIDTHS)):
        for name, called in OF_THE_GUIDE.items():
            picture = (ROOT / "screenshots" / f"{width}-light" / f"{name}.png").read_bytes()
            (pictures / f"{called}-{width}.png").write_bytes(picture)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--docs", action="store_true", help="refresh docs/pictures too")
    parser.add_argument("--width", type=int, action="append", help="only these widths")
    parser.add_argument("--ownership", action="store_true", help="only whose school it is")
    chosen = parser.parse_args()
    asyncio.run(main(tuple(chosen.width or WIDTHS), chosen.docs, chosen.ownership))
