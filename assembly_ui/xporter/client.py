"""The way in: one method for each thing we ask Xporter on Demand.

Inviting schools and their tokens are here; `information.py` is about the service,
`school_data.py` about the data. At most one call per school runs at a time, whoever
asks. Every method raises `errors.XporterError` and nothing else.
"""

from __future__ import annotations

import httpx

from assembly_ui.clock import Clock
from assembly_ui.xporter.access import Access
from assembly_ui.xporter.dialect import Dialect
from assembly_ui.xporter.errors import OurCredentialsRefused
from assembly_ui.xporter.information import InformationCalls
from assembly_ui.xporter.invitations import check_accepted, register_body
from assembly_ui.xporter.records import (
    AuthorisedSchool,
    Key,
    Registration,
    SchoolInfo,
    SchoolInvitation,
    Token,
    TokenDetails,
)
from assembly_ui.xporter.school_data import SchoolData
from assembly_ui.xporter.transport import Call, Repeats, Timeouts, Transport, make_http
from assembly_ui.xporter.turns import LocalTurns, Turns

__all__ = [
    "AuthorisedSchool",
    "Key",
    "Registration",
    "SchoolInfo",
    "SchoolInvitation",
    "Timeouts",
    "Token",
    "TokenDetails",
    "XporterClient",
    "make_http",
]

REGISTER_PATH = "/api/Manage/SchoolRegister"
CALLS_PER_SECOND = 20
PAGE_SIZE = 1000
LONGEST_BODY = 64 * 1024 * 1024


class XporterClient(InformationCalls, SchoolData):
    """Talks to Xporter on Demand as one application (relying party).

    `address` is where `/api/...` hangs, `token_path` begins with a slash. `turns` keeps
    the limits on calls, by default those of this process with `calls_per_second`.
    `page_size` is in rows, `longest_body` in bytes. Make one per process, inside its
    event loop.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        address: str,
        token_path: str,
        relying_party: str,
        management_secret: str,
        registration: Registration,
        clock: Clock,
        dialect: Dialect | None = None,
        timeouts: Timeouts | None = None,
        repeats: Repeats | None = None,
        calls_at_once: int = 8,
        calls_per_second: float = CALLS_PER_SECOND,
        turns: Turns | None = None,
        page_size: int = PAGE_SIZE,
        longest_body: int = LONGEST_BODY,
    ) -> None:
        dialect, timeouts = dialect or Dialect(), timeouts or Timeouts()
        turns = turns or LocalTurns(calls_per_second)
        transport = Transport(
            http,
            address=address,
            clock=clock,
            dialect=dialect,
            repeats=repeats or Repeats(),
            calls_at_once=calls_at_once,
            longest_body=longest_body,
            turns=turns,
        )
        access = Access(
            transport,
            token_path=token_path,
            token_seconds=timeouts.token,
            relying_party=relying_party,
            management_secret=management_secret,
            dialect=dialect,
            clock=clock,
            turns=turns,
        )
        super().__init__(access, timeouts, dialect, relying_party, page_size)
        self._registration = registration
        self._hide = (management_secret,)

    async def register_school(self, invitation: SchoolInvitation) -> None:
        """Have the service invite a school by email. Sent once, never repeated.

        Raises:
            InviteRefused: with the service's message as `detail`.
            OurCredentialsRefused: it does not accept our application.
            XporterError: after `TooSlow` or `ConnectionLost` it may have been sent.
        """
        body = register_body(invitation, self._registration, self._relying_party)
        answer = await self._access.as_application(
            lambda token: Call(
                "POST", REGISTER_PATH, self._timeouts.invite, safe=False, token=token, json=body
            ),
            about=invitation.la_code + invitation.dfes_code,
        )
        try:
            check_accepted(answer, invitation, self._dialect, self._hide)
        except OurCredentialsRefused:
            self._access.forget_our_own()
            raise

    async def school_token(self, estab: str, secret: str) -> Token:
        """A working token of a school; kept and renewed here.

        Raises:
            NotAuthorised: the secret makes no token.
            AuthorisationPaused: the school is still choosing people.
        """
        return await self._access.school_token(estab, secret)

    def forget(self, estab: str, secret: str) -> None:
        """Drop the token kept for this secret, so that the next call makes a new one."""
        self._access.forget(estab, secret)
