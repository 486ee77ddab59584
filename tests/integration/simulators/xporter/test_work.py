"""What the stand-in does by itself: on time, at rest otherwise, and across restarts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any

import httpx
import pytest

from assembly_ui.clock import ManualClock, system_clock
from assembly_ui.db.database import Database
from assembly_ui.pubsub.topics import PubSub
from simulators.xporter.background_work import BackgroundWork, keep_up
from simulators.xporter.invitations import SIMULATOR_TOPIC
from simulators.xporter.onboarding_steps import Step
from simulators.xporter.simulator import XporterSimulator
from tests.factories.browser import Browser
from tests.factories.database import listen_to
from tests.factories.xporter_simulator import (
    Mailbox,
    Partner,
    a_stand_in,
    authorise,
    choose_install,
    register,
    web_of,
)


@asynccontextmanager
async def running(stand_in: XporterSimulator, pubsub: PubSub) -> AsyncIterator[None]:
    work = asyncio.create_task(stand_in.run(pubsub))
    try:
        yield
    finally:
        work.cancel()
        with suppress(asyncio.CancelledError):
            await work


async def test_it_works_by_itself_as_soon_as_there_is_something_to_do(
    database: Database, pubsub: PubSub, mailbox: Mailbox, partner: Partner
) -> None:
    stand_in = a_stand_in(database, system_clock, mailbox, partner)
    async with web_of(stand_in) as web, running(stand_in, pubsub), asyncio.timeout(5):
        await register(web)
        await mailbox.arrivals.get()
        await authorise(database, mailbox.newest_token, now=system_clock())
        await partner.arrivals.get()
        await choose_install(database, mailbox.newest_token, now=system_clock(), seconds=0.1)
        await partner.arrivals.get()
    assert [told["installcomplete"] for told in partner.posted] == ["false", "true"]


async def test_a_partner_that_hangs_holds_up_no_mail(
    database: Database, pubsub: PubSub, mailbox: Mailbox, partner: Partner
) -> None:
    async def hang(_request: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError

    stand_in = a_stand_in(
        database,
        system_clock,
        mailbox,
        partner,
        make_http=lambda: httpx.AsyncClient(transport=httpx.MockTransport(hang)),
    )
    async with web_of(stand_in) as web, running(stand_in, pubsub), asyncio.timeout(5):
        await register(web)
        await mailbox.arrivals.get()
        await authorise(database, mailbox.newest_token, now=system_clock())
        await register(web)
        await mailbox.arrivals.get()


async def test_nothing_but_its_own_topic_wakes_it(pubsub: PubSub, clock: ManualClock) -> None:
    looked: asyncio.Queue[str] = asyncio.Queue()

    async def do_due() -> int:
        looked.put_nowait("looked")
        return 0

    async def next_due() -> None:
        return None

    work = asyncio.create_task(keep_up(BackgroundWork("test", do_due, next_due), pubsub, clock))
    async with asyncio.timeout(5):
        await looked.get()
        await pubsub.announce(["school:1", "user:2"])
        await pubsub.announce([SIMULATOR_TOPIC])
        await looked.get()
    assert looked.empty()
    work.cancel()


async def test_with_nothing_due_it_only_looks(
    stand_in: XporterSimulator, database: Database
) -> None:
    said: list[str] = []
    listen_to(database, said.append)
    assert await stand_in.do_due() == 0
    assert said
    # What writes begins with BEGIN IMMEDIATE.
    assert {statement.split()[0] for statement in said} <= {"BEGIN", "SELECT"}
    assert "BEGIN IMMEDIATE" not in said


async def test_a_failure_does_not_end_the_work(
    database: Database,
    pubsub: PubSub,
    mailbox: Mailbox,
    partner: Partner,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("simulators.xporter.background_work.SECONDS_AFTER_FAILURE", 0.01)
    fails = [OSError("disk"), OSError("disk")]

    def clock() -> Any:
        if fails:
            raise fails.pop()
        return system_clock()

    stand_in = a_stand_in(database, system_clock, mailbox, partner)
    async with web_of(stand_in) as web:
        await register(web)
    stand_in.clock = clock
    async with running(stand_in, pubsub), asyncio.timeout(5):
        await mailbox.arrivals.get()


WALK: list[tuple[Step, str, dict[str, str]]] = [
    (Step.AUTHORITY, "Proceed", {}),
    (Step.MIS, "Continue", {"mis": "isams"}),
    (Step.SHARING, "Continue", {}),
    (Step.PEOPLE, "Continue", {"people": "everyone"}),
    (Step.SUMMARY, "Authorise Sharing", {}),
    (Step.INSTALL, "Join the onboarding queue", {}),
]


@pytest.mark.parametrize("works", [True, False])
async def test_a_restart_between_every_two_steps_loses_and_doubles_nothing(
    database: Database, clock: ManualClock, mailbox: Mailbox, partner: Partner, works: bool
) -> None:
    @asynccontextmanager
    async def one_life(path: str = "") -> AsyncIterator[Browser]:
        stand_in = a_stand_in(database, clock, mailbox, partner)
        async with web_of(stand_in) as web:
            browser = Browser(web)
            if path:
                await browser.open(path)
            yield browser
        if works:
            await stand_in.do_due()

    async with web_of(a_stand_in(database, clock, mailbox, partner)) as web:
        await register(web)
    await a_stand_in(database, clock, mailbox, partner).do_due()
    path = mailbox.newest_link
    for step, button, filled in WALK:
        async with one_life(path) as browser:
            assert browser.path.endswith(f"/{step}")
            form = browser.page.forms[0]
        async with one_life() as browser:
            # The form was shown by a process that is gone.
            browser.page.forms = [form]
            await browser.press(button, **filled)
            path = browser.path
    for seconds in (7, 1, 3, 0):
        clock.advance(timedelta(seconds=seconds))
        await a_stand_in(database, clock, mailbox, partner).do_due()
    async with one_life(path) as browser:
        assert browser.h1 == "All done"
    assert len(mailbox.received) == mailbox.attempts == 1
    assert [told["installcomplete"] for told in partner.posted] == ["false", "true"]


async def test_several_processes_share_the_work(
    database: Database, clock: ManualClock, mailbox: Mailbox, partner: Partner
) -> None:
    several = [a_stand_in(database, clock, mailbox, partner) for _ in range(3)]
    async with web_of(several[0]) as web:
        for number in range(10):
            await register(web, DfesCode=f"{2000 + number}")
    for _ in range(3):
        await asyncio.gather(*(stand_in.do_due() for stand_in in several))
    assert len(mailbox.received) == mailbox.attempts == 10
    for message in list(mailbox.received.values()):
        token = message["text"].partition("/authorise/")[2].split()[0]
        await authorise(database, token, now=clock())
        await choose_install(database, token, now=clock(), seconds=0)
    for _ in range(10):
        await asyncio.gather(*(stand_in.do_due() for stand_in in several))
    assert len(partner.posted) == 20
    assert len({told["schoolSecret"] for told in partner.posted}) == 10
