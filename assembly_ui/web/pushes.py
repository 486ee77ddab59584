"""From an announced topic to the screens of the tabs that show it.

A topic is read once, however many tabs show it and however often it is announced
meanwhile. A tab takes its turn once for all that waits for it, and sends what
changed as one message. A tab that is busy with a long click keeps nobody waiting.

Before anything is given to a tab, one query asks for all of them whether the
log-in sessions they registered with still live, belong to the school and look at
it. A tab whose right has ended is shown nothing more, whichever page it is on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any, Final, NamedTuple, Protocol

import reflex as rx
import structlog

from assembly_ui.audit.events import Outcome, SecurityEvent
from assembly_ui.audit.security_log import report
from assembly_ui.pubsub.topics import Topic
from assembly_ui.schools.caller import Caller

log = structlog.get_logger()

READ_AT_ONCE = 8
"""Topics; clicks must find a connection to the database too."""

FindCallers = Callable[[Collection[int]], Awaitable[Mapping[int, Caller]]]
"""Who is behind these log-in sessions now; those that ended are left out."""


class Shows(NamedTuple):
    """A State of a tab, and the socket the tab was connected with when it registered."""

    token: str
    socket: str
    state_class: type[Any]


class Right(NamedTuple):
    """A log-in session, its person, and the school it must look at; None when it may be any."""

    session_id: int
    user_id: int
    school_id: int | None

    def is_held_by(self, me: Caller | None) -> bool:
        """Whether it still is; nobody is behind a session that ended."""
        return (
            me is not None and me.user_id == self.user_id and self.school_id in (None, me.school_id)
        )


class Register(Protocol):
    """Who shows what; see `live.LiveTabs`."""

    def topics(self) -> list[Topic]:
        """Everything any tab shows."""

    def showing(self, topic: Topic) -> Mapping[Shows, Right | None]:
        """The open tabs that show a topic, and by what right."""

    def shows(self, tab: Shows, topic: Topic) -> bool:
        """Whether this tab is open and still shows it."""

    def shows_anything(self, tab: Shows) -> bool:
        """Whether this tab shows anything by way of that State."""

    def withdraw(self, token: str, right: Right) -> set[Shows]:
        """Forget what a tab shows by this right; returns what that was."""

    def is_open(self, tab: Shows) -> bool:
        """Whether the tab is connected by the socket it registered with."""


class _Given(NamedTuple):
    """What a State is going to show, and to whom; to nobody known when it is public."""

    seen: Any
    me: Caller | None


_REVOKED: Final[Topic] = ""
"""In place of a topic: the tab has to be emptied."""


class Pushes:
    """What is on its way to the tabs. Works in `tasks`, which end with whoever owns them."""

    def __init__(
        self, app: rx.App, register: Register, find: FindCallers, tasks: asyncio.TaskGroup
    ) -> None:
        self._app = app
        self._register = register
        self._find = find
        self._tasks = tasks
        self._room = asyncio.Semaphore(READ_AT_ONCE)
        self._reading: set[Topic] = set()
        self._again: set[Topic] = set()
        self._waiting: dict[str, dict[tuple[Shows, Topic], _Given]] = {}

    def begin(self, topic: Topic) -> None:
        """Show what a topic names to everyone who shows it."""
        if topic in self._reading:
            self._again.add(topic)
        elif self._register.showing(topic):
            self._reading.add(topic)
            self._tasks.create_task(self._push(topic))

    async def check(self) -> None:
        """Empty every tab whose right has ended, though nothing was announced."""
        shown = [self._register.showing(topic) for topic in self._register.topics()]
        await self._with_right({tab: right for tabs in shown for tab, right in tabs.items()})

    async def _push(self, topic: Topic) -> None:
        async with self._room:
            await self._read(topic)
        while topic in self._again:
            self._again.discard(topic)
            async with self._room:
                await self._read(topic)
        self._reading.discard(topic)

    async def _read(self, topic: Topic) -> None:
        classes = list(dict.fromkeys(tab.state_class for tab in self._register.showing(topic)))
        seen = dict(
            zip(
                classes,
                await asyncio.gather(*(_reading(state_class, topic) for state_class in classes)),
                strict=True,
            )
        )
        # Asked last: what happened while it was read counts.
        for tab, me in (await self._with_right(self._register.showing(topic))).items():
            if found := seen.get(tab.state_class):
                self._give(tab, topic, _Given(found[0], me))

    async def _with_right(
        self, tabs: Mapping[Shows, Right | None]
    ) -> Mapping[Shows, Caller | None]:
        """Those of the tabs that may be shown it, and who looks; the others are emptied."""
        try:
            sessions = {right.session_id for right in tabs.values() if right}
            people = await self._find(sessions) if sessions else {}
        except Exception:
            # Better late than to the wrong person.
            log.exception("live.not_checked")
            return {}
        shown: dict[Shows, Caller | None] = {}
        for tab, right in tabs.items():
            me = people.get(right.session_id) if right else None
            if right is None or right.is_held_by(me):
                shown[tab] = me
            else:
                report(
                    SecurityEvent.PUSH,
                    Outcome.REFUSED,
                    user_id=right.user_id,
                    school_id=right.school_id,
                )
                for lost in self._register.withdraw(tab.token, right):
                    self._give(lost, _REVOKED, _Given(None, None))
        return shown

    def _give(self, tab: Shows, topic: Topic, given: _Given) -> None:
        waiting = self._waiting.get(tab.token)
        if waiting is None:
            waiting = self._waiting[tab.token] = {}
            self._tasks.create_task(self._take_turn(tab, waiting))
        waiting[tab, topic] = given

    async def _take_turn(self, tab: Shows, waiting: dict[tuple[Shows, Topic], _Given]) -> None:
        try:
            ident = rx.BaseStateToken(ident=tab.token, cls=tab.state_class)
            async with self._app.modify_state(ident) as state:
                # What arrives from here on is for the next turn.
                del self._waiting[tab.token]
                for (shows, topic), given in waiting.items():
                    await self._show(state, shows, topic, given)
        except Exception:
            # A tab that cannot be shown something must not keep it from the others.
            log.exception("live.not_shown", state=tab.state_class.__name__)
            if self._waiting.get(tab.token) is waiting:
                del self._waiting[tab.token]

    async def _show(self, state: Any, tab: Shows, topic: Topic, given: _Given) -> None:
        # The tab may have closed, or moved on, while its turn was awaited.
        if topic == _REVOKED:
            if self._register.is_open(tab) and not self._register.shows_anything(tab):
                await _revoking(state, tab.state_class)
        elif self._register.shows(tab, topic):
            await _showing(state, tab.state_class, given)


async def _showing(state: Any, state_class: type[Any], given: _Given) -> None:
    try:
        shown = await state.get_state(state_class)
        if given.me is not None:
            shown._offer(given.me)
        await shown._show(given.seen)
    except Exception:
        # One part of a page that cannot be shown must not keep the others from changing.
        log.exception("live.not_shown", state=state_class.__name__)


async def _revoking(state: Any, state_class: type[Any]) -> None:
    try:
        await (await state.get_state(state_class))._revoke()
    except Exception:
        log.exception("live.not_emptied", state=state_class.__name__)


async def _reading(state_class: type[Any], topic: Topic) -> tuple[Any] | None:
    try:
        return (await state_class._read(topic),)
    except Exception:
        # One topic that cannot be read must not silence the others.
        log.exception("live.not_read", topic=topic, state=state_class.__name__)
        return None
