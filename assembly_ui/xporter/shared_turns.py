"""Turns that hold across all processes, kept in Valkey.

A school's turn is a key that runs out unless its holder renews it, so a killed
process blocks a school for `LEASE` at most. Those who wait stand in a line, or a
long reading that gives the turn back between pages would take it again before
anybody else noticed. All times are those of the Valkey server.

When Valkey is away, the limits of this process alone are kept and work goes on: that
may let as many calls through as there are processes, which the service survives and
a school that waits for its status does not. After `AWAY` seconds it is tried again.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from assembly_ui.xporter.turns import LocalTurns, Rate

LEASE = 15.0
"""Seconds a turn outlives its holder."""

PATIENCE = 2.0
"""Seconds after which somebody in the line who no longer asks has left it."""

FIRST_LOOK, LONGEST_LOOK = 0.01, 0.25
"""Seconds between two looks of whoever waits; each is longer than the one before."""

ANSWER_WITHIN = 1.0
"""Seconds Valkey may take to answer."""

AWAY = 5.0
"""Seconds for which Valkey is not asked after it did not answer."""

_NOW = "local t = redis.call('TIME') local now = t[1] * 1000 + math.floor(t[2] / 1000)\n"

# KEYS: turn, line, seen. ARGV: me, lease in ms, patience in ms. 1: it is my turn.
TAKE = (
    _NOW
    + """
for _, gone in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', now - ARGV[3])) do
  redis.call('ZREM', KEYS[2], gone)
  redis.call('ZREM', KEYS[3], gone)
end
local first = redis.call('ZRANGE', KEYS[2], 0, 0)[1]
if redis.call('EXISTS', KEYS[1]) == 0 and (not first or first == ARGV[1]) then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  redis.call('ZREM', KEYS[2], ARGV[1])
  redis.call('ZREM', KEYS[3], ARGV[1])
  return 1
end
redis.call('ZADD', KEYS[2], 'NX', now, ARGV[1])
redis.call('ZADD', KEYS[3], now, ARGV[1])
redis.call('PEXPIRE', KEYS[2], 10 * ARGV[3])
redis.call('PEXPIRE', KEYS[3], 10 * ARGV[3])
return 0
"""
)

# A turn that Valkey lost is taken again; one that somebody else has is left to them.
KEEP = """
local holder = redis.call('GET', KEYS[1])
if not holder or holder == ARGV[1] then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
end
"""

LEAVE = """
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[1])
"""

# KEYS: when calls were granted, newest first, in µs. ARGV: calls, stretch in µs. µs to wait.
GRANT = """
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local newest = tonumber(redis.call('LINDEX', KEYS[1], 0))
-- Nobody waits for minutes: the server's clock was set back.
if newest and newest > now + 60000000 then redis.call('DEL', KEYS[1]) end
local oldest = tonumber(redis.call('LINDEX', KEYS[1], ARGV[1] - 1))
local at = math.max(now, oldest and oldest + ARGV[2] or 0)
redis.call('LPUSH', KEYS[1], string.format('%.0f', at))
redis.call('LTRIM', KEYS[1], 0, ARGV[1] - 1)
redis.call('PEXPIRE', KEYS[1], 60000 + math.ceil(2 * ARGV[2] / 1000))
return at - now
"""

log = structlog.get_logger(__name__)


class SharedTurns:
    """Turns across processes. `valkey` is a pooled client.

    `name` keeps deployments that share a Valkey apart. `clock` gives seconds that only
    grow, `make_name` random names, `sleep` waits for the service's turn.
    """

    def __init__(
        self,
        valkey: Redis,
        calls_per_second: float,
        *,
        name: str = "assembly",
        clock: Callable[[], float] = time.monotonic,
        make_name: Callable[[], str] = secrets.token_hex,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        lease: float = LEASE,
    ) -> None:
        self._name = name
        self._rate = Rate.per_second(calls_per_second)
        self._local = LocalTurns(calls_per_second)
        self._clock = clock
        self._make_name = make_name
        self._sleep = sleep
        self._lease = lease
        self._asked_again_at = 0.0
        self._take, self._keep, self._leave, self._grant = map(
            valkey.register_script, (TAKE, KEEP, LEAVE, GRANT)
        )

    @asynccontextmanager
    async def of_school(self, estab: str) -> AsyncIterator[None]:
        """See `Turns`. In this process only the first of those who wait asks Valkey."""
        me, keys = self._make_name(), self._keys(estab)
        async with self._local.of_school(estab):
            try:
                await self._wait_for(keys, me)
                async with self._kept(keys, me):
                    yield
            finally:
                await self._ask(self._leave, keys, [me])

    async def of_service(self) -> None:
        """See `Turns`."""
        microseconds = int(self._rate.seconds * 1_000_000)
        wait = await self._ask(
            self._grant, [f"{self._name}:xporter:calls"], [self._rate.calls, microseconds]
        )
        if wait is None:
            await self._local.of_service()
        elif wait > 0:
            await self._sleep(wait / 1_000_000)

    def _keys(self, estab: str) -> list[str]:
        # The braces keep them together on a cluster.
        stem = f"{self._name}:xporter:{{{estab}}}"
        return [f"{stem}:turn", f"{stem}:line", f"{stem}:seen"]

    async def _wait_for(self, keys: Sequence[str], me: str) -> None:
        look = FIRST_LOOK
        while await self._ask(self._take, keys, [me, _ms(self._lease), _ms(PATIENCE)]) == 0:
            await asyncio.sleep(look)
            look = min(LONGEST_LOOK, look * 1.5)

    @asynccontextmanager
    async def _kept(self, keys: Sequence[str], me: str) -> AsyncIterator[None]:
        done = asyncio.Event()
        keeping = asyncio.create_task(self._keep_until(done, keys, me))
        try:
            yield
        finally:
            # Never cancelled half-way: it might take the turn after it was given back.
            done.set()
            await keeping

    async def _keep_until(self, done: asyncio.Event, keys: Sequence[str], me: str) -> None:
        while not done.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(self._lease / 3):
                    await done.wait()
                    return
            await self._ask(self._keep, keys, [me, _ms(self._lease)])

    async def _ask(
        self, script: Callable[..., Awaitable[Any]], keys: Sequence[str], args: Sequence[object]
    ) -> Any:
        """What the script says; None when Valkey is away."""
        if self._clock() < self._asked_again_at:
            return None
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                answer = await script(keys=keys, args=args)
        except (RedisError, OSError, TimeoutError) as error:
            self._asked_again_at = self._clock() + AWAY
            log.warning("turns.valkey_away", error=type(error).__name__)
            return None
        return answer


def _ms(seconds: float) -> int:
    return int(seconds * 1000)
