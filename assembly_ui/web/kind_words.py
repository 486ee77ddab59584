"""What people call the kinds of records, and what a sync is busy with. Pure."""

from __future__ import annotations

KINDS: dict[str, tuple[str, str]] = {
    "school": ("School", "School"),
    "academic_year": ("Academic year", "Academic years"),
    "calendar_event": ("Calendar event", "Calendar events"),
    "room": ("Room", "Rooms"),
    "staff_member": ("Staff member", "Staff members"),
    "student": ("Student", "Students"),
    "contact": ("Contact", "Contacts"),
    "group": ("Group", "Groups"),
    "year_group": ("Year group", "Year groups"),
    "registration_group": ("Registration group", "Registration groups"),
    "teaching_group": ("Teaching group", "Teaching groups"),
    "mis_subject": ("MIS subject", "MIS subjects"),
    "subject": ("Assembly subject", "Assembly subjects"),
    "timetable": ("Timetable", "Timetables"),
    "lesson": ("Lesson", "Lessons"),
    "assessment": ("Assessment", "Assessments"),
    "assessment_point": ("Assessment point", "Assessment points"),
    "facet": ("Facet", "Facets"),
    "grade_set": ("Grade set", "Grade sets"),
    "result": ("Result", "Results"),
    "attendance": ("Attendance mark", "Attendance marks"),
    "enrolment": ("Enrolment", "Enrolments"),
}
"""One of a kind, and several, in the order in which people look for them."""


def kind_name(kind: str) -> str:
    """What many of a kind are called; a kind unknown here by its own name."""
    return KINDS[kind][1] if kind in KINDS else _plain(kind)


def one_of(kind: str) -> str:
    """What one of a kind is called."""
    return KINDS[kind][0] if kind in KINDS else _plain(kind)


def order_of_kind(kind: str) -> tuple[int, str]:
    """Where a kind stands in a list of kinds."""
    known = list(KINDS)
    return (known.index(kind) if kind in KINDS else len(known), kind)


def within(name: str) -> str:
    """A name as it stands within a sentence; MIS and Assembly stay as they are."""
    return name if name.startswith(("MIS", "Assembly")) else name[:1].lower() + name[1:]


def _plain(name: str) -> str:
    return name.replace("_", " ").capitalize()
