"""Announcements between processes, on a real Valkey that comes and goes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from assembly_ui.pubsub.topics import EVERYTHING, Topic
from assembly_ui.pubsub.valkey import CHANNEL, ValkeyPubSub, open_valkey
from tools.scaled.valkey import Valkey

SECONDS = 20


@asynccontextmanager
async def _a_process(server: Valkey) -> AsyncIterator[tuple[ValkeyPubSub, asyncio.Queue[Topic]]]:
    """A process, and what is heard in it from its start on."""
    async with open_valkey(server.url) as valkey:
        pubsub = ValkeyPubSub(valkey)
        async with pubsub.listen() as heard, pubsub.connected():
            yield pubsub, heard


@pytest.fixture
async def here_and_there(
    valkey_server: Valkey,
) -> AsyncIterator[tuple[ValkeyPubSub, ValkeyPubSub]]:
    """Two processes that hear each other."""
    async with AsyncExitStack() as stack:
        pubsubs = []
        for _ in range(2):
            pubsub, heard = await stack.enter_async_context(_a_process(valkey_server))
            assert await _next(heard) == EVERYTHING
            pubsubs.append(pubsub)
        yield pubsubs[0], pubsubs[1]


async def _next(topics: asyncio.Queue[Topic]) -> Topic:
    async with asyncio.timeout(SECONDS):
        return await topics.get()


async def test_each_process_hears_every_topic_once(
    here_and_there: tuple[ValkeyPubSub, ValkeyPubSub],
) -> None:
    here, there = here_and_there
    async with here.listen() as heard_here, there.listen() as heard_there:
        await here.announce(["school:1", "school:2", "school:1"])
        assert [await _next(heard_there) for _ in range(2)] == ["school:1", "school:2"]
        await there.announce(["school:3"])
        assert [await _next(heard_here) for _ in range(3)] == ["school:1", "school:2", "school:3"]
        assert heard_here.empty()
        assert await _next(heard_there) == "school:3"
        assert heard_there.empty()


async def test_without_valkey_the_own_process_hears_at_once_and_nothing_fails(
    here_and_there: tuple[ValkeyPubSub, ValkeyPubSub], valkey_server: Valkey
) -> None:
    here, _ = here_and_there
    valkey_server.stop()
    async with here.listen() as heard:
        await here.announce(["school:1"])
        assert heard.get_nowait() == "school:1"


async def test_whoever_was_cut_off_looks_at_everything_again(
    here_and_there: tuple[ValkeyPubSub, ValkeyPubSub], valkey_server: Valkey
) -> None:
    here, there = here_and_there
    async with here.listen() as heard_here, there.listen() as heard_there:
        await asyncio.to_thread(valkey_server.stop)
        await here.announce(["school:1"])
        await asyncio.to_thread(valkey_server.start)
        assert await _next(heard_here) == "school:1"
        assert await _next(heard_here) == EVERYTHING
        assert await _next(heard_there) == EVERYTHING
        await here.announce(["school:2"])
        while (topic := await _next(heard_there)) != "school:2":
            assert topic == EVERYTHING


async def test_what_strangers_publish_ends_no_hearing(
    here_and_there: tuple[ValkeyPubSub, ValkeyPubSub], valkey_server: Valkey
) -> None:
    here, there = here_and_there
    async with there.listen() as heard, open_valkey(valkey_server.url) as stranger:
        await stranger.publish(CHANNEL, b"\xff\xfe\n\xff")
        await here.announce(["school:1"])
        while await _next(heard) != "school:1":
            pass


async def test_a_process_may_start_before_valkey_does(valkey_server: Valkey) -> None:
    valkey_server.stop()
    async with _a_process(valkey_server) as (_, heard):
        await asyncio.to_thread(valkey_server.start)
        assert await _next(heard) == EVERYTHING


async def test_what_is_announced_last_leaves_before_the_process_ends(
    here_and_there: tuple[ValkeyPubSub, ValkeyPubSub], valkey_server: Valkey
) -> None:
    _, there = here_and_there
    async with there.listen() as heard:
        async with _a_process(valkey_server) as (brief, _):
            await brief.announce(["school:1"])
        assert await _next(heard) == "school:1"
