"""Pushes changes to the open tabs they concern.

A State registers its tab for topics when its page loads. When a topic is
announced, what changed is read once, and every registered tab shows it. No tab
ever polls.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from typing import Any

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


class LiveTabs:
    """Which tabs show what. One for the process."""

    def __init__(self) -> None:
        self._tabs: dict[Topic, set[tuple[str, type[rx.State]]]] = defaultdict(set)
        self._app: rx.App | None = None

    def watch(self, state: rx.State, topic: Topic) -> None:
        """Register the tab of `state`. Loading the page again changes nothing."""
        self._tabs[topic].add((state.router.session.client_token, type(state)))

    def unwatch(self, state: rx.State) -> None:
        """Forget every topic this State's tab was registered for."""
        key = (state.router.session.client_token, type(state))
        for tabs in self._tabs.values():
            tabs.discard(key)

    def forget(self, state: rx.State) -> None:
        """Forget everything the tab of `state` shows, whichever States show it."""
        token = state.router.session.client_token
        for topic, tabs in self._tabs.items():
            self._tabs[topic] = {key for key in tabs if key[0] != token}

    def watching(self, state: rx.State, topic: Topic) -> Callable[[], bool]:
        """A question to ask later: does this tab still show this topic?"""
        key = (state.router.session.client_token, type(state))
        return lambda: key in self._tabs.get(topic, ()) and self._open(key[0])

    def watched(self, state_class: type[rx.State]) -> set[Topic]:
        """The topics that open tabs show by way of `state_class`."""
        return {
            topic
            for topic, tabs in self._tabs.items()
            if any(cls is state_class and self._open(token) for token, cls in tabs)
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
        by_class: dict[type[Any], list[str]] = defaultdict(list)
        for token, state_class in list(self._tabs.get(topic, ())):
            by_class[state_class].append(token)
        for state_class, tokens in by_class.items():
            seen = await state_class._read(topic)
            shown = (self._show(app, topic, token, state_class, seen) for token in tokens)
            await asyncio.gather(*shown)
        if topic in self._tabs and not self._tabs[topic]:
            del self._tabs[topic]

    async def _show(
        self, app: rx.App, topic: Topic, token: str, state_class: type[Any], seen: Any
    ) -> None:
        if not self._open(token):
            # Closed. A tab that comes back loads its page, and registers, again.
            self._tabs[topic].discard((token, state_class))
            return
        ident = rx.BaseStateToken(ident=token, cls=state_class)
        async with app.modify_state(ident) as state:
            substate = await state.get_state(state_class)
            await substate._show(seen)

    def _open(self, token: str) -> bool:
        namespace = self._app.event_namespace if self._app else None
        return namespace is not None and token in namespace.token_to_sid


tabs = LiveTabs()
