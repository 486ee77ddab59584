"""What SchoolBooking reads by itself, and what it makes of refusals."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
from sqlmodel import select

from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from simulators.schoolbooking.application import SchoolBooking
from simulators.schoolbooking.models import Link, Received
from tests.factories.schoolbooking import EVERY_SCOPE, AssemblyDouble
from tests.integration.simulators.schoolbooking.conftest import Connect

HOUR = timedelta(hours=1)


async def _link(database: Database) -> Link:
    async with database.read() as session:
        return (await session.exec(select(Link))).one()


async def test_nothing_is_read_before_assembly_has_read_the_mis(
    connect: Connect, booking: SchoolBooking, assembly: AssemblyDouble, clock: ManualClock
) -> None:
    customer = await connect()
    await booking.do_due()
    assert {call.url.path for call in assembly.calls[1:]} == {
        "/api/me",
        "/api/school",
        "/api/school/status",
    }
    await customer.open("/dashboard")
    assert customer.h1 == "Connected to King's School"
    assert customer.headers["Refresh"] == "2"
    assert "Sync waiting" in customer.page.text
    assembly.has_synced()
    clock.advance(timedelta(seconds=2))
    assert await booking.do_due() == 1
    await customer.open("/dashboard")
    assert "Refresh" not in customer.headers
    assert "Last read 23 November 2026 at 09:00" in customer.page.text


async def test_the_first_reading_shows_how_far_it_is_and_no_number_nobody_has_read(
    connect: Connect, booking: SchoolBooking, assembly: AssemblyDouble, clock: ManualClock
) -> None:
    customer = await connect()
    await customer.open("/dashboard")
    assert "– rooms" in customer.page.text
    assert "– lessons this week" in customer.page.text
    # How far Assembly is with the MIS, SchoolBooking is not told.
    assert [attrs for tag, attrs in customer.page.tags if tag == "progress"] == [
        {"aria-label": "Reading your school’s data"}
    ]
    assembly.has_synced()
    assembly.trouble = lambda request: (
        httpx.Response(503) if request.url.path == "/api/rooms" else None
    )
    await booking.do_due()
    await customer.open("/dashboard")
    # What was read is counted; what is still to come is not taken for nothing.
    for words in ("– rooms", "– lessons this week", "1 classes", "2 staff", "– calendar events"):
        assert words in customer.page.text
    assert [attrs for tag, attrs in customer.page.tags if tag == "progress"] == [
        {"aria-label": "Reading your school’s data", "value": "5", "max": "9"}
    ]
    assert "5 of 9 steps done" in customer.page.text
    for path in ("/rooms", "/calendar"):
        await customer.open(path)
        assert "This is still being read for the first time." in customer.page.text
    assembly.trouble = lambda request: None
    clock.advance(timedelta(minutes=1))
    await booking.do_due()
    await customer.open("/dashboard")
    assert "2 lessons this week" in customer.page.text
    assert "– " not in customer.page.text.partition("(demo)")[2]
    assert "progress" not in {tag for tag, _ in customer.page.tags}


async def test_rooms_read_before_their_lessons_are_not_said_to_have_none(
    connect: Connect, booking: SchoolBooking, assembly: AssemblyDouble
) -> None:
    assembly.has_synced()
    assembly.trouble = lambda request: (
        httpx.Response(503) if request.url.path == "/api/timetables" else None
    )
    customer = await connect()
    await booking.do_due()
    await customer.open("/rooms")
    assert "Maths 1 (M1) 30 –" in customer.page.text
    assert "new term" not in customer.page.text
    assert "still being read" in customer.page.text
    await customer.follow("Maths 1")
    assert "new term" not in customer.page.text
    assert "still being read" in customer.page.text


async def test_everything_it_needs_is_read_and_shown(
    connect: Connect, booking: SchoolBooking, assembly: AssemblyDouble, web: httpx.AsyncClient
) -> None:
    assembly.has_synced()
    customer = await connect()
    await booking.do_due()
    await customer.open("/dashboard")
    for words in (
        "2 rooms",
        "2 lessons this week",
        "1 classes",
        "2 staff",
        "2 calendar events",
        "Sync complete: 2 rooms, 2 lessons, 1 class, 2 members of staff and 2 calendar events.",
        "Connected to Assembly. Rooms, lessons and classes will be created automatically.",
    ):
        assert words in customer.page.text
    await customer.follow("Rooms")
    assert "Hall <Main>" in customer.page.text
    await customer.follow("Maths 1")
    assert customer.h1 == "Maths 1"
    assert customer.page.h2 == ["Tuesday 24 November", "Wednesday 25 November"]
    assert "P1 09:00–10:00 9A/Ma1 Maths Ms Ada Byron" in customer.page.text
    assert "9A/Ma1 Maths Cover Mr Ian Able" in customer.page.text
    await customer.follow("Week of Monday 30 November")
    assert customer.page.h2 == ["Tuesday 1 December"]
    await customer.follow("Classes")
    assert "9A/Ma1 Maths Ms Ada Byron 2" in customer.page.text
    await customer.follow("Forms")
    assert "9A Nobody named 3" in customer.page.text
    await customer.follow("Other groups")
    assert "Austen Nobody named 3" in customer.page.text
    assert "9A/Ma1" not in customer.page.text
    await customer.follow("Staff")
    assert "Ms Ada Byron ABY a.byron@kings.sch.uk" in customer.page.text
    await customer.follow("Calendar")
    assert "Thursday 10 December Winter concert Event" in customer.page.text
    assert "Half term" not in customer.page.text
    await customer.follow("Everything")
    assert "Monday 26 October to Friday 30 October Half term Holiday" in customer.page.text


async def test_of_pupils_only_their_number_is_kept(
    connect: Connect, booking: SchoolBooking, assembly: AssemblyDouble, database: Database
) -> None:
    assembly.has_synced()
    await connect()
    await booking.do_due()
    async with database.read() as session:
        kept = (await session.exec(select(Received))).all()
    assert not [row for row in kept if "student_ids" in str(row.data)]


async def test_long_lists_are_read_page_by_page(
    connect: Connect, booking: SchoolBooking, assembly: AssemblyDouble
) -> None:
    assembly.page_size = 1
    assembly.has_synced()
    customer = await connect()
    await booking.do_due()
    assert [call.url.params["page"] for call in assembly.asked("/rooms")] == ["1", "2"]
    await customer.open("/dashboard")
    assert "2 rooms" in customer.page.text


async def test_later_only_changes_are_asked_for(
    connect: Connect, booking: SchoolBooking, assembly: AssemblyDouble, clock: ManualClock
) -> None:
    assembly.has_synced()
    customer = await connect()
    await booking.do_due()
    assembly.unchanged = set(assembly.school) - {"/rooms"}
    assembly.school["/rooms"] = [{"id": 22, "code": "HALL", "name": "Great Hall"}]
    clock.advance(HOUR)
    assembly.has_synced()
    await booking.do_due()
    for path in ("/rooms", "/staff_members"):
        assert assembly.asked(path)[-1].headers["If-Modified-Since"] == assembly.last_modified
    await customer.open("/rooms")
    assert "Great Hall" in customer.page.text
    assert "Maths 1" in customer.page.text
    await customer.open("/integration")
    assert "Sync complete: 1 room new or changed." in customer.page.text


async def test_nothing_is_read_again_while_nothing_has_changed(
    connect: Connect, booking: SchoolBooking, assembly: AssemblyDouble, clock: ManualClock
) -> None:
    assembly.has_synced()
    await connect()
    await booking.do_due()
    clock.advance(HOUR)
    await booking.do_due()
    assert len(assembly.asked("/school/status")) == 2
    assert len(assembly.asked("/rooms")) == 1


async def test_once_a_day_everything_is_read_so_that_what_is_gone_goes(
    connect: Connect, booking: SchoolBooking, assembly: AssemblyDouble, clock: ManualClock
) -> None:
    assembly.has_synced()
    customer = await connect()
    await booking.do_due()
    del assembly.school["/rooms"][0]
    clock.advance(timedelta(hours=23))
    await booking.do_due()
    await customer.open("/rooms")
    assert "Maths 1" in customer.page.text
    clock.advance(2 * HOUR)
    await booking.do_due()
    assert "If-Modified-Since" not in assembly.asked("/rooms")[-1].headers
    await customer.open("/rooms")
    assert "Maths 1" not in customer.page.text


async def test_everything_is_read_again_when_somebody_asks(
    connect: Connect, booking: SchoolBooking, assembly: AssemblyDouble
) -> None:
    assembly.has_synced()
    customer = await connect()
    await booking.do_due()
    await customer.open("/dashboard")
    del assembly.school["/rooms"][0]
    await customer.press("Read everything again")
    assert customer.headers["Refresh"] == "4"
    await booking.do_due()
    await customer.open("/dashboard")
    assert "1 rooms" in customer.page.text


async def test_the_next_week_is_read_when_it_begins(
    connect: Connect, booking: SchoolBooking, assembly: AssemblyDouble, clock: ManualClock
) -> None:
    assembly.has_synced()
    await connect()
    await booking.do_due()
    clock.advance(timedelta(hours=14 * 24 - 1))
    await booking.do_due()
    assert assembly.asked("/timetables/1")[-1].url.params["start_date"] == "2027-02-01"


async def test_a_term_whose_lessons_are_not_there_yet_pauses_the_sync(
    connect: Connect, booking: SchoolBooking, assembly: AssemblyDouble
) -> None:
    assembly.school["/timetables"][0]["end_date"] = "2026-07-20"
    assembly.has_synced()
    customer = await connect()
    await booking.do_due()
    await customer.open("/integration")
    assert "Sync paused: the lessons of the new term are not available yet." in customer.page.text
    await customer.open("/rooms")
    assert "The lessons of the new term are not available yet." in customer.page.text


async def test_in_holidays_the_first_week_of_lessons_is_shown(
    connect: Connect, booking: SchoolBooking, assembly: AssemblyDouble
) -> None:
    (timetable,) = [assembly.school["/timetables/1"]]
    timetable["days"] = [timetable["days"][0] | {"occurs_on": ["2027-01-05"]}]
    timetable["days"][0]["periods"][0]["lessons"] = [
        {"id": 1, "group": {"name": "9A/Ma1"}, "rooms": [{"id": 21}]}
    ]
    assembly.has_synced()
    customer = await connect()
    await booking.do_due()
    await customer.open("/dashboard")
    assert "1 lessons in the week of Monday 4 January" in customer.page.text


async def test_the_parent_meeting_module_says_what_is_missing(
    connect: Connect, booking: SchoolBooking, assembly: AssemblyDouble, clock: ManualClock
) -> None:
    assembly.has_synced()
    customer = await connect()
    await booking.do_due()
    await customer.open("/dashboard")
    assert "Off. Everything else works without it." in customer.page.text
    assert "Parents’ and carers’ email addresses" in customer.page.text
    link = customer.page.links["Change what is shared, in Assembly"]
    assert link == "http://assembly.test/app?name=schoolbooking"
    assembly.scopes = EVERY_SCOPE
    clock.advance(timedelta(seconds=5))
    await booking.do_due()
    await customer.open("/dashboard")
    assert "Ready. King's School shares everything the module needs." in customer.page.text
    assert (
        "It now also shares: parents’ and carers’ names, parents’ and carers’ email"
        in customer.page.text
    )


async def test_a_scope_that_is_not_shared_leaves_a_gap_and_no_more(
    connect: Connect, booking: SchoolBooking, assembly: AssemblyDouble
) -> None:
    def trouble(request: httpx.Request) -> httpx.Response | None:
        if request.url.path == "/api/calendar_events":
            return httpx.Response(401, json={"error": "insufficient_scope"})
        return None

    assembly.trouble = trouble
    assembly.has_synced()
    customer = await connect()
    await booking.do_due()
    await customer.open("/dashboard")
    assert "2 rooms" in customer.page.text
    assert "0 calendar events" in customer.page.text


async def test_tokens_are_renewed_before_they_end_and_the_new_ones_kept(
    connect: Connect, booking: SchoolBooking, assembly: AssemblyDouble, clock: ManualClock
) -> None:
    assembly.has_synced()
    await connect()
    await booking.do_due()
    for _ in range(3):
        clock.advance(timedelta(hours=24))
        await booking.do_due()
    assert assembly.issued == 4
    refused = [call for call in assembly.calls if call.url.path == "/oauth/token"]
    assert len(refused) == 4


async def test_a_token_that_ends_early_is_renewed_on_refusal(
    connect: Connect, booking: SchoolBooking, assembly: AssemblyDouble, database: Database
) -> None:
    assembly.has_synced()
    await connect()
    assembly.access = "another"
    await booking.do_due()
    assert assembly.issued == 2
    assert (await _link(database)).read_at


async def test_a_revoked_school_says_so_calmly_and_is_left_alone(
    connect: Connect,
    booking: SchoolBooking,
    assembly: AssemblyDouble,
    clock: ManualClock,
    database: Database,
) -> None:
    assembly.has_synced()
    customer = await connect()
    await booking.do_due()
    assembly.is_revoked = True
    clock.advance(HOUR)
    await booking.do_due()
    await customer.open("/dashboard")
    assert customer.h1 == "Access was revoked"
    assert "Assembly refused our call on 23 November 2026 at 10:00" in customer.page.text
    assert "Sync stopped" in customer.page.text
    assert customer.page.links["Connect again"].endswith("/install")
    await customer.open("/rooms")
    assert "Access was revoked on" in customer.page.text
    assert "Maths 1" in customer.page.text
    assert (await _link(database)).access_token == ""
    clock.advance(24 * HOUR)
    assert await booking.do_due() == 0


async def test_a_revoked_school_can_be_connected_again(
    connect: Connect, booking: SchoolBooking, assembly: AssemblyDouble, clock: ManualClock
) -> None:
    assembly.has_synced()
    await connect()
    await booking.do_due()
    assembly.is_revoked = True
    clock.advance(HOUR)
    await booking.do_due()
    customer = await connect()
    await booking.do_due()
    await customer.open("/dashboard")
    assert customer.h1 == "Connected to King's School"


async def test_an_account_may_have_several_schools_and_looks_at_one(
    connect: Connect, booking: SchoolBooking, assembly: AssemblyDouble
) -> None:
    assembly.has_synced()
    await connect()
    await booking.do_due()
    assembly.school_id, assembly.school["/school"] = 8, {"name": "Queen's School"}
    customer = await connect()
    await booking.do_due()
    await customer.open("/dashboard")
    assert customer.h1 == "Connected to Queen's School"
    await customer.press("Show", school="7")
    assert customer.h1 == "Connected to King's School"
    await customer.press("Show", school="9")
    assert customer.h1 == "Connected to King's School"


async def test_disconnecting_tells_assembly_and_deletes_everything(
    connect: Connect, booking: SchoolBooking, assembly: AssemblyDouble, database: Database
) -> None:
    assembly.has_synced()
    customer = await connect()
    await booking.do_due()
    await customer.open("/dashboard")
    await customer.follow("Disconnect")
    await customer.press("Disconnect and delete")
    assert customer.h1 == "Disconnecting"
    assert customer.headers["Refresh"] == "2"
    await booking.do_due()
    assert assembly.has_ended
    await customer.open("/disconnected")
    assert customer.h1 == "Disconnected"
    async with database.read() as session:
        for Table in (Link, Received):
            assert (await session.exec(select(Table))).all() == []


async def test_what_a_revoked_school_left_can_be_deleted(
    connect: Connect, booking: SchoolBooking, assembly: AssemblyDouble, database: Database
) -> None:
    assembly.has_synced()
    customer = await connect()
    assembly.is_revoked = True
    await booking.do_due()
    await customer.open("/dashboard")
    await customer.follow("Delete what we hold")
    await customer.press("Delete")
    await booking.do_due()
    await customer.open("/disconnected")
    assert customer.h1 == "Disconnected"


AWAY = {
    "away": httpx.Response(503),
    "a web page": httpx.Response(200, text="<html>"),
    "not what was asked for": httpx.Response(200, json="soon"),
}


@pytest.mark.parametrize("kind", AWAY)
async def test_an_assembly_that_does_not_answer_is_asked_again_later(
    connect: Connect,
    booking: SchoolBooking,
    assembly: AssemblyDouble,
    clock: ManualClock,
    kind: str,
) -> None:
    assembly.has_synced()
    customer = await connect()
    assembly.trouble = lambda request: AWAY[kind] if "/api" in request.url.path else None
    for _ in range(3):
        assert await booking.do_due() == 1
        clock.advance(timedelta(seconds=21))
    assembly.trouble = lambda request: None
    await customer.open("/integration")
    assert customer.page.text.count("Sync put off: Assembly did not answer.") == 1
    await booking.do_due()
    await customer.open("/integration")
    assert "Sync complete" in customer.page.text


async def test_when_there_were_too_many_calls_it_waits_as_long_as_it_is_told(
    connect: Connect, booking: SchoolBooking, assembly: AssemblyDouble, clock: ManualClock
) -> None:
    assembly.has_synced()
    await connect()
    body = {"error": "too many requests", "data": {"count": 601, "period": 90, "limit": 600}}
    assembly.trouble = lambda _: httpx.Response(429, json=body)
    await booking.do_due()
    clock.advance(timedelta(seconds=89))
    assert await booking.do_due() == 0
    clock.advance(timedelta(seconds=1))
    assert await booking.do_due() == 1
