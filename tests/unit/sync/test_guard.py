"""Which changes are too large to be made without a person."""

from __future__ import annotations

import pytest

from assembly_ui.sync.guard import is_too_much


@pytest.mark.parametrize(
    ("total", "changed", "removed", "too_much"),
    [
        (100, 75, 0, False),
        (100, 76, 0, True),
        (100, 0, 10, False),
        (100, 0, 11, True),
        (100, 50, 10, False),
        (20, 0, 3, True),
        (19, 19, 19, False),
        (0, 0, 0, False),
    ],
)
def test_it_is_about_shares_of_what_was_there(
    total: int, changed: int, removed: int, *, too_much: bool
) -> None:
    assert is_too_much(total=total, changed=changed, removed=removed) is too_much
