"""The school's record and its MIS."""

from __future__ import annotations

from typing import Any

import pytest

from assembly_ui.accounts.people import Person
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.pubsub.topics import PubSub, school_topic
from assembly_ui.schools import details
from assembly_ui.schools.details import read_school
from assembly_ui.schools.errors import (
    FieldProblems,
    MisUnknown,
    NotAllowed,
    SchoolListed,
    SchoolTaken,
)
from assembly_ui.schools.models import Role, School
from assembly_ui.schools.register import Register
from assembly_ui.schools.unlisted import UnlistedForm
from tests.factories.accounts import a_person
from tests.factories.people import a_colleague, recorded
from tests.factories.schools import a_school

FORM = UnlistedForm("Ysgol Newydd", "Bangor", "LL57 1AB", "Gwynedd", "6614001")


@pytest.fixture
async def james(database: Database, clock: ManualClock) -> Person:
    return await a_person(database, now=clock())


@pytest.fixture
async def school(database: Database, clock: ManualClock, james: Person) -> School:
    return await a_school(database, now=clock(), owner=james)


async def _change(
    database: Database, clock: ManualClock, school: School, by: Person, mis: object
) -> bool:
    return await details.change_mis(
        database, school_id=school.id or 0, by_user_id=by.id, mis=mis, now=clock()
    )


async def _news(
    database: Database, clock: ManualClock, school: School, by: Person, wanted: bool
) -> None:
    await details.ask_for_news(
        database, school_id=school.id or 0, by_user_id=by.id, wanted=wanted, now=clock()
    )


async def test_an_admin_changes_the_mis_and_it_is_recorded(
    database: Database, clock: ManualClock, school: School, pubsub: PubSub
) -> None:
    ann = await a_colleague(database, school, Role.ADMIN, now=clock())
    async with pubsub.listen() as topics:
        assert await _change(database, clock, school, ann, "bromcom")
        assert topics.get_nowait() == school_topic(school.id or 0)
    kept = await read_school(database, school_id=school.id or 0)
    assert (kept.mis, kept.mis_chosen_at) == ("bromcom", clock())
    (entry,) = await recorded(database, "mis_changed")
    assert entry.fields == {"before": "isams-xod", "after": "bromcom"}


async def test_the_mis_it_has_changes_nothing(
    database: Database, clock: ManualClock, school: School, james: Person
) -> None:
    assert not await _change(database, clock, school, james, "isams-xod")
    assert await recorded(database, "mis_changed") == []


@pytest.mark.parametrize("mis", ["nonsense", "", None, 7, ["bromcom"], "\x00"])
async def test_only_an_mis_of_the_catalogue_is_taken(
    database: Database, clock: ManualClock, school: School, james: Person, mis: object
) -> None:
    with pytest.raises(MisUnknown):
        await _change(database, clock, school, james, mis)


async def test_viewers_and_strangers_change_nothing(
    database: Database, clock: ManualClock, school: School, register: Register
) -> None:
    vic = await a_colleague(database, school, Role.VIEWER, now=clock(), name="Vic Jones")
    eve = await a_person(database, now=clock(), email="eve@elsewhere.test")
    for by in (vic, eve):
        with pytest.raises(NotAllowed):
            await _change(database, clock, school, by, "bromcom")
        with pytest.raises(NotAllowed):
            await _news(database, clock, school, by, True)
        with pytest.raises(NotAllowed):
            await _edit(database, register, clock, school, by)


async def test_news_can_be_asked_for_and_asked_off(
    database: Database, clock: ManualClock, school: School, james: Person
) -> None:
    await _change(database, clock, school, james, "bromcom")
    await _news(database, clock, school, james, True)
    kept = await read_school(database, school_id=school.id or 0)
    assert kept.wants_news_of_mis_since == clock()
    await _news(database, clock, school, james, False)
    kept = await read_school(database, school_id=school.id or 0)
    assert kept.wants_news_of_mis_since is None


async def test_there_is_no_news_of_an_mis_that_is_here(
    database: Database, clock: ManualClock, school: School, james: Person
) -> None:
    with pytest.raises(NotAllowed):
        await _news(database, clock, school, james, True)


async def test_another_mis_ends_the_waiting_for_news(
    database: Database, clock: ManualClock, school: School, james: Person
) -> None:
    await _change(database, clock, school, james, "bromcom")
    await _news(database, clock, school, james, True)
    await _change(database, clock, school, james, "isams-xod")
    kept = await read_school(database, school_id=school.id or 0)
    assert kept.wants_news_of_mis_since is None


async def _edit(
    database: Database,
    register: Register,
    clock: ManualClock,
    school: School,
    by: Person,
    form: UnlistedForm = FORM,
) -> None:
    common: dict[str, Any] = {"school_id": school.id or 0, "by_user_id": by.id, "now": clock()}
    await details.edit_unlisted_school(database, register, form=form, **common)


async def test_a_school_that_is_not_listed_can_be_corrected_and_is_reviewed_again(
    database: Database, register: Register, clock: ManualClock, james: Person
) -> None:
    school = await a_school(database, now=clock(), owner=james, urn=None, dfe_number="")
    await _edit(database, register, clock, school, james)
    kept = await read_school(database, school_id=school.id or 0)
    assert (kept.name, kept.dfe_number, kept.town) == ("Ysgol Newydd", "6614001", "Bangor")
    assert kept.needs_review_since == clock()
    (entry,) = await recorded(database, "school_edited")
    assert "establishment_number" in entry.fields["changed"]
    await _edit(database, register, clock, school, james)
    assert len(await recorded(database, "school_edited")) == 1


async def test_the_number_of_a_school_of_somebody_else_cannot_be_taken_by_correcting(
    database: Database, register: Register, clock: ManualClock, james: Person
) -> None:
    ann = await a_person(database, now=clock())
    await a_school(database, now=clock(), owner=ann, urn=None, dfe_number="6614001")
    school = await a_school(database, now=clock(), owner=james, urn=None, dfe_number="")
    with pytest.raises(SchoolTaken):
        await _edit(database, register, clock, school, james)
    assert (await read_school(database, school_id=school.id or 0)).dfe_number == ""


async def test_what_the_register_says_is_not_edited(
    database: Database, register: Register, clock: ManualClock, school: School, james: Person
) -> None:
    with pytest.raises(NotAllowed):
        await _edit(database, register, clock, school, james)


async def test_a_correction_with_problems_changes_nothing(
    database: Database, register: Register, clock: ManualClock, james: Person
) -> None:
    school = await a_school(database, now=clock(), owner=james, urn=None, dfe_number="")
    with pytest.raises(FieldProblems):
        await _edit(database, register, clock, school, james, UnlistedForm("Only a name"))
    listed = UnlistedForm("Abby", "London", "NW1 9AA", "Camden", "2024001")
    with pytest.raises(SchoolListed):
        await _edit(database, register, clock, school, james, listed)
    kept = await read_school(database, school_id=school.id or 0)
    assert kept.name == "King's School"
