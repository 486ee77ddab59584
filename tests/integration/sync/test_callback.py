"""A school that authorises anew is read anew: it may share something else now."""

from __future__ import annotations

from datetime import timedelta

import httpx
from sqlmodel import select, update

from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.sync.models import Reason, SchoolSync
from assembly_ui.sync.requests import want
from tests.factories.schools import a_school
from tests.integration.web.test_xporter_callback import TRUE, _path, http, service, web, xporter

__all__ = ["http", "service", "web", "xporter"]


async def test_a_callback_that_is_believed_has_the_school_synced(
    database: Database, clock: ManualClock, web: httpx.AsyncClient
) -> None:
    school = await a_school(database, now=clock(), connected=True)
    assert (await web.post(_path(), data=TRUE)).status_code == 204
    assert await _row(database) is None

    async with database.transaction() as session:
        await want(
            session,
            school_id=school.id or 0,
            scopes=["school"],
            reason=Reason.GRANT,
            now=clock(),
        )
        await session.exec(update(SchoolSync).values(due_at=clock() + timedelta(hours=3)))
    assert (await web.post(_path(), data=TRUE)).status_code == 204
    row = await _row(database)
    assert row is not None
    assert (row.reason, row.due_at) == (Reason.CALLBACK, clock())


async def _row(database: Database) -> SchoolSync | None:
    async with database.read() as session:
        return (await session.exec(select(SchoolSync))).first()
