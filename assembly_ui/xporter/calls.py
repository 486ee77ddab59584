"""How the client asks: by which path, for how long, in whose name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from assembly_ui.xporter import wire
from assembly_ui.xporter.access import Access, WithToken
from assembly_ui.xporter.dialect import Dialect
from assembly_ui.xporter.records import Key
from assembly_ui.xporter.transport import Call, Timeouts

DATA_PATH = "/api/v1"

School = tuple[str, Key]
"""An estab, and what opens it."""


class Calls:
    """What the parts of the client share. `page_size` is in rows."""

    def __init__(
        self,
        access: Access,
        timeouts: Timeouts,
        dialect: Dialect,
        relying_party: str,
        page_size: int,
    ) -> None:
        self._access = access
        self._timeouts = timeouts
        self._dialect = dialect
        self._relying_party = relying_party
        self._page_size = page_size

    async def _of_school(
        self,
        estab: str,
        key: Key,
        tail: str,
        params: Mapping[str, str] | None = None,
        *,
        is_live: bool = False,
    ) -> dict[str, Any]:
        """The answer of one of a school's data endpoints."""
        codes = {"httpStatusCodes": "true"} if self._dialect.real_status_codes else {}
        seconds = self._timeouts.live if is_live else self._timeouts.data
        path = f"{DATA_PATH}/School/{estab}/{tail}"
        call = self._get(path, seconds, {**(params or {}), **codes})
        return await self._access.as_school(estab, key, call)

    async def _information(
        self, tail: str, school: School | None, params: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """The answer of an information call: with a school's token, or with ours."""
        call = self._get(DATA_PATH + tail, self._timeouts.info, params)
        if school is None:
            return await self._access.as_application(call)
        return await self._access.as_school(*school, call)

    def _get(self, path: str, seconds: float, params: Mapping[str, str] | None = None) -> WithToken:
        return lambda token: Call("GET", path, seconds, token=token, params=params or {})

    def _time(self, value: str) -> datetime | None:
        return wire.moment(value, self._dialect.assumed_zone)
