"""How many records of each kind a school has, from whoever knows."""

from __future__ import annotations

import asyncio

from assembly_ui.connector.headcounts import ask_headcounts, known_headcounts
from assembly_ui.pubsub.topics import SYNC, Topic
from assembly_ui.services import get_services
from assembly_ui.sync import records
from assembly_ui.sync.status import read_status
from assembly_ui.web.record_words import OF_AREAS

LONGEST_WAIT = 4
"""Seconds."""


async def known_figures(school_id: int) -> dict[str, int]:
    """By kind of record: what was synced, or else what the connection was tested with."""
    services = get_services()
    if synced := await records.counts(services.database, school_id=school_id):
        return synced
    counted = await known_headcounts(services.database, school_id=school_id, now=services.clock())
    return _by_kind(counted or {})


async def asked_figures(school_id: int) -> dict[str, int]:
    """By kind of record, asked of Xporter on Demand now: numbers only.

    Nothing while it does not answer: a page is not kept waiting for a figure.
    """
    services = get_services()
    try:
        async with asyncio.timeout(LONGEST_WAIT):
            counted = await ask_headcounts(
                services.database,
                services.xporter,
                services.cipher,
                school_id=school_id,
                now=services.clock(),
            )
    except TimeoutError:
        return {}
    return _by_kind(counted)


def _by_kind(areas: dict[str, int]) -> dict[str, int]:
    return {OF_AREAS[area]: count for area, count in areas.items() if area in OF_AREAS}


async def is_syncing(topic: Topic) -> bool:
    """Whether this is news of a sync that goes on: figures are worth reading at its end."""
    kind, _, number = topic.partition(":")
    if kind != SYNC:
        return False
    status = await read_status(get_services().database, school_id=int(number))
    return status.running is not None
