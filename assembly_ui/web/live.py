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
from typing import Any

import reflex as rx

from assembly_ui.pubsub import EVERYTHING, PubSub, Topic
from assembly_ui.web.pushes import Pushes, Shows


class Live(rx.State, mixin=True):
    """Mixed into a State that shows something that changes by itself."""

    @classmethod
    async def _read(cls, topic: Topic) -> Any:
        """What the tabs are going to show; read once for all of them."""
        raise NotImplementedError

    async def _show(self, seen: Any) -> None:
        """Put what was read on this tab's screen."""
        raise NotImplementedError

    def _put(self, **values: Any) -> None:
        """Set those values that differ: what is set is sent, changed or not."""
        for name, value in values.items():
            if getattr(self, name) != value:
                setattr(self, name, value)


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
        return lambda: self.shows(tab, topic)

    def watched(self, state_class: type[rx.State]) -> set[Topic]:
        """The topics that open tabs show by way of `state_class`."""
        # Asked again and again, so that tabs that closed are forgotten on the way.
        return {
            topic
            for topic in list(self._tabs)
            if any(tab.state_class is state_class for tab in self.showing(topic))
        }

    async def run(self, app: rx.App, pubsub: PubSub) -> None:
        """Push announced changes until cancelled."""
        self._app = app
        async with pubsub.listen() as topics, asyncio.TaskGroup() as tasks:
            pushes = Pushes(app, self, tasks)
            while True:
                topic = await topics.get()
                for each in list(self._tabs) if topic == EVERYTHING else [topic]:
                    pushes.begin(each)

    def showing(self, topic: Topic) -> list[Shows]:
        """The open tabs that show a topic."""
        if topic not in self._tabs:
            return []
        # A tab that closed and comes back loads its page, and registers, again.
        self._tabs[topic] = {tab for tab in self._tabs[topic] if self._open(tab)}
        if not self._tabs[topic]:
            del self._tabs[topic]
        return list(self._tabs.get(topic, ()))

    def shows(self, tab: Shows, topic: Topic) -> bool:
        """Whether this tab is open and still shows it."""
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
