"""Data Access Requests: begun by an app, claimed by a person, decided or forgotten.

A request lives for a week, so that it survives signing up, setting up the school and
connecting it, on whatever device. Its address is the key to it until somebody is signed
in; from then on that person finds it without.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import col, select, update

from assembly_ui.accounts.tokens import hash_token, new_token
from assembly_ui.apps.asking import Ask, understood
from assembly_ui.apps.clients import find_client
from assembly_ui.apps.errors import RequestUnknown
from assembly_ui.apps.history import note
from assembly_ui.apps.links import Links
from assembly_ui.apps.models import AccessRequest, App, Happening
from assembly_ui.apps.open_requests import (
    back_to_app,
    decide,
    of_person,
    of_token,
    opened,
    undecided,
)
from assembly_ui.apps.request_view import RequestView, view_of
from assembly_ui.apps.uris import kept_state
from assembly_ui.audit.service import Action, record
from assembly_ui.database import Database, Session, announce
from assembly_ui.pubsub import school_topic, user_topic
from assembly_ui.schools.membership import membership_of

__all__ = [
    "LIFE",
    "Begun",
    "Pending",
    "RequestView",
    "begin",
    "claim",
    "decline",
    "pending_of",
    "read_request",
]

LIFE = timedelta(days=7)
KEPT = timedelta(days=30)
"""How long its address can say what became of it."""


@dataclass(frozen=True)
class Begun:
    """A request that waits at `/data-access-request?request=TOKEN`."""

    token: str
    expires_at: datetime


@dataclass(frozen=True)
class Pending:
    """A request that a person has still to decide."""

    id: int
    app_name: str
    slug: str


async def begin(database: Database, ask: Ask, *, now: datetime) -> Begun:
    """Keep what an app asks for, until somebody decides.

    Raises:
        ClientUnknown, RedirectMismatch: never redirect.
        AskedWrongly: goes back to the app.
    """
    async with database.read() as session:
        app = await find_client(session, ask.client_id)
    wanted = understood(ask, app)
    token = new_token()
    async with database.transaction() as session:
        await _forget_old(session, now)
        session.add(
            AccessRequest(
                token_hash=hash_token(token),
                app_id=wanted.app_id,
                redirect_uri=wanted.redirect_uri,
                required_scopes=list(wanted.required),
                optional_scopes=list(wanted.optional),
                state=kept_state(ask.state),
                urn=wanted.urn,
                code_challenge=wanted.code_challenge,
                code_challenge_method=wanted.code_challenge_method,
                created_at=now,
                expires_at=now + LIFE,
            )
        )
    return Begun(token, now + LIFE)


async def read_request(
    database: Database,
    *,
    token: object = None,
    user_id: int | None = None,
    request_id: int | None = None,
    now: datetime,
) -> RequestView:
    """An open request: of this address, or (the latest) of this person.

    Raises:
        RequestUnknown, RequestExpired, RequestDecided, RequestOfDisabledApp
    """
    async with database.read() as session:
        if token is not None:
            request, app = await opened(session, of_token(token), now)
        elif user_id is not None and request_id is not None:
            request, app = await opened(session, of_person(user_id, request_id), now)
        else:
            request, app = await _latest(session, user_id, now)
    return view_of(request, app)


async def claim(database: Database, *, token: object, user_id: int, now: datetime) -> RequestView:
    """The request of this address is this person's to decide from now on.

    Who opens the address last has it: somebody who may not authorise can hand it to a
    colleague who may. What the same app asked the same person before is settled by it.

    Raises:
        RequestUnknown, RequestExpired, RequestDecided, RequestOfDisabledApp
    """
    async with database.transaction() as session:
        request, app = await opened(session, of_token(token), now)
        if request.user_id != user_id:
            for person in {request.user_id, user_id} - {None}:
                announce(session, user_topic(person or 0))
            request.user_id = user_id
            older = undecided(now), col(AccessRequest.id) != request.id
            await session.exec(
                update(AccessRequest)
                .where(
                    *older,
                    col(AccessRequest.user_id) == user_id,
                    col(AccessRequest.app_id) == request.app_id,
                )
                .values(decided_at=now)
            )
        return view_of(request, app)


async def pending_of(database: Database, *, user_id: int, now: datetime) -> Pending | None:
    """What this person has still to decide, the latest of it."""
    query = (
        select(AccessRequest.id, App.name, App.slug)
        .join(App, col(App.id) == col(AccessRequest.app_id))
        .where(
            col(AccessRequest.user_id) == user_id, undecided(now), col(App.disabled_at).is_(None)
        )
        .order_by(col(AccessRequest.id).desc())
        .limit(1)
    )
    row = await database.glance(query)
    return Pending(*row) if row else None


async def decline(
    database: Database,
    *,
    request_id: int,
    user_id: int,
    school_id: int | None = None,
    now: datetime,
    links: Links,
) -> str:
    """Not now. Where to send the person: back to the app, which hears `access_denied`.

    Anybody may say so who claimed the request; that changes nothing for the school. It is
    noted for the school they were looking at, if they belong to it.

    Raises:
        RequestUnknown, RequestExpired, RequestDecided, RequestOfDisabledApp
    """
    async with database.transaction() as session:
        request, app = await opened(session, of_person(user_id, request_id), now)
        await decide(session, request, now=now)
        belongs = school_id is not None and await membership_of(
            session, school_id=school_id, user_id=user_id
        )
        if school_id is not None and belongs:
            note(
                session,
                Happening.DECLINED,
                school_id=school_id,
                app_id=request.app_id,
                now=now,
                by_user_id=user_id,
            )
            announce(session, school_topic(school_id))
        record(
            session,
            Action.APP_DECLINED,
            now=now,
            user_id=user_id,
            school_id=school_id if belongs else None,
            app=app.slug,
        )
        announce(session, user_topic(user_id))
    denied = {
        "error": "access_denied",
        "error_description": "The school did not authorise the app.",
    }
    return back_to_app(request, denied, links)


async def _latest(
    session: Session, user_id: int | None, now: datetime
) -> tuple[AccessRequest, App]:
    query = (
        select(AccessRequest, App)
        .join(App, col(App.id) == col(AccessRequest.app_id))
        .where(
            col(AccessRequest.user_id) == user_id, undecided(now), col(App.disabled_at).is_(None)
        )
        .order_by(col(AccessRequest.id).desc())
    )
    found = (await session.exec(query)).first()
    if user_id is None or found is None:
        raise RequestUnknown
    return found


async def _forget_old(session: Session, now: datetime) -> None:
    await session.exec(delete(AccessRequest).where(col(AccessRequest.expires_at) < now - KEPT))
