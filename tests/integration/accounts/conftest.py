"""Hashing in this room's tests is cheap, and can be counted; pages have parts to work with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from assembly_ui.accounts.invite_codes import ensure_default_code
from assembly_ui.bootstrap import Parts
from assembly_ui.clock import ManualClock
from assembly_ui.database import Database
from assembly_ui.web.live import tabs
from tests.factories.accounts import ADDRESS, cheap_bcrypt, count_bcrypt
from tests.factories.parts import running_parts
from tests.factories.states import Tab

__all__ = ["cheap_bcrypt", "count_bcrypt"]


@pytest.fixture
async def parts(database: Database, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Parts]:
    """What handlers and routes work with."""
    await ensure_default_code(database, clock())
    with running_parts(database, clock, tmp_path, public_url=ADDRESS) as parts:
        yield parts
    tabs._tabs.clear()


@pytest.fixture
def tab(parts: Parts) -> Tab:
    """A tab of a browser nobody is signed in with."""
    return Tab()
