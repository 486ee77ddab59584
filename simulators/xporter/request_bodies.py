"""Reading what was posted: never more than a page of it, whatever it claims to be."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import ClientDisconnect, Request

LONGEST_BODY = 256_000
MOST_FIELDS = 200

Members = dict[str, Any]
"""Members of a JSON object or form, by lower-case name: the service ignores case."""


async def read_body(request: Request) -> bytes | None:
    """What was posted, byte for byte; None when it is longer than anything here."""
    return await _read(request)


def members_of(body: bytes | None, content_type: str) -> Members | None:
    """The members of a JSON object or of a form; None for what is neither."""
    if body is None:
        return None
    if "form" in content_type:
        return {name.casefold(): values[-1] for name, values in _form(body).items()}
    try:
        return members(json.loads(body))
    except (ValueError, RecursionError):
        return None


async def read_json(request: Request) -> object:
    """Whatever JSON was posted; an empty object for an empty body.

    Raises:
        ValueError: it is no JSON, or too long.
    """
    body = await _read(request)
    if body is None:
        raise ValueError("the body is too long")
    try:
        return json.loads(body or b"{}")
    except RecursionError:
        raise ValueError("the body is too deep") from None


async def read_form(request: Request) -> dict[str, list[str]]:
    """The fields of a browser's form; none of them when it cannot be read."""
    body = await _read(request)
    return _form(body) if body is not None else {}


def members(value: object) -> Members | None:
    """The members of an object by lower-case name; None for what is no object."""
    if not isinstance(value, dict):
        return None
    return {str(name).casefold(): member for name, member in value.items()}


def _form(body: bytes) -> dict[str, list[str]]:
    try:
        # Latin-1 keeps every byte; percent-escapes are then read as UTF-8.
        return parse_qs(body.decode("latin-1"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return {}


async def _read(request: Request) -> bytes | None:
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > LONGEST_BODY:
                return None
    except ClientDisconnect:
        return None
    return bytes(body)
