"""The shipped register, read once for all tests that search it."""

from __future__ import annotations

from pathlib import Path

import pytest

from assembly_ui.schools.register import Register


@pytest.fixture(scope="session")
def register(tmp_path_factory: pytest.TempPathFactory) -> Register:
    empty: Path = tmp_path_factory.mktemp("no_import")
    return Register.load(empty)
