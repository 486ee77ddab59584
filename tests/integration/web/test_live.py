"""Who is shown what changes, and who never is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import ClassVar

import pytest
import reflex as rx
from structlog.testing import capture_logs

from assembly_ui.audit.events import Outcome
from assembly_ui.pubsub.topics import EVERYTHING, PubSub, Topic
from assembly_ui.schools.caller import Caller
from assembly_ui.schools.models import Role
from assembly_ui.web import live
from assembly_ui.web.live import Live, LiveTabs

TOPIC = "school:1"
ANN = Caller(7, 2, "Ann Smith", "ann@kings.sch.uk", 1, "King's School", Role.ADMIN)


class NewsState(Live, rx.State):
    """Shows how often it was told."""

    told: int = 0
    may_act: bool = True
    read: ClassVar[list[Topic]] = []
    on_reading: ClassVar[Callable[[], Awaitable[None]] | None] = None

    @classmethod
    async def _read(cls, topic: Topic) -> int:
        cls.read.append(topic)
        if cls.on_reading:
            await cls.on_reading()
        return 1

    async def _show(self, seen: int) -> None:
        self.told += seen


class MoreNewsState(Live, rx.State):
    """Shown by the same tab."""

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
        self.states = {"a-tab": state}
        self.on_turn: Callable[[], None] = lambda: None
        self.people: dict[int, Caller] = {ANN.session_id: ANN}
        self.busy: dict[str, asyncio.Event] = {}
        self.turns = 0

    async def find(self, session_ids: Collection[int]) -> Mapping[int, Caller]:
        return {number: self.people[number] for number in session_ids if number in self.people}

    @asynccontextmanager
    async def modify_state(self, ident: rx.BaseStateToken) -> AsyncIterator[rx.State]:
        if ident.ident in self.busy:
            await self.busy[ident.ident].wait()
        self.turns += 1
        self.on_turn()
        yield self.states[ident.ident]


@pytest.fixture
def state() -> Iterator[rx.State]:
    yield _a_tab("a-tab", "first socket")
    NewsState.read.clear()
    NewsState.on_reading = None


def _a_tab(token: str, socket: str) -> rx.State:
    root = rx.State(_reflex_internal_init=True)
    root._update_router_vars({"token": token, "sid": socket}, {})
    return root


@pytest.fixture
def app(state: rx.State) -> App:
    return App(state)


async def _told(app: App, tabs: LiveTabs, state: rx.State, topic: Topic = TOPIC) -> int:
    news = await state.get_state(NewsState)
    before = news.told
    async with _pushing(app, tabs) as pubsub:
        await pubsub.announce([topic])
        await _work_goes_on()
    return news.told - before


@asynccontextmanager
async def _pushing(app: App, tabs: LiveTabs) -> AsyncIterator[PubSub]:
    pubsub = PubSub()
    pushing = asyncio.create_task(tabs.run(app, pubsub, app.find))  # type: ignore[arg-type]
    await _work_goes_on()
    try:
        yield pubsub
    finally:
        pushing.cancel()


async def _work_goes_on() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def _watching(state: rx.State) -> LiveTabs:
    tabs = LiveTabs()
    tabs.watch(await state.get_state(NewsState), ANN, TOPIC)
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


async def test_a_socket_that_got_another_token_is_shown_nothing(app: App, state: rx.State) -> None:
    """As a tab that was duplicated, and with it its token."""
    tabs = await _watching(state)
    app.event_namespace.sid_to_token = {"first socket": "another-tab"}
    assert await _told(app, tabs, state) == 0


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
    tabs.watch(news, ANN, TOPIC)
    app.event_namespace.sid_to_token = {"second socket": "a-tab"}
    assert await _told(app, tabs, state) == 1


async def test_when_announcements_may_have_been_missed_every_topic_is_shown_again(
    app: App, state: rx.State
) -> None:
    tabs = await _watching(state)
    tabs.watch(await state.get_state(NewsState), ANN, "user:2")
    app.event_namespace.sid_to_token = {"first socket": "a-tab"}
    assert await _told(app, tabs, state, EVERYTHING) == 2
    assert sorted(NewsState.read) == [TOPIC, "user:2"]


async def test_a_tab_that_is_busy_keeps_no_other_waiting(app: App, state: rx.State) -> None:
    tabs, other = await _watching(state), _a_tab("another-tab", "its socket")
    tabs.watch(await other.get_state(NewsState), ANN, TOPIC)
    app.states["another-tab"] = other
    app.event_namespace.sid_to_token = {"first socket": "a-tab", "its socket": "another-tab"}
    app.busy["another-tab"] = asyncio.Event()
    assert await _told(app, tabs, state) == 1
    assert await _told(app, tabs, state) == 1


async def test_a_topic_announced_again_while_it_is_read_is_read_once_more(
    app: App, state: rx.State
) -> None:
    may_go_on = asyncio.Event()
    NewsState.on_reading = may_go_on.wait
    app.event_namespace.sid_to_token = {"first socket": "a-tab"}
    async with _pushing(app, await _watching(state)) as pubsub:
        for _ in range(5):
            await pubsub.announce([TOPIC])
            await _work_goes_on()
        may_go_on.set()
        await _work_goes_on()
    assert NewsState.read == [TOPIC, TOPIC]
    assert (await state.get_state(NewsState)).told == 2


async def test_all_that_a_tab_shows_of_a_topic_is_sent_as_one_message(
    app: App, state: rx.State
) -> None:
    tabs, more = await _watching(state), await state.get_state(MoreNewsState)
    tabs.watch(more, ANN, TOPIC)
    app.event_namespace.sid_to_token = {"first socket": "a-tab"}
    assert await _told(app, tabs, state) == 1
    assert more.told == 1
    assert app.turns == 1


async def test_what_cannot_be_read_silences_nothing_else(app: App, state: rx.State) -> None:
    async def fails() -> None:
        NewsState.on_reading = None
        raise RuntimeError("The database is away.")

    NewsState.on_reading = fails
    tabs = await _watching(state)
    app.event_namespace.sid_to_token = {"first socket": "a-tab"}
    assert await _told(app, tabs, state) == 0
    assert await _told(app, tabs, state) == 1


async def test_a_part_that_cannot_be_shown_keeps_no_other_of_its_tab_from_changing(
    app: App, state: rx.State, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(_self: rx.State, _seen: int) -> None:
        raise RuntimeError("What was read has another shape.")

    both = await state.get_state(NewsState), await state.get_state(MoreNewsState)
    app.event_namespace.sid_to_token = {"first socket": "a-tab"}
    for failing, other in (both, both[::-1]):
        tabs = LiveTabs()
        for each in both:
            tabs.watch(each, ANN, TOPIC)
        before = other.told
        with monkeypatch.context() as patch:
            patch.setattr(type(failing), "_show", fails)
            await _told(app, tabs, state)
        assert other.told == before + 1


async def test_tabs_that_closed_are_forgotten_though_nothing_is_announced(
    app: App, state: rx.State
) -> None:
    tabs = await _watching(state)
    async with _pushing(app, tabs):
        assert tabs.watched(NewsState) == set()
    assert not tabs._tabs


ENDED: dict[str, Caller | None] = {
    "logged out, or run out": None,
    "removed": replace(ANN, school_id=None, role=None),
    "looks at another school": replace(ANN, school_id=3),
    "another person": replace(ANN, user_id=8),
}


@pytest.mark.parametrize("now", ENDED.values(), ids=ENDED)
async def test_whose_right_has_ended_is_shown_nothing_and_the_page_is_emptied(
    app: App, state: rx.State, now: Caller | None
) -> None:
    tabs, news = await _watching(state), await state.get_state(NewsState)
    more = await state.get_state(MoreNewsState)
    tabs.watch(more, ANN, "user:2")
    app.event_namespace.sid_to_token = {"first socket": "a-tab"}
    assert await _told(app, tabs, state) == 1
    more.told = 5
    app.people = {ANN.session_id: now} if now else {}
    await _told(app, tabs, state)
    assert (news.told, more.told) == (0, 0)
    assert not tabs.watched(NewsState)
    assert not tabs.watched(MoreNewsState)


async def test_that_a_push_was_held_back_is_told_and_what_is_public_stays(
    app: App, state: rx.State
) -> None:
    tabs, news = await _watching(state), await state.get_state(NewsState)
    tabs.watch_public(await state.get_state(MoreNewsState), "mailbox")
    app.event_namespace.sid_to_token = {"first socket": "a-tab"}
    app.people, news.told = {}, 5
    with capture_logs() as logs:
        await _told(app, tabs, state)
    assert news.told == 0
    assert tabs.watched(MoreNewsState) == {"mailbox"}
    said = {"outcome": Outcome.REFUSED, "user": ANN.user_id, "school": ANN.school_id}
    assert {"event": "security.push", "log_level": "info", **said} in logs


@pytest.mark.parametrize(("now", "told"), [(None, 0), (ENDED["removed"], 1)])
async def test_a_persons_own_news_ends_with_the_session_only(
    app: App, state: rx.State, now: Caller | None, told: int
) -> None:
    tabs = LiveTabs()
    tabs.watch(await state.get_state(NewsState), ANN, "user:2")
    app.event_namespace.sid_to_token = {"first socket": "a-tab"}
    app.people = {ANN.session_id: now} if now else {}
    assert await _told(app, tabs, state, "user:2") == told


async def test_a_session_that_ends_without_a_word_empties_its_tabs(
    app: App, state: rx.State, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert live.CHECK_SECONDS <= 60
    monkeypatch.setattr(live, "CHECK_SECONDS", 0)
    tabs, news = await _watching(state), await state.get_state(NewsState)
    app.event_namespace.sid_to_token = {"first socket": "a-tab"}
    news.told = 5
    app.people = {}
    async with _pushing(app, tabs):
        await _work_goes_on()
    assert news.told == 0
    assert not tabs.watched(NewsState)


async def test_when_nobody_can_say_who_looks_nothing_is_shown(app: App, state: rx.State) -> None:
    async def fails(_session_ids: Collection[int]) -> Mapping[int, Caller]:
        raise RuntimeError("The database is away.")

    tabs, find = await _watching(state), app.find
    app.event_namespace.sid_to_token = {"first socket": "a-tab"}
    app.find = fails  # type: ignore[method-assign]
    assert await _told(app, tabs, state) == 0
    app.find = find  # type: ignore[method-assign]
    assert await _told(app, tabs, state) == 1


async def test_a_page_that_was_loaded_again_meanwhile_is_not_emptied(
    app: App, state: rx.State
) -> None:
    tabs, news = await _watching(state), await state.get_state(NewsState)
    app.event_namespace.sid_to_token = {"first socket": "a-tab"}
    app.people = {ANN.session_id: replace(ANN, school_id=3)}
    app.on_turn = lambda: tabs.watch(news, app.people[ANN.session_id], "school:3")
    news.told = 5
    await _told(app, tabs, state)
    assert news.told == 5


async def test_a_tab_that_another_person_opened_meanwhile_is_not_emptied(
    app: App, state: rx.State
) -> None:
    tabs, news = await _watching(state), await state.get_state(NewsState)
    app.event_namespace.sid_to_token = {"first socket": "a-tab"}
    app.people, news.told = {}, 5
    app.on_turn = app.event_namespace.sid_to_token.clear
    await _told(app, tabs, state)
    assert news.told == 5


async def test_what_ends_a_right_while_news_is_read_counts(app: App, state: rx.State) -> None:
    async def logs_out() -> None:
        app.people = {}

    tabs, news = await _watching(state), await state.get_state(NewsState)
    app.event_namespace.sid_to_token = {"first socket": "a-tab"}
    NewsState.on_reading = logs_out
    await _told(app, tabs, state)
    assert news.told == 0
    assert not tabs.watched(NewsState)


async def test_a_demoted_person_is_offered_no_more_than_their_role_allows(
    app: App, state: rx.State
) -> None:
    tabs, news = await _watching(state), await state.get_state(NewsState)
    app.event_namespace.sid_to_token = {"first socket": "a-tab"}
    app.people = {ANN.session_id: replace(ANN, role=Role.VIEWER)}
    assert await _told(app, tabs, state) == 1
    assert not news.may_act


@pytest.mark.parametrize("topic", ["school:3", "sync:3", "school:10", "user:1", "user:"])
async def test_nobody_watches_what_is_another_schools_or_persons(
    state: rx.State, topic: Topic
) -> None:
    with pytest.raises(ValueError, match="another"):
        LiveTabs().watch(await state.get_state(NewsState), ANN, topic)


@pytest.mark.parametrize("topic", ["school:1", "sync:1", "user:2"])
async def test_nothing_of_a_school_or_a_person_is_public(state: rx.State, topic: Topic) -> None:
    with pytest.raises(ValueError, match="not public"):
        LiveTabs().watch_public(await state.get_state(NewsState), topic)


async def test_what_is_public_is_shown_to_everybody(app: App, state: rx.State) -> None:
    tabs = LiveTabs()
    tabs.watch_public(await state.get_state(NewsState), "mailbox")
    app.event_namespace.sid_to_token = {"first socket": "a-tab"}
    app.people = {}
    assert await _told(app, tabs, state, "mailbox") == 1


class _Failing(PubSub):
    """Announcements whose hearing breaks off."""

    @asynccontextmanager
    async def listen(self) -> AsyncIterator[asyncio.Queue[Topic]]:
        class Broken(asyncio.Queue[Topic]):
            async def get(self) -> Topic:
                raise ZeroDivisionError

        yield Broken()


async def test_pushing_that_is_started_again_shows_what_was_missed(
    app: App, state: rx.State
) -> None:
    tabs = await _watching(state)
    app.event_namespace.sid_to_token = {"first socket": "a-tab"}
    with pytest.raises(ExceptionGroup):
        await tabs.run(app, _Failing(), app.find)  # type: ignore[arg-type]
    async with _pushing(app, tabs):
        await _work_goes_on()
    assert (await state.get_state(NewsState)).told == 1
