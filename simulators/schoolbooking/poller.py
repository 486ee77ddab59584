"""What SchoolBooking does by itself: it looks at every school it may read, and reads.

A link is due like any other work. Whoever claims it is alone with its tokens, so a
refresh token is never used twice.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx

from assembly_ui.clock import Clock
from assembly_ui.db.database import Database, Session
from assembly_ui.jobs.leases import claim
from simulators.schoolbooking import errors, log_texts, poll_schedule, record_store, weekly_lessons
from simulators.schoolbooking.api_client import Assembly
from simulators.schoolbooking.fetch import read_all
from simulators.schoolbooking.models import Link
from simulators.schoolbooking.oauth import Client
from simulators.schoolbooking.poll_schedule import Reading, Status
from simulators.schoolbooking.token_store import TokenCipher

AT_ONCE = 4
LEASE = timedelta(minutes=1)
SOON = timedelta(minutes=1)


class Poller:
    """Reads the schools that are due, over HTTP and by the tokens they gave."""

    def __init__(
        self,
        database: Database,
        client: Client,
        locker: TokenCipher,
        clock: Clock,
        *,
        api_address: str,
    ) -> None:
        self._database = database
        self._client = client
        self._locker = locker
        self._clock = clock
        self._api_address = api_address

    async def do_due(self, http: httpx.AsyncClient) -> int:
        """Look at every school that is due; returns how many were."""
        due = await claim(self._database, Link, now=self._clock(), limit=AT_ONCE, lease=LEASE)
        await asyncio.gather(*(self._look_at(http, link) for link in due))
        return len(due)

    async def _look_at(self, http: httpx.AsyncClient, link: Link) -> None:
        try:
            api = await self._api(http, link)
            await (self._end(api, link) if link.ending_at else self._read(api, link))
        except (errors.AccessEnded, errors.TokenRefused):
            # A newer token was refused as well, or there is none to be had.
            await self._stop(link)
        except errors.TooManyCalls as error:
            await self._put_off(link, timedelta(seconds=error.seconds), log_texts.BUSY)
        except errors.CallFailed:
            await self._put_off(link, poll_schedule.backoff(link.failures + 1), log_texts.AWAY)

    async def _api(self, http: httpx.AsyncClient, link: Link) -> Assembly:
        async def renew() -> str:
            return await self._renew(http, link)

        is_over = link.token_expires_at and link.token_expires_at < self._clock() + SOON
        token = await renew() if is_over else self._locker.unlock(link.access_token)
        return Assembly(http, address=self._api_address, token=token, renew=renew)

    async def _renew(self, http: httpx.AsyncClient, link: Link) -> str:
        refresh = self._locker.unlock(link.refresh_token)
        if not refresh:
            raise errors.AccessEnded
        tokens = await self._client.refresh(http, token=refresh, now=self._clock())
        link.access_token = self._locker.lock(tokens.access)
        link.refresh_token = self._locker.lock(tokens.refresh or refresh)
        link.token_expires_at = tokens.expires_at
        async with self._database.transaction() as session:
            if held := await _held(session, link):
                held.access_token = link.access_token
                held.refresh_token = link.refresh_token
                held.token_expires_at = link.token_expires_at
        return tokens.access

    async def _read(self, api: Assembly, link: Link) -> None:
        scopes = _scopes(await api.one("/me"))
        status = Status.read(await api.one("/school/status"))
        reading = poll_schedule.how_much(link, status, scopes, self._clock())
        assert link.id is not None
        monday = weekly_lessons.monday_of(weekly_lessons.today(self._clock()))
        if reading is Reading.NOTHING and await record_store.lacks_week(
            self._database, link.id, monday
        ):
            reading = Reading.CHANGES
        school = link.school
        if not school or reading is Reading.WHOLE:
            school = await api.one("/school")
        said = log_texts.AWAITED if status.synced_at is None else ""
        if reading is not Reading.NOTHING:
            said = await read_all(
                self._database, api, link.id, monday, whole=reading is Reading.WHOLE
            )
        async with self._database.transaction() as session:
            held = await _held(session, link)
            if held is None:
                return
            await self._note_scopes(session, held, scopes)
            self._note(held, school, status, reading)
            if said:
                tone = "plain" if said in (log_texts.AWAITED, log_texts.PAUSED) else "good"
                await record_store.log(session, link.id, said, at=self._clock(), tone=tone)

    async def _note_scopes(self, session: Session, held: Link, scopes: list[str]) -> None:
        before, after = set(held.scopes), set(scopes)
        if before == after:
            return
        assert held.id is not None
        said = log_texts.shared_differently(after - before, before - after)
        await record_store.log(session, held.id, said, at=self._clock(), tone="plain")
        held.scopes = scopes
        held.awaiting_since = self._clock()

    def _note(self, held: Link, school: Any, status: Status, reading: Reading) -> None:
        now = self._clock()
        held.school, held.failures = school, 0
        held.synced_at, held.changed_at = status.synced_at, status.changed_at
        if reading is not Reading.NOTHING:
            held.read_at = now
        if reading is Reading.WHOLE:
            held.whole_at, held.asked_at = now, None
        held.awaiting_since = poll_schedule.still_awaited(held, status.synced_at)
        held.due_at = now if held.ending_at else poll_schedule.next_look(held, now)
        held.leased_until = None

    async def _end(self, api: Assembly, link: Link) -> None:
        await api.end()
        await self._forget(link)

    async def _forget(self, link: Link) -> None:
        assert link.id is not None
        async with self._database.transaction() as session:
            await record_store.forget(session, link.id)

    async def _stop(self, link: Link) -> None:
        if link.ending_at:
            # It was to end anyway.
            await self._forget(link)
            return
        now = self._clock()
        async with self._database.transaction() as session:
            if held := await _held(session, link):
                held.refused_at, held.due_at, held.leased_until = now, None, None
                held.access_token = held.refresh_token = ""
                assert held.id is not None
                await record_store.log(session, held.id, log_texts.REVOKED, at=now, tone="bad")

    async def _put_off(self, link: Link, wait: timedelta, said: str) -> None:
        now = self._clock()
        async with self._database.transaction() as session:
            if held := await _held(session, link):
                held.failures += 1
                held.due_at, held.leased_until = now + wait, None
                assert held.id is not None
                await record_store.log(session, held.id, said, at=now, tone="plain")


async def _held(session: Session, link: Link) -> Link | None:
    """The link as it stands; None when it is gone, or was made anew meanwhile."""
    held = await session.get(Link, link.id, with_for_update=True)
    return held if held and held.connected_at == link.connected_at else None


def _scopes(me: dict[str, Any]) -> list[str]:
    token = me.get("token")
    listed = token.get("scopes") if isinstance(token, dict) else None
    return sorted(str(scope) for scope in listed or [])
