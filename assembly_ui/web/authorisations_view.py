"""From the record of authorisations to the lines of its page. Pure."""

from __future__ import annotations

from typing import TypedDict
from urllib.parse import urlencode

from assembly_ui.apps.history import EventView
from assembly_ui.apps.models import Happening
from assembly_ui.web.apps_view import app_href
from assembly_ui.web.apps_words import EVENT_TONES, EVENTS
from assembly_ui.web.scopes_view import title_of

CSV = "/authorisations.csv"
SHOWN_AT_ONCE = 3
"""Of the scopes a line is about; the rest opens."""


class EventLine(TypedDict):
    """A line of the record."""

    id: int
    at: str
    what: str
    tone: str
    app: str
    href: str
    by: str
    added: list[str]
    removed: list[str]
    summary: str


def event_line(event: EventView) -> EventLine:
    """What happened, in words."""
    added = [title_of(name) for name in event.scopes_added]
    removed = [title_of(name) for name in event.scopes_removed]
    return EventLine(
        id=event.id,
        at=event.at.isoformat(),
        what=EVENTS[event.what],
        tone=EVENT_TONES[event.what],
        app=event.app_name,
        href=app_href(event.slug),
        by=event.by_name or event.app_name,
        added=added,
        removed=removed,
        summary=_summary(len(added), len(removed)),
    )


def kind_of(value: str) -> Happening | None:
    """What the filter asks for; nothing in particular unless it is known."""
    return Happening(value) if value in list(Happening) else None


def csv_href(*, school_id: int, app: str, what: str) -> str:
    """The address of the school's record as a file, filtered alike."""
    asked = {"school": school_id, "app": app, "what": what}
    return f"{CSV}?{urlencode({name: value for name, value in asked.items() if value})}"


def _summary(added: int, removed: int) -> str:
    parts = [f"{added} added" if added else "", f"{removed} taken away" if removed else ""]
    return ", ".join(part for part in parts if part)
