"""From found schools to what School Setup shows. Pure: no State, no database."""

from __future__ import annotations

from typing import TypedDict

from assembly_ui.schools.register import Marked, Match, RegisterSchool, SearchResult
from assembly_ui.schools.register_query import asks_by_ukprn
from assembly_ui.web.components.combobox import TextPart

NOT_LISTED = "not-listed"
"""The key of the suggestion that leads to typing the school in."""


class Suggestion(TypedDict):
    """A school in the list, each text cut where it answers what was typed."""

    key: str
    label: str
    name: list[TextPart]
    town: list[TextPart]
    postcode: list[TextPart]
    local_authority: list[TextPart]
    urn: list[TextPart]
    dfe_number: list[TextPart]
    closed: bool


class Chosen(TypedDict):
    """The chosen school, echoed before Continue. No `urn`, none chosen."""

    urn: str
    name: str
    town: str
    postcode: str
    local_authority: str
    dfe_number: str


NOBODY = Chosen(urn="", name="", town="", postcode="", local_authority="", dfe_number="")


def chosen(school: RegisterSchool | None) -> Chosen:
    """What is echoed of a school."""
    if school is None:
        return NOBODY
    return Chosen(
        urn=school.urn,
        name=school.name,
        town=school.town,
        postcode=school.postcode,
        local_authority=school.local_authority,
        dfe_number=school.dfe_number,
    )


def suggestions(result: SearchResult) -> list[Suggestion]:
    """The found schools; when there are none, the way on."""
    return [_suggestion(match) for match in result.matches] or [_not_listed()]


def note_of(asked: str, result: SearchResult) -> str:
    """The line under the suggestions."""
    if not result.matches and asks_by_ukprn(asked):
        return "Search by name, postcode, URN or DfE number: we do not hold UKPRNs."
    if not result.matches:
        return f"No school matches “{asked}”. Check the spelling, or try its postcode."
    return "More than 10 match, keep typing" if result.more else ""


def says_of(asked: str, result: SearchResult) -> str:
    """What screen readers are told of the suggestions."""
    found = len(result.matches)
    if not found:
        return f"No school matches {asked}. My school is not listed is available."
    if result.more:
        return f"{found} schools are shown. More than {found} match, keep typing."
    return f"{found} school{'' if found == 1 else 's'} available."


def _suggestion(match: Match) -> Suggestion:
    return Suggestion(
        key=match.school.urn,
        label=match.school.name,
        name=_parts(match.name),
        town=_parts(match.town),
        postcode=_parts(match.postcode),
        local_authority=_parts(match.local_authority),
        urn=_parts(match.urn),
        # Shown only to those who ask for it by number.
        dfe_number=_parts(match.dfe_number) if any(p.matched for p in match.dfe_number) else [],
        closed=not match.school.is_open,
    )


def _not_listed() -> Suggestion:
    name = [TextPart(text="My school is not listed", matched=False)]
    return Suggestion(
        key=NOT_LISTED,
        label="",
        name=name,
        town=[],
        postcode=[],
        local_authority=[],
        urn=[],
        dfe_number=[],
        closed=False,
    )


def _parts(marked: Marked) -> list[TextPart]:
    return [TextPart(text=part.text, matched=part.matched) for part in marked if part.text]
