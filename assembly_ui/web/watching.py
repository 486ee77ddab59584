"""Tells the watcher which schools people are looking at right now."""

from __future__ import annotations

import asyncio

import structlog
from sqlalchemy.exc import SQLAlchemyError

from assembly_ui.connector.onlookers import mark_watched
from assembly_ui.connector.schedule import LOOKED_AT
from assembly_ui.pubsub.topics import SCHOOL, Topic
from assembly_ui.services import Services
from assembly_ui.web.live import tabs
from assembly_ui.web.pages.connector.state import ConnectorState

log = structlog.get_logger()

EVERY_SECONDS = LOOKED_AT.total_seconds() / 2


async def keep_watched_schools_fresh(services: Services) -> None:
    """Note again and again which connector pages are open, until cancelled."""
    while True:
        await asyncio.sleep(EVERY_SECONDS)
        ids = _schools(tabs.watched(ConnectorState))
        try:
            await mark_watched(
                services.database, school_ids=ids, now=services.clock(), pace=services.pace
            )
        except SQLAlchemyError:
            log.exception("watching.failed")


def _schools(topics: set[Topic]) -> set[int]:
    parted = (topic.partition(":") for topic in topics)
    return {int(number) for kind, _, number in parted if kind == SCHOOL}
