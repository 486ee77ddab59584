"""Whatever happens at a school, to the service and to us: in the end all is as read anew.

Walks are drawn from a seed. The school lives on, the service fails, apps come and go,
and the process ends in the middle of syncs.
"""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import timedelta
from functools import partial

import pytest
from sqlmodel import col, select

from assembly_ui.clock import ManualClock
from assembly_ui.connector.keys import key_of
from assembly_ui.connector.service import LONGEST_PROBE
from assembly_ui.db.database import Database
from assembly_ui.sync.changesets import approve_held
from assembly_ui.sync.comparing import compare
from assembly_ui.sync.errors import NothingHeld
from assembly_ui.sync.mirror import Place, Rows, Texts, read_texts
from assembly_ui.sync.models import (
    Reason,
    Record,
    RecordIdentity,
    RecordKind,
    SchoolSync,
    SourceQuery,
)
from assembly_ui.sync.our_recipe import our_recipe
from assembly_ui.sync.pulling import pull
from assembly_ui.sync.recipe import Data, query_of
from assembly_ui.sync.requests import ask
from assembly_ui.sync.store import read_ids, read_kept
from assembly_ui.sync.worker import LEASE, SyncWorker
from simulators.xporter.faults import Fault, clear_faults, set_fault
from tests.factories.accounts import a_person
from tests.factories.connector import CIPHER, the_connection
from tests.factories.crash_injector import CrashingDatabase, CrashInjector
from tests.factories.sync import SyncedSchool, a_school_to_sync
from tests.factories.xporter_simulator import Killed

SEEDS = range(3)
STEPS = 9
PUPILS = 12
GRANTS: tuple[tuple[str, ...], ...] = (
    ("school", "staff_members.basic"),
    ("school", "timetables", "timetables.cover", "groups", "staff_members.basic"),
    ("school", "students.basic", "students.dob", "contacts.basic", "contacts.priority"),
    ("school", "students.basic", "students.emails", "teaching_groups", "assessments.internal"),
    ("school", "students.basic", "attendances", "registration_groups", "calendar"),
    (),
)
FAULTS = (
    Fault.DOWN,
    Fault.ERROR,
    Fault.LIMITED,
    Fault.HTML,
    Fault.TRUNCATED,
    Fault.EMPTY,
    Fault.EXCEPTION,
    Fault.TOKEN_EXPIRED,
    Fault.TOKEN_REFUSED,
    Fault.PAUSED,
    Fault.WRONG_SHAPE,
    Fault.NO_DATA,
)
ENDPOINTS = ("", "", "Students", "Groups", "Timetable", "assessmentresults", "GetToken")


