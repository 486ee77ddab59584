"""How many records there are of a kind, in words. Pure."""

from __future__ import annotations

from assembly_ui.web.kind_words import kind_name, one_of

OF_AREAS = {
    "Staff": "staff_member",
    "Students": "student",
    "Contacts": "contact",
    "Groups": "group",
    "AttendanceMarks": "attendance",
    "AssessmentResults": "result",
}
"""Which kind of record an area that Xporter on Demand counts is about."""


def counted(kind: str, count: int) -> str:
    """So many records of a kind: "1 room", "1,204 students"."""
    name = one_of(kind) if count == 1 else kind_name(kind)
    return f"{count:,} {_within(name)}"


def _within(name: str) -> str:
    """A name as it stands within a sentence; MIS stays as it is."""
    return (
        name if name[:2].isupper() or name.startswith("Assembly") else name[:1].lower() + name[1:]
    )
