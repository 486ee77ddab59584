"""Nobody is pushed a school's news who may not see it any more, whatever page they registered on.

Every State that shows something that changes by itself is attacked, as it is found in the running
product: its loader is called over a real socket by a tab that never loads the header, the right
ends, and what the State shows is announced. A State that is new is attacked with the rest.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, delete, update

from assembly_ui.accounts.models import LogInSession, User
from assembly_ui.db.database import Database
from assembly_ui.schools.models import Membership, Role
from tests.attack.announcing import AnnouncingServer, Door, through
from tests.attack.conftest import QUICK
from tests.attack.people import Account, People, browser, people_of
from tests.attack.surface import Handler
from tests.attack.tabs import Tab, open_tab

WORD = "zebedee"
"""The name of a colleague, whom only members may see."""
OTHERWISE = {
    "confirm_email_state": "for strangers: `watch_public` refuses it what is a school's",
    "mailbox_state": "the same",
    "shell_state": "the header, which the tabs attacked here never load",
    "request_state": "registers while an app asks; see `test_request_page.py`",
}
"""States that register otherwise than by `load`, or for nothing of a school."""


@pytest.fixture(scope="module")
def announcing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AnnouncingServer]:
    server = AnnouncingServer(tmp_path_factory.mktemp("announcing"), **QUICK)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def school(announcing: AnnouncingServer) -> dict[str, Any]:
    return announcing.seed("connected")


@pytest.fixture(scope="module")
def other_school(announcing: AnnouncingServer) -> dict[str, Any]:
    return announcing.seed("connected")


@pytest.fixture
async def crowd(announcing: AnnouncingServer) -> AsyncIterator[People]:
    async with people_of(announcing) as people:
        yield people


@pytest.fixture
async def door(announcing: AnnouncingServer) -> AsyncIterator[Door]:
    async with through(announcing) as door:
        yield door


async def _database(server: AnnouncingServer, statement: Any) -> None:
    database = Database(f"sqlite+aiosqlite:///{server.folder / 'data' / 'assembly.db'}")
    async with database.transaction() as session:
        await session.exec(statement)
    await database.close()


End = Callable[[AnnouncingServer, Account, dict[str, Any]], Awaitable[None]]


async def _removed(server: AnnouncingServer, who: Account, _other: dict[str, Any]) -> None:
    await _database(server, delete(Membership).where(col(Membership.user_id) == who.id))


async def _logged_out(server: AnnouncingServer, who: Account, _other: dict[str, Any]) -> None:
    async with browser(server, cookie=who.cookie) as window:
        await window.post("/auth/log-out")


async def _run_out(server: AnnouncingServer, who: Account, _other: dict[str, Any]) -> None:
    past = datetime.now(UTC) - timedelta(seconds=1)
    sessions = update(LogInSession).where(col(LogInSession.user_id) == who.id)
    await _database(server, sessions.values(expires_at=past))


async def _switched(server: AnnouncingServer, who: Account, other: dict[str, Any]) -> None:
    sessions = update(LogInSession).where(col(LogInSession.user_id) == who.id)
    await _database(server, sessions.values(school_id=other["school_id"]))


ENDS: dict[str, tuple[End, bool]] = {
    "removed": (_removed, False),
    "logged out": (_logged_out, True),
    "run out": (_run_out, True),
    "looks at another school": (_switched, False),
}
"""How a right ends; and whether the person's own news ends with it."""


class Registered:
    """A tab for each State that shows news, its loader called and not the header."""

    def __init__(self, door: Door, tabs: dict[str, Tab]) -> None:
        self._door = door
        self.tabs = tabs

    async def watched(self) -> dict[str, list[str]]:
        """What each State is registered for with the right of a log-in."""
        return {
            name: topics
            for name, tab in self.tabs.items()
            if (topics := (await self._door.watched(tab.token)).get(name))
        }

    async def shown(self, topics: list[str]) -> set[str]:
        """Announce these; the States of these tabs that were shown anything."""
        tokens = {tab.token for tab in self.tabs.values()}
        return {state for token, state in await self._door.announce(topics) if token in tokens}


