"""What the server says of the time."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import httpx
from fastapi import FastAPI

from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.web.routes.clock import PATH, router
from tests.factories.parts import running_parts


async def test_the_server_s_time_is_told_in_milliseconds_and_kept_by_no_cache(
    database: Database, clock: ManualClock, tmp_path: Path
) -> None:
    with running_parts(database, clock, tmp_path) as made:
        app = FastAPI()
        app.include_router(router(made.settings))
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://assembly.test") as web:
            clock.advance(timedelta(milliseconds=1500))
            answer = await web.get(PATH)
    assert answer.text == str(round(clock().timestamp() * 1000))
    assert answer.headers["cache-control"] == "no-store"
