"""The invitation mail: its words, and that it arrives once whatever happens."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from simulators.xporter.simulator import XporterSimulator
from tests.factories.browser import read
from tests.factories.xporter_simulator import Killed, Mailbox, Partner, a_stand_in, register, web_of


@pytest.fixture
async def registered(web: httpx.AsyncClient) -> None:
    await register(web)


async def test_it_has_the_guides_words(
    registered: None, stand_in: XporterSimulator, mailbox: Mailbox
) -> None:
    await stand_in.do_due()
    mail = mailbox.newest
    assert mail["subject"] == (
        "Invitation from Assembly Platform to sync your MIS data and complete your setup"
    )
    page = read(mail["html"])
    assert (page.h1, page.h2) == (
        ["Setup data sync with Assembly Platform"],
        ["MIS Data Sync Invitation"],
    )
    for said in (page.text, " ".join(mail["text"].split())):
        assert "Dear James Walters" in said
        assert (
            "You've been invited to share data from your MIS with Assembly Platform using "
            "Groupcall's trusted Xporter on Demand data sync services."
        ) in said
        assert (
            "Authorising the data flow will take less than a minute. "
            "Click the button below to get started!"
        ) in said
    href = page.links["Begin Authorisation"]
    assert href.startswith("http://assembly.test/simulator/xporter/authorise/")
    assert href in mail["text"]


async def test_what_came_with_the_request_is_escaped(
    web: httpx.AsyncClient, stand_in: XporterSimulator, mailbox: Mailbox
) -> None:
    await register(
        web,
        SchoolContactFirstName="<img src=x onerror=alert(1)>",
        PartnerName="A & B\r\nBcc: everyone@school.uk",
    )
    await stand_in.do_due()
    mail = mailbox.newest
    assert "<img" not in mail["html"]
    assert mail["subject"].startswith("Invitation from A & B Bcc: everyone@school.uk to sync")
    assert "Dear <img src=x onerror=alert(1)> Walters" in mail["text"]


async def test_every_registration_sends_one_mail(
    web: httpx.AsyncClient, stand_in: XporterSimulator, mailbox: Mailbox
) -> None:
    for expected in (1, 2):
        await register(web)
        for _ in range(3):
            await stand_in.do_due()
        assert len(mailbox.received) == mailbox.attempts == expected


async def test_a_mail_that_could_not_leave_leaves_later(
    registered: None, stand_in: XporterSimulator, mailbox: Mailbox, clock: ManualClock
) -> None:
    mailbox.is_down = True
    await stand_in.do_due()
    clock.advance(timedelta(seconds=1))
    await stand_in.do_due()
    assert mailbox.attempts == 1
    mailbox.is_down = False
    clock.advance(timedelta(seconds=1))
    await stand_in.do_due()
    await stand_in.do_due()
    assert (mailbox.attempts, len(mailbox.received)) == (2, 1)


async def test_a_mail_that_never_leaves_is_given_up(
    registered: None, stand_in: XporterSimulator, mailbox: Mailbox, clock: ManualClock
) -> None:
    mailbox.is_down = True
    for _ in range(30):
        await stand_in.do_due()
        clock.advance(timedelta(hours=1))
    assert mailbox.attempts == 20


async def test_a_process_that_dies_while_sending_sends_the_same_mail_again(
    registered: None,
    database: Database,
    clock: ManualClock,
    mailbox: Mailbox,
    partner: Partner,
) -> None:
    async def dies(**message: str) -> None:
        await mailbox.send(**message)
        raise Killed

    dying = a_stand_in(database, clock, mailbox, partner, deliver=dies)
    with pytest.raises(Killed):
        await dying.do_due()
    after = a_stand_in(database, clock, mailbox, partner)
    clock.advance(timedelta(seconds=14))
    await after.do_due()
    assert mailbox.attempts == 1
    clock.advance(timedelta(seconds=1))
    await after.do_due()
    assert (mailbox.attempts, len(mailbox.received)) == (2, 1)


async def test_links_use_the_public_address(
    database: Database, clock: ManualClock, mailbox: Mailbox, partner: Partner
) -> None:
    public = "https://demo.assembly.education/xod"
    stand_in = a_stand_in(database, clock, mailbox, partner, address=public)
    async with web_of(stand_in) as web:
        await register(web)
    await stand_in.do_due()
    assert f"{public}/authorise/" in mailbox.newest["text"]
