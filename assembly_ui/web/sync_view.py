"""From how the sync of a school stands to what pages say of it. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from assembly_ui.sync.progress import MAKING, READING, read_doing
from assembly_ui.sync.status import SyncStatus
from assembly_ui.web.kind_words import kind_name, within


class SyncView(TypedDict):
    """What every page may show of the sync. Moments are ISO 8601, empty when there is none.

    `steps` is 0 while nobody knows how many there are.
    """

    running: bool
    doing: str
    done: int
    steps: int
    since: str
    waiting: bool
    held: bool
    last: str
    last_at: str
    changes_at: str
    purge: str


QUIET = SyncView(
    running=False,
    doing="",
    done=0,
    steps=0,
    since="",
    waiting=False,
    held=False,
    last="",
    last_at="",
    changes_at="",
    purge="",
)
"""Before anything is known."""

QUERIES = {
    "SchoolInfo": "who your school is",
    "Groups": "groups and subjects",
    "Calendar": "the calendar",
    "TimetableModel": "the timetable",
    "TimetableStructure": "the timetable",
    "Timetable": "lessons and cover",
    "Staff": "staff",
    "Students": "students",
    "SEN": "special educational needs",
    "StudentMedical": "medical information",
    "Contacts": "contacts",
    "StudentContacts": "whose contacts they are",
    "assessmentstructure": "what you assess",
    "assessmentresults": "results",
    "AttendanceForDateRange": "attendance marks",
}
"""What is read by a query of Xporter on Demand, by its endpoint."""

LAST = {
    "success": "Your data was read and has changed.",
    "no_changes": "Your data was read. Nothing had changed.",
    "failure": "Your data could not be read. What we have stays as it was.",
}
"""The last sync in words, by its status (facts file, 1.9)."""

HELD = "Your data was read. Large changes in it wait for a person."


def sync_view(status: SyncStatus | None, *, now: datetime) -> SyncView:
    """What is shown of the sync of a school; None for one that never had any."""
    if status is None:
        return QUIET
    running = status.running
    is_due = status.due_at is not None and status.due_at <= now
    return SyncView(
        running=running is not None,
        doing=doing_words(running.doing) if running else "",
        done=min(running.steps_done, running.steps) if running else 0,
        steps=running.steps if running else 0,
        since=running.since.isoformat() if running else "",
        waiting=running is None and is_due,
        held=status.held,
        last=HELD if status.held else LAST.get(status.last_status, ""),
        last_at=_iso(status.last_sync_at),
        changes_at=_iso(status.last_changes_at),
        purge=f"{status.purge_at:%-d %B %Y}" if status.purge_at else "",
    )


def doing_words(doing: str) -> str:
    """What the sync reads or makes at the moment, as the end of a sentence."""
    what, name = read_doing(doing)
    if what == MAKING:
        return f"putting together {within(kind_name(name))}"
    if what == READING:
        return f"reading {QUERIES.get(name.partition(' ')[0], 'from your MIS')}"
    return "beginning"


def _iso(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
