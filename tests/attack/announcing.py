"""The product as it is served, with one door more: what it pushes can be asked for and watched."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import reflex as rx
from reflex_base.registry import RegistrationContext

from assembly_ui.services import get_services
from assembly_ui.web.live import Live, tabs
from tests.attack.without_pages import ServerWithoutPages, serve_without_pages

DOOR = "ATTACKED_DOOR"
"""The variable that says where the door is."""
_PUSHING = ("Pushes._push", "Pushes._take_turn")
_shown: list[tuple[str, str]] = []


class AnnouncingServer(ServerWithoutPages):
    """A demo with that door."""

    program = ("tests.attack.announcing",)

    @property
    def environment(self) -> dict[str, str]:
        """As for the other tests, and where the door is."""
        return super().environment | {DOOR: str(self.door)}

    @property
    def door(self) -> Path:
        """A socket in the file system."""
        return self.folder / "door"


class Door:
    """What can be asked of the server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def states(self) -> list[str]:
        """The full names of every State that shows something that changes by itself."""
        return await self._ask("states")

    async def watched(self, token: str) -> dict[str, list[str]]:
        """What a tab is registered for with the right of a log-in: topics by State."""
        return await self._ask("watched", token)

    async def announce(self, topics: list[str]) -> list[tuple[str, str]]:
        """Announce these; once all is pushed, the tabs and States that were shown anything."""
        return [(token, state) for token, state in await self._ask("announce", topics)]

    async def _ask(self, *words: Any) -> Any:
        self._writer.write(json.dumps(words).encode() + b"\n")
        return json.loads(await self._reader.readline())


@asynccontextmanager
async def through(server: AnnouncingServer) -> AsyncIterator[Door]:
    """The door, open."""
    reader, writer = await asyncio.open_unix_connection(server.door)
    yield Door(reader, writer)
    writer.close()
    await writer.wait_closed()


def app() -> Any:
    """What the server serves."""
    from assembly_ui.assembly_ui import app

    for state in _live_states():
        state._show = _noting(state._show)  # type: ignore[method-assign]
    app.register_lifespan_task(_open_door)
    return app()


def _noting(show: Any) -> Any:
    async def shown(self: rx.State, *seen: Any) -> None:
        _shown.append((self.router.session.client_token, self.get_full_name()))
        await show(self, *seen)

    return shown


def _live_states() -> list[Any]:
    states = RegistrationContext.get().base_states.values()
    return [state for state in states if issubclass(state, Live)]


@asynccontextmanager
async def _open_door() -> AsyncIterator[None]:
    async with await asyncio.start_unix_server(_answer, os.environ[DOOR]):
        yield


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    answers = {"states": _names, "watched": _watched, "announce": _announce}
    while line := await reader.readline():
        word, *rest = json.loads(line)
        writer.write(json.dumps(await answers[word](*rest)).encode() + b"\n")
    writer.close()


async def _names() -> list[str]:
    return [state.get_full_name() for state in _live_states()]


async def _watched(token: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for topic in tabs.topics():
        for tab, right in tabs.showing(topic).items():
            if tab.token == token and right is not None:
                found.setdefault(tab.state_class.get_full_name(), []).append(topic)
    return found


async def _announce(topics: list[str]) -> list[tuple[str, str]]:
    _shown.clear()
    await get_services().pubsub.announce(topics)
    # What listens takes the announcement up first.
    await asyncio.sleep(0.01)
    while pushing := _tasks():
        await asyncio.wait(pushing)
    return list(_shown)


def _tasks() -> list[asyncio.Task[Any]]:
    tasks = asyncio.all_tasks()
    return [task for task in tasks if getattr(task.get_coro(), "__qualname__", "") in _PUSHING]


if __name__ == "__main__":
    serve_without_pages("tests.attack.announcing:app")
