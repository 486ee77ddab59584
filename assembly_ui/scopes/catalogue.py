"""The 85 scopes of the API, version 1.1, as data.

Names and what belongs to which: facts file, sections 1.11, 2.7 and 2.8. Titles not
found there follow their pattern; summaries, words and samples are ours.
"""

from __future__ import annotations

from assembly_ui.scopes.attainment_scopes import ATTAINMENT_SCOPES
from assembly_ui.scopes.contact_scopes import CONTACT_SCOPES
from assembly_ui.scopes.group_scopes import GROUP_SCOPES
from assembly_ui.scopes.school_scopes import SCHOOL_SCOPES
from assembly_ui.scopes.scope import Field, Scope, UnknownScope
from assembly_ui.scopes.staff_scopes import STAFF_SCOPES
from assembly_ui.scopes.student_scopes import STUDENT_SCOPES
from assembly_ui.scopes.support_scopes import SUPPORT_SCOPES

__all__ = ["AREAS", "FREE", "SCOPES", "Field", "Scope", "UnknownScope", "scope_named"]

FREE = "school"
"""The scope that every grant brings along, and that validates a connection."""

SCOPES: tuple[Scope, ...] = (
    *SCHOOL_SCOPES,
    *GROUP_SCOPES,
    *STAFF_SCOPES,
    *sorted((*STUDENT_SCOPES, *SUPPORT_SCOPES), key=lambda scope: scope.name),
    *CONTACT_SCOPES,
    *ATTAINMENT_SCOPES,
)
"""In the order in which they are shown: by area."""

AREAS: tuple[str, ...] = tuple(dict.fromkeys(scope.area for scope in SCOPES))

_BY_NAME = {scope.name: scope for scope in SCOPES}


def scope_named(name: str) -> Scope:
    """The scope of this name.

    Raises:
        UnknownScope
    """
    try:
        return _BY_NAME[name]
    except KeyError:
        raise UnknownScope(name) from None
