"""SMTP against a real server: headers, encryption, log-in, and every way to fail."""

from __future__ import annotations

import ipaddress
import socket
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.mail.errors import AddressMalformed, NotDelivered, Refused, TryLater
from assembly_ui.mail.transports import SmtpTransport
from assembly_ui.mail.worker import Outbox
from tests.factories.mail import HREF, TO, a_posted_message, outbox_rows
from tests.integration.mail.conftest import SENDER
from tests.integration.mail.smtp_server import SmtpServer
from tests.integration.mail.test_transports import LETTER

LOG_IN = ("assembly", "a secret word")


def _to(
    server: SmtpServer, *, username: str = "", password: str = "", starttls: bool = False
) -> SmtpTransport:
    clock = ManualClock(datetime(2026, 11, 23, 9, 0, tzinfo=UTC))
    return SmtpTransport("127.0.0.1", server.port, username, password, starttls, clock)


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate for 127.0.0.1, and a server's side of TLS with it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    day = timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC) - day)
        .not_valid_after(datetime.now(UTC) + day)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .sign(key, hashes.SHA256())
    )
    pem, secret = tmp_path / "test.pem", tmp_path / "test.key"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, secret)
    return pem, context


async def test_a_message_has_the_headers_mail_systems_look_for() -> None:
    async with SmtpServer().serving() as server:
        await _to(server).send(**LETTER)
    (message,) = server.messages
    assert message["From"] == "Assembly <no-reply@assembly.education>"
    assert message["To"] == TO
    assert message["Date"].datetime == datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    assert message["Message-ID"] == "<outbox-1-20261123090000@assembly.education>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Bcc"] is message["Cc"] is None
    assert message.get_content_type() == "multipart/alternative"
    kinds = [part.get_content_type() for part in message.iter_parts()]
    assert kinds == ["text/plain", "text/html"]
    assert server.senders == ["no-reply@assembly.education"]
    assert server.recipients == [TO]


@pytest.mark.parametrize(
    ("refusals", "error", "reason"),
    [
        ({"RCPT": "550 no such user"}, Refused, "recipient refused with 550"),
        ({"RCPT": "551 not here"}, Refused, "recipient refused with 551"),
        ({"RCPT": "450 greylisted"}, TryLater, "recipient refused with 450"),
        ({"MAIL": "550 not you"}, TryLater, "the SMTP server answered 550"),
        ({"DATA": "554 spam"}, TryLater, "the SMTP server answered 554"),
        ({"DATA": "451 later"}, TryLater, "the SMTP server answered 451"),
        ({"EHLO": "421 closing", "HELO": "421 closing"}, TryLater, None),
        ({"MAIL": "nonsense"}, TryLater, None),
    ],
)
async def test_only_a_refused_recipient_is_final(
    refusals: dict[str, str], error: type[NotDelivered], reason: str | None
) -> None:
    async with SmtpServer(refusals=refusals).serving() as server:
        with pytest.raises(error) as caught:
            await _to(server).send(**LETTER)
    assert reason in (None, caught.value.reason)
    assert TO not in caught.value.reason
    assert server.messages == []


async def test_a_server_that_is_away_is_worth_another_try() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(TryLater) as caught:
        await SmtpTransport("127.0.0.1", port, "", "", False).send(**LETTER)
    assert caught.value.reason == "no connection to the SMTP server"


@pytest.mark.parametrize("sender", ["", "Assembly", "Assembly <x>", "a@b c@d.test"])
async def test_a_wrong_sender_in_the_settings_is_no_reason_to_lose_mail(sender: str) -> None:
    async with SmtpServer().serving() as server:
        with pytest.raises(TryLater) as caught:
            await _to(server).send(**LETTER | {"sender": sender})
    assert caught.value.reason == "the sender is not an email address"
    assert server.senders == []


async def test_nothing_is_sent_in_the_clear_when_encryption_is_wanted() -> None:
    async with SmtpServer().serving() as server:
        with pytest.raises(TryLater):
            await _to(server, starttls=True).send(**LETTER)
    assert server.recipients == []


async def test_starttls_encrypts(
    certificate: tuple[Path, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch
) -> None:
    trusted, tls = certificate
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    async with SmtpServer(tls=tls).serving() as server:
        await _to(server, starttls=True).send(**LETTER)
    assert server.encrypted == [True]


async def test_a_server_that_cannot_prove_who_it_is_gets_nothing(
    certificate: tuple[Path, ssl.SSLContext],
) -> None:
    async with SmtpServer(tls=certificate[1]).serving() as server:
        with pytest.raises(TryLater):
            await _to(server, starttls=True).send(**LETTER)
    assert server.recipients == []


async def test_a_server_that_asks_who_we_are_is_told() -> None:
    async with SmtpServer(log_in=LOG_IN).serving() as server:
        await _to(server, username=LOG_IN[0], password=LOG_IN[1]).send(**LETTER)
    assert len(server.messages) == 1


async def test_a_wrong_password_is_no_reason_to_lose_mail() -> None:
    async with SmtpServer(log_in=LOG_IN).serving() as server:
        with pytest.raises(TryLater) as caught:
            await _to(server, username=LOG_IN[0], password="wrong").send(**LETTER)
    assert caught.value.reason == "the SMTP server answered 535"
    assert server.messages == []


async def test_the_outbox_sends_by_smtp(database: Database, clock: ManualClock) -> None:
    await a_posted_message(database, now=clock())
    async with SmtpServer().serving() as server:
        await Outbox(database, _to(server), clock, SENDER).send_due()
    (message,) = server.messages
    assert message["Subject"] == "Confirm your email address for Assembly"
    html = message.get_body(("html",))
    assert html
    assert HREF in html.get_content()
    (row,) = await outbox_rows(database)
    assert row.sent_at


async def test_what_a_server_says_of_a_recipient_is_not_kept(
    database: Database, clock: ManualClock
) -> None:
    await a_posted_message(database, now=clock())
    async with SmtpServer(refusals={"RCPT": f"550 {TO} is unknown"}).serving() as server:
        await Outbox(database, _to(server), clock, SENDER).send_due()
    (row,) = await outbox_rows(database)
    assert row.gave_up_at
    assert row.last_error == "recipient refused with 550"


@pytest.mark.parametrize(
    "to",
    [
        "james@school.example, eve@evil.example",
        "james@school.example\r\nBcc: eve@evil.example",
        "James <eve@evil.example>",
        "=?utf-8?q?eve=40evil.example?=@school.example",
    ],
)
async def test_a_message_goes_to_one_plain_address_or_to_nobody(to: str) -> None:
    async with SmtpServer().serving() as server:
        with pytest.raises(AddressMalformed):
            await _to(server).send(**LETTER | {"to": to})
    assert server.messages == []


async def test_an_encoded_word_in_a_subject_adds_no_header() -> None:
    hidden = "=?utf-8?q?Hello=0D=0ABcc=3A_eve=40evil.example?="
    async with SmtpServer().serving() as server:
        await _to(server).send(**LETTER | {"subject": hidden})
    (message,) = server.messages
    assert message["Bcc"] is None
    assert "=0D=0A" in message["Subject"]
