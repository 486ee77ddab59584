"""One contract for every way a message leaves: by SMTP, and into the mailbox."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from email.message import EmailMessage

import pytest

from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.mail.errors import AddressMalformed
from assembly_ui.mail.transports import MailboxTransport, SmtpTransport, Transport
from assembly_ui.pubsub.topics import MAILBOX_TOPIC, PubSub
from tests.factories.mail import TO, mailbox_rows
from tests.integration.mail.smtp_server import SmtpServer

LETTER = {
    "message_id": "outbox-1-20261123090000",
    "sender": "Assembly <no-reply@assembly.education>",
    "to": TO,
    "subject": "Confirm your email address for Assembly",
    "html": "<p>Hello James</p>",
    "text": "Hello James\n",
}


@dataclass(frozen=True)
class Arrived:
    """A message at its destination, whichever that is."""

    message_id: str
    sender: str
    to: str
    subject: str
    html: str
    text: str


@dataclass(frozen=True)
class Post:
    """A transport, and a look at what it delivered."""

    transport: Transport
    arrived: Callable


@pytest.fixture(params=["mailbox", "smtp"])
async def way(
    request: pytest.FixtureRequest, database: Database, clock: ManualClock
) -> AsyncIterator[Post]:
    if request.param == "mailbox":
        yield Post(MailboxTransport(database, clock), lambda: _in_mailbox(database))
        return
    async with SmtpServer().serving() as server:
        transport = SmtpTransport("127.0.0.1", server.port, "", "", False, clock)
        yield Post(transport, lambda: _at_server(server))


async def _in_mailbox(database: Database) -> list[Arrived]:
    return [
        Arrived(row.message_id, row.sender, row.to, row.subject, row.html, row.text)
        for row in await mailbox_rows(database)
    ]


async def _at_server(server: SmtpServer) -> list[Arrived]:
    return [
        Arrived(
            message["Message-ID"].strip("<>").partition("@")[0],
            message["From"],
            server.recipients[number],
            message["Subject"],
            _content(message, "html"),
            _content(message, "plain"),
        )
        for number, message in enumerate(server.messages)
    ]


def _content(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part
    return part.get_content().replace("\r\n", "\n")


async def test_a_message_arrives_as_it_was_sent(way: Post) -> None:
    await way.transport.send(**LETTER)
    (arrived,) = await way.arrived()
    assert arrived.html.strip() == LETTER["html"]
    assert arrived.text.strip() == LETTER["text"].strip()
    for name in ("message_id", "sender", "to", "subject"):
        assert getattr(arrived, name) == LETTER[name]


async def test_the_same_message_again_is_known_by_its_id(way: Post) -> None:
    await way.transport.send(**LETTER)
    await way.transport.send(**LETTER)
    await way.transport.send(**LETTER | {"message_id": "outbox-2"})
    arrived = await way.arrived()
    assert {message.message_id for message in arrived} == {LETTER["message_id"], "outbox-2"}


@pytest.mark.parametrize(
    "words",
    [
        "King’s School, Ysgol Ŵ",
        "مدرسة الملك",
        "👩‍🏫 emoji",
        "a very long line " * 200,
        ".\n..\n. dots at the start of a line\n.",
        "From here on\n\n\n-- \nsignature",
    ],
)
async def test_any_script_and_any_line_survives(way: Post, words: str) -> None:
    await way.transport.send(**LETTER | {"html": f"<p>{words}</p>", "text": words})
    (arrived,) = await way.arrived()
    assert arrived.html.strip() == f"<p>{words}</p>"
    assert arrived.text.strip() == words.strip()


@pytest.mark.parametrize(
    ("subject", "read"),
    [
        ("Hello\r\nBcc: all@kings.sch.uk", "Hello Bcc: all@kings.sch.uk"),
        ("Hello\n\n<script>", "Hello <script>"),
        ("Hello\0\x1b[31m", "Hello[31m"),
        ("مدرسة الملك 👩‍🏫", "مدرسة الملك 👩‍🏫"),
        ("x" * 1000, "x" * 299 + "…"),
    ],
)
async def test_a_subject_is_one_header_whatever_it_says(way: Post, subject: str, read: str) -> None:
    await way.transport.send(**LETTER | {"subject": subject})
    (arrived,) = await way.arrived()
    assert arrived.subject == read


@pytest.mark.parametrize(
    "to",
    [
        "",
        "nobody",
        "a@kings.sch.uk, b@kings.sch.uk",
        "a@kings.sch.uk\r\nBcc: b@kings.sch.uk",
        "a@kings.sch.uk>\r\nDATA\r\n",
    ],
)
async def test_what_is_not_one_address_is_refused(way: Post, to: str) -> None:
    with pytest.raises(AddressMalformed):
        await way.transport.send(**LETTER | {"to": to})
    assert await way.arrived() == []


async def test_a_message_that_came_before_changes_and_announces_nothing(
    database: Database, clock: ManualClock, pubsub: PubSub
) -> None:
    transport = MailboxTransport(database, clock)
    async with pubsub.listen() as topics:
        await transport.send(**LETTER)
        await transport.send(**LETTER | {"subject": "Another"})
        assert topics.get_nowait() == MAILBOX_TOPIC
        assert topics.empty()
    (row,) = await mailbox_rows(database)
    assert (row.subject, row.received_at) == (LETTER["subject"], clock())
