"""Apps, what they ask, and schools that authorise them, for tests."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sqlmodel import col, select

from assembly_ui.accounts.people import Person
from assembly_ui.apps.asking import Ask
from assembly_ui.apps.authorising import authorise
from assembly_ui.apps.links import Links
from assembly_ui.apps.models import Authorisation, AuthorisationEvent
from assembly_ui.apps.pkce import s256
from assembly_ui.apps.registration import NewApp, Registered, register_app
from assembly_ui.apps.requests import begin, claim
from assembly_ui.db.database import Database
from assembly_ui.schools.models import School
from assembly_ui.sync.models import SchoolSync
from tests.factories.accounts import ADDRESS, a_person
from tests.factories.schools import a_school

REDIRECT = "https://rooms.example/assembly/callback"
VERIFIER = "v" * 43
PKCE = {"code_challenge": s256(VERIFIER), "code_challenge_method": "S256"}
LINKS = Links(ADDRESS, "help@assembly.education")
SCOPE = "staff_members.emails timetables contacts.basic:optional contacts.emails:optional"


@dataclass(frozen=True)
class ASchool:
    """A connected school with its owner."""

    row: School
    owner: Person

    @property
    def id(self) -> int:
        """Its number."""
        assert self.row.id is not None
        return self.row.id


async def an_app(database: Database, *, now: datetime, **different: Any) -> Registered:
    """An app called Rooms that may ask for anything, unless told otherwise."""
    given = {"name": "Rooms", "redirect_uris": [REDIRECT], "support": "help@rooms.example"}
    return await register_app(database, NewApp(**{**given, **different}), now=now)


async def a_connected_school(database: Database, *, now: datetime, **different: Any) -> ASchool:
    """A school that may authorise apps."""
    owner = different.pop("owner", None) or await a_person(database, now=now)
    row = await a_school(database, now=now, owner=owner, **{"connected": True, **different})
    return ASchool(row, owner)


async def a_request(
    database: Database, app: Registered, person: Person, *, now: datetime, **different: Any
) -> int:
    """A Data Access Request of the app that this person claimed; its number."""
    asked = {"client_id": app.client_id, "redirect_uri": REDIRECT, "scope": SCOPE, **PKCE}
    begun = await begin(database, Ask(**{**asked, **different}), now=now)
    view = await claim(database, token=begun.token, user_id=person.id, now=now)
    return view.id


async def authorised(
    database: Database,
    app: Registered,
    school: ASchool,
    *,
    now: datetime,
    optional: Iterable[str] = (),
    by: Person | None = None,
    **asked: Any,
) -> str:
    """The school authorises the app. The code that the app gets."""
    person = by or school.owner
    request_id = await a_request(database, app, person, now=now, **asked)
    address = await authorise(
        database,
        request_id=request_id,
        school_id=school.id,
        by_user_id=person.id,
        optional=optional,
        now=now,
        links=LINKS,
    )
    return query_of(address)["code"]


async def allowed(database: Database, school: ASchool) -> list[Authorisation]:
    """Every authorisation of the school, in force or not, the first one first."""
    query = (
        select(Authorisation)
        .where(col(Authorisation.school_id) == school.id)
        .order_by(col(Authorisation.id))
    )
    async with database.read() as session:
        return list(await session.exec(query))


async def happened(database: Database, school: ASchool) -> list[str]:
    """What the record of the school says happened, in order."""
    query = (
        select(AuthorisationEvent.what)
        .where(col(AuthorisationEvent.school_id) == school.id)
        .order_by(col(AuthorisationEvent.id))
    )
    async with database.read() as session:
        return [what.value for what in await session.exec(query)]


async def wanted_of(database: Database, school: ASchool) -> set[str]:
    """The scopes that the sync of the school is told to fetch."""
    async with database.read() as session:
        sync = await session.get(SchoolSync, school.id)
    return set(sync.wanted_scopes) if sync else set()


def query_of(address: str) -> dict[str, str]:
    """The parameters of an address."""
    found = parse_qs(urlsplit(address).query, keep_blank_values=True)
    assert all(len(values) == 1 for values in found.values())
    return {name: values[0] for name, values in found.items()}
