"""From an HTTP answer to its JSON object, or to the error it stands for.

Both styles of failure are read: HTTP 200 with an ExceptionMessage, and real
status codes (facts file, section 8). Words decide before numbers, since the
service is known to put refusals into all kinds of statuses. A web page never
says anything about a school: it comes from something in between.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
from pydantic_core import from_json

from assembly_ui.xporter import wire
from assembly_ui.xporter.dialect import Dialect
from assembly_ui.xporter.errors import (
    AuthorisationPaused,
    EmptyAnswer,
    NoDataYet,
    NotAuthorised,
    NotFound,
    NotJson,
    RateLimited,
    Redirected,
    Refused,
    ScopeNotGranted,
    ServiceDown,
    TokenExpired,
    TooSlow,
    Truncated,
    Unreadable,
    WrongShape,
    XporterError,
)

QUICKLY_READ = 262_144
"""Bytes that are read in a few milliseconds; more belongs into a thread of its own."""

LONGEST_PAUSE = timedelta(days=1)
_BY_STATUS: dict[int, type[XporterError]] = {
    401: TokenExpired,
    403: ScopeNotGranted,
    404: NotFound,
    408: TooSlow,
    504: TooSlow,
}


@dataclass(frozen=True)
class Reader:
    """Reads answers in one dialect. `hide` are words no error may repeat."""

    dialect: Dialect
    now: datetime
    hide: Sequence[str] = ()

    def read(self, response: httpx.Response, content: bytes) -> dict[str, Any]:
        """The JSON object of an answer, whose body is `content`.

        Raises:
            XporterError: the answer is a failure, or cannot be read.
        """
        if response.is_redirect:
            raise Redirected(status=response.status_code)
        if response.status_code == 429:
            raise RateLimited(self._retry_at(response) or self.now + self._pause)
        body = _parse(content)
        if isinstance(body, dict):
            self._refuse_failure(response, body)
            return body
        raise self._without_object(response, body)

    @property
    def _pause(self) -> timedelta:
        return self.dialect.pause_when_limited

    def _refuse_failure(self, response: httpx.Response, body: Mapping[str, Any]) -> None:
        found = wire.members(body)
        paused = wire.flag(found.get(wire.same_name(self.dialect.paused_member)))
        if paused and not wire.text(found.get("token")):
            raise AuthorisationPaused(status=response.status_code)
        excepted = found.get("exceptionmessage") or found.get("exceptiontype")
        if excepted or response.status_code >= 400:
            raise self._failure(response, wire.text(excepted or found.get("message")))

    def _failure(self, response: httpx.Response, words: str) -> XporterError:
        status, detail = response.status_code, wire.said(words, self.hide)
        if by_words := kind_of(words, self.dialect):
            return by_words(detail, status=status)
        if status >= 500 and status not in _BY_STATUS:
            return ServiceDown(detail, status=status, retry_at=self._retry_at(response))
        return _BY_STATUS.get(status, Refused)(detail, status=status)

    def _without_object(self, response: httpx.Response, body: Unreadable | None) -> XporterError:
        status = response.status_code
        unreadable = body or WrongShape()
        unreadable.status = status
        is_page = isinstance(unreadable, NotJson | Truncated)
        # A missing page is missing whoever drew it; 401 and 403 pages may be a firewall's.
        if status >= 500 or status in (404, 408) or (status >= 400 and not is_page):
            return self._failure(response, "")
        return unreadable

    def _retry_at(self, response: httpx.Response) -> datetime | None:
        """Retry-After in seconds or as a date (RFC 9110, 10.2.3), never over a day away."""
        value = response.headers.get("Retry-After", "").strip()
        asked = _seconds_from(self.now, value) if value.isdecimal() else _http_date(value)
        return asked and min(max(asked, self.now), self.now + LONGEST_PAUSE)


def kind_of(words: str, dialect: Dialect) -> type[XporterError] | None:
    """The error that the text of a failure stands for, if the dialect knows it."""
    table: list[tuple[str, type[XporterError]]] = [
        (dialect.paused_words, AuthorisationPaused),
        (dialect.not_authorised_words, NotAuthorised),
        (dialect.expired_words, TokenExpired),
        (dialect.scope_words, ScopeNotGranted),
        (dialect.no_data_words, NoDataYet),
        (dialect.not_found_words, NotFound),
    ]
    matches = (error for pattern, error in table if re.search(pattern, words, re.IGNORECASE))
    return next(matches, None)


def _parse(content: bytes) -> dict[str, Any] | Unreadable | None:
    """The object; or why there is none; None for JSON that is something else."""
    if len(content) <= QUICKLY_READ:
        with suppress(ValueError):
            found = from_json(content)
            return found if isinstance(found, dict) else None
    try:
        # ASP.NET may open with a byte order mark.
        body = content.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        return NotJson()
    if not body:
        return EmptyAnswer()
    try:
        found = json.loads(body, object_hook=_with_pause)
    except (ValueError, RecursionError) as error:
        return Truncated() if body[0] in "{[" and _ends_early(body, error) else NotJson()
    return found if isinstance(found, dict) else None


def _with_pause(found: dict[str, Any]) -> dict[str, Any]:
    # Python code lets other threads have a turn; the parser alone keeps them waiting.
    return found


def _ends_early(body: str, error: Exception) -> bool:
    return body[-1] not in "}]" or getattr(error, "pos", 0) >= len(body)


def _seconds_from(now: datetime, value: str) -> datetime:
    return now + timedelta(seconds=min(int(value[:9]), LONGEST_PAUSE.total_seconds()))


def _http_date(value: str) -> datetime | None:
    try:
        read = parsedate_to_datetime(value)
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None
