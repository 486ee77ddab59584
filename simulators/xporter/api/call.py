"""A call being answered: what it asks, who asks, and what goes wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from starlette.requests import Request

from simulators.xporter import errors
from simulators.xporter.authentication import read_basic, read_claims
from simulators.xporter.faults import Fault
from simulators.xporter.request_bodies import Members, members_of, read_body
from simulators.xporter.simulator import XporterSimulator
from simulators.xporter.tokens import Claims

ONEROSTER = "oneroster"
"""The name of all OneRoster calls together."""


class Call:
    """A call to an endpoint. `found` are the parts of its path by name.

    `faults` are those that change what is answered rather than how.
    """

    def __init__(
        self, stand_in: XporterSimulator, request: Request, endpoint: str, found: Mapping[str, str]
    ) -> None:
        self.stand_in = stand_in
        self.request = request
        self.endpoint = endpoint
        self.found = found
        self.faults: frozenset[Fault] = frozenset()
        self.params = {
            name.casefold(): value.strip() for name, value in request.query_params.items()
        }
        self._body: bytes | None = None
        self._is_read = False

    @property
    def now(self) -> datetime:
        """The stand-in's time."""
        return self.stand_in.clock()

    @property
    def claims(self) -> Claims:
        """What its token says; see `read_claims` for what it raises."""
        scheme = "bearer" if self.endpoint == ONEROSTER else "idaas"
        return read_claims(self.stand_in, self.request, scheme)

    @property
    def wants_status(self) -> bool:
        """Whether refusals shall have a status of their own."""
        return self.flag("httpStatusCodes")

    def param(self, name: str) -> str:
        """A parameter, whose name is read without case; "" when it was not sent."""
        return self.params.get(name.casefold(), "")

    def flag(self, name: str) -> bool:
        """Whether a parameter says true."""
        return self.param(name).casefold() in ("true", "1")

    async def body(self) -> bytes | None:
        """What was posted, read once; None when it is too long."""
        if not self._is_read:
            self._body = await read_body(self.request)
            self._is_read = True
        return self._body

    async def members(self) -> Members | None:
        """The members of what was posted; None when that is no object."""
        return members_of(await self.body(), self.request.headers.get("content-type", ""))

    async def estab(self) -> str:
        """The school the call is about, as far as can be seen; "" for none."""
        if "estab" in self.found:
            return self.found["estab"]
        try:
            if self.request.method != "POST":
                return self.claims.estab
            if self.endpoint == ONEROSTER:
                return read_basic(self.request)[1]
            return _estab_posted(await self.members() or {})
        except errors.ApiRefused:
            return ""


def _estab_posted(posted: Members) -> str:
    if isinstance(estab := posted.get("estab"), str):
        return estab.strip()
    schools = posted.get("schools")
    first = schools[0] if isinstance(schools, list) and schools else None
    if not isinstance(first, dict):
        return ""
    named = {str(name).casefold(): value for name, value in first.items()}
    return f"{named.get('leacode', '')}{named.get('dfescode', '')}"
