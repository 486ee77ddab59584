"""How many rows stand behind each area of a school's data: numbers only, no people.

What Test Connection found lately is good enough; otherwise Xporter on Demand is asked.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from assembly_ui.connector.cipher import Cipher
from assembly_ui.connector.errors import SecretUnreadable
from assembly_ui.connector.keys import NoKey, key_of
from assembly_ui.connector.layers import MOST_AREAS, PASS
from assembly_ui.connector.models import ConnectionTest
from assembly_ui.connector.overview import read_overview
from assembly_ui.connector.tester import latest_test
from assembly_ui.db.database import Database
from assembly_ui.xporter.client import XporterClient
from assembly_ui.xporter.errors import XporterError

RECENT = timedelta(days=1)


async def known_headcounts(
    database: Database, *, school_id: int, now: datetime
) -> dict[str, int] | None:
    """What the last Test Connection counted; None unless that was lately."""
    test = await latest_test(database, school_id=school_id)
    if test is None or test.finished_at is None or now - test.finished_at > RECENT:
        return None
    return _counted(test)


async def ask_headcounts(
    database: Database, xporter: XporterClient, cipher: Cipher, *, school_id: int, now: datetime
) -> dict[str, int]:
    """What Xporter on Demand counts now; nothing while it does not answer."""
    overview = await read_overview(database, school_id=school_id, now=now)
    if overview.service.is_down or not overview.connection.has_key:
        return {}
    try:
        key = key_of(overview.connection, cipher, now)
        counts = await xporter.counts(overview.connection.xporter_estab or "", key.opens)
    except (SecretUnreadable, NoKey, XporterError):
        return {}
    return dict(list(counts.items())[:MOST_AREAS])


def _counted(test: ConnectionTest) -> dict[str, int] | None:
    for layer in test.layers:
        if layer["layer"] == "data" and layer["result"] == PASS:
            # A layer keeps its figures as they are shown: "1,204".
            return {area: int(shown.replace(",", "")) for area, shown in layer["detail"].items()}
    return None
