"""Schools with records, and apps with tokens, for tests of the API."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from itertools import count, islice
from typing import Any

import httpx
from sqlalchemy import insert

from assembly_ui.apps.models import App, Authorisation, TokenKind
from assembly_ui.apps.registration import NewApp, register_app
from assembly_ui.apps.tokens import issue
from assembly_ui.db.database import Database
from assembly_ui.scopes.asking import with_dependencies
from assembly_ui.scopes.catalogue import SCOPES
from assembly_ui.sync.models import Record
from tests.factories.apps import REDIRECT, ASchool, a_connected_school
from tests.unit.sync.mapping.read_school import make_all, read_school

ALL = frozenset(scope.name for scope in SCOPES)
DAY = timedelta(days=1)
ACCEPT = "application/vnd.assembly+json; version=1.1"

Data = dict[str, Any]
_names = (f"App {number}" for number in count(1))


MANY = {"result": 300, "attendance": 300}
"""Kinds of which some records do as well as all."""


@cache
def records_of_a_school() -> Mapping[str, Mapping[int, Data]]:
    """What a sync makes of the stand-in's school, by kind and number."""
    return {
        kind: {number: one.data for number, one in islice(records.items(), MANY.get(kind))}
        for kind, records in make_all(read_school()).items()
    }


async def a_synced_school(
    database: Database, *, now: datetime, changed_at: datetime | None = None, **different: Any
) -> ASchool:
    """A connected school with all its records, which changed a day ago."""
    school = await a_connected_school(database, now=now, **different)
    same = {
        "school_id": school.id,
        "label": "",
        "added_in": 1,
        "changed_at": changed_at or now - DAY,
    }
    rows = [
        {**same, "kind": kind, "number": number, "data": data}
        for kind, records in records_of_a_school().items()
        for number, data in records.items()
    ]
    async with database.transaction() as session:
        connection = await session.connection()
        await connection.execute(insert(Record), rows)
    return school


def a_record(
    school_id: int,
    kind: str,
    number: int,
    data: Data,
    *,
    at: datetime,
    removed_at: datetime | None = None,
) -> Record:
    """The row of a record."""
    return Record(
        school_id=school_id,
        kind=kind,
        number=number,
        data=data,
        added_in=1,
        changed_at=at,
        removed_at=removed_at,
    )


async def a_token(
    database: Database,
    school: ASchool | None,
    *scopes: str,
    now: datetime,
    granted_at: datetime | None = None,
    life: timedelta | None = DAY,
) -> str:
    """A token of an app of its own; without a school, an app token."""
    new = NewApp(name=next(_names), redirect_uris=[REDIRECT])
    registered = await register_app(database, new, now=now)
    async with database.transaction() as session:
        app, allowed = await session.get_one(App, registered.app_id), None
        if school:
            allowed = Authorisation(
                school_id=school.id,
                app_id=app.id,
                required_scopes=list(scopes),
                offered_scopes=[],
                optional_scopes=[],
                scopes=sorted(with_dependencies(scopes)),
                granted_by=school.owner.id,
                granted_at=granted_at or now - 2 * DAY,
            )
            session.add(allowed)
            await session.flush()
        return issue(
            session,
            TokenKind.ACCESS,
            app=app,
            authorisation_id=allowed.id if allowed else None,
            life=life,
            now=now,
        )


class Client:
    """An app at the API: what it asks, in version 1.1 and with its token."""

    def __init__(self, http: httpx.AsyncClient, token: str = "", accept: str = ACCEPT) -> None:
        self._http = http
        self._headers = {"Accept": accept}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"

    async def ask(self, path: str, method: str = "GET", **sent: Any) -> httpx.Response:
        """What is answered at this path below `/api`."""
        headers = {**self._headers, **sent.pop("headers", {})}
        return await self._http.request(method, f"/api{path}", headers=headers, **sent)

    async def read(self, path: str, **params: Any) -> Any:
        """The body of an answer that went well."""
        answer = await self.ask(path, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def refused(self, path: str, **sent: Any) -> tuple[int, str]:
        """Status and error of an answer that did not."""
        answer = await self.ask(path, **sent)
        return answer.status_code, answer.json()["error"]
