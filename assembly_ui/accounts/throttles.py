"""How often anyone may do what. One table, counted per caller and per address.

Counted in memory, or in Valkey (or Redis) for all processes together.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Network, ip_address

import structlog
from limits import RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from limits.errors import StorageError
from redis.asyncio import Redis

from assembly_ui.accounts.emails import parse_email
from assembly_ui.accounts.errors import FieldProblem, Throttled

log = structlog.get_logger()

MINUTE = 60
HOUR = 60 * MINUTE
IPV6_PREFIX = 64
"""What one customer of a network is given at least."""


class Deed(StrEnum):
    """What is counted."""

    CHECK = "check"
    SIGN_UP = "sign_up"
    LOG_IN = "log_in"
    RESET = "reset"
    RESEND = "resend"
    CONFIRM = "confirm"
    SEARCH = "search"
    API = "api"
    CALLBACK = "callback"
    APP = "app"
    AUTHORIZE = "authorize"
    TOKEN = "token"


class Per(StrEnum):
    """By whom it is counted: the network address, the email address typed, the app's token,
    the app."""

    CALLER = "caller"
    ADDRESS = "address"
    TOKEN = "token"
    CLIENT = "client"


@dataclass(frozen=True)
class Limit:
    """So many within so many seconds.

    While Valkey is away: `fails_open` lets everybody through uncounted; otherwise
    each process counts for itself, so that guessing stays slow and nobody is shut out.
    """

    deed: Deed
    per: Per
    amount: int
    seconds: int
    fails_open: bool


# A whole school sits behind one network address, so those limits are wide.
# Guessing (log-in, links) is always counted; the rest stays open when Valkey is away.
LIMITS = (
    Limit(Deed.CHECK, Per.CALLER, 1200, 10 * MINUTE, fails_open=True),
    Limit(Deed.SIGN_UP, Per.CALLER, 60, HOUR, fails_open=True),
    Limit(Deed.SIGN_UP, Per.ADDRESS, 5, HOUR, fails_open=True),
    Limit(Deed.LOG_IN, Per.CALLER, 100, 15 * MINUTE, fails_open=False),
    Limit(Deed.LOG_IN, Per.ADDRESS, 10, 15 * MINUTE, fails_open=False),
    Limit(Deed.RESET, Per.CALLER, 30, HOUR, fails_open=True),
    Limit(Deed.RESET, Per.ADDRESS, 5, HOUR, fails_open=True),
    Limit(Deed.RESEND, Per.CALLER, 60, HOUR, fails_open=True),
    Limit(Deed.RESEND, Per.ADDRESS, 10, HOUR, fails_open=True),
    Limit(Deed.CONFIRM, Per.CALLER, 60, 15 * MINUTE, fails_open=False),
    Limit(Deed.SEARCH, Per.CALLER, 300, MINUTE, fails_open=True),
    Limit(Deed.API, Per.CALLER, 600, MINUTE, fails_open=True),
    # One service on one address tells of every school there is.
    Limit(Deed.CALLBACK, Per.CALLER, 1200, MINUTE, fails_open=True),
    # As apps know it (facts of the platform, 2.5). A caller is counted for wrong tokens only,
    # since one app asks for many schools from one address.
    Limit(Deed.APP, Per.TOKEN, 600, 5 * MINUTE, fails_open=True),
    Limit(Deed.APP, Per.CALLER, 600, 5 * MINUTE, fails_open=True),
    Limit(Deed.AUTHORIZE, Per.CALLER, 120, MINUTE, fails_open=True),
    # One app asks for the tokens of all its schools at night. Secrets are too long to guess.
    Limit(Deed.TOKEN, Per.CALLER, 600, MINUTE, fails_open=True),
    Limit(Deed.TOKEN, Per.CLIENT, 1200, MINUTE, fails_open=True),
)


class Throttles:
    """Counts deeds. `scale` multiplies every limit of the table."""

    def __init__(self, valkey: Redis | None = None, *, scale: float = 1) -> None:
        self._alone = MovingWindowRateLimiter(MemoryStorage())
        self._limiter = MovingWindowRateLimiter(_shared(valkey)) if valkey else self._alone
        self._scale = scale

    async def hit(
        self,
        deed: Deed,
        *,
        caller: str = "",
        address: str = "",
        token: str = "",
        client: str = "",
    ) -> None:
        """Count one deed. `token` is what an app's token is known by, never the token;
        `client` is the app's client id.

        Raises:
            Throttled: one of its limits is reached; says which and when to come back.
        """
        for limit, who in self._concerned(deed, caller, address, token, client):
            await self._hit(limit, who)

    async def forgive(self, deed: Deed, *, address: str) -> None:
        """Forget the deeds counted for an address, as after the right password."""
        for limit, who in self._concerned(deed, "", address, "", ""):
            with suppress(StorageError):
                await self._limiter.clear(self._item(limit), limit.deed, limit.per, who)

    def _concerned(
        self, deed: Deed, caller: str, address: str, token: str, client: str
    ) -> list[tuple[Limit, str]]:
        who = {
            Per.CALLER: _network(caller),
            Per.ADDRESS: _spelling(address),
            Per.TOKEN: token,
            Per.CLIENT: client,
        }
        return [
            (limit, who[limit.per]) for limit in LIMITS if limit.deed is deed and who[limit.per]
        ]

    async def _hit(self, limit: Limit, who: str) -> None:
        try:
            await self._count(self._limiter, limit, who)
        except StorageError as error:
            log.warning("throttles.alone", limit=limit.deed, per=limit.per, error=str(error))
            if not limit.fails_open:
                await self._count(self._alone, limit, who)

    async def _count(self, limiter: MovingWindowRateLimiter, limit: Limit, who: str) -> None:
        item, key = self._item(limit), (limit.deed, limit.per, who)
        if not await limiter.hit(item, *key):
            stats = await limiter.get_window_stats(item, *key)
            # The counter store keeps its own time, the machine's.
            raise Throttled(datetime.fromtimestamp(stats.reset_time, UTC), item.amount)

    def _item(self, limit: Limit) -> RateLimitItemPerSecond:
        return RateLimitItemPerSecond(max(1, round(limit.amount * self._scale)), limit.seconds)


def _shared(valkey: Redis) -> RedisStorage:
    return RedisStorage(
        "async+redis://",
        wrap_exceptions=True,
        implementation="redispy",
        connection_pool=valkey.connection_pool,  # type: ignore[arg-type]
    )


def _network(caller: str) -> str:
    """The address of a caller; the network for IPv6, of which everyone has 2**64 addresses."""
    try:
        address = ip_address(caller)
    except ValueError:
        return caller
    if isinstance(address, IPv4Address):
        return str(address)
    return str(address.ipv4_mapped or IPv6Network((address, IPV6_PREFIX), strict=False))


def _spelling(address: str) -> str:
    """An address as the accounts know it: invisible characters make no other one of it."""
    try:
        return parse_email(address)
    except FieldProblem:
        return address.strip().lower()
