"""The authorisation callback: what is told, in which order, and that it is told."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import httpx
import pytest

from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from simulators.xporter.simulator import XporterSimulator
from tests.factories.xporter_simulator import (
    ESTAB,
    Killed,
    Mailbox,
    Partner,
    a_stand_in,
    authorise,
    choose_install,
    register,
)


@pytest.fixture
async def link(
    web: httpx.AsyncClient,
    stand_in: XporterSimulator,
    database: Database,
    mailbox: Mailbox,
    clock: ManualClock,
) -> str:
    """The link of a school that has just authorised."""
    await register(web)
    await stand_in.do_due()
    await authorise(database, mailbox.newest_token, now=clock())
    return mailbox.newest_token


async def test_it_tells_what_was_asked_and_granted(
    link: str, stand_in: XporterSimulator, partner: Partner
) -> None:
    await stand_in.do_due()
    (told,) = partner.posted
    assert UUID(told.pop("schoolSecret"))
    assert told == {
        "schoolId": ESTAB,
        "schoolEmail": "james.walters@kings.sch.uk",
        "schoolName": "King's School",
        "templateScopes": "School,Staff,Student,StudentExtended,UPN,Contact,Attendance,"
        "AssessmentResults",
        "scopes": "School,Staff",
        "thirdParty": "XporterOnDemand",
        "partnerId": "assembly.education",
        "authorisationPaused": "",
        "installcomplete": "false",
    }


async def test_it_comes_again_when_installation_is_complete(
    link: str, database: Database, stand_in: XporterSimulator, partner: Partner, clock: ManualClock
) -> None:
    await stand_in.do_due()
    await choose_install(database, link, now=clock(), choice="queue", seconds=5)
    clock.advance(timedelta(seconds=9))
    await stand_in.do_due()
    assert len(partner.posted) == 1
    clock.advance(timedelta(seconds=1))
    for _ in range(3):
        await stand_in.do_due()
    first, second = partner.posted
    assert second == first | {"installcomplete": "true"}


@pytest.mark.parametrize(
    "answer",
    [301, 400, 404, 500, 503, httpx.ConnectError("refused"), httpx.ReadTimeout("slow")],
)
async def test_it_is_repeated_until_taken(
    link: str,
    stand_in: XporterSimulator,
    partner: Partner,
    clock: ManualClock,
    answer: int | Exception,
) -> None:
    partner.answers = [answer] * 3
    for _ in range(10):
        await stand_in.do_due()
        clock.advance(timedelta(seconds=10))
    assert len(partner.posted) == 4
    assert all(told == partner.posted[0] for told in partner.posted)


async def test_repeats_come_further_and_further_apart_but_never_end(
    link: str, stand_in: XporterSimulator, partner: Partner, clock: ManualClock
) -> None:
    partner.answers = [500] * 1000
    tries = []
    for ticks, tick in ((6, 10), (20, 30), (60, 120)):
        for _ in range(ticks):
            await stand_in.do_due()
            clock.advance(timedelta(seconds=tick))
        tries.append(len(partner.posted))
        partner.posted.clear()
    in_a_minute, in_ten_more, in_two_hours_more = tries
    assert 4 <= in_a_minute <= 6
    assert 3 <= in_ten_more <= 6
    assert 9 <= in_two_hours_more <= 16


async def test_they_arrive_in_order(
    link: str, database: Database, stand_in: XporterSimulator, partner: Partner, clock: ManualClock
) -> None:
    partner.answers = [503, 503, 503]
    await stand_in.do_due()
    await choose_install(database, link, now=clock(), seconds=0)
    for _ in range(6):
        clock.advance(timedelta(seconds=10))
        await stand_in.do_due()
    assert [told["installcomplete"] for told in partner.posted] == ["false"] * 4 + ["true"]


async def test_a_new_authorisation_replaces_what_was_not_told_yet(
    link: str,
    database: Database,
    stand_in: XporterSimulator,
    partner: Partner,
    clock: ManualClock,
    web: httpx.AsyncClient,
    mailbox: Mailbox,
) -> None:
    partner.answers = [503]
    await stand_in.do_due()
    old = partner.posted[0]["schoolSecret"]
    await register(web)
    await stand_in.do_due()
    await authorise(database, mailbox.newest_token, now=clock(), ticked=())
    clock.advance(timedelta(minutes=1))
    await stand_in.do_due()
    assert len(partner.posted) == 2
    assert partner.posted[1]["schoolSecret"] != old
    assert partner.posted[1]["scopes"] == "School"


async def test_a_process_that_dies_while_posting_posts_again(
    link: str,
    database: Database,
    stand_in: XporterSimulator,
    mailbox: Mailbox,
    partner: Partner,
    clock: ManualClock,
) -> None:
    partner.answers = [Killed()]
    with pytest.raises(Killed):
        await stand_in.do_due()
    after = a_stand_in(database, clock, mailbox, partner)
    clock.advance(timedelta(seconds=15))
    await after.do_due()
    await after.do_due()
    assert len(partner.posted) == 2
    assert partner.posted[0] == partner.posted[1]
