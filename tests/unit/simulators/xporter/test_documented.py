"""What can be driven is written down."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulators.xporter.control_actions import ACTIONS
from simulators.xporter.faults import Fault

TEXT = (Path(__file__).parents[4] / "docs" / "xporter-simulator.md").read_text()


@pytest.mark.parametrize("name", [*Fault, *ACTIONS])
def test_every_fault_and_action_is_in_the_documentation(name: str) -> None:
    assert f"`{name}`" in TEXT or f"/{name}`" in TEXT
