"""School Setup survives a closed browser and goes on elsewhere."""

from __future__ import annotations

import asyncio

import pytest

from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.schools.draft import Draft, keep_mis, keep_school, keep_unlisted, read_draft
from assembly_ui.schools.errors import MisUnknown, SchoolNotInRegister
from assembly_ui.schools.register import Register
from tests.factories.accounts import a_person


@pytest.fixture
async def person(database: Database, clock: ManualClock) -> int:
    return (await a_person(database, now=clock())).id


async def test_who_chose_nothing_yet_has_an_empty_draft(
    database: Database, register: Register, person: int
) -> None:
    assert await read_draft(database, register, user_id=person) == Draft()


async def test_each_choice_is_kept_as_it_is_made(
    database: Database, register: Register, person: int, clock: ManualClock
) -> None:
    await keep_school(database, register, user_id=person, urn="100001", now=clock())
    await keep_mis(database, user_id=person, mis="isams-xod", now=clock())
    await keep_unlisted(database, user_id=person, field="name", value="Ysgol", now=clock())
    await keep_unlisted(database, user_id=person, field="town", value="Bangor", now=clock())
    draft = await read_draft(database, register, user_id=person)
    assert draft.school
    assert (draft.school.name, draft.mis) == ("Abbey School", "isams-xod")
    assert draft.unlisted == {"name": "Ysgol", "town": "Bangor"}


async def test_a_choice_can_be_taken_back(
    database: Database, register: Register, person: int, clock: ManualClock
) -> None:
    await keep_school(database, register, user_id=person, urn="100001", now=clock())
    await keep_school(database, register, user_id=person, urn="", now=clock())
    await keep_mis(database, user_id=person, mis="isams-xod", now=clock())
    await keep_mis(database, user_id=person, mis="", now=clock())
    assert await read_draft(database, register, user_id=person) == Draft()


async def test_a_school_that_left_the_register_is_no_longer_chosen(
    database: Database, register: Register, person: int, clock: ManualClock
) -> None:
    await keep_school(database, register, user_id=person, urn="100001", now=clock())
    assert await read_draft(database, Register([]), user_id=person) == Draft()


@pytest.mark.parametrize("urn", ["999999", "\x00", "x" * 100_000, 100001, ["100001"], {"a": 1}])
async def test_only_schools_of_the_register_are_kept(
    database: Database, register: Register, person: int, clock: ManualClock, urn: object
) -> None:
    with pytest.raises(SchoolNotInRegister):
        await keep_school(database, register, user_id=person, urn=urn, now=clock())
    assert await read_draft(database, register, user_id=person) == Draft()


@pytest.mark.parametrize("mis", ["nonsense", "\x00", 7, ["isams-xod"], {"a": 1}])
async def test_only_an_mis_of_the_catalogue_is_kept(
    database: Database, person: int, clock: ManualClock, mis: object
) -> None:
    with pytest.raises(MisUnknown):
        await keep_mis(database, user_id=person, mis=mis, now=clock())


@pytest.mark.parametrize(
    ("field", "value"), [("role", "x"), (7, "x"), ("name", 7), ("name", "x" * 10_000), ([], [])]
)
async def test_what_is_no_field_of_the_form_is_not_kept(
    database: Database,
    register: Register,
    person: int,
    clock: ManualClock,
    field: object,
    value: object,
) -> None:
    await keep_unlisted(database, user_id=person, field=field, value=value, now=clock())
    assert await read_draft(database, register, user_id=person) == Draft()


async def test_two_devices_may_choose_at_once(
    database: Database, register: Register, person: int, clock: ManualClock
) -> None:
    await asyncio.gather(
        keep_school(database, register, user_id=person, urn="100001", now=clock()),
        keep_mis(database, user_id=person, mis="isams-xod", now=clock()),
        keep_unlisted(database, user_id=person, field="name", value="Ysgol", now=clock()),
    )
    draft = await read_draft(database, register, user_id=person)
    assert draft.school
    assert (draft.mis, draft.unlisted) == ("isams-xod", {"name": "Ysgol"})