Register = Callable[[Account], Awaitable[Registered]]


@pytest.fixture
async def register(
    announcing: AnnouncingServer, handlers: dict[str, Handler], door: Door, school: dict[str, Any]
) -> AsyncIterator[Register]:
    async with AsyncExitStack() as stack:

        async def registered(who: Account) -> Registered:
            tabs = {}
            for name in await door.states():
                tab = await stack.enter_async_context(open_tab(announcing, cookie=who.cookie))
                for loader in handlers.values():
                    if loader.state == name and loader.name.endswith(".load"):
                        payload = dict.fromkeys(loader.arguments, "")
                        await tab.ask(loader.name, payload, path=f"/join?school={school['urn']}")
                tabs[name] = tab
            return Registered(door, tabs)

        yield registered


def _all(watched: dict[str, list[str]]) -> list[str]:
    return sorted({topic for topics in watched.values() for topic in topics})


@pytest.mark.parametrize("how", ENDS)
async def test_whose_right_ended_is_pushed_nothing_on_any_page(
    announcing: AnnouncingServer,
    crowd: People,
    register: Register,
    school: dict[str, Any],
    other_school: dict[str, Any],
    how: str,
) -> None:
    end, ends_all = ENDS[how]
    ann = await crowd.member(school["school_id"], Role.ADMIN)
    ben = await crowd.member(school["school_id"], Role.ADMIN)
    theirs, control = await register(ann), await register(ben)
    watched = await theirs.watched()
    schools = [topic for topic in _all(watched) if not topic.startswith("user:")]
    topics = _all(watched) if ends_all else schools
    of_school = {name for name, of_one in watched.items() if set(of_one) & set(schools)}
    assert await theirs.shown(_all(watched)) == set(watched)

    await end(announcing, ann, other_school)
    new = await crowd.member(school["school_id"], Role.VIEWER)
    named = update(User).where(col(User.id) == new.id).values(name=WORD)
    await _database(announcing, named)
    for tab in theirs.tabs.values():
        tab.answers.clear()
    assert await theirs.shown(topics) == set()
    assert await control.shown(topics) == of_school
    (people,) = [tab for name, tab in control.tabs.items() if name.endswith("people_state")]
    await people.until(lambda: people.has_heard(WORD))
    for name, tab in theirs.tabs.items():
        await tab.settled()
        assert not tab.has_heard(WORD), name
        assert not tab.has_heard("@"), name
    assert not set(_all(await theirs.watched())) & set(topics)


async def test_every_state_that_shows_news_is_attacked(
    crowd: People, register: Register, school: dict[str, Any]
) -> None:
    registered = await register(await crowd.member(school["school_id"], Role.ADMIN))
    missed = registered.tabs.keys() - (await registered.watched()).keys()
    assert [name for name in missed if not name.endswith(tuple(OTHERWISE))] == [], (
        "Called `load`, these registered for nothing. Teach `register` what loads them."
    )


async def test_an_admin_who_became_a_viewer_is_offered_nothing_an_admin_may_do(
    announcing: AnnouncingServer, crowd: People, register: Register, school: dict[str, Any]
) -> None:
    ann = await crowd.member(school["school_id"], Role.ADMIN)
    registered = await register(ann)
    offering = {
        name: tab for name, tab in registered.tabs.items() if tab.state.get(name, {}).get("may_act")
    }
    assert offering
    member = update(Membership).where(col(Membership.user_id) == ann.id)
    await _database(announcing, member.values(role=Role.VIEWER))
    await registered.shown(_all(await registered.watched()))
    for name, tab in offering.items():
        await tab.settled()
        assert tab.state[name]["may_act"] is False, name
