"""Data Access Requests: begun by an app, claimed by a person, decided or forgotten.

Anybody can have us keep a request, so it is kept for an hour only, and the oldest make room.
Once somebody signs up or signs in with it, it lives for a week, so that it survives
confirming, setting up the school and connecting it, on whatever device. Its address is the
key to it until somebody is signed in; from then on that person finds it without.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, or_
from sqlmodel import col, select

from assembly_ui.accounts.models import User
from assembly_ui.accounts.tokens import hash_token, new_token
from assembly_ui.apps.asking import Ask, understood
from assembly_ui.apps.clients import find_client
from assembly_ui.apps.errors import RequestUnknown
from assembly_ui.apps.history import note
from assembly_ui.apps.links import Links
from assembly_ui.apps.models import AccessRequest, App, Happening, Holder
from assembly_ui.apps.open_requests import (
    back_to_app,
    decide,
    of_person,
    of_token,
    opened,
    settle_others,
    undecided,
)
from assembly_ui.apps.request_view import RequestView, view_of
from assembly_ui.apps.uris import kept_state
from assembly_ui.audit.service import Action, record
from assembly_ui.db.database import Database, Session, announce
from assembly_ui.pubsub.topics import school_topic, user_topic
from assembly_ui.schools.membership import membership_of

__all__ = [
    "LIFE",
    "Begun",
    "Pending",
    "RequestView",
    "begin",
    "claim",
    "decline",
    "keep_for_sign_up",
    "pending_of",
    "read_request",
]

UNCLAIMED_LIFE = timedelta(hours=1)
LIFE = timedelta(days=7)
KEPT = timedelta(days=7)
"""How long afterwards a person's request can say what became of it."""
MOST_UNCLAIMED = {Holder.NOBODY: 10_000, Holder.SIGN_UP: 10_000}
MOST_OF_PERSON = 50
AT_ONCE = 500
"""How many rows are dropped in passing."""


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
        await _make_room(session, now)
        session.add(
            AccessRequest(
                token_hash=hash_token(token),
                app_id=wanted.app_id,
                redirect_uri=wanted.redirect_uri,
                asked_scope=wanted.asked_scope,
                required_scopes=list(wanted.required),
                optional_scopes=list(wanted.optional),
                state=kept_state(ask.state),
                urn=wanted.urn,
                code_challenge=wanted.code_challenge,
                code_challenge_method=wanted.code_challenge_method,
                created_at=now,
                expires_at=now + UNCLAIMED_LIFE,
            )
        )
    return Begun(token, now + UNCLAIMED_LIFE)


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


async def keep_for_sign_up(database: Database, *, token: object, now: datetime) -> None:
    """Keep a request that waits for a week, since somebody signed up while they had it."""
    async with database.transaction() as session:
        request = await _waiting(session, of_token(token), now)
        if request and request.holder is Holder.NOBODY:
            request.holder, request.expires_at = Holder.SIGN_UP, request.created_at + LIFE


async def claim(database: Database, *, token: object, user_id: int, now: datetime) -> RequestView:
    """The request of this address is this signed-in person's to decide from now on.

    Who opens the address last has it: somebody who may not authorise can hand it to a
    colleague who may. What the same app asked the same person before is settled by it.

    Raises:
        RequestUnknown, RequestExpired, RequestDecided, RequestOfDisabledApp
    """
    async with database.transaction() as session:
        await _hold_person(session, user_id)
        request, app = await opened(session, of_token(token), now, locked=True)
        if request.user_id != user_id:
            if request.user_id:
                announce(session, user_topic(request.user_id))
            await _give_to(session, request, user_id, now)
        return view_of(request, app)


async def claim_if_unclaimed(
    database: Database, *, token_hash: str, user_id: int, now: datetime
) -> None:
    """The request with this hash of its token is this person's, if it waits and nobody has it."""
    async with database.transaction() as session:
        await _hold_person(session, user_id)
        request = await _waiting(session, col(AccessRequest.token_hash) == token_hash, now)
        if request and request.user_id is None:
            await _give_to(session, request, user_id, now)


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
            client_id=app.client_id,
            app=app.slug,
        )
        announce(session, user_topic(user_id))
    denied = {
        "error": "access_denied",
        "error_description": "The school did not authorise the app.",
    }
    return back_to_app(request, denied, links)


async def _hold_person(session: Session, user_id: int) -> None:
    # Of two claims of one person at once, one waits for the other.
    await session.get(User, user_id, with_for_update={"key_share": True})


async def _waiting(
    session: Session, which: ColumnElement[bool], now: datetime
) -> AccessRequest | None:
    """The request if it still waits, kept from others until the caller's transaction ends."""
    query = select(AccessRequest).where(which, undecided(now)).with_for_update()
    return (await session.exec(query)).first()


async def _give_to(session: Session, request: AccessRequest, user_id: int, now: datetime) -> None:
    request.user_id, request.holder = user_id, Holder.PERSON
    request.expires_at = request.created_at + LIFE
    announce(session, user_topic(user_id))
    await session.flush()
    await settle_others(session, request, now)
    await _drop(session, col(AccessRequest.user_id) == user_id, beyond=MOST_OF_PERSON)


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


async def _make_room(session: Session, now: datetime) -> None:
    """Drop what is over, and the oldest of what nobody signed in for."""
    expires_at, holder_column = col(AccessRequest.expires_at), col(AccessRequest.holder)
    over = or_(and_(expires_at <= now, holder_column != Holder.PERSON), expires_at < now - KEPT)
    await _drop(session, expires_at <= now, over)
    for holder, most in MOST_UNCLAIMED.items():
        await _drop(session, holder_column == holder, beyond=most)


async def _drop(session: Session, *which: ColumnElement[bool], beyond: int = 0) -> None:
    """Drop these requests, except the newest `beyond`. Those that others hold wait."""
    query = (
        select(AccessRequest.id)
        .where(*which)
        .order_by(col(AccessRequest.id).desc())
        .offset(beyond)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    if ids := (await session.exec(query)).all():
        await session.exec(delete(AccessRequest).where(col(AccessRequest.id).in_(ids)))
