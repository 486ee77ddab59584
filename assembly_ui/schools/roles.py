"""Which roles can be given, and to whom. Pure."""

from __future__ import annotations

from assembly_ui.schools.errors import RoleUnknown
from assembly_ui.schools.models import Role

GIVEN = (Role.ADMIN, Role.VIEWER)
"""There is one owner; ownership is transferred, never given."""


def parse_role(value: object) -> Role:
    """The role to give.

    Raises:
        RoleUnknown
    """
    for role in GIVEN:
        if value == role.value:
            return role
    raise RoleUnknown
