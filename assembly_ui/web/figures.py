"""How many records of each kind a school has, from whoever knows."""

from __future__ import annotations

from assembly_ui.bootstrap import parts
from assembly_ui.connector.headcounts import ask_headcounts, known_headcounts
from assembly_ui.sync import records
from assembly_ui.web.record_words import OF_AREAS


async def known_figures(school_id: int) -> dict[str, int]:
    """By kind of record: what was synced, or else what the connection was tested with."""
    use = parts()
    if synced := await records.counts(use.database, school_id=school_id):
        return synced
    counted = await known_headcounts(use.database, school_id=school_id, now=use.clock())
    return _by_kind(counted or {})


async def asked_figures(school_id: int) -> dict[str, int]:
    """By kind of record, asked of Xporter on Demand now: numbers only."""
    use = parts()
    counted = await ask_headcounts(
        use.database, use.xporter, use.cipher, school_id=school_id, now=use.clock()
    )
    return _by_kind(counted)


def _by_kind(areas: dict[str, int]) -> dict[str, int]:
    return {OF_AREAS[area]: count for area, count in areas.items() if area in OF_AREAS}
