"""Run as a process of its own: presses Grant Access and is killed while XoD is asked."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from datetime import datetime, timedelta

import httpx
import respx

import assembly_ui.db.metadata  # noqa: F401  (registers every table)
from assembly_ui.clock import ManualClock
from assembly_ui.connector.grant_access import grant_access
from assembly_ui.db.database import Database
from assembly_ui.xporter.client import make_http
from tests.factories.xporter import ADDRESS, Service, a_client


def _die(_request: httpx.Request) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def _press(url: str, now: str, school_id: str) -> None:
    clock = ManualClock(datetime.fromisoformat(now))
    service = Service(clock)
    service.says("SchoolRegister", _die)
    with respx.mock(assert_all_called=False) as router:
        router.route(url__startswith=ADDRESS).mock(side_effect=service.answer)
        async with make_http() as http:
            await grant_access(
                Database(url),
                a_client(http, clock),
                school_id=int(school_id),
                by_user_id=1,
                clock=clock,
                cooldown=timedelta(seconds=20),
            )


if __name__ == "__main__":
    asyncio.run(_press(*sys.argv[1:]))
