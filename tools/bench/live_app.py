"""The product as it is served, with one door more: the bench commits facts inside it."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from assembly_ui.assembly_ui import app
from assembly_ui.services import get_services
from tools.bench.facts import DOOR, commit


@asynccontextmanager
async def _door() -> AsyncIterator[None]:
    async with await asyncio.start_unix_server(_answer, os.environ[DOOR]):
        yield


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while line := await reader.readline():
        committed = await commit(get_services(), json.loads(line))
        writer.write(f"{committed}\n".encode())
    writer.close()


app.register_lifespan_task(_door)
