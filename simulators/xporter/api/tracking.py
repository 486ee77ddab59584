"""Change tracking: what changed since a hash was given out.

Facts known of Xporter on Demand, section 9. A hash stands for a question, who
asked it, and the view of the school at the time. No rows are kept: the old answer
is made again from those and compared by RowHash. So whoever repeats a hash with
another question gets the false changes and deletions the real service warns of.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, delete

from assembly_ui.db.database import Database
from assembly_ui.jobs import worker_pools
from simulators.xporter import errors
from simulators.xporter.api.answer_cache import ANSWERS
from simulators.xporter.api.call import Call
from simulators.xporter.api.data_query import DataQuery, from_plain
from simulators.xporter.api.paging import DEFAULT_SIZE, Page
from simulators.xporter.api.tables import Tables
from simulators.xporter.api.view import View
from simulators.xporter.models import Tracked

EVERYTHING = "*"
KEPT = timedelta(days=90)
"""How long a hash is known; the real service's retention is not published."""

_STILL_FRESH = timedelta(hours=1)


@dataclass(frozen=True)
class Changes:
    """Rows that are new or changed, ids that are gone, and what is said about it."""

    tables: Tables
    deleted: dict[str, list[str]]
    said: dict[str, Any]


async def changes_since(
    call: Call, requested: str, view: View, question: DataQuery, page: Page | None
) -> Changes:
    """What changed since the hash `requested`; everything for `*`.

    Raises:
        SnapshotUnknown: nobody was given this hash for this school, or long ago.
    """
    database = call.stand_in.database
    standing = {"view": view.plain(), "question": question.plain()}
    following = _hash(call.stand_in.relying_party, standing)
    before: Tracked | None = None
    if requested != EVERYTHING:
        before = await _find(database, requested, call)
    found = await _compared(before, following, view, question)
    await _keep(database, following, standing, call)
    size = page.size if page else DEFAULT_SIZE
    return Changes(
        tables=found[0],
        deleted=found[1],
        said={
            "SnapshotDate": before.standing["view"]["at"] if before else None,
            "SnapshotRP": before.relying_party if before else None,
            "PreviousChangedRows": before.hash if before else None,
            "RequestedChangedRows": requested,
            "NextChangedRows": following,
            "NextUrl": f"?changedRows={following}&page=1&pageSize={size}",
        },
    )


async def _compared(
    before: Tracked | None, following: str, view: View, question: DataQuery
) -> tuple[Tables, dict[str, list[str]]]:
    if before and before.hash == following:
        names = (*question.about.tables, *question.about.subtables)
        return {name: [] for name in names}, {name: [] for name in names}
    now = await ANSWERS.tables(view, question)
    if before is None:
        return now, {name: [] for name in now}
    kept = before.standing
    old = await ANSWERS.tables(View(**kept["view"]), from_plain(kept["question"]))
    return await worker_pools.SIMULATOR.run(compare, old, now)


def compare(old: Tables, now: Tables) -> tuple[Tables, dict[str, list[str]]]:
    """Rows that are new or different, and ids that are gone, by table. Pure."""
    changed: Tables = {}
    deleted: dict[str, list[str]] = {}
    for name, lines in now.items():
        before = {line.id: line.hash for line in old.get(name, [])}
        changed[name] = [line for line in lines if before.get(line.id) != line.hash]
        deleted[name] = list(before.keys() - {line.id for line in lines}) if before else []
        deleted[name].sort()
    return changed, deleted


def _hash(relying_party: str, standing: dict[str, Any]) -> str:
    # The same standing gives the same hash, so asking again leaves nothing behind.
    content = json.dumps([relying_party, standing], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:32]


async def _find(database: Database, requested: str, call: Call) -> Tracked:
    async with database.read() as session:
        found = await session.get(Tracked, requested.casefold()[:32])
    if (
        found is None
        or found.relying_party != call.stand_in.relying_party
        or found.estab != call.found["estab"]
        or found.asked_at < call.now - KEPT
    ):
        raise errors.SnapshotUnknown
    return found


async def _keep(database: Database, hash_: str, standing: dict[str, Any], call: Call) -> None:
    now = call.now
    if await _is_fresh(database, hash_, now):
        return
    async with database.transaction() as session:
        row = await session.get(Tracked, hash_) or Tracked(
            hash=hash_,
            relying_party=call.stand_in.relying_party,
            estab=call.found["estab"],
            standing=standing,
            asked_at=now,
        )
        row.asked_at = now
        await session.merge(row)
        await session.exec(delete(Tracked).where(col(Tracked.asked_at) < now - KEPT))


async def _is_fresh(database: Database, hash_: str, now: datetime) -> bool:
    async with database.read() as session:
        found = await session.get(Tracked, hash_)
    return found is not None and found.asked_at > now - _STILL_FRESH
