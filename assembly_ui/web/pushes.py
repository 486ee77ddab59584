"""From an announced topic to the screens of the tabs that show it.

A topic is read once, however many tabs show it and however often it is announced
meanwhile. A tab takes its turn once for all that waits for it, and sends what
changed as one message. A tab that is busy with a long click keeps nobody waiting.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

import reflex as rx
import structlog

from assembly_ui.pubsub import Topic

log = structlog.get_logger()

READ_AT_ONCE = 8
"""Topics; clicks must find a connection to the database too."""


class Shows(NamedTuple):
    """A State of a tab, and the socket the tab was connected with when it registered."""

    token: str
    socket: str
    state_class: type[Any]


class Register(Protocol):
    """Who shows what; see `live.LiveTabs`."""

    def showing(self, topic: Topic) -> list[Shows]:
        """The open tabs that show a topic."""

    def shows(self, tab: Shows, topic: Topic) -> bool:
        """Whether this tab is open and still shows it."""


class Pushes:
    """What is on its way to the tabs. Works in `tasks`, which end with whoever owns them."""

    def __init__(self, app: rx.App, register: Register, tasks: asyncio.TaskGroup) -> None:
        self._app = app
        self._register = register
        self._tasks = tasks
        self._room = asyncio.Semaphore(READ_AT_ONCE)
        self._reading: set[Topic] = set()
        self._again: set[Topic] = set()
        self._waiting: dict[str, dict[tuple[Shows, Topic], Any]] = {}

    def begin(self, topic: Topic) -> None:
        """Show what a topic names to everyone who shows it."""
        if topic in self._reading:
            self._again.add(topic)
        elif self._register.showing(topic):
            self._reading.add(topic)
            self._tasks.create_task(self._push(topic))

    async def _push(self, topic: Topic) -> None:
        async with self._room:
            await self._read(topic)
        while topic in self._again:
            self._again.discard(topic)
            async with self._room:
                await self._read(topic)
        self._reading.discard(topic)

    async def _read(self, topic: Topic) -> None:
        tabs = self._register.showing(topic)
        classes = list(dict.fromkeys(tab.state_class for tab in tabs))
        seen = dict(
            zip(
                classes,
                await asyncio.gather(*(_reading(state_class, topic) for state_class in classes)),
                strict=True,
            )
        )
        for tab in tabs:
            if found := seen[tab.state_class]:
                self._give(tab, topic, found[0])

    def _give(self, tab: Shows, topic: Topic, seen: Any) -> None:
        waiting = self._waiting.get(tab.token)
        if waiting is None:
            waiting = self._waiting[tab.token] = {}
            self._tasks.create_task(self._take_turn(tab, waiting))
        waiting[tab, topic] = seen

    async def _take_turn(self, tab: Shows, waiting: dict[tuple[Shows, Topic], Any]) -> None:
        try:
            ident = rx.BaseStateToken(ident=tab.token, cls=tab.state_class)
            async with self._app.modify_state(ident) as state:
                # What arrives from here on is for the next turn.
                del self._waiting[tab.token]
                await self._show(state, waiting)
        except Exception:
            # A tab that cannot be shown something must not keep it from the others.
            log.exception("live.not_shown", state=tab.state_class.__name__)
            if self._waiting.get(tab.token) is waiting:
                del self._waiting[tab.token]

    async def _show(self, state: Any, waiting: Mapping[tuple[Shows, Topic], Any]) -> None:
        for (tab, topic), seen in waiting.items():
            # The tab may have closed, or moved on, while its turn was awaited.
            if self._register.shows(tab, topic):
                await _showing(state, tab.state_class, seen)


async def _showing(state: Any, state_class: type[Any], seen: Any) -> None:
    try:
        await (await state.get_state(state_class))._show(seen)
    except Exception:
        # One part of a page that cannot be shown must not keep the others from changing.
        log.exception("live.not_shown", state=state_class.__name__)


async def _reading(state_class: type[Any], topic: Topic) -> tuple[Any] | None:
    try:
        return (await state_class._read(topic),)
    except Exception:
        # One topic that cannot be read must not silence the others.
        log.exception("live.not_read", topic=topic, state=state_class.__name__)
        return None
