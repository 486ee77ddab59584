"""What the mailbox page shows follows from its address, and from nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import reflex as rx
from reflex.istate.data import ReflexURL, RouterData, SessionData

from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.mail.mailbox import PAGE_SIZE, clear_mail
from assembly_ui.pubsub.topics import MAILBOX_TOPIC
from assembly_ui.services import Services
from assembly_ui.web.notice import NoticeState
from assembly_ui.web.pages.mailbox import MailboxState, mailbox
from tests.factories.mail import TO, an_arrived_message
from tests.factories.parts import running_parts

OTHER = "amina.khan@kings.sch.uk"
LINK = '<a href="http://localhost:3000/confirm?token=x">Confirm my email address</a>'


@pytest.fixture
def parts(database: Database, clock: ManualClock, tmp_path: Path) -> Iterator[Services]:
    with running_parts(database, clock, tmp_path) as parts:
        yield parts


class Tab:
    """One open tab of the mailbox."""

    def __init__(self) -> None:
        self._root = rx.State(_reflex_internal_init=True)

    async def open(self, **asked: Any) -> Any:
        """Go to the page with these questions in its address; returns what the load answers."""
        self._root.router = RouterData(
            session=SessionData(client_ip="203.0.113.7"),
            url=ReflexURL(f"http://localhost:3000/mailbox?{urlencode(asked)}"),
        )
        return await (await self.state()).load()

    async def state(self) -> Any:
        return await self._root.get_state(MailboxState)

    async def notice(self) -> str:
        return (await self._root.get_state(NoticeState)).words


@pytest.fixture
def tab(parts: Services) -> Tab:
    return Tab()


def _path(event: Any) -> str:
    """Where a redirect leads."""
    return {str(name): value._var_value for name, value in event.args}["path"]


def _focused(event: Any) -> bool:
    return event is not None and "opened" in [value._var_value for _, value in event.args]


def test_the_page_can_be_made_twice() -> None:
    assert str(mailbox().render()) == str(mailbox().render())


async def test_an_empty_mailbox_says_so(tab: Tab) -> None:
    await tab.open()
    state = await tab.state()
    assert (state.loaded, state.lines, state.opened["id"], state.gone) == (True, [], 0, False)


async def test_the_newest_message_is_open_with_its_links_as_buttons(
    tab: Tab, database: Database, clock: ManualClock
) -> None:
    await an_arrived_message(database, now=clock(), subject="older")
    newest = await an_arrived_message(
        database, now=clock.advance(timedelta(minutes=1)), subject="newest", html=LINK
    )
    await tab.open()
    state = await tab.state()
    assert [line["subject"] for line in state.lines] == ["newest", "older"]
    assert (state.opened["id"], state.opened["subject"]) == (newest, "newest")
    assert state.opened["src"] == f"/mailbox/messages/{newest}.html"
    assert state.links == [
        {"text": "Confirm my email address", "href": "http://localhost:3000/confirm?token=x"}
    ]
    assert state.total == "2 messages"


async def test_a_newer_message_takes_its_place_by_itself(
    tab: Tab, database: Database, clock: ManualClock
) -> None:
    await an_arrived_message(database, now=clock())
    await tab.open()
    newer = await an_arrived_message(database, now=clock.advance(timedelta(minutes=1)))
    state = await tab.state()
    await state._show(await MailboxState._read(MAILBOX_TOPIC))
    assert state.opened["id"] == newer


async def test_a_chosen_message_stays_open_whatever_arrives(
    tab: Tab, database: Database, clock: ManualClock
) -> None:
    chosen = await an_arrived_message(database, now=clock())
    await tab.open(message=chosen)
    await an_arrived_message(database, now=clock.advance(timedelta(minutes=1)))
    state = await tab.state()
    await state._show(await MailboxState._read(MAILBOX_TOPIC))
    assert state.opened["id"] == chosen
    assert len(state.lines) == 2


async def test_choosing_moves_the_focus_to_the_message_and_reloading_does_not(
    tab: Tab, database: Database, clock: ManualClock
) -> None:
    first = await an_arrived_message(database, now=clock())
    await an_arrived_message(database, now=clock.advance(timedelta(minutes=1)))
    assert not _focused(await tab.open())
    assert _focused(await tab.open(message=first))
    assert not _focused(await tab.open(message=first))
    assert not _focused(await tab.open(message=999))


async def test_a_message_cleared_meanwhile_is_said_to_be_gone(
    tab: Tab, database: Database, clock: ManualClock
) -> None:
    gone = await an_arrived_message(database, now=clock(), to=OTHER)
    await an_arrived_message(database, now=clock())
    await tab.open(message=gone)
    await clear_mail(database, to=OTHER)
    state = await tab.state()
    await state._show(None)
    assert (state.gone, state.opened["id"], state.links) == (True, 0, [])
    assert len(state.lines) == 1


async def test_one_address_is_shown_alone_and_keeps_its_filter_on_the_way(
    tab: Tab, database: Database, clock: ManualClock
) -> None:
    await an_arrived_message(database, now=clock())
    theirs = await an_arrived_message(database, now=clock(), to=OTHER)
    await tab.open(to=OTHER)
    state = await tab.state()
    assert state.addresses == [OTHER, TO]
    (line,) = state.lines
    assert line["href"] == f"/mailbox?to=amina.khan%40kings.sch.uk&message={theirs}"
    assert _path(await state.choose_address("")) == "/mailbox"
    assert _path(await state.choose_address(TO)) == "/mailbox?to=james.walters%40kings.sch.uk"


async def test_pages_lead_to_each_other(tab: Tab, database: Database, clock: ManualClock) -> None:
    for _ in range(2 * PAGE_SIZE + 1):
        await an_arrived_message(database, now=clock.advance(timedelta(seconds=1)))
    for page, newer, older in [
        (1, "", "/mailbox?page=2"),
        (2, "/mailbox?page=1", "/mailbox?page=3"),
        (3, "/mailbox?page=2", ""),
    ]:
        await tab.open(page=page)
        state = await tab.state()
        assert (state.newer, state.older) == (newer, older)


async def test_clearing_asks_first_and_says_what_it_did(
    tab: Tab, database: Database, clock: ManualClock
) -> None:
    await an_arrived_message(database, now=clock())
    await an_arrived_message(database, now=clock(), to=OTHER)
    await tab.open(to=OTHER)
    state = await tab.state()
    await state.ask_to_clear()
    assert state.clearing
    await state.keep()
    assert not state.clearing
    await state.ask_to_clear()
    await state.clear()
    assert not state.clearing
    assert await tab.notice() == "1 message cleared."
    await state._show(None)
    assert state.lines == []
    await tab.open()
    assert len(state.lines) == 1


@pytest.mark.parametrize(
    "asked",
    [
        {"to": "x" * 10_000},
        {"to": "\0\ud800'\"<script>"},
        {"page": "-3"},
        {"page": "9" * 40},
        {"page": "two"},
        {"message": "<script>"},
        {"message": "9" * 40},
        {"message": "-1"},
        {"unknown": "x"},
    ],
)
async def test_a_mangled_address_shows_a_page(
    tab: Tab, database: Database, clock: ManualClock, asked: dict[str, str]
) -> None:
    await an_arrived_message(database, now=clock())
    encodable = {name: value.encode(errors="replace") for name, value in asked.items()}
    await tab.open(**encodable)
    state = await tab.state()
    assert state.loaded
    assert len(state.address) <= 254


async def test_too_many_questions_change_nothing_and_say_so(
    database: Database, clock: ManualClock, tmp_path: Path
) -> None:
    await an_arrived_message(database, now=clock())
    with running_parts(database, clock, tmp_path, scale=0.002):
        tab = Tab()
        await tab.open()
        state = await tab.state()
        assert (state.loaded, state.too_often) == (True, False)
        await state.clear()
        assert state.too_often
        await state._show(None)
        assert len(state.lines) == 1
