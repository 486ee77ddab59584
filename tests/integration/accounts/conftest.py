"""Hashing in this room's tests is cheap, and can be counted; pages have parts to work with."""

from __future__ import annotations

import pytest

from assembly_ui.services import Services
from tests.factories.accounts import cheap_bcrypt, count_bcrypt
from tests.factories.parts import parts
from tests.factories.states import Tab

__all__ = ["cheap_bcrypt", "count_bcrypt", "parts"]


@pytest.fixture
def tab(parts: Services) -> Tab:
    """A tab of a browser nobody is signed in with."""
    return Tab()
