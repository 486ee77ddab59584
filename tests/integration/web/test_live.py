"""Who is shown what changes, and who never is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest
import reflex as rx

from assembly_ui.pubsub import PubSub, Topic
from assembly_ui.web.live import Live, LiveTabs

TOPIC = "school:1"


class NewsState(Live, rx.State):
    """Shows how often it was told."""

    told: int = 0

    @classmethod
    async def _read(cls, topic: Topic) -> int:
        return 1

    async def _show(self, seen: int) -> None:
        self.told += seen


class App:
    """As much of the app as pushing needs: which socket has which token, and the states."""

    def __init__(self, state: rx.State) -> None:
        self.event_namespace = SimpleNamespace(sid_to_token={})
        self._state = state
        self.on_turn: Callable[[], None] = lambda: None

    @asynccontextmanager
    async def modify_state(self, _: Any) -> AsyncIterator[rx.State]:
        self.on_turn()
        yield self._state


@pytest.fixture
def state() -> rx.State:
    root = rx.State(_reflex_internal_init=True)
    root._update_router_vars({"token": "a-tab", "sid": "first socket"}, {})
    return root


@pytest.fixture
def app(state: rx.State) -> App:
    return App(state)


async def _told(app: App, tabs: LiveTabs, state: rx.State) -> int:
    pubsub = PubSub()
    news = await state.get_state(NewsState)
    before = news.told
    pushing = asyncio.create_task(tabs.run(app, pubsub))  # type: ignore[arg-type]
    try:
        await _work_goes_on()
        await pubsub.announce([TOPIC])
        await _work_goes_on()
    finally:
        pushing.cancel()
    return news.told - before


async def _work_goes_on() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def _watching(state: rx.State) -> LiveTabs:
    tabs = LiveTabs()
    tabs.watch(await state.get_state(NewsState), TOPIC)
    return tabs


async def test_an_open_tab_is_shown_what_changes(app: App, state: rx.State) -> None:
    app.event_namespace.sid_to_token = {"first socket": "a-tab"}
    assert await _told(app, await _watching(state), state) == 1


async def test_whoever_connects_with_the_token_of_a_closed_tab_is_shown_nothing(
    app: App, state: rx.State
) -> None:
    tabs = await _watching(state)
    app.event_namespace.sid_to_token = {"a thief's socket": "a-tab"}
    assert await _told(app, tabs, state) == 0
    app.event_namespace.sid_to_token = {"first socket": "a-tab"}
    assert await _told(app, tabs, state) == 0, "the tab was not forgotten"


async def test_a_tab_that_stops_watching_while_its_turn_is_awaited_is_shown_nothing(
    app: App, state: rx.State
) -> None:
    tabs, news = await _watching(state), await state.get_state(NewsState)
    app.event_namespace.sid_to_token = {"first socket": "a-tab"}
    app.on_turn = lambda: tabs.unwatch(news)
    assert await _told(app, tabs, state) == 0


async def test_a_tab_that_comes_back_and_loads_its_page_is_shown_what_changes(
    app: App, state: rx.State
) -> None:
    tabs = await _watching(state)
    state._update_router_vars({"token": "a-tab", "sid": "second socket"}, {})
    news = await state.get_state(NewsState)
    tabs.unwatch(news)
    tabs.watch(news, TOPIC)
    app.event_namespace.sid_to_token = {"second socket": "a-tab"}
    assert await _told(app, tabs, state) == 1
