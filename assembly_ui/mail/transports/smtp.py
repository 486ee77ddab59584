"""The real post: SMTP, one connection a message."""

from __future__ import annotations

from datetime import timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

import aiosmtplib
from aiosmtplib import (
    SMTPConnectError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPTimeoutError,
)

from assembly_ui.clock import Clock, system_clock
from assembly_ui.mail.addresses import plain_address
from assembly_ui.mail.errors import AddressMalformed, NotDelivered, RecipientRefused, TryLater
from assembly_ui.mail.words import one_line

IMPLICIT_TLS_PORT = 465
STEP_SECONDS = 10.0
"""How long one reply of the server may take."""

PERMANENT = 500
"""SMTP replies from here on will be the same another time (RFC 5321, 4.2.1)."""


class SmtpTransport:
    """Hands messages to one SMTP server."""

    longest = timedelta(seconds=40)

    def __init__(
        self,
        host: str,
        port: int,
        username: str,
        password: str,
        starttls: bool,
        clock: Clock = system_clock,
    ) -> None:
        self._host = host
        self._port = port
        self._username = username
        self._password = password
        self._starttls = starttls
        self._clock = clock

    async def send(
        self, *, message_id: str, sender: str, to: str, subject: str, html: str, text: str
    ) -> None:
        """Deliver the message.

        Raises:
            AddressMalformed, TryLater, Refused
        """
        message, author = EmailMessage(policy=SMTP), _author(sender)
        message["From"] = author
        message["To"] = Address(addr_spec=plain_address(to))
        message["Subject"] = _literal(one_line(subject))
        message["Date"] = format_datetime(self._clock())
        message["Message-ID"] = f"<{one_line(message_id)}@{author.domain}>"
        # Out-of-office replies to nobody are of no use (RFC 3834).
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text, cte="quoted-printable")
        message.add_alternative(html, subtype="html", cte="quoted-printable")
        try:
            await self._hand_over(message)
        except (SMTPException, OSError) as error:
            raise _verdict(error) from None

    async def prove(self) -> None:
        """Connect, encrypt and log in as for a message, and send none.

        Raises:
            TryLater: the reason is why that failed.
        """
        implicit = self._port == IMPLICIT_TLS_PORT
        client = aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            username=self._username or None,
            password=self._password or None,
            use_tls=implicit,
            start_tls=self._starttls and not implicit,
            timeout=STEP_SECONDS,
        )
        try:
            async with client:
                await client.noop()
        except (SMTPException, OSError) as error:
            raise _verdict(error) from None

    async def _hand_over(self, message: EmailMessage) -> None:
        implicit = self._port == IMPLICIT_TLS_PORT
        await aiosmtplib.send(
            message,
            hostname=self._host,
            port=self._port,
            username=self._username or None,
            password=self._password or None,
            use_tls=implicit,
            start_tls=self._starttls and not implicit,
            timeout=STEP_SECONDS,
        )


def _literal(text: str) -> str:
    """`text`, in which nothing reads as an encoded word (RFC 2047).

    Python decodes those that it is given, and would write the line breaks in them as headers.
    """
    return text.replace("=?", "= ?")


def _author(sender: str) -> Address:
    name, address = parseaddr(sender)
    try:
        return Address(one_line(name), addr_spec=plain_address(address))
    except AddressMalformed:
        # A setting gone wrong is no reason to lose anybody's mail.
        raise TryLater("the sender is not an email address") from None


def _verdict(error: Exception) -> NotDelivered:
    # Replies quote the recipient's address, so only their codes are kept.
    if isinstance(error, SMTPRecipientsRefused):
        code = max(refusal.code for refusal in error.recipients)
        verdict = RecipientRefused if code >= PERMANENT else TryLater
        return verdict(f"recipient refused with {code}")
    if isinstance(error, SMTPTimeoutError):
        return TryLater("the SMTP server did not answer in time")
    if isinstance(error, SMTPResponseException):
        return TryLater(f"the SMTP server answered {error.code}")
    if isinstance(error, SMTPConnectError):
        return TryLater("no connection to the SMTP server")
    return TryLater(f"the SMTP conversation failed: {type(error).__name__}")
