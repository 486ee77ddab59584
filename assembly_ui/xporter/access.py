"""Making calls in somebody's name: with a school's token, or with our own.

One call per school at a time, a token made when needed, and one repeat with a
fresh token when the service refuses the one we kept. A turn lasts for one such call,
not for a reading of many pages: Test Connection need not wait for the end of a sync,
and the service never sees two calls for one school.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, TypeVar

from assembly_ui.clock import Clock
from assembly_ui.xporter import wire
from assembly_ui.xporter.dialect import Dialect
from assembly_ui.xporter.errors import (
    AuthorisationPaused,
    NotASchoolNumber,
    NotAuthorised,
    OurCredentialsRefused,
    Refused,
    ScopeNotGranted,
    TokenExpired,
    WrongShape,
    XporterError,
)
from assembly_ui.xporter.records import Key, Token
from assembly_ui.xporter.tokens import Tokens
from assembly_ui.xporter.transport import Call, Transport
from assembly_ui.xporter.turns import Turns

THIRD_PARTY = "XporterOnDemand"
MANAGEMENT = ""
"""The estab of a management token (facts file, section 2)."""

WithToken = Callable[[str], Call]
"""A call that still lacks the token."""

Result = TypeVar("Result")


class Access:
    """Tokens and turns for one application (relying party)."""

    def __init__(
        self,
        transport: Transport,
        *,
        token_path: str,
        token_seconds: float,
        relying_party: str,
        management_secret: str,
        dialect: Dialect,
        clock: Clock,
        turns: Turns,
    ) -> None:
        self._transport = transport
        self._token_path = token_path
        self._token_seconds = token_seconds
        self._relying_party = relying_party
        self._management_secret = management_secret
        self._zone = dialect.assumed_zone
        self._tokens = Tokens(self._make_token, clock)
        self._turns = turns

    async def school_token(self, estab: str, secret: str) -> Token:
        """A working token of a school.

        Raises:
            NotAuthorised, AuthorisationPaused: the school's doing.
            XporterError: anything else.
        """
        async with self._turns.of_school(checked_estab(estab)):
            return await self._tokens.get(estab, secret)

    async def as_school(self, estab: str, key: Key, call: WithToken) -> dict[str, Any]:
        """The answer to a call made with a school's token.

        Raises:
            TokenExpired: a token we were given is refused; only a secret makes another.
        """
        async with self._turns.of_school(checked_estab(estab)):
            if isinstance(key, Token):
                return await self._transport.ask(call(header_safe(key.value)))
            try:
                return await self._with_token(estab, key, call)
            except (NotAuthorised, AuthorisationPaused):
                self.forget(estab, key)
                raise

    async def as_application(self, call: WithToken, *, about: str = "") -> dict[str, Any]:
        """The answer to a call made with our own token, about a school or none."""
        if not about:
            return await self._with_our_token(call)
        async with self._turns.of_school(checked_estab(about)):
            return await self._with_our_token(call)

    def forget(self, estab: str, secret: str) -> None:
        """Drop the token of a school's secret; those of its other secrets stay."""
        self._tokens.forget(estab, secret)

    def forget_our_own(self) -> None:
        """Drop our own token."""
        self._tokens.forget(MANAGEMENT, self._management_secret)

    async def prove(self) -> None:
        """Make a new token of our own, whatever is kept.

        Raises:
            OurCredentialsRefused: the service answers, and does not accept us.
        """
        self.forget_our_own()
        # Asked once: whoever proves the service has a schedule of its own for repeats.
        await self._as_ourselves(
            self._make_token(MANAGEMENT, self._management_secret, is_repeated=False)
        )

    async def _with_our_token(self, call: WithToken) -> dict[str, Any]:
        return await self._as_ourselves(self._with_token(MANAGEMENT, self._management_secret, call))

    async def _as_ourselves(self, doing: Awaitable[Result]) -> Result:
        try:
            return await doing
        except (NotAuthorised, AuthorisationPaused, ScopeNotGranted, TokenExpired) as error:
            refused = OurCredentialsRefused(error.detail, status=error.status)
        self.forget_our_own()
        raise refused

    async def _with_token(self, estab: str, secret: str, call: WithToken) -> dict[str, Any]:
        token = await self._tokens.get(estab, secret)
        try:
            return await self._transport.ask(call(token.value))
        except TokenExpired:
            # Refused before anything was done, so even an unsafe call may be made again.
            self._tokens.drop(estab, token)
        return await self._transport.ask(call((await self._tokens.get(estab, secret)).value))

    async def _make_token(self, estab: str, secret: str, *, is_repeated: bool = True) -> Token:
        body = {
            "estab": estab,
            "relyingParty": self._relying_party,
            "password": secret,
            "thirdpartyid": THIRD_PARTY,
        }
        answer = await self._ask_for_token(
            Call(
                "POST",
                self._token_path,
                self._token_seconds,
                safe=is_repeated,
                json=body,
                hide=(secret,),
            )
        )
        read = wire.TokenAnswer.read(answer)
        return Token(header_safe(read.token), self._expires(read))

    async def _ask_for_token(self, call: Call) -> dict[str, Any]:
        refused: XporterError
        try:
            return await self._transport.ask(call)
        except TokenExpired as error:
            # There is no token yet: what is refused is the secret.
            refused = NotAuthorised(error.detail, status=error.status)
        except ScopeNotGranted as error:
            refused = Refused(error.detail, status=error.status)
        raise refused

    def _expires(self, answer: wire.TokenAnswer) -> datetime | None:
        return wire.moment(answer.expires, self._zone)


def checked_estab(estab: str) -> str:
    """The estab, which becomes part of a path.

    Raises:
        NotASchoolNumber: not 7 digits.
    """
    if not (len(estab) == 7 and estab.isascii() and estab.isdecimal()):
        raise NotASchoolNumber
    return estab


def header_safe(token: str) -> str:
    """The token, which becomes part of a header.

    Raises:
        WrongShape: it cannot.
    """
    # Anything else would fail inside the HTTP library, in an error that quotes it.
    if not (token.isascii() and token.isprintable()) or not token or " " in token:
        raise WrongShape
    return token
