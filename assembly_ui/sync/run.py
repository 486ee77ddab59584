"""One sync of one school, from the moment it is claimed to how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import structlog

from assembly_ui.clock import Clock
from assembly_ui.connector.cipher import Cipher
from assembly_ui.connector.health import Health
from assembly_ui.connector.models import Connection
from assembly_ui.connector.notices import Links
from assembly_ui.db.database import Database
from assembly_ui.sync.applying import Applying
from assembly_ui.sync.beginning import Beginner, today_at
from assembly_ui.sync.claimed import Claimed, Overtaken
from assembly_ui.sync.ending import Ended, end, fail, let_go
from assembly_ui.sync.models import SchoolSync
from assembly_ui.sync.pace import Pace
from assembly_ui.sync.purge import Purge, forget_old
from assembly_ui.sync.reading import Reading, Trouble
from assembly_ui.sync.recipe import Recipe
from assembly_ui.xporter.client import XporterClient
from assembly_ui.xporter.errors import XporterError

log = structlog.get_logger()


@dataclass(frozen=True)
class Tools:
    """What every sync works with. `links` are those of emails to a school's admins."""

    database: Database
    xporter: XporterClient
    cipher: Cipher
    clock: Clock
    recipe: Recipe
    pace: Pace
    health: Health
    links: Links | None = None


async def sync_school(tools: Tools, school_id: int) -> None:
    """Sync a school that was claimed, as far as that is possible now."""
    now = tools.clock()
    await forget_old(tools.database, school_id, now - tools.pace.kept)
    purged = await _purge_due(tools, school_id, now)
    claimed = await Beginner(tools.database, tools.cipher).begin(school_id, now, purged=purged)
    if claimed is None:
        return
    try:
        await _sync(tools, claimed, purged=purged)
    except Overtaken:
        log.info("sync.overtaken", school_id=school_id)
        await let_go(tools.database, claimed)


async def _sync(tools: Tools, claimed: Claimed, *, purged: bool) -> None:
    trouble = Trouble()
    if claimed.key is not None:
        reading = Reading(tools.database, tools.xporter, tools.recipe, claimed, tools.clock)
        trouble = reading.trouble
        try:
            await reading.read_all()
        except XporterError as error:
            await tools.health.blame(claimed.school_id, error)
            log.warning("sync.failed", school_id=claimed.school_id, why=str(error))
            await fail(tools.database, claimed, error, tools.clock(), tools.pace)
            return
        await tools.health.note_answer()
    applying = Applying(tools.database, tools.recipe, claimed, tools.clock, as_seen=purged)
    await applying.make_stale()
    ended = Ended(
        applying.changed > 0,
        bool(applying.held),
        trouble,
        applying.needed,
        applying.is_rollover,
    )
    await end(tools.database, claimed, ended, tools.clock(), tools.pace, tools.links)


async def _purge_due(tools: Tools, school_id: int, now: datetime) -> bool:
    """Purge the school, if that is due; whether it was."""
    async with tools.database.read() as session:
        row = await session.get_one(SchoolSync, school_id)
        connection = await session.get(Connection, school_id)
    if row.purge_at is None or row.purge_at > now:
        return False
    purge = Purge(tools.database, tools.recipe, school_id, row.wanted_scopes)
    try:
        await purge.do(today_at(connection, now))
    except Overtaken:
        log.info("sync.purge_overtaken", school_id=school_id)
        return False
    return True
