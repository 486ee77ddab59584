"""Whatever happens in whatever order: no token past its end, and one renewal at a time."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from assembly_ui.clock import ManualClock
from assembly_ui.xporter.errors import NotAuthorised, ServiceDown, XporterError
from assembly_ui.xporter.records import Token
from assembly_ui.xporter.tokens import Tokens

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ESTABS = ("3281102", "3281110")


class Issuer:
    """Makes tokens, or not; notes how many it makes at once for the same secret."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.life = timedelta(hours=1)
        self.error: type[XporterError] | None = None
        self.took = timedelta(0)
        self.revoked: set[str] = set()
        self.under_way: Counter[tuple[str, str]] = Counter()
        self.most = 0
        self._made = 0

    async def __call__(self, estab: str, secret: str) -> Token:
        who = (estab, secret)
        self.under_way[who] += 1
        self.most = max(self.most, self.under_way[who])
        await asyncio.sleep(0)
        self.clock.advance(self.took)
        self.under_way[who] -= 1
        if self.error:
            raise self.error
        self._made += 1
        return Token(f"token {self._made}", self.clock() + self.life)


class World:
    """An issuer, the tokens kept of it, and what whoever uses them sees."""

    def __init__(self) -> None:
        self.clock = ManualClock(NOW)
        self.issuer = Issuer(self.clock)
        self.tokens = Tokens(self.issuer, self.clock)
        self.last: dict[str, Token] = {}

    async def get(self, estab: str, secret: str) -> None:
        """Use a token, and have it renewed once if it is refused."""
        try:
            token = await self.tokens.get(estab, secret)
        except (NotAuthorised, ServiceDown):
            assert self.issuer.error
            return
        assert token.expires
        assert self.clock() < token.expires
        if token.value in self.issuer.revoked:
            self.tokens.drop(estab, token)
            renewed = None
            try:
                renewed = await self.tokens.get(estab, secret)
            except (NotAuthorised, ServiceDown):
                assert self.issuer.error
            assert renewed is None or renewed.value not in self.issuer.revoked
        self.last[estab] = token


@dataclass(frozen=True)
class TimePasses:
    """Seconds."""

    seconds: float

    async def happen(self, world: World) -> None:
        """The clock moves on."""
        world.clock.advance(timedelta(seconds=self.seconds))


@dataclass(frozen=True)
class Gets:
    """Several ask at once, for one school or more."""

    whom: tuple[tuple[str, str], ...]

    async def happen(self, world: World) -> None:
        """All of them are served."""
        await asyncio.gather(*(world.get(estab, secret) for estab, secret in self.whom))


@dataclass(frozen=True)
class IssuerTurns:
    """How the issuer behaves from now on."""

    error: type[XporterError] | None
    life: float
    took: float

    async def happen(self, world: World) -> None:
        """It changes."""
        world.issuer.error = self.error
        world.issuer.life = timedelta(seconds=self.life)
        world.issuer.took = timedelta(seconds=self.took)


@dataclass(frozen=True)
class Revoked:
    """The service takes back a token that is in use."""

    estab: str

    async def happen(self, world: World) -> None:
        """It is refused from now on."""
        if token := world.last.get(self.estab):
            world.issuer.revoked.add(token.value)


@dataclass(frozen=True)
class Forgotten:
    """Somebody wants a new token."""

    estab: str
    secret: str

    async def happen(self, world: World) -> None:
        """The kept one is dropped."""
        world.tokens.forget(self.estab, self.secret)


estabs, secrets = st.sampled_from(ESTABS), st.sampled_from(["old", "new"])
events = st.one_of(
    st.builds(TimePasses, st.sampled_from([0.1, 5, 61, 599, 601, 3601, 500_000])),
    st.builds(Gets, st.lists(st.tuples(estabs, secrets), min_size=1, max_size=5).map(tuple)),
    st.builds(
        IssuerTurns,
        st.sampled_from([None, None, NotAuthorised, ServiceDown]),
        st.sampled_from([2, 60, 3600, 432_000]),
        st.sampled_from([0, 1, 20]),
    ),
    st.builds(Revoked, estabs),
    st.builds(Forgotten, estabs, secrets),
)


@settings(deadline=None, max_examples=300)
@given(st.lists(events, max_size=25))
def test_no_token_is_past_its_end_and_no_two_are_made_at_once(history: list) -> None:
    async def run() -> World:
        world = World()
        for event in history:
            await event.happen(world)
        return world

    assert asyncio.run(run()).issuer.most <= 1


@settings(deadline=None, max_examples=100)
@given(st.lists(events, max_size=15), estabs, secrets)
def test_after_a_refusal_no_kept_token_is_given(history: list, estab: str, secret: str) -> None:
    async def run() -> None:
        world = World()
        for event in history:
            await event.happen(world)
        world.issuer.error = NotAuthorised
        world.clock.advance(timedelta(minutes=11))
        await world.get(estab, secret)
        world.issuer.error = None
        made = world.issuer._made
        await world.get(estab, secret)
        assert world.issuer._made == made + 1

    asyncio.run(run())
