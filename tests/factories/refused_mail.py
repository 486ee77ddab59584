"""A mail server that refuses what it is told to refuse, as the outbox meets it, for tests."""

from __future__ import annotations

import random

from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.mail.transports import SmtpTransport
from assembly_ui.mail.worker import Outbox
from tests.integration.mail.smtp_server import SmtpServer

NO_SUCH_USER = {"RCPT": "550 5.1.1 no such user"}
GREYLISTED = {"RCPT": "450 4.2.0 try again later"}


async def send_mail(
    database: Database, clock: ManualClock, *, refusals: dict[str, str] | None = None
) -> SmtpServer:
    """Hand everything that is due to a server that answers some commands with `refusals`."""
    async with SmtpServer(refusals=refusals).serving() as server:
        transport = SmtpTransport("127.0.0.1", server.port, "", "", False, clock)
        sender = "Assembly <no-reply@assembly.education>"
        await Outbox(database, transport, clock, sender, jitter=random.Random(1)).send_due()
    return server
