"""Answers take the same time whatever was found."""

from __future__ import annotations

import asyncio

import pytest

from assembly_ui.accounts.errors import EmailMalformed
from assembly_ui.web.even_time import in_even_time

SECONDS = 0.05


async def _answer(after: float) -> str:
    await asyncio.sleep(after)
    return "the answer"


@pytest.mark.parametrize("after", [0, SECONDS / 2])
async def test_quick_and_slow_work_answer_at_the_same_moment(after: float) -> None:
    loop = asyncio.get_running_loop()
    begun = loop.time()
    assert await in_even_time(_answer(after), SECONDS) == "the answer"
    assert SECONDS <= loop.time() - begun < SECONDS + 0.5


async def test_a_refusal_of_what_was_typed_comes_at_once() -> None:
    async def refuse() -> None:
        raise EmailMalformed

    loop = asyncio.get_running_loop()
    begun = loop.time()
    with pytest.raises(EmailMalformed):
        await in_even_time(refuse(), 60)
    assert loop.time() - begun < 60
