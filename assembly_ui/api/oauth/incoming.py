"""Reading what apps send, in every form that known clients use (facts of the platform, 3.3)."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

from starlette.exceptions import HTTPException
from starlette.requests import Request

from assembly_ui.apps.asking import Ask
from assembly_ui.apps.errors import GrantRefused

MOST_FIELDS = 50
ASKED = frozenset(
    {
        "client_id",
        "redirect_uri",
        "scope",
        "state",
        "response_type",
        "urn",
        "code_challenge",
        "code_challenge_method",
    }
)
"""What we read of an authorisation request. Anything else is left alone (RFC 6749, 3.1)."""


@dataclass(frozen=True)
class Credentials:
    """Who an app says it is. `in_header`: it said so by HTTP Basic."""

    client_id: str
    secret: str
    in_header: bool


def ask_of(request: Request) -> Ask:
    """The parameters of an authorisation request. An empty one counts as not sent."""
    # Latin-1 keeps every byte apart, so that a state which is no UTF-8 survives.
    pairs = _pairs(request.scope["query_string"].decode("latin-1"), encoding="latin-1")
    sent: dict[str, str] = {}
    repeated = [name for name, _ in pairs if name in ASKED]
    for name, value in pairs:
        sent.setdefault(name, value)
    state = sent.pop("state", "").encode("latin-1")
    words = {name: _as_text(value) for name, value in sent.items() if name in ASKED}
    words.setdefault("client_id", "")
    words.setdefault("redirect_uri", "")
    twice = tuple(name for name in dict.fromkeys(repeated) if repeated.count(name) > 1)
    return Ask(**words, state=state or None, repeated=twice)


async def params_of(request: Request) -> dict[str, str]:
    """The parameters of a token call, from its query, its form or its JSON body.

    Raises:
        GrantRefused: `invalid_request`: malformed, the same one twice with different
            values, or a secret in the address, where logs would keep it (RFC 6749, 2.3.1).
    """
    query = _pairs(request.url.query)
    if any(name == "client_secret" for name, _ in query):
        raise GrantRefused("invalid_request", "client_secret must not be sent in the address")
    found: dict[str, str] = {}
    for name, value in [*query, *await _body(request)]:
        if value and found.setdefault(name, value) != value:
            raise GrantRefused("invalid_request", "a parameter was sent more than once")
    return found


def credentials_of(request: Request, params: dict[str, str]) -> Credentials:
    """Who is calling, by HTTP Basic or by parameters, never by both (RFC 6749, 2.3).

    Raises:
        GrantRefused: `invalid_client` or `invalid_request`.
    """
    header = request.headers.get("authorization", "")
    client_id, secret = params.get("client_id", ""), params.get("client_secret", "")
    if not header:
        if not client_id:
            raise GrantRefused("invalid_client", "client credentials are missing")
        return Credentials(client_id, secret, in_header=False)
    by_header = _basic(header)
    if secret or (client_id and client_id != by_header.client_id):
        raise GrantRefused("invalid_request", "the client authenticated in two ways")
    return by_header


def _basic(header: str) -> Credentials:
    scheme, _, encoded = header.partition(" ")
    try:
        client_id, colon, secret = (
            base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
        )
    except ValueError:
        raise GrantRefused("invalid_client", "the Authorization header is malformed") from None
    if scheme.lower() != "basic" or not colon:
        raise GrantRefused("invalid_client", "the Authorization header is not HTTP Basic")
    return Credentials(unquote_plus(client_id), unquote_plus(secret), in_header=True)


async def _body(request: Request) -> Iterable[tuple[str, str]]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        try:
            form = await request.form(max_files=0, max_fields=MOST_FIELDS)
        except HTTPException:
            raise GrantRefused("invalid_request", "the body is not a form") from None
        return [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    body = await request.body()
    if kind == "application/json" or kind.endswith("+json"):
        return _of_json(body)
    return _pairs(body.decode(errors="replace"))


def _of_json(body: bytes) -> list[tuple[str, str]]:
    try:
        sent: Any = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        raise GrantRefused("invalid_request", "the body is not JSON") from None
    if not isinstance(sent, dict):
        raise GrantRefused("invalid_request", "the body is not a JSON object")
    return [(name, value) for name, value in sent.items() if isinstance(value, str)]


def _pairs(text: str, encoding: str = "utf-8") -> list[tuple[str, str]]:
    try:
        return parse_qsl(text, encoding=encoding, errors="replace", max_num_fields=MOST_FIELDS)
    except ValueError:
        raise GrantRefused("invalid_request", "there are too many parameters") from None


def _as_text(value: str) -> str:
    return value.encode("latin-1").decode(errors="replace")
