"""What the log of the Assembly MIS integration says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from simulators.schoolbooking.requested_scopes import words_of

CONNECTED = "Connected to Assembly. Rooms, lessons and classes will be created automatically."
AWAITED = "Sync waiting: Assembly is reading the school’s MIS for the first time."
PAUSED = (
    "Sync paused: the lessons of the new term are not available yet. It goes on by itself once "
    "the new timetable takes effect."
)
REVOKED = (
    "Sync stopped: Assembly refused our call, since the school’s access was revoked. Nothing more "
    "is read. What was read before stays until you delete it."
)
AWAY = "Sync put off: Assembly did not answer. It is tried again by itself."
BUSY = "Sync put off: we asked Assembly too often. It goes on by itself."
NOTHING_NEW = "Sync complete: nothing has changed."

PLURALS = {
    "rooms": ("room", "rooms"),
    "lessons": ("lesson", "lessons"),
    "teaching_groups": ("class", "classes"),
    "registration_groups": ("form", "forms"),
    "groups": ("group", "groups"),
    "staff_members": ("member of staff", "members of staff"),
    "calendar_events": ("calendar event", "calendar events"),
    "academic_years": ("academic year", "academic years"),
    "timetables": ("timetable", "timetables"),
}
TOLD_OF = ("rooms", "lessons", "teaching_groups", "staff_members", "calendar_events")


def counted(kind: str, number: int) -> str:
    """A number of things: "1 room", "1,204 lessons"."""
    one, many = PLURALS[kind]
    return f"{number:,} {one if number == 1 else many}"


def complete(totals: Mapping[str, int]) -> str:
    """A whole sync: how much there is now."""
    told = listed([counted(kind, totals.get(kind, 0)) for kind in TOLD_OF])
    return f"Sync complete: {told}."


def changed(changes: Mapping[str, int]) -> str:
    """A later sync: how much of each kind was new or different."""
    told = [counted(kind, number) for kind, number in changes.items() if number]
    return f"Sync complete: {listed(told)} new or changed." if told else NOTHING_NEW


def shared_differently(more: Iterable[str], less: Iterable[str]) -> str:
    """The school shares other scopes than before."""
    parts = []
    if more := sorted(more):
        parts.append(f"It now also shares: {_in_words(more)}.")
    if less := sorted(less):
        parts.append(f"It no longer shares: {_in_words(less)}.")
    return " ".join(["The school changed what it shares.", *parts])


def listed(words: list[str]) -> str:
    """One, two and three."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _in_words(scopes: list[str]) -> str:
    told = [words_of(scope) for scope in scopes]
    return listed([words[:1].lower() + words[1:] for words in told])
