"""The parts of a running product, for tests of what calls `get_services()`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from assembly_ui import services
from assembly_ui.accounts.invite_codes import ensure_default_code
from assembly_ui.accounts.throttles import Throttles
from assembly_ui.audit import security_log
from assembly_ui.audit.security_log import SecurityLog
from assembly_ui.clock import Clock, ManualClock
from assembly_ui.db.database import Database
from assembly_ui.jobs.supervision import Supervisor
from assembly_ui.services import Services
from assembly_ui.settings import Settings
from assembly_ui.web.live import tabs
from tests.factories.accounts import ADDRESS


@contextmanager
def running_parts(
    database: Database, clock: Clock, data_dir: Path, *, scale: float = 1, **settings: Any
) -> Iterator[Services]:
    """Parts around the test's own database and clock; those not needed are missing."""
    config = Settings(data_dir=data_dir, **settings)
    # Written when a test flushes it, so that no task outlives the test.
    events = SecurityLog(database, clock, config.security_log_key, writes=False)
    made = {
        "settings": config,
        "security_log": events,
        "clock": clock,
        "database": database,
        "throttles": Throttles(scale=scale),
        "supervisor": Supervisor(),
    }
    parts = Services(**{field.name: made.get(field.name) for field in fields(Services)})
    before, services._Running.parts = services._Running.parts, parts
    log_before = security_log.install(events)
    try:
        yield parts
    finally:
        services._Running.parts = before
        security_log.install(log_before)


@pytest.fixture
async def parts(database: Database, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Services]:
    """The product's parts, with the demo's invite code."""
    await ensure_default_code(database, clock())
    with running_parts(database, clock, tmp_path, public_url=ADDRESS) as parts:
        yield parts
    tabs._tabs.clear()
