"""The authorisation callback: owed in the transaction of its cause, posted until taken.

Posted once on authorisation and again when installation is complete, in that
order. One whose answer was lost is posted again with the same content, so the
receiver must bear a repeat, as it must with the real service.
"""

from __future__ import annotations

import asyncio
import random
from datetime import datetime, timedelta
from typing import Any

import httpx
import structlog
from sqlmodel import col, delete, select

from assembly_ui.db.database import Database, Session, announce
from assembly_ui.jobs.leases import claim
from simulators.xporter.faults import Fault, hitting_callbacks
from simulators.xporter.invitations import SIMULATOR_TOPIC
from simulators.xporter.models import Callback, Sharing

log = structlog.get_logger()

THIRD_PARTY = "XporterOnDemand"
TIMEOUT_SECONDS = 10.0
LEASE = timedelta(seconds=15)
AT_ONCE = 8
LONGEST_BACKOFF = timedelta(minutes=10)
DEFAULT_DELAY_SECONDS = 60.0
RECORDED = "recorded"
MOST_ATTEMPTS_ELSEWHERE = 5


def make_http() -> httpx.AsyncClient:
    """The client callbacks leave by. The product is on this machine, so no proxy."""
    return httpx.AsyncClient(timeout=TIMEOUT_SECONDS, follow_redirects=False, trust_env=False)


def form_of(sharing: Sharing) -> dict[str, str]:
    """What is told: the members of a callback recorded from the real service, in its spelling."""
    # Inferred: what came with the invitation is echoed.
    echoed = {"authParams": sharing.auth_params} if sharing.auth_params else {}
    return echoed | {
        "schoolId": sharing.estab,
        "schoolEmail": sharing.authorised_by,
        "schoolSecret": sharing.secret,
        "schoolName": sharing.school_name,
        "templateScopes": sharing.scopes_asked,
        "scopes": sharing.scopes,
        "thirdParty": THIRD_PARTY,
        "partnerId": sharing.relying_party,
        # Recorded empty; what a paused authorisation says here is not known, and tokens tell it.
        "authorisationPaused": "",
        "installcomplete": "true" if sharing.installed_at else "false",
    }


async def owe(session: Session, sharing: Sharing, *, now: datetime) -> None:
    """Owe the partner what is true now, in the caller's transaction.

    The faults of `faults.py` that concern callbacks have their say here.
    """
    hits = {
        hit.fault: hit for hit in await hitting_callbacks(session, estab=sharing.estab, now=now)
    }
    for _ in range(2 if Fault.CALLBACK_DUPLICATED in hits else 1):
        row = await _owe_one(session, sharing, now=now)
        if Fault.CALLBACK_DROPPED in hits:
            row.due_at, row.dropped_at = None, now
        elif Fault.CALLBACK_REORDERED in hits:
            row.due_at, row.held = None, True
        elif (delay := hits.get(Fault.CALLBACK_DELAYED)) and row.due_at:
            row.due_at += timedelta(seconds=delay.seconds or DEFAULT_DELAY_SECONDS)
    announce(session, SIMULATOR_TOPIC)


async def resend(session: Session, sharing: Sharing, *, now: datetime) -> None:
    """Owe once more what is true now, as the service does when it is asked to."""
    await _owe_one(session, sharing, now=now)
    announce(session, SIMULATOR_TOPIC)


async def owe_told(
    session: Session, sharing: Sharing, *, url: str, body: dict[str, Any], now: datetime
) -> None:
    """Owe what a data call asked to be told at an address of its own."""
    assert sharing.id is not None
    session.add(Callback(sharing_id=sharing.id, form=body, url=url, created_at=now, due_at=now))
    announce(session, SIMULATOR_TOPIC)


async def _owe_one(session: Session, sharing: Sharing, *, now: datetime) -> Callback:
    assert sharing.id is not None
    earlier = await _first_undelivered(session, sharing.id)
    row = Callback(
        sharing_id=sharing.id,
        form=form_of(sharing),
        created_at=now,
        due_at=None if earlier else now,
    )
    session.add(row)
    await session.flush()
    return row


async def drop(session: Session, sharing: Sharing) -> None:
    """Owe no more what is true no longer: the secret in it is dead."""
    owed = col(Callback.delivered_at).is_(None), col(Callback.dropped_at).is_(None)
    await session.exec(delete(Callback).where(col(Callback.sharing_id) == sharing.id, *owed))


async def post_due(database: Database, http: httpx.AsyncClient, *, url: str, now: datetime) -> int:
    """Post every callback that is due; returns how many were tried.

    Without a `url` they are only recorded, as posted to nobody.
    """
    due = await claim(database, Callback, now=now, limit=AT_ONCE, lease=LEASE)
    await asyncio.gather(*(_post(database, http, url, callback, now) for callback in due))
    return len(due)


async def _post(
    database: Database, http: httpx.AsyncClient, url: str, callback: Callback, now: datetime
) -> None:
    taken, answer = await _deliver(http, url, callback)
    async with database.transaction() as session:
        # Whoever owes this school another callback right now must know what became of this one.
        await session.get(Sharing, callback.sharing_id, with_for_update=True)
        row = await session.get(Callback, callback.id, with_for_update=True)
        if row is None:
            # Withdrawn or replaced while it was on its way.
            return
        row.attempts += 1
        row.last_answer, row.leased_until = answer, None
        if taken:
            row.delivered_at, row.due_at = now, None
            if not row.url:
                await _release_next(session, row, now)
        elif row.url and row.attempts >= MOST_ATTEMPTS_ELSEWHERE:
            row.due_at, row.dropped_at = None, now
        else:
            row.due_at = now + _backoff(row.attempts)
            log.warning("xporter_stand_in.callback_not_taken", answer=answer, tries=row.attempts)


async def _deliver(http: httpx.AsyncClient, url: str, callback: Callback) -> tuple[bool, str]:
    try:
        if callback.url:
            response = await http.post(callback.url, json=callback.form)
        elif url:
            response = await http.post(url, data=callback.form)
        else:
            return True, RECORDED
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return False, type(error).__name__
    return response.is_success, str(response.status_code)


async def _release_next(session: Session, delivered: Callback, now: datetime) -> None:
    await session.flush()
    following = await _first_undelivered(session, delivered.sharing_id)
    following = following or await _first_undelivered(session, delivered.sharing_id, held=True)
    if following:
        following.due_at, following.held = now, False
        announce(session, SIMULATOR_TOPIC)


async def _first_undelivered(
    session: Session, sharing_id: int, *, held: bool = False
) -> Callback | None:
    query = (
        select(Callback)
        .where(
            Callback.sharing_id == sharing_id,
            Callback.held == held,
            Callback.url == "",
            col(Callback.delivered_at).is_(None),
            col(Callback.dropped_at).is_(None),
        )
        .order_by(col(Callback.id))
        .limit(1)
    )
    return (await session.exec(query)).first()


def _backoff(attempts: int) -> timedelta:
    # The first repeat comes soon: at start-up the product may not be listening yet.
    wait = timedelta(seconds=1) * 2 ** min(attempts - 1, 12)
    return min(wait, LONGEST_BACKOFF) * random.uniform(0.8, 1.2)  # noqa: S311
