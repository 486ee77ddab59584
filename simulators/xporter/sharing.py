"""What a school may change once it has authorised: pause, resume, select, withdraw."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from assembly_ui.db.database import Database
from simulators.xporter import callbacks
from simulators.xporter.errors import AnswerMissing, NotNow
from simulators.xporter.invitations import Held, holding
from simulators.xporter.onboarding_steps import awaits_selection, is_authorised

GROUPS = (
    "Year 7",
    "Year 8",
    "Year 9",
    "Year 10",
    "Year 11",
    "Year 12",
    "Year 13",
    "Teaching staff",
    "Support staff",
)
"""What a selection is made of here; the real service goes down to single people."""


async def pause(database: Database, *, token: object, now: datetime) -> None:
    """Put sharing on hold: the secret stays, and makes no token meanwhile.

    Raises:
        InvitationUnknown, NotNow
    """
    async with _sharing(database, token) as held:
        held.sharing.paused_at = held.sharing.paused_at or now


async def resume(database: Database, *, token: object) -> None:
    """Take sharing off hold.

    Raises:
        InvitationUnknown, NotNow
    """
    async with _sharing(database, token) as held:
        held.sharing.paused_at = None


async def finish_selection(
    database: Database, *, token: object, groups: Sequence[str], now: datetime
) -> None:
    """Say whose data is shared, which ends the wait for it.

    Raises:
        InvitationUnknown, NotNow, AnswerMissing
    """
    chosen = [group for group in GROUPS if group in set(groups)]
    if not chosen:
        raise AnswerMissing(groups="not_chosen")
    async with _sharing(database, token) as held:
        if not awaits_selection(held.sharing):
            raise NotNow
        held.sharing.selection = ", ".join(chosen)
        held.sharing.selected_at = now


async def withdraw(database: Database, *, token: object, now: datetime) -> None:
    """End sharing: the secret dies, and an installation under way is called off.

    Raises:
        InvitationUnknown, NotNow
    """
    async with _sharing(database, token) as held:
        held.sharing.withdrawn_at = now
        held.sharing.secret = ""
        held.sharing.paused_at = None
        if held.sharing.installed_at is None:
            held.sharing.install = None
            held.sharing.queue_until = held.sharing.install_until = None
        await callbacks.drop(held.session, held.sharing)


@asynccontextmanager
async def _sharing(database: Database, token: object) -> AsyncIterator[Held]:
    async with holding(database, token) as held:
        if not is_authorised(held.sharing):
            raise NotNow
        yield held
