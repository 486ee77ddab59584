"""Schools in a known state, made as people make them.

Everything goes the real way: through the services, the client, the stand-in and
its callback, over HTTP inside this process. So a seeded school differs in
nothing from one that somebody clicked together.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

import httpx
from fastapi import FastAPI
from sqlmodel import col, select

from assembly_ui import services
from assembly_ui.accounts import passwords, people
from assembly_ui.accounts.log_in import log_in
from assembly_ui.accounts.models import User
from assembly_ui.accounts.sessions import log_out, resolve
from assembly_ui.apps.errors import NotConnected
from assembly_ui.clock import Clock, system_clock
from assembly_ui.connector.check import check
from assembly_ui.connector.grant_access import grant_access
from assembly_ui.connector.models import Connection
from assembly_ui.demo.app_seeding import SeededApp, authorise_app, seed_app
from assembly_ui.schools.membership import owner_of
from assembly_ui.schools.models import School
from assembly_ui.schools.setup import SchoolSetUp, set_up_school
from assembly_ui.services import STAND_IN_PATH, Services
from assembly_ui.settings import Settings
from assembly_ui.sync.opening import is_open
from assembly_ui.web.routes import xporter_callback
from simulators.xporter.auto_consent import give_consent
from simulators.xporter.router import router

MIS = "isams-xod"
OWNER = "James Walters"
SESSION = timedelta(minutes=5)
FIRST_SCHOOL = "100001"
LONGEST_SYNC = timedelta(minutes=1)


class SeedState(StrEnum):
    """How far the school has come."""

    AWAITING_INVITATION = "awaiting-invitation"
    AWAITING_CONNECTION = "awaiting-connection"
    CONNECTED = "connected"


@dataclass(frozen=True)
class Seeded:
    """A school in its state, and who to log in as. `address` is the page to open."""

    school_id: int
    school: str
    urn: str
    state: str
    address: str
    email: str
    password: str | None
    app: SeededApp | None = None


async def seed(
    settings: Settings, *, urn: str, state: SeedState, clock: Clock = system_clock
) -> Seeded:
    """Make a confirmed owner with the school of this URN in this state.

    Raises:
        SchoolNotInRegister: no school has this URN.
        SchoolTaken: it is set up already.
        NoDfeNumber: Xporter on Demand cannot know it, so it cannot get further.
    """
    async with _product(settings, clock) as parts:
        return await _seed(parts, urn, state)


async def seed_with_app(
    settings: Settings,
    *,
    urn: str = "",
    app: str,
    authorised: bool,
    clock: Clock = system_clock,
) -> Seeded:
    """The app of this name for the connected school of this URN, made if need be.

    Without a URN it is the school connected last, or `FIRST_SCHOOL`. When it is
    `authorised`, the app gets its tokens and the school is synced, if that takes no more
    than `LONGEST_SYNC`; a running server goes on with it otherwise.

    Raises:
        as `seed`, and
        NotConnected: the school is there, and not connected.
        NameUnusable: no app can be called so.
    """
    async with _product(settings, clock) as parts:
        client, credentials = await seed_app(parts, name=app)
        seeded = await _found(parts, urn)
        if seeded is None:
            seeded = await _seed(parts, urn or FIRST_SCHOOL, SeedState.CONNECTED)
        if not authorised:
            return replace(seeded, app=credentials)
        owner = await _owner(parts, seeded.school_id)
        tokens = await authorise_app(
            parts, client, school_id=seeded.school_id, urn=seeded.urn, owner=owner.id or 0
        )
        with suppress(TimeoutError):
            async with asyncio.timeout(LONGEST_SYNC.total_seconds()):
                await parts.sync.do_due()
        return replace(seeded, app=replace(tokens, client_secret=credentials.client_secret))


async def _seed(parts: Services, urn: str, state: SeedState) -> Seeded:
    email, password = f"owner.{secrets.token_hex(3)}@example.sch.uk", _password()
    owner, school = await _owner_with_school(parts, urn, email, password)
    if state is not SeedState.AWAITING_INVITATION:
        await _grant(parts, owner, school.school_id)
    if state is SeedState.CONNECTED:
        await _connect(parts, school.school_id, urn)
    return Seeded(
        school_id=school.school_id,
        school=school.school_name,
        urn=urn,
        state=state,
        address=f"{parts.settings.address}/log-in",
        email=email,
        password=password,
    )


async def _found(parts: Services, urn: str) -> Seeded | None:
    """The school of this URN, or the one connected last, as it is; its password is its own."""
    query = (
        select(School, Connection)
        .outerjoin(Connection, col(Connection.school_id) == col(School.id))
        .order_by(col(Connection.connected_at).desc())
    )
    if urn:
        query = query.where(col(School.urn) == urn)
    async with parts.database.read() as session:
        known = (await session.exec(query)).all()
    school = next((school for school, connection in known if is_open(connection)), None)
    if school is None or school.id is None:
        if urn and known:
            raise NotConnected("")
        return None
    owner = await _owner(parts, school.id)
    return Seeded(
        school_id=school.id,
        school=school.name,
        urn=school.urn or "",
        state=SeedState.CONNECTED,
        address=f"{parts.settings.address}/log-in",
        email=owner.email,
        password=None,
    )


async def _owner(parts: Services, school_id: int) -> User:
    async with parts.database.read() as session:
        return await owner_of(session, school_id)


@asynccontextmanager
async def _product(settings: Settings, clock: Clock) -> AsyncIterator[Services]:
    app = FastAPI()
    transport = httpx.ASGITransport(app)

    def inside() -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=transport)

    async with AsyncExitStack() as stack:
        parts = await stack.enter_async_context(services.connected(settings, clock, inside))
        assert parts.stand_in is not None
        app.include_router(xporter_callback.router(settings))
        app.include_router(router(services.stand_in), prefix=STAND_IN_PATH)
        yield parts


async def _owner_with_school(
    parts: Services, urn: str, email: str, password: str
) -> tuple[int, SchoolSetUp]:
    now, database = parts.clock(), parts.database
    hashed = await passwords.hash_password(password)
    async with database.transaction() as session:
        user = await people.add_user(
            session, email=email, name=OWNER, password_hash=hashed, now=now, confirmed=True
        )
    begun = await log_in(database, email=email, password=password, life=SESSION, now=now)
    signed_in = await resolve(database, token=begun.token, life=SESSION, now=now)
    assert signed_in is not None
    assert user.id is not None
    school = await set_up_school(
        database,
        parts.register,
        user_id=user.id,
        session_id=signed_in.session_id,
        urn=urn,
        mis=MIS,
        now=now,
    )
    await log_out(database, token=begun.token, now=now)
    return user.id, school


async def _grant(parts: Services, owner: int, school_id: int) -> None:
    await grant_access(
        parts.database,
        parts.xporter,
        school_id=school_id,
        by_user_id=owner,
        clock=parts.clock,
        cooldown=timedelta(),
    )
    assert parts.stand_in is not None
    await parts.stand_in.do_due()


async def _connect(parts: Services, school_id: int, urn: str) -> None:
    listed = parts.register.get(urn)
    assert listed is not None
    assert parts.stand_in is not None
    await give_consent(parts.stand_in, estab=listed.dfe_number)
    # The first callback says authorised, the second installed; both must have been posted.
    while await parts.stand_in.do_due():
        continue
    await check(
        parts.database,
        parts.xporter,
        parts.cipher,
        school_id=school_id,
        clock=parts.clock,
        pace=parts.pace,
    )


def _password() -> str:
    return f"Demo-{secrets.token_urlsafe(9)}"
