"""The parts of a running product, for tests of what calls `bootstrap.parts()`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

from assembly_ui import bootstrap
from assembly_ui.accounts.throttles import Throttles
from assembly_ui.bootstrap import Parts
from assembly_ui.clock import Clock
from assembly_ui.database import Database
from assembly_ui.settings import Settings


@contextmanager
def running_parts(
    database: Database, clock: Clock, data_dir: Path, *, scale: float = 1, **settings: Any
) -> Iterator[Parts]:
    """Parts around the test's own database and clock; those not needed are missing."""
    made = {
        "settings": Settings(data_dir=data_dir, **settings),
        "clock": clock,
        "database": database,
        "throttles": Throttles(scale=scale),
    }
    parts = Parts(**{field.name: made.get(field.name) for field in fields(Parts)})
    before, bootstrap._Running.parts = bootstrap._Running.parts, parts
    try:
        yield parts
    finally:
        bootstrap._Running.parts = before
