"""Which Assembly assessment, facet and subject an aspect of the MIS is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from assembly_ui.db.database import Database
from assembly_ui.db.paging import Paged
from assembly_ui.sync.choices import ASSESSMENTS, Choice, Chosen, choose, chosen_by
from assembly_ui.sync.in_force import Aspect, meaning_in_force, read_aspects
from assembly_ui.sync.listed import Show, by_name, containing, page_of
from assembly_ui.sync.mapping import catalogue
from assembly_ui.sync.mapping.making import Meaning
from assembly_ui.sync.mapping_errors import NotInCatalogue, NotOfTheMis
from assembly_ui.sync.subjects import NAMES as SUBJECTS

NAMES = {assessment.key: assessment.name for assessment in catalogue.ASSESSMENTS}
"""What the assessments of the catalogue are called, by key."""

NOTHING = Meaning("", "", "")
"""What stands for an aspect that is none of the catalogue."""


class Order(StrEnum):
    """How the list is sorted."""

    NAME = "name"
    ASSESSMENT = "assessment"
    LAST_CHANGED = "changed"


@dataclass(frozen=True)
class AspectView:
    """An aspect of the MIS with the mapping in force; `chosen` is None while it is ours."""

    key: str
    name: str
    kind: str
    grade_set: str
    meaning: Meaning | None
    suggested: Meaning | None
    chosen: Chosen | None

    @property
    def choice(self) -> Choice:
        """What whoever changes it says they saw."""
        return self.chosen.values if self.chosen else None


@dataclass(frozen=True)
class AspectList:
    """A page of the list, and how many there are in all, without a mapping, by suggestion."""

    page: Paged[AspectView]
    total: int
    unmapped: int
    suggested: int


async def list_aspects(
    database: Database,
    *,
    school_id: int,
    page: int = 1,
    order: Order = Order.NAME,
    show: Show = Show.ALL,
    text: str = "",
) -> AspectList:
    """What the school assesses, a page at a time."""
    views = await _views(database, school_id)
    shown = containing([one for one in views if _is_shown(one, show)], text, _words)
    return AspectList(
        page_of(sorted(shown, key=_KEYS[order]), page),
        len(views),
        sum(one.meaning is None for one in views),
        sum(one.chosen is None and one.meaning is not None for one in views),
    )


async def get_aspect(database: Database, *, school_id: int, key: str) -> AspectView:
    """One aspect.

    Raises:
        NotOfTheMis
    """
    for view in await _views(database, school_id):
        if view.key == key:
            return view
    raise NotOfTheMis


async def choose_assessment(
    database: Database,
    *,
    school_id: int,
    by_user_id: int,
    key: str,
    meaning: Meaning | None,
    seen: Choice,
    now: datetime,
) -> int | None:
    """The aspect is this from now on: `NOTHING` for none, None for our suggestion.

    Returns the number by which the change is undone; None when nothing changed. `seen` is
    the choice that was shown before.

    Raises:
        NotAllowed, NotOfTheMis, NotInCatalogue, MappingChanged
    """
    if meaning is not None and meaning != NOTHING:
        _check(meaning)
    await get_aspect(database, school_id=school_id, key=key)
    return await choose(
        database,
        ASSESSMENTS,
        school_id=school_id,
        by_user_id=by_user_id,
        mis_key=key,
        choice=_choice(meaning),
        seen=seen,
        now=now,
    )


def _check(meaning: Meaning) -> None:
    is_known = meaning.assessment in NAMES and meaning.facet in catalogue.FACETS
    if not is_known or (meaning.subject and meaning.subject not in SUBJECTS):
        raise NotInCatalogue


def _choice(meaning: Meaning | None) -> Choice:
    if meaning is None:
        return None
    return {
        "assessment_key": meaning.assessment,
        "facet": meaning.facet,
        "subject_code": meaning.subject,
    }


async def _views(database: Database, school_id: int) -> list[AspectView]:
    async with database.read() as session:
        chosen = await chosen_by(session, ASSESSMENTS, school_id)
    return [_view(one, chosen.get(one.key)) for one in await read_aspects(database, school_id)]


def _view(aspect: Aspect, chosen: Chosen | None) -> AspectView:
    return AspectView(
        aspect.key,
        aspect.name,
        aspect.kind,
        aspect.grade_set,
        meaning_in_force(aspect, chosen.values if chosen else None),
        aspect.suggested,
        chosen,
    )


def _words(view: AspectView) -> list[str]:
    meaning = view.meaning or NOTHING
    return [
        view.name,
        view.grade_set,
        NAMES.get(meaning.assessment, ""),
        SUBJECTS.get(meaning.subject, ""),
    ]


def _is_shown(view: AspectView, show: Show) -> bool:
    match show:
        case Show.UNMAPPED:
            return view.meaning is None
        case Show.SUGGESTED:
            return view.meaning is not None and view.chosen is None
        case Show.CHOSEN:
            return view.chosen is not None
        case Show.ALL:
            return True


def _by_name(view: AspectView) -> Any:
    return (by_name(view.name), view.key)


def _by_assessment(view: AspectView) -> Any:
    meaning = view.meaning or NOTHING
    places = list(NAMES)
    place = places.index(meaning.assessment) if meaning.assessment in NAMES else len(places)
    return (place, by_name(SUBJECTS.get(meaning.subject, "")), *_by_name(view))


def _by_change(view: AspectView) -> Any:
    return (-view.chosen.at.timestamp() if view.chosen else 0.0, *_by_name(view))


_KEYS: dict[Order, Callable[[AspectView], Any]] = {
    Order.NAME: _by_name,
    Order.ASSESSMENT: _by_assessment,
    Order.LAST_CHANGED: _by_change,
}
