"""How often anyone may do what. One table, counted per caller and per address.

Counted in memory, or in Valkey (or Redis) for all processes together.
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from math import ceil

import structlog
from limits import RateLimitItemPerSecond
from limits.aio.storage import RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from limits.errors import StorageError
from redis.asyncio import Redis

from assembly_ui.accounts.emails import parse_email
from assembly_ui.accounts.errors import FieldProblem, Throttled
from assembly_ui.accounts.moving_windows import MovingWindows
from assembly_ui.audit.events import Outcome, SecurityEvent
from assembly_ui.audit.origin import network_of, set_client, set_subject
from assembly_ui.audit.security_log import report

log = structlog.get_logger()

MINUTE = 60
HOUR = 60 * MINUTE


class Deed(StrEnum):
    """What is counted."""

    CHECK = "check"
    MEASURE = "measure"
    CHANGE = "change"
    SIGN_UP = "sign_up"
    LOG_IN = "log_in"
    REAUTHENTICATE = "reauthenticate"
    RESET = "reset"
    RESEND = "resend"
    CONFIRM = "confirm"
    SEARCH = "search"
    API = "api"
    CALLBACK = "callback"
    APP = "app"
    AUTHORIZE = "authorize"
    TOKEN = "token"
    SET_UP = "set_up"
    JOIN_LOOK = "join_look"
    JOIN = "join"
    INVITE = "invite"
    GRANT = "grant"
    PROVE = "prove"
    DISPUTE = "dispute"
    REPORT = "report"


class Per(StrEnum):
    """By whom it is counted: the network address, the email address typed, both together, the
    account that is logged in, a browser that it has logged in with before, the mailbox that a
    message goes to, what an app was authorised to, the app."""

    CALLER = "caller"
    ADDRESS = "address"
    PAIR = "pair"
    ACCOUNT = "account"
    DEVICE = "device"
    MAILBOX = "mailbox"
    AUTHORISATION = "authorisation"
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
    Limit(Deed.MEASURE, Per.CALLER, 300, MINUTE, fails_open=True),
    # Whatever a person who is logged in may do beyond reading.
    Limit(Deed.CHANGE, Per.ACCOUNT, 600, MINUTE, fails_open=True),
    Limit(Deed.CHANGE, Per.CALLER, 6000, MINUTE, fails_open=True),
    Limit(Deed.SIGN_UP, Per.CALLER, 60, HOUR, fails_open=True),
    Limit(Deed.SIGN_UP, Per.PAIR, 5, HOUR, fails_open=True),
    Limit(Deed.SIGN_UP, Per.MAILBOX, 10, HOUR, fails_open=True),
    # Nobody shuts out another. A pair of network address and email address waits the longer
    # the more is tried; all addresses together slow down only browsers that the account has
    # never logged in with. One that it has is counted for itself alone.
    Limit(Deed.LOG_IN, Per.DEVICE, 5, 30, fails_open=False),
    Limit(Deed.LOG_IN, Per.DEVICE, 10, 5 * MINUTE, fails_open=False),
    Limit(Deed.LOG_IN, Per.DEVICE, 30, HOUR, fails_open=False),
    Limit(Deed.LOG_IN, Per.CALLER, 100, 15 * MINUTE, fails_open=False),
    Limit(Deed.LOG_IN, Per.PAIR, 5, 30, fails_open=False),
    Limit(Deed.LOG_IN, Per.PAIR, 10, 5 * MINUTE, fails_open=False),
    Limit(Deed.LOG_IN, Per.PAIR, 20, HOUR, fails_open=False),
    Limit(Deed.LOG_IN, Per.ADDRESS, 30, 5 * MINUTE, fails_open=False),
    Limit(Deed.LOG_IN, Per.ADDRESS, 100, HOUR, fails_open=False),
    Limit(Deed.REAUTHENTICATE, Per.CALLER, 100, 15 * MINUTE, fails_open=False),
    Limit(Deed.REAUTHENTICATE, Per.ACCOUNT, 5, MINUTE, fails_open=False),
    Limit(Deed.REAUTHENTICATE, Per.ACCOUNT, 15, HOUR, fails_open=False),
    # A mailbox is sent no more than it can be sent; whoever asks is answered alike, and the
    # links it has been sent stay good.
    Limit(Deed.RESET, Per.CALLER, 30, HOUR, fails_open=True),
    Limit(Deed.RESET, Per.PAIR, 5, HOUR, fails_open=True),
    Limit(Deed.RESET, Per.MAILBOX, 10, HOUR, fails_open=True),
    Limit(Deed.RESEND, Per.CALLER, 60, HOUR, fails_open=True),
    Limit(Deed.RESEND, Per.PAIR, 10, HOUR, fails_open=True),
    Limit(Deed.RESEND, Per.MAILBOX, 10, HOUR, fails_open=True),
    Limit(Deed.CONFIRM, Per.CALLER, 60, 15 * MINUTE, fails_open=False),
    Limit(Deed.SEARCH, Per.CALLER, 300, MINUTE, fails_open=True),
    # One for each key typed, by somebody who types fast. Its threads serve everybody.
    Limit(Deed.SEARCH, Per.ACCOUNT, 120, MINUTE, fails_open=True),
    Limit(Deed.API, Per.CALLER, 600, MINUTE, fails_open=True),
    # One service on one address tells of every school there is.
    Limit(Deed.CALLBACK, Per.CALLER, 1200, MINUTE, fails_open=True),
    # As apps know it (facts of the platform, 2.5), but more tokens of one authorisation are no
    # more requests. A caller is counted for wrong tokens only, since one app asks for many
    # schools from one address.
    Limit(Deed.APP, Per.AUTHORISATION, 600, 5 * MINUTE, fails_open=True),
    Limit(Deed.APP, Per.CALLER, 600, 5 * MINUTE, fails_open=True),
    # Each leaves a row for an hour that nobody has to sign in for.
    Limit(Deed.AUTHORIZE, Per.CALLER, 120, 30 * MINUTE, fails_open=True),
    # One app asks for the tokens of all its schools at night. Secrets are too long to guess.
    Limit(Deed.TOKEN, Per.CALLER, 600, MINUTE, fails_open=True),
    Limit(Deed.TOKEN, Per.CLIENT, 1200, MINUTE, fails_open=True),
    # A trust sets up all its schools in one afternoon; nobody needs sixty in seven seconds.
    Limit(Deed.SET_UP, Per.CALLER, 40, HOUR, fails_open=True),
    Limit(Deed.SET_UP, Per.ACCOUNT, 20, HOUR, fails_open=True),
    # Which schools are taken is told one at a time, and slowly.
    Limit(Deed.JOIN_LOOK, Per.CALLER, 120, HOUR, fails_open=False),
    Limit(Deed.JOIN_LOOK, Per.ACCOUNT, 30, HOUR, fails_open=False),
    Limit(Deed.JOIN, Per.CALLER, 40, HOUR, fails_open=True),
    Limit(Deed.JOIN, Per.ACCOUNT, 10, HOUR, fails_open=True),
    Limit(Deed.INVITE, Per.CALLER, 120, HOUR, fails_open=True),
    Limit(Deed.INVITE, Per.ACCOUNT, 60, HOUR, fails_open=True),
    Limit(Deed.INVITE, Per.PAIR, 10, HOUR, fails_open=True),
    Limit(Deed.INVITE, Per.MAILBOX, 20, HOUR, fails_open=True),
    # Each has Xporter on Demand send an email.
    Limit(Deed.GRANT, Per.CALLER, 60, HOUR, fails_open=True),
    Limit(Deed.GRANT, Per.ACCOUNT, 20, HOUR, fails_open=True),
    Limit(Deed.PROVE, Per.CALLER, 20, HOUR, fails_open=False),
    Limit(Deed.PROVE, Per.ACCOUNT, 6, HOUR, fails_open=False),
    Limit(Deed.PROVE, Per.PAIR, 3, HOUR, fails_open=False),
    Limit(Deed.PROVE, Per.ADDRESS, 12, HOUR, fails_open=False),
    Limit(Deed.DISPUTE, Per.CALLER, 10, HOUR, fails_open=False),
    Limit(Deed.DISPUTE, Per.ACCOUNT, 3, HOUR, fails_open=False),
    # What browsers report by themselves.
    Limit(Deed.REPORT, Per.CALLER, 60, MINUTE, fails_open=True),
)

THROTTLED = {
    Deed.SIGN_UP: SecurityEvent.SIGN_UP,
    Deed.LOG_IN: SecurityEvent.LOG_IN,
    Deed.REAUTHENTICATE: SecurityEvent.REAUTHENTICATION,
    Deed.RESET: SecurityEvent.PASSWORD_RESET_EMAIL,
    Deed.RESEND: SecurityEvent.CONFIRMATION_EMAIL,
    Deed.CONFIRM: SecurityEvent.EMAIL_CONFIRMATION,
    Deed.CALLBACK: SecurityEvent.CALLBACK,
    Deed.APP: SecurityEvent.API_TOKEN,
    Deed.AUTHORIZE: SecurityEvent.AUTHORIZE_REQUEST,
    Deed.TOKEN: SecurityEvent.TOKEN_GRANT,
    Deed.SET_UP: SecurityEvent.SCHOOL_CLAIM,
    Deed.JOIN_LOOK: SecurityEvent.JOIN_REQUEST,
    Deed.JOIN: SecurityEvent.JOIN_REQUEST,
    Deed.INVITE: SecurityEvent.MEMBER_INVITATION,
    Deed.GRANT: SecurityEvent.GRANT_ACCESS,
    Deed.PROVE: SecurityEvent.SCHOOL_CLAIM,
    Deed.DISPUTE: SecurityEvent.SCHOOL_CONFLICT,
}
"""What a throttled deed is in the security log; the others are `rate_limit`."""


@dataclass(frozen=True)
class Allowance:
    """What is left: `remaining` of `limit`, and one more or all of it in `seconds`."""

    limit: int
    remaining: int
    seconds: int


class Throttles:
    """Counts deeds. `scale` multiplies every limit of the table."""

    def __init__(self, valkey: Redis | None = None, *, scale: float = 1) -> None:
        self._alone = MovingWindows()
        self._limiter = MovingWindowRateLimiter(_shared(valkey)) if valkey else self._alone
        self._scale = scale

    async def hit(
        self,
        deed: Deed,
        *,
        caller: str = "",
        address: str = "",
        account: int | None = None,
        device: str = "",
        mailbox: str = "",
        authorisation: str = "",
        client: str = "",
    ) -> None:
        """Count one deed. `authorisation` is what a school or an app itself allowed the app;
        `client` is the app's client id, `account` and `device` the ids of rows. Security events
        of the same request name the address (hashed) or the client.

        Raises:
            Throttled: one of its limits is reached; says which and when to come back.
        """
        if address:
            set_subject(address)
        if client:
            set_client(client)
        who = _keys(
            caller=caller,
            address=address,
            account=str(account or ""),
            device=device,
            mailbox=mailbox,
            authorisation=authorisation,
            client=client,
        )
        for limit in LIMITS:
            if limit.deed is deed and who[limit.per]:
                await self._hit(limit, who[limit.per])

    async def allowance(
        self, deed: Deed, *, caller: str = "", authorisation: str = ""
    ) -> Allowance | None:
        """What is left of the tightest limit, without counting; None when nothing is counted."""
        found, who = [], _keys(caller=caller, authorisation=authorisation)
        for limit in LIMITS:
            if limit.deed is not deed or not who[limit.per]:
                continue
            item = self._item(limit)
            key = limit.deed, limit.per, who[limit.per]
            with suppress(StorageError):
                stats = await self._limiter.get_window_stats(item, *key)
                seconds = max(1, ceil(stats.reset_time - time.time()))
                found.append(Allowance(item.amount, stats.remaining, seconds))
        return min(found, key=lambda one: one.remaining, default=None)

    async def allows(self, deed: Deed, *, mailbox: str) -> bool:
        """Count a message to a mailbox, and say whether it may be sent.

        Whoever asks is answered alike: the mailbox has had enough of these messages, with
        links that still work.
        """
        try:
            await self.hit(deed, mailbox=mailbox)
        except Throttled:
            return False
        return True

    async def forgive(
        self, deed: Deed, *pers: Per, caller: str = "", address: str = "", device: str = ""
    ) -> None:
        """Forget what was counted by these keys, as after the right password."""
        who = _keys(caller=caller, address=address, device=device)
        for limit in LIMITS:
            if limit.deed is deed and limit.per in pers and who[limit.per]:
                with suppress(StorageError):
                    await self._limiter.clear(
                        self._item(limit), limit.deed, limit.per, who[limit.per]
                    )

    async def _hit(self, limit: Limit, who: str) -> None:
        try:
            await self._count(self._limiter, limit, who)
        except StorageError as error:
            log.warning("throttles.alone", limit=limit.deed, per=limit.per, error=str(error))
            if not limit.fails_open:
                await self._count(self._alone, limit, who)

    async def _count(
        self, limiter: MovingWindowRateLimiter | MovingWindows, limit: Limit, who: str
    ) -> None:
        item, key = self._item(limit), (limit.deed, limit.per, who)
        if not await limiter.hit(item, *key):
            stats = await limiter.get_window_stats(item, *key)
            report(THROTTLED.get(limit.deed, SecurityEvent.RATE_LIMIT), Outcome.THROTTLED)
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


def _keys(
    *, caller: str = "", address: str = "", mailbox: str = "", **others: str
) -> dict[Per, str]:
    network, email = network_of(caller), _spelling(address)
    return {
        Per.CALLER: network,
        Per.ADDRESS: email,
        Per.PAIR: f"{network} {email}" if network and email else "",
        Per.MAILBOX: _spelling(mailbox),
        Per.ACCOUNT: others.get("account", ""),
        Per.DEVICE: others.get("device", ""),
        Per.AUTHORISATION: others.get("authorisation", ""),
        Per.CLIENT: others.get("client", ""),
    }


def _spelling(address: str) -> str:
    """An address as the accounts know it: invisible characters make no other one of it."""
    try:
        return parse_email(address)
    except FieldProblem:
        return address.strip().lower()
