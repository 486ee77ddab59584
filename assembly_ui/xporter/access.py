"""Making calls in somebody's name: with a school's token, or with our own.

One call per school at a time, a token made when needed, and one repeat with a
fresh token when the service refuses the one we kept.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

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
from assembly_ui.xporter.records import Token
from assembly_ui.xporter.tokens import Locks, Tokens
from assembly_ui.xporter.transport import Call, Transport

THIRD_PARTY = "XporterOnDemand"
MANAGEMENT = ""
"""The estab of a management token (facts file, section 2)."""

WithToken = Callable[[str], Call]
"""A call that still lacks the token."""


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
    ) -> None:
        self._transport = transport
        self._token_path = token_path
        self._token_seconds = token_seconds
        self._relying_party = relying_party
        self._management_secret = management_secret
        self._zone = dialect.assumed_zone
        self._tokens = Tokens(self._make_token, clock)
        self._turns = Locks()

    async def school_token(self, estab: str, secret: str) -> Token:
        """A working token of a school.

        Raises:
            NotAuthorised, AuthorisationPaused: the school's doing.
            XporterError: anything else.
        """
        async with self._turns(checked_estab(estab)):
            return await self._tokens.get(estab, secret)

    async def as_school(self, estab: str, secret: str, call: WithToken) -> dict[str, Any]:
        """The answer to a call made with a school's token."""
        async with self._turns(checked_estab(estab)):
            try:
                return await self._with_token(estab, secret, call)
            except (NotAuthorised, AuthorisationPaused):
                self.forget(estab, secret)
                raise

    async def as_application(self, about_estab: str, call: WithToken) -> dict[str, Any]:
        """The answer to a call about a school made with our own token."""
        async with self._turns(checked_estab(about_estab)):
            try:
                return await self._with_token(MANAGEMENT, self._management_secret, call)
            except (NotAuthorised, AuthorisationPaused, ScopeNotGranted, TokenExpired) as error:
                refused = OurCredentialsRefused(error.detail, status=error.status)
        self.forget_our_own()
        raise refused

    def forget(self, estab: str, secret: str) -> None:
        """Drop the token of a school's secret; those of its other secrets stay."""
        self._tokens.forget(estab, secret)

    def forget_our_own(self) -> None:
        """Drop our own token."""
        self._tokens.forget(MANAGEMENT, self._management_secret)

    async def _with_token(self, estab: str, secret: str, call: WithToken) -> dict[str, Any]:
        token = await self._tokens.get(estab, secret)
        try:
            return await self._transport.ask(call(token.value))
        except TokenExpired:
            # Refused before anything was done, so even an unsafe call may be made again.
            self._tokens.drop(estab, token)
        return await self._transport.ask(call((await self._tokens.get(estab, secret)).value))

    async def _make_token(self, estab: str, secret: str) -> Token:
        body = {
            "estab": estab,
            "relyingParty": self._relying_party,
            "password": secret,
            "thirdpartyid": THIRD_PARTY,
        }
        answer = await self._ask_for_token(
            Call("POST", self._token_path, self._token_seconds, json=body, hide=(secret,))
        )
        read = wire.TokenAnswer.read(answer)
        return Token(_header_safe(read.token), self._expires(read))

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


def _header_safe(token: str) -> str:
    # Anything else would fail inside the HTTP library, in an error that quotes it.
    if not (token.isascii() and token.isprintable()) or not token or " " in token:
        raise WrongShape
    return token
