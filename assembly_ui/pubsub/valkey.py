"""Announcements between processes, through Valkey (or Redis).

What happens in this process is heard in it at once, whether Valkey is there or
not. The others hear it through one channel. A process that was cut off from the
channel may have missed something, so whenever it is (back) on it, every listener
is told `EVERYTHING`; the same goes out to the others when sending failed.
"""

from __future__ import annotations

import asyncio
import random
import secrets
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.asyncio.client import PubSub as Subscription
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as Lost
from redis.exceptions import RedisError

from assembly_ui.jobs.supervision import Supervisor
from assembly_ui.pubsub.topics import EVERYTHING, PubSub, Topic

log = structlog.get_logger()

CHANNEL = "assembly:announcements"
ANSWER_SECONDS = 2.0
QUIET_SECONDS = 10.0
"""After so long a silence Valkey is asked whether it is still there."""
LAST_WORDS_SECONDS = 2.0
"""How long a process that ends waits for its announcements to leave."""
FIRST_WAIT_SECONDS = 0.1
LONGEST_WAIT_SECONDS = 2.0


def open_valkey(url: str) -> Redis:
    """A client of the store the processes share, which fails soon rather than late."""
    return Redis.from_url(
        url,
        socket_connect_timeout=ANSWER_SECONDS,
        socket_timeout=ANSWER_SECONDS,
        # Once more, on a new connection: the old one may have died with the store.
        retry=Retry(NoBackoff(), 1),
    )


class ValkeyPubSub(PubSub):
    """Announcements for a product running as several processes. Never fails, never waits."""

    def __init__(
        self,
        valkey: Redis,
        supervisor: Supervisor | None = None,
        jitter: random.Random | None = None,
    ) -> None:
        super().__init__()
        self._valkey = valkey
        self._supervisor = supervisor or Supervisor()
        self._me = secrets.token_hex(8)
        self._to_send: dict[Topic, None] = {}
        self._has_some = asyncio.Event()
        self._all_sent = asyncio.Event()
        self._all_sent.set()
        self._jitter = jitter or random.Random()  # noqa: S311 (spreads retries, guards nothing)

    async def announce(self, topics: Iterable[Topic]) -> None:
        """Tell every listener here now, and those elsewhere soon, once per distinct topic."""
        distinct = dict.fromkeys(topics)
        await super().announce(distinct)
        if distinct:
            self._to_send |= distinct
            self._all_sent.clear()
            self._has_some.set()

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[None]:
        """Send and hear during the block; what was announced in it leaves before it ends."""
        async with (
            self._supervisor.keep(self._send, name="announcements-sent"),
            self._supervisor.keep(self._hear, name="announcements-heard"),
        ):
            yield
            with suppress(TimeoutError):
                async with asyncio.timeout(LAST_WORDS_SECONDS):
                    await self._all_sent.wait()

    async def _send(self) -> None:
        wait = _Wait(self._jitter)
        while True:
            await self._has_some.wait()
            topics, self._to_send = self._to_send, {}
            self._has_some.clear()
            try:
                await self._valkey.publish(CHANNEL, "\n".join([self._me, *topics]))
                wait.reset()
            except (RedisError, OSError) as error:
                self._to_send = {EVERYTHING: None}
                self._has_some.set()
                await wait("not sent", error)
            if not self._to_send:
                self._all_sent.set()

    async def _hear(self) -> None:
        wait = _Wait(self._jitter)
        while True:
            try:
                async with self._valkey.pubsub() as subscription:
                    await subscription.subscribe(CHANNEL)
                    while True:
                        await self._pass_on(await _next_message(subscription))
                        wait.reset()
            except (RedisError, OSError) as error:
                await wait("not heard", error)

    async def _pass_on(self, message: dict[str, Any]) -> None:
        if message["type"] == "subscribe":
            await super().announce([EVERYTHING])
        elif message["type"] == "message":
            # Whatever else somebody publishes there must not end the hearing.
            sender, *topics = message["data"].decode(errors="replace").split("\n")
            if sender != self._me:
                await super().announce(topics)


class _Wait:
    """Ever longer waits, until it is reset. The first of them is logged."""

    def __init__(self, jitter: random.Random) -> None:
        self._jitter = jitter
        self._seconds = FIRST_WAIT_SECONDS

    def reset(self) -> None:
        self._seconds = FIRST_WAIT_SECONDS

    async def __call__(self, why: str, error: Exception) -> None:
        if self._seconds == FIRST_WAIT_SECONDS:
            log.warning("valkey.away", announcements=why, reason=type(error).__name__)
        await asyncio.sleep(self._seconds * (0.5 + self._jitter.random()))
        self._seconds = min(self._seconds * 2, LONGEST_WAIT_SECONDS)


async def _next_message(subscription: Subscription) -> dict[str, Any]:
    """The next message of any type.

    Raises:
        redis.exceptions.ConnectionError: Valkey has gone, or does not answer.
    """
    if message := await subscription.get_message(timeout=QUIET_SECONDS):
        return message
    await subscription.ping()
    if message := await subscription.get_message(timeout=ANSWER_SECONDS):
        return message
    raise Lost("no answer")
