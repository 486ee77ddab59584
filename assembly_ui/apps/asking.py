"""What an app asks for at `/oauth/authorize`, checked. Pure.

The order matters: as long as client and redirect URI are not known to be right, nobody is
sent anywhere (RFC 6749, 4.1.2.1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

from assembly_ui.apps import pkce
from assembly_ui.apps.errors import (
    AskedTooMuch,
    AskedWrongly,
    ClientUnknown,
    RedirectMismatch,
)
from assembly_ui.apps.models import App, ClientType, GrantType
from assembly_ui.apps.uris import kept_state
from assembly_ui.scopes.asking import UnknownScope, parse, with_dependencies

LONGEST_STATE = 2048
"""Of the state as it is kept, percent-encoded."""
LONGEST_SCOPE = 4000
LONGEST_URN = 20


@dataclass(frozen=True)
class Ask:
    """The parameters of an authorisation request, as they came.

    `repeated` names parameters that came more than once (RFC 6749, 3.1).
    """

    client_id: str
    redirect_uri: str
    scope: str = ""
    state: bytes | None = None
    response_type: str = ""
    urn: str = ""
    code_challenge: str = ""
    code_challenge_method: str = ""
    repeated: Sequence[str] = ()


@dataclass(frozen=True)
class Wanted:
    """A request that can be put before a person."""

    app_id: int
    redirect_uri: str
    required: tuple[str, ...]
    optional: tuple[str, ...]
    urn: str
    code_challenge: str
    code_challenge_method: str
    asked_scope: str


def understood(ask: Ask, app: App | None) -> Wanted:
    """What an app wants.

    Raises:
        ClientUnknown, RedirectMismatch, AskedTooMuch: never redirect.
        AskedWrongly: goes back to the app.
    """
    if app is None or app.id is None or "client_id" in ask.repeated:
        raise ClientUnknown
    if app.disabled_at:
        raise ClientUnknown(is_disabled=True)
    # Letter by letter: anything looser has let codes out to strangers (RFC 9700, 4.1).
    if "redirect_uri" in ask.repeated or ask.redirect_uri not in app.redirect_uris:
        raise RedirectMismatch(app.name)
    # An app could not be told of it without sending all of its state back.
    if len(kept_state(ask.state) or "") > LONGEST_STATE or len(ask.scope) > LONGEST_SCOPE:
        raise AskedTooMuch(app.name)
    if ask.repeated:
        _wrong(ask, "invalid_request", f"{ask.repeated[0]} was sent more than once")
    if GrantType.AUTHORIZATION_CODE not in app.grant_types:
        _wrong(ask, "unauthorized_client", "this client may not ask schools")
    if ask.response_type not in ("", "code"):
        _wrong(ask, "unsupported_response_type", "response_type must be code")
    must_prove = app.requires_pkce or app.client_type is ClientType.PUBLIC
    if problem := pkce.problem_of(
        ask.code_challenge, ask.code_challenge_method, is_required=must_prove
    ):
        _wrong(ask, "invalid_request", problem)
    if not _is_urn(ask.urn) or (app.force_urn_check and not ask.urn.strip()):
        _wrong(ask, "invalid_request", "urn of the school is missing or malformed")
    required, optional = _scopes(ask, app)
    return Wanted(
        app_id=app.id,
        redirect_uri=ask.redirect_uri,
        required=required,
        optional=optional,
        urn=ask.urn.strip(),
        code_challenge=ask.code_challenge,
        code_challenge_method=ask.code_challenge_method,
        asked_scope=ask.scope,
    )


def _scopes(ask: Ask, app: App) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Required ones with all they depend on; optional ones that are not among those."""
    try:
        asked = parse(ask.scope)
    except UnknownScope as unknown:
        _wrong(ask, "invalid_scope", f"unknown scope {_ascii(str(unknown))}")
    required, optional = asked.required, asked.optional
    if not ask.scope.strip():
        # Without any, what was registered is meant (RFC 6749, 3.3).
        required, optional = tuple(app.required_scopes), tuple(app.optional_scopes)
    if not required and not optional:
        _wrong(ask, "invalid_scope", "scope is missing")
    registered = {*app.required_scopes, *app.optional_scopes}
    beyond = {*required, *optional} - with_dependencies(registered)
    if registered and beyond:
        # An app that was registered for some data cannot come back for other data.
        _wrong(ask, "invalid_scope", f"{min(beyond)} was not registered for this app")
    must = with_dependencies(required)
    may = [scope for scope in dict.fromkeys(optional) if scope not in must]
    return tuple(sorted(must)), tuple(may)


def _is_urn(text: str) -> bool:
    return len(text) <= LONGEST_URN and text.isascii() and text.isprintable()


def _wrong(ask: Ask, error: str, description: str) -> NoReturn:
    raise AskedWrongly(ask.redirect_uri, error, description)


def _ascii(text: str) -> str:
    # What RFC 6749, 4.1.2.1 allows in a description.
    return "".join(sign if " " <= sign <= "~" and sign not in '"\\' else "?" for sign in text[:80])
