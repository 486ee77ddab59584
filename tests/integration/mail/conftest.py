"""An outbox that delivers into the mailbox, and a collector of what went wrong."""

from __future__ import annotations

import random

import pytest

from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.mail.transports import MailboxTransport
from assembly_ui.mail.worker import Outbox

SENDER = "Assembly <no-reply@assembly.education>"


@pytest.fixture
def outbox(database: Database, clock: ManualClock) -> Outbox:
    return Outbox(
        database, MailboxTransport(database, clock), clock, SENDER, jitter=random.Random(1)
    )
