"""Why the API answers a request with an error. What each looks like is in `refusals.py`.

ApiRefused
├── UnsupportedVersion      no version of ours in Accept
├── TokenMissing            no bearer token came
├── TokenInvalid            unknown, over, or taken back
├── ScopeMissing            the school did not allow this (scopes: any of them would do)
├── OtherTokenNeeded        a token of the other level (level)
├── NotFound                nothing there, or nothing of this school
├── MethodNotAllowed        (allowed)
├── ParameterUnusable       (name, wanted)
├── ParametersExclude       two that cannot go together (names)
├── TooManyRequests         (count, period, limit)
├── SyncRefused             nothing may be read from this school at the moment
└── SyncPending             a sync waits or runs already, or ended just now
"""

from __future__ import annotations

from enum import StrEnum

from assembly_ui.audit.events import SecurityEvent
from assembly_ui.audit.refusal import Refusal


class ApiRefused(Exception):
    """Anything the API does not answer with data."""


class UnsupportedVersion(ApiRefused):
    """Accept names no version of the API that there is."""


class TokenMissing(Refusal, ApiRefused):
    """No bearer token came with the request."""

    security_event = SecurityEvent.API_TOKEN


class TokenInvalid(Refusal, ApiRefused):
    """The token is unknown, has expired or was taken back."""

    security_event = SecurityEvent.API_TOKEN


class ScopeMissing(Refusal, ApiRefused):
    """The token holds none of `scopes`, one of which is needed."""

    security_event = SecurityEvent.API_SCOPE

    def __init__(self, scopes: tuple[str, ...]) -> None:
        super().__init__(scopes)
        self.scopes = scopes


class OtherTokenNeeded(Refusal, ApiRefused):
    """The resource is read with a token of another level: `app` or `school`."""

    security_event = SecurityEvent.API_SCOPE

    def __init__(self, level: str) -> None:
        super().__init__(level)
        self.level = level


class NotFound(ApiRefused):
    """There is no such resource, or no such record in this school."""


class MethodNotAllowed(ApiRefused):
    """The resource is asked in another way: `allowed`."""

    def __init__(self, allowed: tuple[str, ...]) -> None:
        super().__init__(allowed)
        self.allowed = allowed


class Wanted(StrEnum):
    """What a parameter must be."""

    DAY = "a date such as 2026-09-01"
    NUMBER = "a whole number above 0"
    NUMBERS = "up to 1,500 whole numbers above 0"
    FLAG = "true or false"
    TEXT = "plain text of at most 200 characters"
    PAGE = "a whole number from 1 to 1,000,000"
    PER_PAGE = "a whole number from 1 to 1,500"
    LATER = "a date that is not before start_date"


class ParameterUnusable(ApiRefused):
    """A parameter is not what is `wanted`."""

    def __init__(self, name: str, wanted: Wanted) -> None:
        super().__init__(name, wanted)
        self.name = name
        self.wanted = wanted


class ParameterUnknown(ApiRefused):
    """The resource has no parameter of this name, only those `known`."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(name, known)
        self.name = name
        self.known = known


class ParametersExclude(ApiRefused):
    """Parameters that cannot be used together."""

    def __init__(self, *names: str) -> None:
        super().__init__(names)
        self.names = names


class TooManyRequests(ApiRefused):
    """The token made `count` of `limit` requests; worth another in `period` seconds."""

    def __init__(self, count: int, period: int, limit: int) -> None:
        super().__init__(count, period, limit)
        self.count = count
        self.period = period
        self.limit = limit


class SyncRefused(ApiRefused):
    """The school is not connected, so that nothing can be read from it."""


class SyncPending(ApiRefused):
    """A sync of the school waits, runs, or was asked for a moment ago."""
