"""Right school: numbers decide, names only where there are none."""

from __future__ import annotations

import pytest

from assembly_ui.connector.matching import same_school

CASES = [
    ("2136007", "2136007", "Harrow School", "Anything", True),
    ("2136007", "2136008", "Harrow School", "Harrow School", False),
    ("2136007", "213/6007", "Harrow School", "x", True),
    ("2136007", "6007", "Harrow School", "x", True),
    ("2136007", "6008", "Harrow School", "Harrow School", False),
    ("2136007", "", "The King's School", "KINGS SCHOOL", True),
    ("2136007", "", "St Mary's", "Saint Marys", True),
    ("2136007", "", "St Mary's", "St Anne's", False),
    ("2136007", "", "", "", False),
]


@pytest.mark.parametrize(("chosen", "found", "name", "mis_name", "same"), CASES)
def test_the_same_school_is_recognised(
    chosen: str, found: str, name: str, mis_name: str, same: bool
) -> None:
    assert (
        same_school(chosen_estab=chosen, mis_estab=found, chosen_name=name, mis_name=mis_name)
        is same
    )
