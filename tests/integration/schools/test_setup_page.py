"""School Setup's handlers, called as anyone on the internet may call them."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import select

from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.schools.models import Role, School
from assembly_ui.web.pages.school_setup import SchoolSetupState
from assembly_ui.web.school_view import NOT_LISTED
from tests.factories.accounts import a_person
from tests.factories.people import a_colleague
from tests.factories.schools import a_school
from tests.factories.states import HOSTILE, Tab, notice, went_to
from tests.integration.schools.conftest import TabOf

UNLISTED = {
    "name": "Ysgol Newydd",
    "town": "Bangor",
    "postcode": "LL57 1AB",
    "local_authority": "Gwynedd",
    "dfe_number": "661 4001",
}


@pytest.fixture
async def tab(database: Database, clock: ManualClock, tab_of: TabOf) -> Tab:
    opened = await tab_of(await a_person(database, now=clock()))
    await opened.send(SchoolSetupState.load)
    return opened


async def _schools(database: Database) -> list[School]:
    async with database.read() as session:
        return list(await session.exec(select(School)))


async def test_typing_suggests_choosing_is_echoed_and_continue_sets_up(
    database: Database, tab: Tab
) -> None:
    page = await tab.state(SchoolSetupState)
    await tab.send(SchoolSetupState.search, text="abbey")
    assert [option["key"] for option in page.options] == ["100001"]
    await tab.send(SchoolSetupState.choose, key="100001")
    assert (page.chosen["name"], page.chosen["postcode"]) == ("Abbey School", "NW1 9AA")
    assert page.options == []
    await tab.send(SchoolSetupState.choose_mis, key="isams-xod")
    assert went_to(await tab.send(SchoolSetupState.proceed, form={})) == ["/school-details"]
    assert await notice(tab) == "Abbey School is set up. Next, configure its connector."
    assert [school.name for school in await _schools(database)] == ["Abbey School"]
    assert not page.busy


@pytest.mark.parametrize(
    "text",
    ["NW1 9AA", "NWl 9AA", "nwi9aa abbey", "URN100001", "URN: 100 001", "1OOOOl", "DfE 202/4001"],
)
async def test_a_number_or_postcode_finds_the_school_however_it_is_typed(
    tab: Tab, text: str
) -> None:
    page = await tab.state(SchoolSetupState)
    await tab.send(SchoolSetupState.search, text=text)
    assert page.options[0]["key"] == "100001"
    shown = page.options[0]
    assert any(
        part["matched"] for part in [*shown["postcode"], *shown["urn"], *shown["dfe_number"]]
    )


async def test_a_school_that_shares_its_number_says_so_and_offers_to_join_the_other(
    database: Database, clock: ManualClock, tab: Tab
) -> None:
    owner = await a_person(database, now=clock(), email="other@kings.sch.uk")
    await a_school(
        database, now=clock(), owner=owner, urn="149915", name="Maypole", dfe_number="2024001"
    )
    page = await tab.state(SchoolSetupState)
    await tab.send(SchoolSetupState.choose, key="100001")
    assert "shares DfE number 2024001 with Maypole (URN 149915)" in page.shared_number
    assert page.join_href == "/join?school=149915"
    await tab.send(SchoolSetupState.choose, key="100002")
    assert (page.shared_number, page.join_href) == ("", "")
    await tab.send(SchoolSetupState.choose, key="100001")
    await tab.send(SchoolSetupState.load)
    assert "Maypole" in page.shared_number
    await tab.send(SchoolSetupState.clear)
    assert page.shared_number == ""


async def test_continue_without_a_choice_says_so_beside_each_field(
    database: Database, tab: Tab
) -> None:
    page = await tab.state(SchoolSetupState)
    await tab.send(SchoolSetupState.search, text="abbey")
    await tab.send(SchoolSetupState.proceed, form={"school": "Abbey School"})
    assert page.errors["school"].startswith("Choose your school from the list.")
    assert page.errors["mis"] == "Choose your MIS provider from the list."
    assert [line["field"] for line in page.summary] == ["school", "mis"]
    await tab.send(SchoolSetupState.choose, key="100001")
    assert [line["field"] for line in page.summary] == ["mis"]
    assert await _schools(database) == []


async def test_whoever_searches_without_end_waits_and_the_colleague_beside_them_does_not(
    database: Database, clock: ManualClock, tab_of: TabOf, tab: Tab
) -> None:
    page = await tab.state(SchoolSetupState)
    asked = 0
    while not page.note and asked < 300:
        asked += 1
        await tab.send(SchoolSetupState.search, text="abbey" if asked % 2 else "abbe")
    assert asked == 121
    assert page.options == []
    colleague = await tab_of(await a_person(database, now=clock(), email="priya@example.sch.uk"))
    await colleague.send(SchoolSetupState.search, text="abbey")
    assert [o["key"] for o in (await colleague.state(SchoolSetupState)).options] == ["100001"]


async def test_typing_on_after_a_choice_takes_it_back(tab: Tab) -> None:
    page = await tab.state(SchoolSetupState)
    await tab.send(SchoolSetupState.choose, key="100001")
    await tab.send(SchoolSetupState.search, text="Abbey School")
    assert page.chosen["urn"] == "100001"
    await tab.send(SchoolSetupState.search, text="Abbey Schoo")
    assert page.chosen["urn"] == ""


async def test_the_page_goes_on_on_another_device(
    database: Database, clock: ManualClock, tab_of: TabOf, tab: Tab
) -> None:
    await tab.send(SchoolSetupState.choose, key="100002")
    await tab.send(SchoolSetupState.choose_mis, key="bromcom")
    james = await a_person(database, now=clock())
    other = await tab_of(james)
    await other.send(SchoolSetupState.load)
    page = await other.state(SchoolSetupState)
    assert (page.chosen["name"], page.mis) == ("Bishop School", "bromcom")
    assert "Bromcom cannot be connected" in page.not_available


async def test_what_is_typed_before_the_page_has_loaded_stays(
    database: Database, clock: ManualClock, tab_of: TabOf
) -> None:
    early = await tab_of(await a_person(database, now=clock()))
    assert await early.send(SchoolSetupState.load) == []
    await early.send(SchoolSetupState.choose, key="100002")
    assert len(await early.send(SchoolSetupState.load)) == 1


async def test_what_was_typed_by_hand_is_there_on_another_device(
    database: Database, clock: ManualClock, tab_of: TabOf, tab: Tab
) -> None:
    await tab.send(SchoolSetupState.choose, key=NOT_LISTED)
    await tab.send(SchoolSetupState.keep_typed, field="name", text="Ysgol")
    other = await tab_of(await a_person(database, now=clock()))
    await other.send(SchoolSetupState.load)
    page = await other.state(SchoolSetupState)
    assert page.manual
    assert page.typed["name"] == "Ysgol"


async def test_a_school_that_is_not_listed_is_typed_in(database: Database, tab: Tab) -> None:
    await tab.send(SchoolSetupState.type_in)
    await tab.send(SchoolSetupState.choose_mis, key="bromcom")
    await tab.send(SchoolSetupState.want_news, wanted=True)
    events = await tab.send(SchoolSetupState.proceed, form=UNLISTED)
    assert went_to(events) == ["/school-details"]
    (school,) = await _schools(database)
    assert (school.name, school.dfe_number, school.urn) == ("Ysgol Newydd", "6614001", None)
    assert school.wants_news_of_mis_since
    assert "We will email you when it can." in await notice(tab)


async def test_problems_of_a_typed_school_stand_beside_their_fields(
    database: Database, tab: Tab
) -> None:
    page = await tab.state(SchoolSetupState)
    await tab.send(SchoolSetupState.type_in)
    await tab.send(SchoolSetupState.proceed, form=UNLISTED | {"postcode": "nowhere"})
    assert page.errors["postcode"].startswith("The postcode must look like SW1A 1AA, or like BFPO")
    await tab.send(SchoolSetupState.choose_mis, key="isams-xod")
    await tab.send(SchoolSetupState.proceed, form=UNLISTED | {"dfe_number": "2024001"})
    assert "Abbey School" in page.errors["dfe_number"]
    assert await _schools(database) == []


@pytest.mark.parametrize("by_hand", [False, True])
async def test_a_school_that_belongs_to_someone_leads_to_asking(
    database: Database, clock: ManualClock, tab: Tab, by_hand: bool
) -> None:
    ann = await a_person(database, now=clock(), email="ann@kings.sch.uk")
    await a_school(database, now=clock(), owner=ann, urn="100001", dfe_number="6614001")
    await tab.send(SchoolSetupState.choose_mis, key="isams-xod")
    if by_hand:
        await tab.send(SchoolSetupState.type_in)
    else:
        await tab.send(SchoolSetupState.choose, key="100001")
    events = await tab.send(SchoolSetupState.proceed, form=UNLISTED)
    assert went_to(events) == [f"/join?school={'6614001' if by_hand else '100001'}"]


async def test_who_was_removed_from_the_school_they_looked_at_is_led_to_another(
    database: Database, clock: ManualClock, tab_of: TabOf
) -> None:
    james = await a_person(database, now=clock())
    await a_school(database, now=clock(), owner=james)
    tab = await tab_of(james)
    assert went_to(await tab.send(SchoolSetupState.load)) == ["/connector"]


async def test_a_member_of_a_school_may_set_up_another(
    database: Database, clock: ManualClock, tab_of: TabOf
) -> None:
    school = await a_school(database, now=clock())
    vic = await a_colleague(database, school, Role.VIEWER, now=clock(), name="Vic Jones")
    tab = await tab_of(vic, at=school)
    assert went_to(await tab.send(SchoolSetupState.load)) == []
    await tab.send(SchoolSetupState.choose, key="100001")
    await tab.send(SchoolSetupState.choose_mis, key="isams-xod")
    assert went_to(await tab.send(SchoolSetupState.proceed, form={})) == ["/school-details"]


@pytest.mark.parametrize("junk", HOSTILE, ids=lambda value: repr(value)[:30])
async def test_hostile_arguments_set_up_nothing(database: Database, tab: Tab, junk: Any) -> None:
    await tab.send(SchoolSetupState.search, text=junk)
    await tab.send(SchoolSetupState.choose, key=junk)
    await tab.send(SchoolSetupState.choose_mis, key=junk)
    await tab.send(SchoolSetupState.keep_typed, field=junk, text=junk)
    await tab.send(SchoolSetupState.want_news, wanted=junk)
    await tab.send(SchoolSetupState.proceed, form=junk)
    await tab.send(SchoolSetupState.type_in)
    await tab.send(SchoolSetupState.proceed, form=dict.fromkeys(UNLISTED, junk))
    page = await tab.state(SchoolSetupState)
    assert page.summary
    assert not page.busy
    assert await _schools(database) == []


@pytest.mark.usefixtures("parts")
async def test_a_stranger_is_sent_to_log_in() -> None:
    for handler in (SchoolSetupState.load, SchoolSetupState.search, SchoolSetupState.proceed):
        (onward,) = went_to(await Tab().send(handler))
        assert onward.startswith("/log-in")


@pytest.mark.parametrize(
    ("postcode", "kept"),
    [
        ("BFPO 57", "BFPO 57"),
        ("gir 0aa", "GIR 0AA"),
        ("ASCN1ZZ", "ASCN 1ZZ"),
        ("NW1 OLL", "NW1 0LL"),
    ],
)
async def test_a_school_that_is_not_listed_may_have_any_postcode_and_its_number_as_people_write_it(
    database: Database, tab: Tab, postcode: str, kept: str
) -> None:
    await tab.send(SchoolSetupState.type_in)
    await tab.send(SchoolSetupState.choose_mis, key="isams-xod")
    form = UNLISTED | {"postcode": postcode, "dfe_number": "DfE 202/3614"}
    assert went_to(await tab.send(SchoolSetupState.proceed, form=form)) == ["/school-details"]
    (school,) = await _schools(database)
    assert (school.postcode, school.dfe_number) == (kept, "2023614")


async def test_who_types_the_number_of_a_taken_school_is_led_to_it_however_they_write_it(
    database: Database, clock: ManualClock, tab: Tab
) -> None:
    owner = await a_person(database, now=clock(), email="other@kings.sch.uk")
    await a_school(database, now=clock(), owner=owner, urn=None, dfe_number="2023614")
    await tab.send(SchoolSetupState.type_in)
    await tab.send(SchoolSetupState.choose_mis, key="isams-xod")
    form = UNLISTED | {"dfe_number": "DfE no. 2O2/36l4"}
    assert went_to(await tab.send(SchoolSetupState.proceed, form=form)) == ["/join?school=2023614"]
