"""People around the schools of a running demo, from a stranger to the owner."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
from sqlmodel import col, delete

from assembly_ui.accounts.people import Person
from assembly_ui.db.database import Database
from assembly_ui.schools.models import Membership, Role, School
from tests.factories.accounts import PASSWORD, a_person
from tests.factories.schools import a_member
from tests.journeys.server import Server

_hosts = itertools.count(1)


@dataclass(frozen=True)
class Account:
    """Who somebody is, and the Cookie header of their log-in."""

    id: int
    email: str
    password: str
    cookie: str
    school_id: int | None = None


class People:
    """Makes people of a demo, by the product's own tables and its log-in form."""

    def __init__(self, server: Server, database: Database) -> None:
        self._server = server
        self._database = database

    async def owner(self, seeded: dict[str, Any]) -> Account:
        """The owner of a school that was seeded (`server.seed`)."""
        email, password = seeded["email"], seeded["password"]
        cookie = await cookie_of(self._server, email, password)
        person = await self._person_id(email)
        return Account(person, email, password, cookie, seeded["school_id"])

    async def stranger(self) -> Account:
        """Somebody with a confirmed account and no school."""
        return await self._logged_in(await self._person())

    async def member(self, school_id: int, role: Role) -> Account:
        """Somebody of this school with this role, whose log-in looks at the school."""
        person = await self._person()
        await self._join(school_id, person, role)
        return await self._logged_in(person, school_id)

    async def removed(self, school_id: int, role: Role = Role.ADMIN) -> Account:
        """Somebody whose log-in looks at a school that they no longer belong to."""
        account = await self.member(school_id, role)
        async with self._database.transaction() as session:
            await session.exec(delete(Membership).where(col(Membership.user_id) == account.id))
        return account

    async def logged_out(self, school_id: int, role: Role = Role.ADMIN) -> Account:
        """A member whose cookie is still known to somebody, and was logged out."""
        account = await self.member(school_id, role)
        async with browser(self._server, cookie=account.cookie) as window:
            await window.post("/auth/log-out")
        return account

    async def _person(self) -> Person:
        email = f"ann.smith.{secrets.token_hex(5)}@example.sch.uk"
        return await a_person(self._database, now=_now(), email=email, name="Ann Smith")

    async def _join(self, school_id: int, person: Person, role: Role) -> None:
        async with self._database.read() as session:
            school = await session.get_one(School, school_id)
        await a_member(self._database, school, person, role, now=_now())

    async def _logged_in(self, person: Person, school_id: int | None = None) -> Account:
        cookie = await cookie_of(self._server, person.email, PASSWORD)
        return Account(person.id, person.email, PASSWORD, cookie, school_id)

    async def _person_id(self, email: str) -> int:
        from tests.factories.accounts import the_user

        return (await the_user(self._database, email)).id or 0


@asynccontextmanager
async def people_of(server: Server) -> AsyncIterator[People]:
    """The people of this demo; made in its database, beside it."""
    database = Database(f"sqlite+aiosqlite:///{server.folder / 'data' / 'assembly.db'}")
    try:
        yield People(server, database)
    finally:
        await database.close()


@asynccontextmanager
async def browser(
    server: Server, *, cookie: str = "", origin: str | None = "", address: str = "", **more: Any
) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client that follows no redirects.

    It is on one of our own pages; `origin` puts it on another site's, None on none. `address` is
    its network address (see `an_address`).
    """
    headers = {"Cookie": cookie} if cookie else {}
    if origin is not None:
        headers["Origin"] = origin or server.address
    if address:
        headers["X-Forwarded-For"] = address
    async with httpx.AsyncClient(
        base_url=server.address, headers=headers, timeout=60, **more
    ) as client:
        yield client


async def cookie_of(server: Server, email: str, password: str) -> str:
    """Log in with the form and be led on; the Cookie header from then on."""
    async with browser(server, address=an_address()) as window:
        answer = await window.post("/auth/log-in", data={"email": email, "password": password})
        assert answer.status_code == httpx.codes.SEE_OTHER, answer.text
        await window.get(answer.headers["location"])
        assert window.cookies, f"{email} was not let in: {answer.headers['location']}"
        return "; ".join(f"{name}={value}" for name, value in window.cookies.items())


def an_address() -> str:
    """A network address that nobody else in the tests has."""
    high, low = divmod(next(_hosts), 250)
    return f"198.18.{high}.{low + 1}"


def _now() -> datetime:
    return datetime.now(UTC)
