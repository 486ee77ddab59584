"""The timeline and the overview: what a screen is shown of a connection."""

from __future__ import annotations

from datetime import timedelta

from assembly_ui.clock import ManualClock
from assembly_ui.connector import timeline
from assembly_ui.connector.overview import read_badge, read_overview
from assembly_ui.connector.status import Facts, Status
from assembly_ui.connector.timeline import Kind, newest
from assembly_ui.db.database import Database
from tests.factories.accounts import a_person
from tests.factories.schools import a_school


async def test_the_newest_line_comes_first_and_the_later_written_of_two_at_once(
    database: Database, clock: ManualClock
) -> None:
    await a_school(database, now=clock())
    async with database.transaction() as session:
        timeline.add(session, Kind.AUTHORISED, school_id=1, at=clock())
        await session.flush()
        timeline.add(session, Kind.INSTALLED, school_id=1, at=clock())
        await session.flush()
        before = clock() - timedelta(hours=1)
        timeline.add(session, Kind.INVITATION_SENT, school_id=1, at=before, to="a@b.sch.uk")
    entries = await newest(database, school_id=1)
    kinds = [Kind.INSTALLED, Kind.AUTHORISED, Kind.INVITATION_SENT]
    assert [entry.kind for entry in entries] == kinds
    assert entries[2].detail == {"to": "a@b.sch.uk"}
    assert [entry.kind for entry in await newest(database, school_id=1, limit=1)] == kinds[:1]


async def test_a_line_names_who_did_it_by_name_or_by_address(
    database: Database, clock: ManualClock
) -> None:
    await a_school(database, now=clock())
    nameless = await a_person(database, now=clock(), name="", email="ada@kings.sch.uk")
    for by in (1, nameless.id, None):
        async with database.transaction() as session:
            timeline.add(session, Kind.TESTED, school_id=1, at=clock(), by_user_id=by)
    by = [entry.by for entry in await newest(database, school_id=1)]
    assert by == ["", "ada@kings.sch.uk", "James Walters"]


async def test_a_school_has_its_own_timeline(database: Database, clock: ManualClock) -> None:
    await a_school(database, now=clock())
    other = await a_person(database, now=clock(), email="other@queens.sch.uk")
    await a_school(database, now=clock(), urn="2", dfe_number="3281110", owner=other)
    async with database.transaction() as session:
        timeline.add(session, Kind.TESTED, school_id=2, at=clock())
    assert await newest(database, school_id=1) == []


async def test_a_school_nothing_happened_to_awaits_an_invitation(
    database: Database, clock: ManualClock
) -> None:
    await a_school(database, now=clock())
    overview = await read_overview(database, school_id=1, now=clock())
    assert (overview.status, overview.facts) == (Status.AWAITING_INVITATION, Facts())
    assert (overview.owner_name, overview.school.name) == ("James Walters", "King's School")
    badge = await read_badge(database, school_id=1, now=clock())
    assert badge is Status.AWAITING_INVITATION


async def test_an_owner_without_a_name_is_called_by_their_address(
    database: Database, clock: ManualClock
) -> None:
    owner = await a_person(database, now=clock(), name="")
    await a_school(database, now=clock(), owner=owner)
    overview = await read_overview(database, school_id=1, now=clock())
    assert overview.owner_name == "james.walters@kings.sch.uk"
