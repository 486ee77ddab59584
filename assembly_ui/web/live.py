"""Pushes changes to the open tabs they concern.

A State registers its tab for topics when its page loads. When a topic is
announced, what changed is read once, and every registered tab shows it. No tab
ever polls.

A tab is registered for the socket it is connected with at that moment. Whoever
connects later with the same tab's token, having closed it or stolen the token,
is shown nothing before a page has loaded and the log-in been asked for again.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from typing import Any, NamedTuple

import reflex as rx
import structlog

from assembly_ui.pubsub import PubSub, Topic

log = structlog.get_logger()


class Live(rx.State, mixin=True):
    """Mixed into a State that shows something that changes by itself."""

    @classmethod
    async def _read(cls, topic: Topic) -> Any:
        """What the tabs are going to show; read once for all of them."""
        raise NotImplementedError

    async def _show(self, seen: Any) -> Any:
        """Put what was read on this tab's screen; may return an event."""
        raise NotImplementedError


class Shows(NamedTuple):
    """A State of a tab, and the socket the tab was connected with when it registered."""

    token: str
    socket: str
    state_class: type[Any]


class LiveTabs:
    """Which tabs show what. One for the process."""

    def __init__(self) -> None:
        self._tabs: dict[Topic, set[Shows]] = defaultdict(set)
        self._app: rx.App | None = None

    def watch(self, state: rx.State, topic: Topic) -> None:
        """Register the tab of `state`. Loading the page again changes nothing."""
        self._tabs[topic].add(_shown_by(state))

    def unwatch(self, state: rx.State) -> None:
        """Forget every topic this State's tab was registered for."""
        token = state.router.session.client_token
        self._drop(lambda tab: (tab.token, tab.state_class) == (token, type(state)))

    def forget(self, state: rx.State) -> None:
        """Forget everything the tab of `state` shows, whichever States show it."""
        token = state.router.session.client_token
        self._drop(lambda tab: tab.token == token)

    def watching(self, state: rx.State, topic: Topic) -> Callable[[], bool]:
        """A question to ask later: does this tab still show this topic?"""
        tab = _shown_by(state)
        return lambda: self._shows(tab, topic)

    def watched(self, state_class: type[rx.State]) -> set[Topic]:
        """The topics that open tabs show by way of `state_class`."""
        return {
            topic
            for topic, tabs in self._tabs.items()
            if any(tab.state_class is state_class and self._open(tab) for tab in tabs)
        }

    async def run(self, app: rx.App, pubsub: PubSub) -> None:
        """Push announced changes until cancelled."""
        self._app = app
        async with pubsub.listen() as topics:
            while True:
                topic = await topics.get()
                try:
                    await self._push(app, topic)
                except Exception:
                    # One topic that cannot be read must not silence the others.
                    log.exception("live.push_failed", topic=topic)

    async def _push(self, app: rx.App, topic: Topic) -> None:
        by_class: dict[type[Any], list[Shows]] = defaultdict(list)
        for tab in list(self._tabs.get(topic, ())):
            by_class[tab.state_class].append(tab)
        for state_class, tabs in by_class.items():
            seen = await state_class._read(topic)
            await asyncio.gather(*(self._show(app, topic, tab, seen) for tab in tabs))
        if topic in self._tabs and not self._tabs[topic]:
            del self._tabs[topic]

    async def _show(self, app: rx.App, topic: Topic, tab: Shows, seen: Any) -> None:
        if not self._open(tab):
            # Closed. A tab that comes back loads its page, and registers, again.
            self._tabs[topic].discard(tab)
            return
        ident = rx.BaseStateToken(ident=tab.token, cls=tab.state_class)
        async with app.modify_state(ident) as state:
            # The tab may have closed, or moved on, while its turn was awaited.
            if self._shows(tab, topic):
                substate = await state.get_state(tab.state_class)
                await substate._show(seen)

    def _shows(self, tab: Shows, topic: Topic) -> bool:
        return tab in self._tabs.get(topic, ()) and self._open(tab)

    def _open(self, tab: Shows) -> bool:
        namespace = self._app.event_namespace if self._app else None
        return namespace is not None and namespace.sid_to_token.get(tab.socket) == tab.token

    def _drop(self, is_meant: Callable[[Shows], bool]) -> None:
        for topic, tabs in self._tabs.items():
            self._tabs[topic] = {tab for tab in tabs if not is_meant(tab)}


def _shown_by(state: rx.State) -> Shows:
    session = state.router.session
    return Shows(session.client_token, session.session_id, type(state))


tabs = LiveTabs()
