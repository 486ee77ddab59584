"""The data pages in a browser: before an app may read, while a sync runs, and afterwards."""

from __future__ import annotations

import json
import re
import sqlite3
from urllib.parse import urlencode

from playwright.async_api import expect

from tests.journeys import steps
from tests.journeys.asking import PROOF
from tests.journeys.conftest import SessionOf
from tests.journeys.person import Person, until
from tests.journeys.test_every_page import _is_well_made

APP = "Markbook"
SCOPES = "school teaching_groups students.basic assessments.internal"
EMPTY = "No app may read this yet"
PAGES = {
    "/subjects": "Further Mathematics",
    "/assessments": "GCSE grade (9 to 1)",
    "/results": "in all, those that came last first",
    "/assessment-points": "Year 1 Autumn",
    "/changesets": "James Walters authorised an app",
}


async def _owner(someone: SessionOf) -> Person:
    james = await someone()
    seeded = james.server.seed("connected", phase="Secondary")
    await steps.log_in(james, seeded["email"], seeded["password"])
    return james


async def _authorises_markbook(james: Person) -> None:
    """An app that needs assessments asks, and is allowed everything it asks for."""
    back = f"{james.server.address}/terms"
    known = json.loads(james.server.command("app", "list", "--json"))
    client = next((app["client_id"] for app in known if app["name"] == APP), "")
    if not client:
        words = ("--name", APP, "--redirect-uri", back, "--scopes", SCOPES, "--json")
        client = json.loads(james.server.command("app", "register", *words))["client_id"]
    asked = {"client_id": client, "redirect_uri": back, "scope": SCOPES, "state": "x", **PROOF}
    await james.goes_to(f"/oauth/authorize?{urlencode(asked)}")
    await james.clicks("Authorise App")
    await james.page.wait_for_url(re.compile("/terms"))


async def _sees_the_sync_end(james: Person) -> None:
    await expect(james.page.get_by_role("progressbar")).to_have_count(0)
    await expect(james.page.locator("tbody tr").first).to_contain_text(
        re.compile("Changed|Nothing new|Held")
    )


async def test_the_pages_say_what_to_do_then_fill_by_themselves(someone: SessionOf) -> None:
    james = await _owner(someone)
    for path in ("/subjects", "/assessments", "/results", "/assessment-points"):
        await james.goes_to(path)
        await james.sees(EMPTY)
    await _is_well_made(james)
    await james.goes_to("/changesets")
    await james.sees("No app may read anything yet. Authorise an app first.")
    await expect(james.page.get_by_role("button", name="Sync now")).to_be_disabled()
    await _is_well_made(james, "Changesets")

    watching = Person(james.server, james.context, await james.context.new_page())
    await watching.goes_to("/changesets")
    await _authorises_markbook(james)
    await expect(watching.page.get_by_role("progressbar")).to_be_visible()
    await watching.sees("Your data is being read")
    await _sees_the_sync_end(watching)
    assert not watching.unexpected()

    for path, words in PAGES.items():
        await james.goes_to(path)
        await james.sees(words)
        await _is_well_made(james)
    await james.goes_to("/changesets")
    await james.page.locator("tbody tr a").first.click()
    await james.sees_heading("Changeset")
    await james.sees("Record by record", "Students")
    await _is_well_made(james, "Changeset")


async def test_a_mapping_is_changed_and_taken_back_and_a_large_change_waits(
    someone: SessionOf,
) -> None:
    james = await _owner(someone)
    page = james.page
    await _authorises_markbook(james)
    await james.goes_to("/changesets")
    await _sees_the_sync_end(james)

    await james.goes_to("/subjects")
    row = page.get_by_role("row", name=re.compile("^Games"))
    await expect(row).to_contain_text("Suggested")
    change = "Change what Games is mapped to"
    await page.get_by_role("button", name=change).focus()
    await page.keyboard.press("Enter")
    await page.get_by_label("Assembly subject").select_option("Dance")
    await _is_well_made(james, "Subjects")
    await james.clicks("Save")
    await james.sees("“Games” is mapped to Dance now.")
    await expect(row).to_contain_text("by James Walters")
    await _is_well_made(james, "Subjects")
    await james.clicks("Undo")
    await expect(row).to_contain_text("Physical Education")
    await expect(row).to_contain_text("Suggested")

    await james.goes_to("/assessments")
    await james.fills(Find_an_assessment="baseline verbal")
    await page.get_by_role("button", name="Change what Baseline Verbal is mapped to").click()
    await page.get_by_label("What a result says").wait_for()
    await _is_well_made(james, "Assessments")
    await page.keyboard.press("Escape")

    await james.goes_to("/changesets")
    await _sees_the_sync_end(james)
    await _loses_students(james)
    await page.get_by_role("button", name="Sync now", disabled=False).click()
    await james.sees("Large changes wait for you", "Students:")
    await _is_well_made(james, "Changesets")
    await james.clicks("Apply the changes")
    await expect(page.get_by_text("Large changes wait for you")).to_have_count(0)
    await james.sees("James Walters applied held changes")
    await _sees_the_sync_end(james)


async def _loses_students(james: Person) -> None:
    """Most students are gone from what was read, as when a MIS account lost its rights."""
    await james.sees_heading("Changesets")

    async def gone() -> bool:
        with sqlite3.connect(james.server.folder / "data" / "assembly.db", timeout=20) as kept:
            school = "SELECT MAX(school_id) FROM source_rows WHERE \"query\" = 'Students'"
            kept.execute(
                f"DELETE FROM source_rows WHERE \"query\" = 'Students' AND school_id = ({school}) "  # noqa: S608
                "AND CAST(row_id AS INTEGER) % 3 > 0"
            )
            marked = kept.execute(
                "UPDATE record_kinds SET is_stale = 1 WHERE kind = 'student' AND school_id = "
                "(SELECT MAX(school_id) FROM record_kinds)"
            )
        return marked.rowcount == 1

    await until(gone, "students to be gone")