class Walk:
    """A school on its walk, and the numbers that were seen so far."""

    def __init__(
        self, made: SyncedSchool, crashes: CrashInjector, mortal: Database, owner_id: int, seed: int
    ) -> None:
        self.made = made
        self._crashes = crashes
        self._mortal = mortal
        self._chance = random.Random(seed)
        self._seen: dict[tuple[str, str], int] = {}
        self._owner_id = owner_id
        self._start_again()

    async def step(self) -> None:
        """One thing happens, or several, and then a sync."""
        chance = self._chance
        await chance.choice((self._live, self._live, self._fail, self._grant, self._nothing))()
        crashing = chance.random() < 0.5
        await self._ask()
        self._crashes.crash_after(chance.randint(1, 40) if crashing else None)
        with suppress(Killed):
            await self.made.do_due()
        if crashing:
            self._start_again()
        await clear_faults(self.made.database)
        await self._numbers_stay()

    async def come_to_rest(self) -> None:
        """Nothing goes wrong any more, and people allow what is held back."""
        self._crashes.crash_after(None)
        self._start_again()
        if not (await self._row()).wanted_scopes:
            await self.made.want(*GRANTS[2])
        await self._ask()
        await self.made.do_due()
        for kind in await self._kinds():
            if kind.held_in:
                with suppress(NothingHeld):
                    await approve_held(
                        self.made.database,
                        school_id=self.made.school_id,
                        changeset_id=kind.held_in,
                        by_user_id=self._owner_id,
                        now=self.made.clock(),
                    )
        await self.made.do_due()

    async def is_as_read_anew(self) -> None:
        """What is kept is what a reading from the beginning gives, and what that makes."""
        made, recipe = self.made, our_recipe()
        row = await self._row()
        assert (row.last_status in ("success", "no_changes"), row.failures) == (True, 0)
        chosen = await recipe.chosen(made.database, made.school_id)
        fresh: dict[str, Texts] = {}
        for need in recipe.needs(row.wanted_scopes, made.clock().date(), chosen):
            pulled = await pull(
                made.xporter,
                estab=made.school.dfe_number,
                key=await self._key(),
                query=query_of(need),
                columns=need.select,
                since=None,
            )
            fresh[need.name] = {
                Place(table, id_): text
                for table, rows in pulled.tables.items()
                for id_, text in rows.items()
            }
            assert await read_texts(made.database, made.school_id, need.name) == fresh[need.name]
        ids = await read_ids(made.database, made.school_id)
        for kind in recipe.kinds_in(row.wanted_scopes):
            before = await read_kept(made.database, made.school_id, kind.name)
            made_anew = kind.make(Rows(fresh), ids, chosen)
            cut = partial(self._kept, kind.name, row.wanted_scopes)
            found = compare(kind.identity, made_anew, before, ids, cut)
            assert (found.added, found.again, found.altered, found.removed) == ([], [], [], [])
        assert not ids.given

    async def is_purged(self) -> None:
        """After the time that is stated nothing is left of what nobody may read."""
        made, recipe = self.made, our_recipe()
        made.clock.advance(timedelta(days=8))
        await made.do_due()
        row = await self._row()
        assert row.purge_at is None
        chosen = await recipe.chosen(made.database, made.school_id)
        needs = recipe.needs(row.wanted_scopes, made.clock().date(), chosen)
        query = select(SourceQuery.name)
        async with made.database.read() as session:
            assert set(await session.exec(query)) <= {need.name for need in needs}
            kept = set(await session.exec(select(Record.kind).distinct()))
        assert kept <= set(recipe.kinds_of(row.wanted_scopes))

    async def _live(self) -> None:
        await self.made.pass_time(days=self._chance.choice((1, 1, 3, 30, 120)))

    async def _fail(self) -> None:
        fault, endpoint = self._chance.choice(FAULTS), self._chance.choice(ENDPOINTS)
        calls = self._chance.choice((1, 2, None))
        seconds = 1 if fault is Fault.LIMITED else None
        await set_fault(
            self.made.database, fault=fault, endpoint=endpoint, calls=calls, seconds=seconds
        )

    async def _grant(self) -> None:
        await self.made.want(*self._chance.choice(GRANTS), reason=Reason.GRANT)
        self.made.clock.advance(timedelta(days=self._chance.choice((0, 0, 4, 8))))

    async def _nothing(self) -> None:
        pass

    async def _ask(self) -> None:
        self.made.clock.advance(LEASE * 2)
        health = self.made.worker.tools.health
        if (await health.look()).is_down:
            # As the connector does, at growing distances.
            self.made.clock.advance(LONGEST_PROBE * 2)
            await health.probe_due()
        if (await self._row()).wanted_scopes:
            await ask(
                self.made.database,
                school_id=self.made.school_id,
                reason=Reason.PERSON,
                now=self.made.clock(),
            )

    def _start_again(self) -> None:
        """Another process, which knows nothing but what is in the database."""
        old = self.made.worker.tools
        self.made.worker = SyncWorker(self._mortal, old.xporter, CIPHER, self.made.clock, old.pace)

    async def _numbers_stay(self) -> None:
        async with self.made.database.read() as session:
            rows = (await session.exec(select(RecordIdentity))).all()
            records = (await session.exec(select(Record.kind, Record.number, Record.data))).all()
        now = {(row.kind, row.key): row.number for row in rows}
        assert {key: now.get(key) for key in self._seen} == self._seen
        assert all(data["id"] == number for _, number, data in records if "id" in data)
        self._seen = now

    def _kept(self, kind: str, scopes: list[str], data: Data) -> Data | None:
        return our_recipe().kept(kind, data, scopes)

    async def _row(self) -> SchoolSync:
        async with self.made.database.read() as session:
            return await session.get_one(SchoolSync, self.made.school_id)

    async def _kinds(self) -> list[RecordKind]:
        query = select(RecordKind).where(col(RecordKind.school_id) == self.made.school_id)
        async with self.made.database.read() as session:
            return list(await session.exec(query))

    async def _key(self) -> object:
        connection = await the_connection(self.made.database, self.made.school)
        return key_of(connection, CIPHER, self.made.clock()).opens


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_walk_ends_with_what_a_reading_from_the_beginning_gives(
    database: Database, database_url: str, clock: ManualClock, seed: int
) -> None:
    crashes = CrashInjector()
    owner = await a_person(database, now=clock())
    made = await a_school_to_sync(database, clock, pupils=PUPILS, owner=owner)
    made.web.event_hooks["request"].append(crashes.on_request)
    mortal = CrashingDatabase(database_url, crashes)
    try:
        walk = Walk(made, crashes, mortal, owner.id, seed)
        await made.want(*GRANTS[seed % len(GRANTS)])
        for _ in range(STEPS):
            await walk.step()
        await walk.come_to_rest()
        await walk.is_as_read_anew()
        await walk.is_purged()
    finally:
        await mortal.close()
