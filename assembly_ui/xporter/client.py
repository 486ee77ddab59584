"""The way in: one method for each thing we ask Xporter on Demand.

Paths and answers: facts file, sections 1 to 7. At most one call per school runs
at a time, whoever asks. Every method raises `errors.XporterError` and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import httpx

from assembly_ui.clock import Clock
from assembly_ui.xporter import wire
from assembly_ui.xporter.access import Access, WithToken
from assembly_ui.xporter.dialect import Dialect
from assembly_ui.xporter.errors import NoDataYet, OurCredentialsRefused, WrongShape
from assembly_ui.xporter.invitations import check_accepted, register_body
from assembly_ui.xporter.records import (
    Registration,
    SchoolInfo,
    SchoolInvitation,
    Token,
    TokenDetails,
)
from assembly_ui.xporter.transport import Call, Repeats, Timeouts, Transport, make_http

__all__ = [
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
DATA_PATH = "/api/v1"


class XporterClient:
    """Talks to Xporter on Demand as one application (relying party).

    `address` is where `/api/...` hangs, `token_path` begins with a slash. Make one
    per process, inside its event loop.
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
    ) -> None:
        self._relying_party = relying_party
        self._registration = registration
        self._hide = (management_secret,)
        self._dialect = dialect or Dialect()
        self._timeouts = timeouts or Timeouts()
        transport = Transport(
            http,
            address=address,
            clock=clock,
            dialect=self._dialect,
            repeats=repeats or Repeats(),
            calls_at_once=calls_at_once,
        )
        self._access = Access(
            transport,
            token_path=token_path,
            token_seconds=self._timeouts.token,
            relying_party=relying_party,
            management_secret=management_secret,
            dialect=self._dialect,
            clock=clock,
        )

    async def register_school(self, invitation: SchoolInvitation) -> None:
        """Have the service invite a school by email. Sent once, never repeated.

        Raises:
            InviteRefused: with the service's message as `detail`.
            OurCredentialsRefused: it does not accept our application.
            XporterError: after `TooSlow` or `ConnectionLost` it may have been sent.
        """
        body = register_body(invitation, self._registration, self._relying_party)
        answer = await self._access.as_application(
            invitation.la_code + invitation.dfes_code,
            lambda token: Call(
                "POST", REGISTER_PATH, self._timeouts.invite, safe=False, token=token, json=body
            ),
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

    async def token_details(self, estab: str, secret: str) -> TokenDetails:
        """What the secret's token is good for: which school, which scopes."""
        call = self._get("/TokenDetails", self._timeouts.info)
        read = wire.TokenDetailsAnswer.read(await self._access.as_school(estab, secret, call))
        if not read.estab:
            raise WrongShape
        return TokenDetails(read.estab, read.name, read.scopes, self._time(read.expires))

    async def school_info(self, estab: str, secret: str) -> SchoolInfo:
        """The school as its MIS describes it.

        Raises:
            NoDataYet: nothing has been collected from the MIS so far.
        """
        answer = await self._access.as_school(estab, secret, self._data(estab, "SchoolInfo"))
        found = wire.table(answer, "SchoolInfo")
        if not found:
            raise NoDataYet
        meta = wire.MetaRow.read(next(iter(wire.rows(answer, "meta")), {}))
        return self._school_info(wire.SchoolInfoRow.read(found[0]), meta)

    async def counts(self, estab: str, secret: str) -> dict[str, int]:
        """How many rows the service holds, by area; numbers only.

        Raises:
            NoDataYet: nothing has been collected from the MIS so far.
        """
        answer = await self._access.as_school(estab, secret, self._data(estab, "Counts"))
        read = [wire.CountRow.read(row) for row in wire.table(answer, self._dialect.counts_table)]
        if not read:
            raise NoDataYet
        return {row.area: row.count for row in read if row.area and row.count is not None}

    def forget(self, estab: str, secret: str) -> None:
        """Drop the token kept for this secret, so that the next call makes a new one."""
        self._access.forget(estab, secret)

    def _get(self, tail: str, seconds: float, params: Mapping[str, str] | None = None) -> WithToken:
        return lambda token: Call(
            "GET", DATA_PATH + tail, seconds, token=token, params=params or {}
        )

    def _data(self, estab: str, endpoint: str) -> WithToken:
        params = {"httpStatusCodes": "true"} if self._dialect.real_status_codes else {}
        return self._get(f"/School/{estab}/{endpoint}", self._timeouts.data, params)

    def _school_info(self, row: wire.SchoolInfoRow, meta: wire.MetaRow) -> SchoolInfo:
        return SchoolInfo(
            estab=row.estab_id,
            name=row.name,
            mis=meta.mis,
            mis_version=meta.version,
            collected_at=self._time(meta.date_time),
            head=row.head,
            phase=row.phase,
            governance=row.governance,
            telephone=row.telephone,
            email=row.email,
            web=row.web,
            address=row.address,
            academic_year=row.current_academic_year,
            last_updated=self._time(row.last_updated),
        )

    def _time(self, value: str) -> datetime | None:
        return wire.moment(value, self._dialect.assumed_zone)
