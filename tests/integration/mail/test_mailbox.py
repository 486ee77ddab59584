"""The mailbox lists what arrived, opens it, and lets it be cleared away."""

from __future__ import annotations

from datetime import timedelta

import pytest

from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.mail.errors import MailUnknown
from assembly_ui.mail.links import MailLink
from assembly_ui.mail.mailbox import (
    MOST_LATEST,
    PAGE_SIZE,
    addresses,
    clear_mail,
    latest_mail,
    list_mail,
    open_mail,
)
from assembly_ui.pubsub.topics import MAILBOX_TOPIC, PubSub
from tests.factories.mail import TO, an_arrived_message

OTHER = "amina.khan@kings.sch.uk"


async def _subjects(database: Database, **asked: object) -> list[str]:
    return [found.subject for found in (await list_mail(database, **asked)).envelopes]


async def test_the_newest_message_comes_first(database: Database, clock: ManualClock) -> None:
    await an_arrived_message(database, now=clock(), subject="first")
    await an_arrived_message(database, now=clock.advance(timedelta(minutes=1)), subject="second")
    await an_arrived_message(database, now=clock(), subject="third, in the same moment")
    assert await _subjects(database) == ["third, in the same moment", "second", "first"]


@pytest.mark.parametrize("asked", [OTHER, OTHER.upper(), f"  {OTHER}\n"])
async def test_the_list_can_be_narrowed_to_one_address(
    database: Database, clock: ManualClock, asked: str
) -> None:
    await an_arrived_message(database, now=clock(), subject="for James")
    await an_arrived_message(database, now=clock(), subject="for Amina", to=OTHER)
    assert await _subjects(database, to=asked) == ["for Amina"]


@pytest.mark.parametrize("asked", ["", "  ", None, 12, ["x"], {"to": OTHER}])
async def test_asking_for_nobody_shows_everyone(
    database: Database, clock: ManualClock, asked: object
) -> None:
    await an_arrived_message(database, now=clock())
    assert len(await _subjects(database, to=asked)) == 1


@pytest.mark.parametrize("asked", ["' OR 1=1 --", "%", "nobody@kings.sch.uk", "x" * 100_000])
async def test_an_unknown_address_has_no_messages(
    database: Database, clock: ManualClock, asked: str
) -> None:
    await an_arrived_message(database, now=clock())
    assert await _subjects(database, to=asked) == []


@pytest.mark.parametrize(
    ("asked", "page", "first"),
    [
        (1, 1, 44),
        (2, 2, 24),
        (3, 3, 4),
        (4, 3, 4),
        (10**30, 3, 4),
        (0, 1, 44),
        (-7, 1, 44),
        ("2", 1, 44),
        (None, 1, 44),
    ],
)
async def test_pages_are_of_one_size_and_a_missing_one_is_the_nearest(
    database: Database, clock: ManualClock, asked: object, page: int, first: int
) -> None:
    for number in range(2 * PAGE_SIZE + 5):
        await an_arrived_message(
            database, now=clock.advance(timedelta(seconds=1)), subject=f"{number}"
        )
    listed = await list_mail(database, page=asked)
    assert (listed.page, listed.pages, listed.total) == (page, 3, 2 * PAGE_SIZE + 5)
    assert listed.envelopes[0].subject == str(first)
    assert len(listed.envelopes) == (PAGE_SIZE if page < 3 else 5)


async def test_an_empty_mailbox_has_one_empty_page(database: Database) -> None:
    listed = await list_mail(database, page=3)
    assert (listed.page, listed.pages, listed.total, listed.envelopes) == (1, 1, 0, [])


async def test_a_message_opens_with_its_links(database: Database, clock: ManualClock) -> None:
    html = '<a href="http://localhost:3000/confirm?token=x">Confirm my email address</a>'
    mail_id = await an_arrived_message(database, now=clock(), html=html)
    mail = await open_mail(database, mail_id=mail_id)
    assert (mail.to, mail.subject, mail.html, mail.text) == (TO, "Hello", html, "Hello")
    assert mail.received_at == clock()
    assert mail.links == [
        MailLink("Confirm my email address", "http://localhost:3000/confirm?token=x")
    ]


@pytest.mark.parametrize("asked", [0, -1, 999, 2**63, 10**30, "1", None, 1.5, [1]])
async def test_what_is_no_message_opens_nothing(
    database: Database, clock: ManualClock, asked: object
) -> None:
    await an_arrived_message(database, now=clock())
    with pytest.raises(MailUnknown):
        await open_mail(database, mail_id=asked)


async def test_everyone_with_mail_is_named_once(database: Database, clock: ManualClock) -> None:
    for to in (TO, OTHER, TO):
        await an_arrived_message(database, now=clock.advance(timedelta(seconds=1)), to=to)
    assert await addresses(database) == [OTHER, TO]


@pytest.mark.parametrize(("asked", "gone", "left"), [("", 2, 0), (OTHER, 1, 1), ("x@y.test", 0, 2)])
async def test_clearing_takes_all_or_those_of_one_address_and_tells_open_tabs(
    database: Database, clock: ManualClock, pubsub: PubSub, asked: str, gone: int, left: int
) -> None:
    await an_arrived_message(database, now=clock())
    await an_arrived_message(database, now=clock(), to=OTHER)
    async with pubsub.listen() as topics:
        assert await clear_mail(database, to=asked) == gone
        assert topics.get_nowait() == MAILBOX_TOPIC
    assert (await list_mail(database)).total == left


async def test_the_latest_come_opened_and_not_without_end(
    database: Database, clock: ManualClock
) -> None:
    for number in range(MOST_LATEST + 1):
        await an_arrived_message(
            database, now=clock.advance(timedelta(seconds=1)), subject=f"{number}"
        )
    latest = await latest_mail(database)
    assert len(latest) == MOST_LATEST
    assert latest[0].subject == str(MOST_LATEST)
    assert latest[0].text == "Hello"
    assert await latest_mail(database, to=OTHER) == []
