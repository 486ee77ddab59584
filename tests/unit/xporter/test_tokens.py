"""Tokens are kept, renewed ahead of their end, and made one at a time."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from assembly_ui.clock import ManualClock
from assembly_ui.xporter.errors import NotAuthorised, ServiceDown, XporterError
from assembly_ui.xporter.records import Token
from assembly_ui.xporter.tokens import LONGEST_KEPT, Tokens

ESTAB, SECRET = "3281102", "its secret"


class Maker:
    """Makes tokens of a given life, or raises; `pause` holds it up."""

    def __init__(self, clock: ManualClock, life: timedelta | None) -> None:
        self.clock, self.life = clock, life
        self.made: list[tuple[str, str]] = []
        self.error: XporterError | None = None
        self.started, self.go_on = asyncio.Event(), asyncio.Event()
        self.go_on.set()

    async def __call__(self, estab: str, secret: str) -> Token:
        self.made.append((estab, secret))
        self.started.set()
        await self.go_on.wait()
        if self.error:
            raise self.error
        expires = self.clock() + self.life if self.life is not None else None
        return Token(f"token {len(self.made)}", expires)


@pytest.fixture
def make(clock: ManualClock) -> Maker:
    return Maker(clock, timedelta(minutes=5))


@pytest.fixture
def tokens(make: Maker, clock: ManualClock) -> Tokens:
    return Tokens(make, clock)


async def test_a_token_is_made_once_and_kept(tokens: Tokens, make: Maker) -> None:
    first = await tokens.get(ESTAB, SECRET)
    assert await tokens.get(ESTAB, SECRET) is first
    assert make.made == [(ESTAB, SECRET)]


async def test_every_school_and_every_secret_has_its_own(tokens: Tokens, make: Maker) -> None:
    for estab, secret in [(ESTAB, "a"), (ESTAB, "b"), ("3281110", "a"), (ESTAB, "a")]:
        await tokens.get(estab, secret)
    assert make.made == [(ESTAB, "a"), (ESTAB, "b"), ("3281110", "a")]


@pytest.mark.parametrize(
    ("life", "kept_for"),
    [
        (timedelta(days=5), LONGEST_KEPT),
        (timedelta(minutes=5), timedelta(minutes=4.5)),
        (timedelta(seconds=10), timedelta(seconds=9)),
    ],
)
async def test_a_token_is_renewed_ahead_of_its_end_and_never_kept_for_long(
    tokens: Tokens, make: Maker, clock: ManualClock, life: timedelta, kept_for: timedelta
) -> None:
    make.life = life
    await tokens.get(ESTAB, SECRET)
    clock.advance(kept_for - timedelta(milliseconds=1))
    await tokens.get(ESTAB, SECRET)
    assert len(make.made) == 1
    clock.advance(timedelta(milliseconds=1))
    assert (await tokens.get(ESTAB, SECRET)).value == "token 2"


@pytest.mark.parametrize("life", [None, timedelta(0), timedelta(seconds=-5)])
async def test_a_token_of_unknown_or_no_length_is_used_once(
    tokens: Tokens, make: Maker, life: timedelta | None
) -> None:
    make.life = life
    await tokens.get(ESTAB, SECRET)
    assert (await tokens.get(ESTAB, SECRET)).value == "token 2"


async def test_many_who_ask_at_once_share_one_renewal(tokens: Tokens, make: Maker) -> None:
    make.go_on.clear()
    asking = [asyncio.create_task(tokens.get(ESTAB, SECRET)) for _ in range(20)]
    await make.started.wait()
    make.go_on.set()
    assert {token.value for token in await asyncio.gather(*asking)} == {"token 1"}


async def test_a_school_does_not_wait_for_the_renewal_of_another(
    tokens: Tokens, make: Maker
) -> None:
    make.go_on.clear()
    held_up = asyncio.create_task(tokens.get(ESTAB, SECRET))
    await make.started.wait()
    make.started.clear()
    other = asyncio.create_task(tokens.get("3281110", SECRET))
    await make.started.wait()
    make.go_on.set()
    await asyncio.gather(held_up, other)


async def test_whoever_gives_up_waiting_does_not_block_the_next(
    tokens: Tokens, make: Maker
) -> None:
    make.go_on.clear()
    asking = asyncio.create_task(tokens.get(ESTAB, SECRET))
    await make.started.wait()
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    make.go_on.set()
    assert (await tokens.get(ESTAB, SECRET)).value == "token 2"


async def test_a_due_token_serves_on_while_the_service_is_down(
    tokens: Tokens, make: Maker, clock: ManualClock
) -> None:
    await tokens.get(ESTAB, SECRET)
    clock.advance(timedelta(minutes=4.9))
    make.error = ServiceDown()
    assert (await tokens.get(ESTAB, SECRET)).value == "token 1"
    clock.advance(timedelta(minutes=0.1))
    with pytest.raises(ServiceDown):
        await tokens.get(ESTAB, SECRET)


async def test_a_refused_renewal_ends_the_token_at_once(
    tokens: Tokens, make: Maker, clock: ManualClock
) -> None:
    await tokens.get(ESTAB, SECRET)
    clock.advance(timedelta(minutes=4.9))
    make.error = NotAuthorised()
    for _ in range(2):
        with pytest.raises(NotAuthorised):
            await tokens.get(ESTAB, SECRET)


async def test_forgetting_one_secret_leaves_the_others(tokens: Tokens, make: Maker) -> None:
    for secret in ("old", "new"):
        await tokens.get(ESTAB, secret)
    tokens.forget(ESTAB, "old")
    tokens.forget(ESTAB, "never seen")
    tokens.forget("9999999", "old")
    await tokens.get(ESTAB, "new")
    await tokens.get(ESTAB, "old")
    assert [secret for _, secret in make.made] == ["old", "new", "old"]


async def test_a_token_forgotten_while_it_is_made_still_serves_who_asked(
    tokens: Tokens, make: Maker
) -> None:
    make.go_on.clear()
    asking = asyncio.create_task(tokens.get(ESTAB, SECRET))
    await make.started.wait()
    tokens.forget(ESTAB, SECRET)
    make.go_on.set()
    assert (await asking).value == "token 1"


async def test_a_refused_token_that_was_replaced_meanwhile_drops_nothing(
    tokens: Tokens, make: Maker
) -> None:
    refused = await tokens.get(ESTAB, SECRET)
    tokens.drop(ESTAB, refused)
    fresh = await tokens.get(ESTAB, SECRET)
    tokens.drop(ESTAB, refused)
    assert await tokens.get(ESTAB, SECRET) is fresh


async def test_neither_tokens_nor_secrets_stand_in_what_is_printed(
    tokens: Tokens, make: Maker
) -> None:
    token = await tokens.get(ESTAB, SECRET)
    assert token.value not in repr(token)
    printed = repr(vars(tokens))
    assert SECRET not in printed
    assert token.value not in printed
