"""Requests that wait for somebody: found, and decided once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, and_
from sqlmodel import col, select, update

from assembly_ui.accounts.tokens import hash_token
from assembly_ui.apps.errors import (
    RequestDecided,
    RequestExpired,
    RequestOfDisabledApp,
    RequestUnknown,
)
from assembly_ui.apps.links import Links
from assembly_ui.apps.models import AccessRequest, App
from assembly_ui.apps.uris import answered
from assembly_ui.db.database import Session


async def decide(
    session: Session, request: AccessRequest, *, authorisation_id: int | None = None, now: datetime
) -> None:
    """The request is decided: once, however many tabs say so at the same time.

    Raises:
        RequestDecided
    """
    undecided_row = (
        col(AccessRequest.id) == request.id,
        col(AccessRequest.decided_at).is_(None),
    )
    if not await _settle(session, *undecided_row, authorisation_id=authorisation_id, now=now):
        raise RequestDecided
    await settle_others(session, request, now)


async def settle_others(session: Session, request: AccessRequest, now: datetime) -> None:
    """Whatever else the same app asked the same person is settled by this request."""
    if request.user_id is None:
        return
    await _settle(
        session,
        col(AccessRequest.user_id) == request.user_id,
        col(AccessRequest.app_id) == request.app_id,
        col(AccessRequest.id) != request.id,
        undecided(now),
        now=now,
    )


async def _settle(
    session: Session,
    *which: ColumnElement[bool],
    authorisation_id: int | None = None,
    now: datetime,
) -> int:
    """Only what became of a request is kept of it. How many there were."""
    settled = await session.exec(
        update(AccessRequest)
        .where(*which)
        .values(
            decided_at=now,
            authorisation_id=authorisation_id,
            state=None,
            required_scopes=[],
            optional_scopes=[],
            code_challenge="",
        )
        # The caller still answers what the row said.
        .execution_options(synchronize_session=False)
    )
    return settled.rowcount


async def keep_switched_on(session: Session, app: App) -> None:
    """Whoever switches the app off waits for the caller's transaction, and sees what it did.

    Raises:
        RequestOfDisabledApp: it was switched off just before.
    """
    await session.refresh(app, with_for_update={"read": True})
    if app.disabled_at:
        raise RequestOfDisabledApp


def back_to_app(request: AccessRequest, answer: Mapping[str, str], links: Links) -> str:
    """Where the browser goes with our answer. It says who we are (RFC 9207)."""
    return answered(request.redirect_uri, {**answer, "iss": links.address}, state=request.state)


def of_token(token: object) -> ColumnElement[bool]:
    """The request behind an address."""
    return col(AccessRequest.token_hash) == hash_token(token)


def of_person(user_id: int, request_id: int) -> ColumnElement[bool]:
    """A request that this person claimed."""
    return and_(col(AccessRequest.id) == request_id, col(AccessRequest.user_id) == user_id)


def undecided(now: datetime) -> ColumnElement[bool]:
    """Requests that still wait."""
    return and_(col(AccessRequest.decided_at).is_(None), col(AccessRequest.expires_at) > now)


async def opened(
    session: Session, which: ColumnElement[bool], now: datetime, *, locked: bool = False
) -> tuple[AccessRequest, App]:
    """The request, if it still waits, and the app behind it.

    `locked` keeps the request from others until the caller's transaction ends.

    Raises:
        RequestUnknown, RequestExpired, RequestDecided, RequestOfDisabledApp
    """
    query = select(AccessRequest, App).join(App, col(App.id) == col(AccessRequest.app_id))
    if locked:
        query = query.with_for_update(of=AccessRequest)
    found = (await session.exec(query.where(which))).first()
    if found is None:
        raise RequestUnknown
    request, app = found
    if request.decided_at:
        raise RequestDecided
    if request.expires_at <= now:
        raise RequestExpired
    if app.disabled_at:
        raise RequestOfDisabledApp
    return request, app
