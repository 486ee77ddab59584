"""Run as a process of its own: sends what is due and is killed before or after delivery."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from datetime import datetime, timedelta

import assembly_ui.db.metadata  # noqa: F401  (registers every table)
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.mail.transports import MailboxTransport
from assembly_ui.mail.worker import Outbox


class _Deadly:
    longest: timedelta = MailboxTransport.longest

    def __init__(self, inner: MailboxTransport, moment: str) -> None:
        self._inner = inner
        self._moment = moment

    async def send(self, **message: str) -> None:
        if self._moment == "after":
            await self._inner.send(**message)
        os.kill(os.getpid(), signal.SIGKILL)


async def _send(url: str, now: str, moment: str) -> None:
    database, clock = Database(url), ManualClock(datetime.fromisoformat(now))
    transport = _Deadly(MailboxTransport(database, clock), moment)
    await Outbox(database, transport, clock, "Assembly <no-reply@assembly.education>").send_due()


if __name__ == "__main__":
    asyncio.run(_send(*sys.argv[1:]))
