"""Tokens in any order of exchanges, refreshes, thefts, revocations and time: never one too many."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from assembly_ui.apps.authorising import revoke
from assembly_ui.apps.grants import GRACE
from assembly_ui.apps.registration import Registered
from tests.factories.apps import LINKS
from tests.integration.api.oauth.conftest import Platform, basic

STEPS = 30
DAY = timedelta(days=1)


@dataclass
class Family:
    """What descends from one code, as it should be."""

    refresh: str
    access: dict[str, datetime]
    used: list[str] = field(default_factory=list)
    replaced_at: datetime | None = None
    newest_access: str = ""
    is_alive: bool = True


class World:
    """An app that does anything at any time, and what should have become of its tokens."""

    def __init__(self, platform: Platform, app: Registered, chance: random.Random) -> None:
        self.platform, self.app, self.chance = platform, app, chance
        self.families: list[Family] = []

    @property
    def any_family(self) -> Family:
        return self.chance.choice(self.families)

    async def authorised(self) -> None:
        tokens = await self.platform.tokens(self.app)
        ends = self.platform.clock() + DAY
        self.families.append(Family(tokens["refresh_token"], {tokens["access_token"]: ends}))

    async def refreshed(self) -> None:
        family = self.any_family
        answer = await self.platform.refreshed(self.app, family.refresh)
        assert answer.is_success == family.is_alive
        if family.is_alive:
            family.used.append(family.refresh)
            family.refresh = answer.json()["refresh_token"]
            family.newest_access, family.replaced_at = (
                answer.json()["access_token"],
                self.platform.clock(),
            )
            family.access[family.newest_access] = self.platform.clock() + DAY

    async def stolen(self) -> None:
        family = self.any_family
        if family.used:
            token = self.chance.choice(family.used)
            may_be_lost = self._may_be_lost(family, token)
            answer = await self.platform.refreshed(self.app, token)
            assert answer.is_success == may_be_lost
            if may_be_lost:
                again = (answer.json()["access_token"], answer.json()["refresh_token"])
                assert again == (family.newest_access, family.refresh)
            family.is_alive = family.is_alive and may_be_lost

    def _may_be_lost(self, family: Family, token: str) -> bool:
        """Whether the app may not have got what it was answered for this token."""
        is_last = token == family.used[-1] and family.newest_access in family.access
        is_fresh = family.replaced_at and self.platform.clock() - family.replaced_at <= GRACE
        return bool(family.is_alive and is_last and is_fresh)

    async def given_back(self) -> None:
        family = self.any_family
        token = self.chance.choice([family.refresh, *family.access])
        headers = {"Authorization": basic(self.app)}
        answer = await self.platform.web.post(
            "/oauth/revoke", data={"token": token}, headers=headers
        )
        assert answer.is_success
        if family.access.pop(token, None) is None:
            family.is_alive = False

    async def revoked(self) -> None:
        await revoke(
            self.platform.database,
            school_id=self.platform.school.id,
            app_id=self.app.app_id,
            by_user_id=self.platform.school.owner.id,
            now=self.platform.clock(),
            links=LINKS,
        )
        for family in self.families:
            family.is_alive = False
        await self.authorised()

    async def later(self) -> None:
        self.platform.clock.advance(DAY * self.chance.random())

    async def check(self) -> None:
        """Exactly those access tokens open something that should."""
        for family in self.families:
            for token, ends in family.access.items():
                opens = await self.platform.opens(token) is not None
                assert opens == (family.is_alive and self.platform.clock() < ends)


@pytest.mark.parametrize("seed", range(4))
async def test_only_what_should_opens_anything_whatever_happens(
    platform: Platform, app: Registered, seed: int
) -> None:
    chance = random.Random(seed)
    world = World(platform, app, chance)
    deeds = (world.refreshed, world.stolen, world.given_back, world.revoked, world.later)
    await world.authorised()
    for _ in range(STEPS):
        (deed,) = chance.choices((world.authorised, *deeds), weights=(3, 8, 2, 2, 1, 2))
        await deed()
        await world.check()
