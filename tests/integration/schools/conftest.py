"""A small register, and hashing at a cost for tests."""

from __future__ import annotations

import pytest

from assembly_ui.schools.register import Register, RegisterSchool
from tests.factories.accounts import cheap_bcrypt

__all__ = ["cheap_bcrypt"]


def _school(urn: str, name: str, number: str, status: str = "Open") -> RegisterSchool:
    return RegisterSchool(
        urn=urn,
        la_code=number[:3],
        establishment_number=number[3:],
        name=name,
        local_authority="Camden",
        postcode="NW1 9AA",
        town="London",
        phase="Secondary",
        type="Community school",
        status=status,
        website="https://school.example",
        telephone="020 7946 0000",
    )


@pytest.fixture(scope="session")
def register() -> Register:
    """Three schools, one of them closed."""
    return Register(
        [
            _school("100001", "Abbey School", "2024001"),
            _school("100002", "Bishop School", "2024002"),
            _school("100003", "Closed School", "2024003", "Closed"),
        ]
    )
