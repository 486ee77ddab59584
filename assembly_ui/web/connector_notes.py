"""Early warnings, and what is said of Xporter on Demand as a whole, for the screen. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from assembly_ui.connector.overview import Overview
from assembly_ui.connector.service import ServiceFacts
from assembly_ui.connector.warnings import EarlyWarning, early_warnings
from assembly_ui.web.connector_moments import iso
from assembly_ui.web.connector_words import WARNINGS


class Note(TypedDict):
    """An early warning: a title, words, a moment that ticks, and words after it."""

    key: str
    title: str
    before: str
    at: str
    after: str


class ServiceView(TypedDict):
    """What is shown of Xporter on Demand as a whole, alike for every school."""

    service_since: str


def service_view(service: ServiceFacts) -> ServiceView:
    """What every open tab shows of the service: since when it has problems, if it has."""
    return ServiceView(service_since=iso(service.since))


def notes_of(overview: Overview) -> list[Note]:
    """What is worth knowing of a connection before it becomes a problem."""
    return [_note(overview, found) for found in early_warnings(overview.facts, overview.now)]


def _note(overview: Overview, found: EarlyWarning) -> Note:
    title, before, after = WARNINGS[found.kind]
    named = {
        "email": overview.connection.invited_email or "your school",
        "names": _in_words(found.names),
    }
    return Note(
        key=found.kind.value,
        title=title,
        before=before.format(**named),
        at=iso(found.since),
        after=after.format(**named),
    )


def _in_words(names: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
