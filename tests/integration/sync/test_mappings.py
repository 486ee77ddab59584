"""Subjects and assessments of a school: suggested, chosen otherwise, undone, never lost."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from assembly_ui.accounts.people import Person
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.schools.errors import NotAllowed
from assembly_ui.schools.models import Role, School
from assembly_ui.sync.assessments import (
    NOTHING,
    choose_assessment,
    get_aspect,
    list_aspects,
)
from assembly_ui.sync.choices import undo
from assembly_ui.sync.in_force import read_chosen
from assembly_ui.sync.listed import Show
from assembly_ui.sync.mapping.making import Meaning
from assembly_ui.sync.mapping_errors import (
    ChangeUnknown,
    MappingChanged,
    NotInCatalogue,
    NotOfTheMis,
)
from assembly_ui.sync.models import Reason, SchoolSync
from assembly_ui.sync.subjects import Order, choose_subject, get_subject, list_subjects
from tests.factories.accounts import a_person
from tests.factories.people import a_colleague, recorded
from tests.factories.schools import a_school
from tests.factories.source import a_source


@dataclass
class Place:
    """A school whose subjects and aspects were read, with its people."""

    database: Database
    clock: ManualClock
    school: School
    james: Person
    ann: Person
    vic: Person

    @property
    def school_id(self) -> int:
        return self.school.id or 0

    async def maps(self, who: Person, key: str, subject: str | None, seen: str | None) -> int:
        """A person maps a subject, having seen that one chosen; returns the change."""
        change = await choose_subject(
            self.database,
            school_id=self.school_id,
            by_user_id=who.id or 0,
            key=key,
            subject=subject,
            seen=None if seen is None else {"subject_code": seen},
            now=self.clock(),
        )
        return change or 0

    async def subject_of(self, key: str) -> str:
        """What it is in force."""
        return (await read_chosen(self.database, self.school_id)).subject_of(key)


@pytest.fixture
async def place(database: Database, clock: ManualClock) -> Place:
    james = await a_person(database, now=clock())
    school = await a_school(database, now=clock(), owner=james)
    ann = await a_colleague(database, school, Role.ADMIN, now=clock(), name="Ann Smith")
    vic = await a_colleague(database, school, Role.VIEWER, now=clock(), name="Vic Jones")
    await a_source(database, school, now=clock())
    return Place(database, clock, school, james, ann, vic)


async def test_our_suggestions_are_in_force_at_once(place: Place) -> None:
    found = await list_subjects(place.database, school_id=place.school_id)
    assert [(one.name, one.subject) for one in found.page.rows] == [
        ("Enrichment", ""),
        ("French", "FRE"),
        ("Maths", "MAT"),
    ]
    assert (found.total, found.unmapped, found.suggested) == (3, 1, 2)
    chosen = await read_chosen(place.database, place.school_id)
    assert dict(chosen.subjects) == {"1": "MAT", "2": "FRE"}
    assert chosen.assessment_of("11") == Meaning("gcse_working", "achieved", "MAT")
    assert chosen.assessment_of("13") is None


async def test_a_choice_is_in_force_and_has_the_records_made_anew(place: Place) -> None:
    await place.maps(place.ann, "3", "PSH", None)
    assert await place.subject_of("3") == "PSH"
    view = await get_subject(place.database, school_id=place.school_id, key="3")
    assert view.chosen is not None
    assert (view.chosen.by_name, view.suggested) == ("Ann Smith", "")
    async with place.database.read() as session:
        sync = await session.get_one(SchoolSync, place.school_id)
    assert (sync.reason, sync.due_at) == (Reason.MAPPING, place.clock())
    (entry,) = await recorded(place.database, "mapping_changed")
    assert entry.fields == {"what": "subject", "mis_key": "3"}


async def test_one_press_takes_it_back_and_a_second_does_nothing(place: Place) -> None:
    change = await place.maps(place.ann, "1", "", None)
    assert await place.subject_of("1") == ""
    asked = {"school_id": place.school_id, "by_user_id": place.james.id or 0}
    await undo(place.database, change_id=change, now=place.clock(), **asked)
    assert await place.subject_of("1") == "MAT"
    with pytest.raises(ChangeUnknown):
        await undo(place.database, change_id=change, now=place.clock(), **asked)


async def test_back_to_our_suggestion(place: Place) -> None:
    await place.maps(place.ann, "1", "STA", None)
    await place.maps(place.ann, "1", None, "STA")
    assert await place.subject_of("1") == "MAT"
    view = await get_subject(place.database, school_id=place.school_id, key="1")
    assert view.chosen is None


async def test_two_admins_at_once_lose_neither_choice(place: Place) -> None:
    await place.maps(place.ann, "1", "STA", None)
    with pytest.raises(MappingChanged) as quicker:
        await place.maps(place.james, "1", "FUR", None)
    assert (quicker.value.by_name, quicker.value.now) == ("Ann Smith", {"subject_code": "STA"})
    assert await place.subject_of("1") == "STA"
    await place.maps(place.james, "2", "MFL", None)
    assert (await place.subject_of("1"), await place.subject_of("2")) == ("STA", "MFL")
    assert await place.maps(place.james, "1", "STA", None) == 0


async def test_what_was_changed_again_is_not_undone(place: Place) -> None:
    change = await place.maps(place.ann, "1", "STA", None)
    await place.maps(place.james, "1", "FUR", "STA")
    with pytest.raises(MappingChanged):
        await undo(
            place.database,
            school_id=place.school_id,
            by_user_id=place.ann.id or 0,
            change_id=change,
            now=place.clock(),
        )
    assert await place.subject_of("1") == "FUR"


async def test_only_admins_choose_and_only_what_there_is(place: Place) -> None:
    with pytest.raises(NotAllowed):
        await place.maps(place.vic, "1", "STA", None)
    with pytest.raises(NotInCatalogue):
        await place.maps(place.ann, "1", "NOPE", None)
    with pytest.raises(NotOfTheMis):
        await place.maps(place.ann, "99", "STA", None)
    stranger = await a_person(place.database, now=place.clock(), email="eve@example.sch.uk")
    with pytest.raises(NotAllowed):
        await place.maps(stranger, "1", "STA", None)
    assert await place.subject_of("1") == "MAT"


async def test_a_change_of_another_school_is_not_undone(place: Place) -> None:
    change = await place.maps(place.ann, "1", "STA", None)
    eve = await a_person(place.database, now=place.clock(), email="eve@example.sch.uk")
    other = await a_school(place.database, now=place.clock(), owner=eve, urn="7", dfe_number="")
    with pytest.raises(ChangeUnknown):
        await undo(
            place.database,
            school_id=other.id or 0,
            by_user_id=eve.id or 0,
            change_id=change,
            now=place.clock(),
        )


async def test_the_list_is_searched_narrowed_and_sorted(place: Place) -> None:
    await place.maps(place.ann, "2", "MFL", None)

    async def names(**asked: object) -> list[str]:
        found = await list_subjects(place.database, school_id=place.school_id, **asked)
        return [one.name for one in found.page.rows]

    assert await names(text="math") == ["Maths"]
    assert await names(text="modern foreign") == ["French"]
    assert await names(show=Show.UNMAPPED) == ["Enrichment"]
    assert await names(show=Show.CHOSEN) == ["French"]
    assert await names(show=Show.SUGGESTED) == ["Maths"]
    assert await names(order=Order.SUBJECT) == ["Maths", "French", "Enrichment"]
    assert await names(order=Order.LAST_CHANGED) == ["French", "Enrichment", "Maths"]
    assert await names(page=99) == ["Enrichment", "French", "Maths"]


async def test_an_aspect_is_mapped_with_facet_and_subject(place: Place) -> None:
    asked = {"school_id": place.school_id, "by_user_id": place.ann.id or 0, "key": "13"}
    meaning = Meaning("effort", "achieved", "FRE")
    await choose_assessment(place.database, meaning=meaning, seen=None, now=place.clock(), **asked)
    chosen = await read_chosen(place.database, place.school_id)
    assert chosen.assessment_of("13") == meaning
    view = await get_aspect(place.database, school_id=place.school_id, key="13")
    await choose_assessment(
        place.database, meaning=NOTHING, seen=view.choice, now=place.clock(), **asked
    )
    assert (await read_chosen(place.database, place.school_id)).assessment_of("13") is None
    for wrong in (Meaning("nope"), Meaning("effort", "sideways"), Meaning("effort", subject="X")):
        with pytest.raises(NotInCatalogue):
            await choose_assessment(
                place.database, meaning=wrong, seen=None, now=place.clock(), **asked
            )
    listed = await list_aspects(place.database, school_id=place.school_id, text="gcse 9 to 1")
    assert [(one.name, one.grade_set) for one in listed.page.rows] == [
        ("Maths GCSE grade", "GCSE 9 to 1")
    ]
