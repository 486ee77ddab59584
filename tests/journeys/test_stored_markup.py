"""Names that are markup, past every check: each page shows them as words, and nothing runs."""

from __future__ import annotations

import json
from pathlib import Path

from assembly_ui.server.build import web_folder
from assembly_ui.settings import Settings
from tests.attack.records import execute
from tests.journeys import steps
from tests.journeys.conftest import SessionOf
from tests.journeys.person import Person
from tests.journeys.server import Server

RUNS = "window.top.ran = window.ran = true, alert(1)"
MARKUP = f'<img src=x onerror="{RUNS}"><svg onload="{RUNS}"><script>{RUNS}</script>'
LINK = f"javascript:{RUNS}"
SHOWN_ON = {"/users", "/school-details", "/app", "/connector", "/schools"}
"""Where some of it is certain to be read."""
TABLES = {
    "users": ("name",),
    "schools": ("name", "town", "local_authority", "phase", "type"),
    "apps": ("name", "summary", "description", "purpose"),
    "records": ("label",),
}
LINKS = {
    "schools": ("website",),
    "apps": ("website_uri", "support_uri", "privacy_policy_uri", "install_uri"),
}


async def test_no_page_runs_what_stands_in_a_name(someone: SessionOf, server: Server) -> None:
    james = await someone()
    dialogs: list[str] = []
    james.page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    seeded = server.seed("connected")
    words = ("--school", seeded["urn"], "--app", "Rooms", "--authorised", "--json")
    app = json.loads(server.command("demo", "seed", *words))["app"]
    await steps.log_in(james, seeded["email"], seeded["password"])
    slug = _replace_everything(server, seeded["school_id"], app["client_id"])
    shown = set()
    for page in _pages(server):
        asked = {"/app": f"?name={slug}", "/mailbox": f"?to={seeded['email']}"}.get(page, "")
        await james.goes_to(page + asked)
        await _is_inert(james, page)
        if MARKUP in await james.page.locator("body").inner_text():
            shown.add(page)
    assert shown >= SHOWN_ON
    assert not dialogs


def _replace_everything(server: Server, school_id: int, client_id: str) -> str:
    """Every text of the school, its people and the app becomes markup; the app's slug."""
    slug = "rooms-of-markup"
    members = f"(SELECT user_id FROM memberships WHERE school_id = {school_id})"  # noqa: S608
    where = {
        "users": f"id IN {members}",
        "schools": f"id = {school_id}",
        "apps": f"client_id = '{client_id}'",
        "records": f"school_id = {school_id}",
    }
    for columns, value in ((TABLES, MARKUP), (LINKS, LINK)):
        for table, names in columns.items():
            named = ", ".join(f"{name} = ?" for name in names)
            execute(
                server,
                f"UPDATE {table} SET {named} WHERE {where[table]}",  # noqa: S608
                *[value] * len(names),
            )
    for name in ("name", "first_name", "last_name", "code", "title", "subject"):
        execute(
            server,
            f"UPDATE records SET data = json_set(data, '$.{name}', ?) "  # noqa: S608
            f"WHERE {where['records']} AND json_type(data, '$.{name}') = 'text'",
            MARKUP,
        )
    execute(server, f"UPDATE apps SET slug = ? WHERE {where['apps']}", slug)  # noqa: S608
    return slug


def _pages(server: Server) -> list[str]:
    """Every page there is, as it was built."""
    built = web_folder(Settings(port=server.port)) / "build" / "client"
    found = (Path("/") / index.parent.relative_to(built) for index in built.rglob("index.html"))
    pages = sorted(str(path) for path in found)
    assert "/users" in pages
    return pages


async def _is_inert(person: Person, page: str) -> None:
    """Nothing ran, and nothing stands there that could."""
    found = await person.page.evaluate(
        """() => [
            window.ran ? "it ran" : "",
            ...document.querySelectorAll("img[src=x], svg[onload], [onerror]"),
            ...[...document.links].filter(link => link.protocol === "javascript:"),
            ...[...document.scripts].filter(script => script.textContent.includes("window.ran")),
        ].map(one => one.outerHTML ?? one).filter(Boolean)"""
    )
    assert found == [], f"{page}: {found}"
