"""Setting up a school: from the register, or typed in by hand."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlmodel import select

from assembly_ui.accounts.people import Person
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.pubsub.topics import PubSub, school_topic, user_topic
from assembly_ui.schools.draft import Draft, keep_school, read_draft
from assembly_ui.schools.errors import (
    FieldProblems,
    MisUnknown,
    SchoolListed,
    SchoolNotInRegister,
    SchoolTaken,
)
from assembly_ui.schools.models import Role, School
from assembly_ui.schools.register import Register
from assembly_ui.schools.setup import SchoolSetUp, set_up_school, set_up_unlisted_school
from assembly_ui.schools.unlisted import UnlistedForm
from tests.factories.accounts import a_person
from tests.factories.people import a_session, looks_at, recorded, roles_in

UNLISTED = UnlistedForm("Ysgol Newydd", "Bangor", "LL57 1AB", "Gwynedd", "6614001")


class Setting:
    """A person at the School Setup page."""

    def __init__(
        self,
        database: Database,
        register: Register,
        clock: ManualClock,
        person: Person,
        log_in: int,
    ) -> None:
        self.person, self.log_in = person, log_in
        self._database, self._register, self._clock = database, register, clock

    async def up(
        self, urn: object = "100001", mis: object = "isams-xod", **more: Any
    ) -> SchoolSetUp:
        return await set_up_school(
            self._database, self._register, urn=urn, mis=mis, **self._common(), **more
        )

    async def up_unlisted(
        self, form: UnlistedForm = UNLISTED, mis: object = "isams-xod", **more: Any
    ) -> SchoolSetUp:
        return await set_up_unlisted_school(
            self._database, self._register, form=form, mis=mis, **self._common(), **more
        )

    def _common(self) -> dict[str, Any]:
        return {
            "user_id": self.person.id,
            "session_id": self.log_in,
            "now": self._clock(),
        }


@pytest.fixture
async def james(database: Database, register: Register, clock: ManualClock) -> Setting:
    person = await a_person(database, now=clock())
    log_in = await a_session(database, person, now=clock())
    return Setting(database, register, clock, person, log_in)


@pytest.fixture
async def ann(database: Database, register: Register, clock: ManualClock) -> Setting:
    person = await a_person(database, now=clock(), email="ann.smith@abbey.sch.uk", name="Ann Smith")
    log_in = await a_session(database, person, now=clock())
    return Setting(database, register, clock, person, log_in)


async def _schools(database: Database) -> list[School]:
    async with database.read() as session:
        return list(await session.exec(select(School)))


async def test_who_sets_up_a_school_owns_it_and_looks_at_it(
    database: Database, james: Setting
) -> None:
    done = await james.up()
    assert (done.school_name, done.is_new) == ("Abbey School", True)
    (school,) = await _schools(database)
    assert await roles_in(database, school) == {james.person.id: Role.OWNER}
    assert await looks_at(database, james.log_in) == school.id


async def test_the_record_of_the_register_is_copied(
    database: Database, james: Setting, clock: ManualClock
) -> None:
    await james.up()
    (school,) = await _schools(database)
    assert (school.urn, school.dfe_number, school.town) == ("100001", "2024001", "London")
    assert (school.postcode, school.local_authority) == ("NW1 9AA", "Camden")
    assert (school.mis, school.mis_chosen_at) == ("isams-xod", clock())
    assert school.needs_review_since is None


async def test_it_is_recorded_and_announced_once_committed(
    database: Database, james: Setting, pubsub: PubSub
) -> None:
    async with pubsub.listen() as topics:
        done = await james.up()
        heard = {topics.get_nowait() for _ in range(topics.qsize())}
    assert {school_topic(done.school_id), user_topic(james.person.id)} <= heard
    (entry,) = await recorded(database, "school_set_up")
    assert (entry.user_id, entry.school_id) == (james.person.id, done.school_id)
    assert entry.fields == {"urn": "100001", "mis": "isams-xod"}


async def test_the_draft_is_done_with(
    database: Database, register: Register, james: Setting, clock: ManualClock
) -> None:
    user_id = james.person.id
    await keep_school(database, register, user_id=user_id, urn="100001", now=clock())
    await james.up()
    assert await read_draft(database, register, user_id=user_id) == Draft()


async def test_pressing_twice_sets_up_one_school(database: Database, james: Setting) -> None:
    first, second = await asyncio.gather(james.up(), james.up())
    assert first.school_id == second.school_id
    assert {first.is_new, second.is_new} == {True, False}
    assert len(await _schools(database)) == 1
    assert len(await recorded(database, "school_set_up")) == 1


async def test_a_school_that_belongs_to_someone_is_not_given_away(
    database: Database, james: Setting, ann: Setting
) -> None:
    done = await james.up()
    with pytest.raises(SchoolTaken) as caught:
        await ann.up()
    assert (caught.value.school_id, caught.value.school_name) == (done.school_id, "Abbey School")
    assert await looks_at(database, ann.log_in) is None


async def test_when_two_people_press_at_once_one_of_them_owns_the_school(
    database: Database, james: Setting, ann: Setting
) -> None:
    outcomes = await asyncio.gather(james.up(), ann.up(), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["SchoolSetUp", "SchoolTaken"]
    (school,) = await _schools(database)
    assert list((await roles_in(database, school)).values()) == [Role.OWNER]


async def test_one_person_may_have_several_schools(database: Database, james: Setting) -> None:
    await james.up("100001")
    second = await james.up("100002")
    assert len(await _schools(database)) == 2
    assert await looks_at(database, james.log_in) == second.school_id


@pytest.mark.parametrize("urn", ["999999", "", "\x00", None, 100001, ["100001"], "x" * 1_000_000])
async def test_a_school_out_of_no_register_is_refused(
    database: Database, james: Setting, urn: object
) -> None:
    with pytest.raises(SchoolNotInRegister):
        await james.up(urn)
    assert await _schools(database) == []


@pytest.mark.parametrize("mis", ["nonsense", "", None, 7, ["isams-xod"]])
async def test_an_unknown_mis_is_refused(database: Database, james: Setting, mis: object) -> None:
    with pytest.raises(MisUnknown):
        await james.up(mis=mis)
    with pytest.raises(MisUnknown):
        await james.up_unlisted(mis=mis)
    assert await _schools(database) == []


@pytest.mark.parametrize(
    ("mis", "asked", "noted"),
    [("bromcom", True, True), ("bromcom", False, False), ("isams-xod", True, False)],
)
async def test_news_is_noted_only_for_an_mis_that_is_not_available_yet(
    database: Database, james: Setting, mis: str, asked: bool, noted: bool
) -> None:
    await james.up(mis=mis, wants_news=asked)
    (school,) = await _schools(database)
    assert (school.wants_news_of_mis_since is not None) is noted


async def test_a_school_that_is_not_listed_waits_for_review(
    database: Database, james: Setting, clock: ManualClock
) -> None:
    done = await james.up_unlisted()
    (school,) = await _schools(database)
    assert (school.id, school.urn, school.name) == (done.school_id, None, "Ysgol Newydd")
    assert (school.dfe_number, school.postcode) == ("6614001", "LL57 1AB")
    assert school.needs_review_since == clock()
    assert await roles_in(database, school) == {james.person.id: Role.OWNER}
    assert await looks_at(database, james.log_in) == school.id


async def test_pressing_twice_sets_up_one_unlisted_school(
    database: Database, james: Setting
) -> None:
    without_number = UnlistedForm("Ysgol Newydd", "Bangor", "LL57 1AB", "Gwynedd")
    await asyncio.gather(*(james.up_unlisted(without_number) for _ in range(3)))
    assert len(await _schools(database)) == 1


async def test_people_may_type_in_schools_of_one_name(
    database: Database, james: Setting, ann: Setting
) -> None:
    without_number = UnlistedForm("Ysgol Newydd", "Bangor", "LL57 1AB", "Gwynedd")
    await james.up_unlisted(without_number)
    await ann.up_unlisted(without_number)
    assert len(await _schools(database)) == 2


async def test_the_number_of_somebodys_school_leads_to_asking_to_join(
    james: Setting, ann: Setting
) -> None:
    done = await james.up_unlisted()
    with pytest.raises(SchoolTaken) as caught:
        await ann.up_unlisted(UnlistedForm("Other", "Bangor", "LL57 1AB", "Gwynedd", "661/4001"))
    assert caught.value.school_id == done.school_id


async def test_a_number_of_the_register_leads_back_to_the_list(james: Setting) -> None:
    with pytest.raises(SchoolListed) as caught:
        await james.up_unlisted(UnlistedForm("Abby", "London", "NW1 9AA", "Camden", "2024001"))
    assert (caught.value.urn, caught.value.name) == ("100001", "Abbey School")


async def test_a_number_that_is_a_reference_in_northern_ireland_too_is_taken(
    james: Setting,
) -> None:
    done = await james.up_unlisted(UnlistedForm("New", "London", "NW1 9AA", "Camden", "2032573"))
    assert done.is_new


async def test_the_number_of_a_closed_school_may_be_its_successors(james: Setting) -> None:
    done = await james.up_unlisted(UnlistedForm("New", "London", "NW1 9AA", "Camden", "2024003"))
    assert done.is_new


async def test_a_form_with_problems_sets_up_nothing(database: Database, james: Setting) -> None:
    with pytest.raises(FieldProblems):
        await james.up_unlisted(UnlistedForm(name="Ysgol", postcode="nowhere", dfe_number="1"))
    assert await _schools(database) == []
