"""Which Assembly subject a subject of the MIS is: listed, chosen, undone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from assembly_ui.db.database import Database
from assembly_ui.db.paging import Paged
from assembly_ui.sync.choices import SUBJECTS, Choice, Chosen, choose, chosen_by
from assembly_ui.sync.in_force import MisSubject, kept_subjects, subject_in_force
from assembly_ui.sync.listed import Show, by_name, containing, page_of
from assembly_ui.sync.mapping import catalogue
from assembly_ui.sync.mapping_errors import NotInCatalogue, NotOfTheMis

NAMES = {subject.code: subject.name for subject in catalogue.SUBJECTS}
"""What the subjects of the catalogue are called, by code."""


class Order(StrEnum):
    """How the list is sorted."""

    NAME = "name"
    SUBJECT = "subject"
    LAST_CHANGED = "changed"


@dataclass(frozen=True)
class SubjectView:
    """A subject of the MIS with the mapping in force.

    `subject` and `suggested` are codes of the catalogue, empty for none. `chosen` is None
    while our suggestion is in force.
    """

    key: str
    name: str
    code: str
    subject: str
    suggested: str
    chosen: Chosen | None

    @property
    def choice(self) -> Choice:
        """What whoever changes it says they saw."""
        return self.chosen.values if self.chosen else None


@dataclass(frozen=True)
class SubjectList:
    """A page of the list, and how many there are in all, without a mapping, by suggestion."""

    page: Paged[SubjectView]
    total: int
    unmapped: int
    suggested: int


async def list_subjects(
    database: Database,
    *,
    school_id: int,
    page: int = 1,
    order: Order = Order.NAME,
    show: Show = Show.ALL,
    text: str = "",
) -> SubjectList:
    """The subjects of the MIS, a page at a time."""
    views = await _views(database, school_id)
    shown = containing([one for one in views if _is_shown(one, show)], text, _words)
    return SubjectList(
        page_of(sorted(shown, key=_KEYS[order]), page),
        len(views),
        sum(not one.subject for one in views),
        sum(one.chosen is None and bool(one.subject) for one in views),
    )


async def get_subject(database: Database, *, school_id: int, key: str) -> SubjectView:
    """One subject of the MIS.

    Raises:
        NotOfTheMis
    """
    for view in await _views(database, school_id):
        if view.key == key:
            return view
    raise NotOfTheMis


async def choose_subject(
    database: Database,
    *,
    school_id: int,
    by_user_id: int,
    key: str,
    subject: str | None,
    seen: Choice,
    now: datetime,
) -> int | None:
    """It is this Assembly subject from now on: a code, "" for none, None for our suggestion.

    Returns the number by which the change is undone; None when nothing changed. `seen` is
    the choice that was shown before.

    Raises:
        NotAllowed, NotOfTheMis, NotInCatalogue, MappingChanged
    """
    if subject and subject not in NAMES:
        raise NotInCatalogue
    await get_subject(database, school_id=school_id, key=key)
    return await choose(
        database,
        SUBJECTS,
        school_id=school_id,
        by_user_id=by_user_id,
        mis_key=key,
        choice=None if subject is None else {"subject_code": subject},
        seen=seen,
        now=now,
    )


async def _views(database: Database, school_id: int) -> list[SubjectView]:
    async with database.read() as session:
        chosen = await chosen_by(session, SUBJECTS, school_id)
    theirs = await kept_subjects(database, school_id)
    return [_view(subject, chosen.get(subject.key)) for subject in theirs]


def _view(subject: MisSubject, chosen: Chosen | None) -> SubjectView:
    in_force = subject_in_force(subject, chosen.values if chosen else None)
    return SubjectView(subject.key, subject.name, subject.code, in_force, subject.suggested, chosen)


def _words(view: SubjectView) -> list[str]:
    return [view.name, view.code, NAMES.get(view.subject, "")]


def _is_shown(view: SubjectView, show: Show) -> bool:
    match show:
        case Show.UNMAPPED:
            return not view.subject
        case Show.SUGGESTED:
            return bool(view.subject) and view.chosen is None
        case Show.CHOSEN:
            return view.chosen is not None
        case Show.ALL:
            return True


def _by_name(view: SubjectView) -> Any:
    return (by_name(view.name), view.key)


def _by_subject(view: SubjectView) -> Any:
    return (not view.subject, by_name(NAMES.get(view.subject, "")), *_by_name(view))


def _by_change(view: SubjectView) -> Any:
    return (-view.chosen.at.timestamp() if view.chosen else 0.0, *_by_name(view))


_KEYS: dict[Order, Callable[[SubjectView], Any]] = {
    Order.NAME: _by_name,
    Order.SUBJECT: _by_subject,
    Order.LAST_CHANGED: _by_change,
}
