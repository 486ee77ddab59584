"""What SchoolBooking asks schools for, and why."""

from __future__ import annotations

from collections.abc import Collection

NAME = "SchoolBooking"
SUMMARY = "Room booking and parent meetings, filled from your timetable."
DESCRIPTION = (
    "SchoolBooking shows which rooms are free and lets staff book them. Rooms, lessons, classes "
    "and staff are created from your timetable and kept up to date. With the Parent Meeting "
    "module, parents book their appointments too."
)
PURPOSE = (
    "To create rooms, lessons and classes from your timetable, to show who teaches where, and to "
    "let your staff log in with their school email address. The optional areas are for the Parent "
    "Meeting module: it needs to know which pupils there are, and whom to invite."
)

REQUIRED = (
    "school",
    "calendar",
    "staff_members.basic",
    "staff_members.emails",
    "groups",
    "teaching_groups",
    "registration_groups",
    "timetables",
    "timetables.cover",
)
PARENT_MEETINGS = {
    "students.basic": "Pupils’ names and year groups",
    "contacts.basic": "Parents’ and carers’ names",
    "contacts.emails": "Parents’ and carers’ email addresses",
    "contacts.priority": "Whom to invite first",
    "contacts.parental_responsibility": "Who has parental responsibility",
}
"""The optional scopes: the module works with all of them or not at all."""

SCOPE = " ".join(
    [f"{name}:required" for name in REQUIRED] + [f"{name}:optional" for name in PARENT_MEETINGS]
)
"""The `scope` parameter (facts file, 2.2)."""


def missing_for_parent_meetings(scopes: Collection[str]) -> list[str]:
    """In words, what the Parent Meeting module still needs the school to share."""
    return [words for name, words in PARENT_MEETINGS.items() if name not in scopes]


def words_of(scope: str) -> str:
    """What a scope brings, in words where we have some."""
    return PARENT_MEETINGS.get(scope, scope)
