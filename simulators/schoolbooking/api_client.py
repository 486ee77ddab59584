"""Assembly's API as SchoolBooking reads it (facts file, 2.1 and 2.4 to 2.6)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx

from simulators.schoolbooking.errors import (
    NoAnswer,
    NotShared,
    TokenRefused,
    TooManyCalls,
)

ACCEPT = "application/vnd.assembly+json; version=1.1"
PAGE_SIZE = 1500
MOST_PAGES = 50
"""As a list of ours is never longer than this, a server that never ends one is mistaken."""
DEFAULT_WAIT_SECONDS = 60.0


@dataclass(frozen=True)
class Batch:
    """What a list answered: the records that are new since it was last read, or all.

    `is_new` is false when it answered that nothing has changed.
    """

    records: list[dict[str, Any]]
    last_modified: str
    is_new: bool = True


class Assembly:
    """One school's data. `address` is where `/me` hangs; `renew` brings a newer token.

    Each method raises `errors.CallFailed` and nothing else.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        address: str,
        token: str,
        renew: Callable[[], Awaitable[str]],
    ) -> None:
        self._http = http
        self._address = address
        self._token = token
        self._renew = renew

    async def one(self, path: str, **params: str) -> dict[str, Any]:
        """A single object."""
        body = _json(await self._call("GET", path, params))
        if not isinstance(body, dict):
            raise NoAnswer
        return body

    async def every(self, path: str, *, since: str = "") -> Batch:
        """A whole list, page by page; only what has changed `since` a Last-Modified."""
        records: list[dict[str, Any]] = []
        last_modified = since
        async for answer in self._pages(path, since):
            if answer.status_code == httpx.codes.NOT_MODIFIED:
                return Batch([], since, is_new=False)
            last_modified = answer.headers.get("Last-Modified", last_modified)
            records += _list(answer)
        return Batch(records, last_modified)

    async def end(self) -> None:
        """Tell Assembly that SchoolBooking no longer wants to read this school."""
        await self._call("POST", "/school/deauthorize", {})

    async def _pages(self, path: str, since: str) -> AsyncIterator[httpx.Response]:
        page = "1"
        for _ in range(MOST_PAGES):
            params = {"page": page, "per_page": str(PAGE_SIZE)}
            answer = await self._call("GET", path, params, since=since)
            yield answer
            page = answer.headers.get("Next-Page", "")
            if not page.isdigit():
                return
        raise NoAnswer

    async def _call(
        self, method: str, path: str, params: dict[str, str], *, since: str = ""
    ) -> httpx.Response:
        try:
            return await self._try(method, path, params, since)
        except TokenRefused:
            # Over before its time, or before ours: once more with a newer one.
            self._token = await self._renew()
            return await self._try(method, path, params, since)

    async def _try(
        self, method: str, path: str, params: dict[str, str], since: str
    ) -> httpx.Response:
        headers = {"Accept": ACCEPT, "Authorization": f"Bearer {self._token}"}
        if since:
            headers["If-Modified-Since"] = since
        try:
            answer = await self._http.request(
                method, self._address + path, params=params, headers=headers
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise NoAnswer from error
        _check(answer)
        return answer


def _check(answer: httpx.Response) -> None:
    if answer.is_success or answer.status_code == httpx.codes.NOT_MODIFIED:
        return
    body = _object(answer)
    if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
        raise TooManyCalls(_period(body))
    # Refusals for want of a scope are 401 here, not 403 (facts file, 2.4).
    if body.get("error") == "insufficient_scope":
        raise NotShared
    if answer.status_code == httpx.codes.UNAUTHORIZED:
        raise TokenRefused
    raise NoAnswer


def _period(body: dict[str, Any]) -> float:
    data = body.get("data")
    period = data.get("period") if isinstance(data, dict) else None
    return float(period) if isinstance(period, int | float) else DEFAULT_WAIT_SECONDS


def _object(answer: httpx.Response) -> dict[str, Any]:
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _list(answer: httpx.Response) -> list[dict[str, Any]]:
    body = _json(answer)
    if not isinstance(body, list):
        raise NoAnswer
    return [record for record in body if isinstance(record, dict)]


def _json(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except ValueError as error:
        raise NoAnswer from error
