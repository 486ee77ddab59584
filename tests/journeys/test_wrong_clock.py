"""Computers whose clock is wrong: what the pages say of time is the server's word."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import expect

from tests.journeys import steps
from tests.journeys.conftest import SessionOf
from tests.journeys.person import Person

SET_CLOCK = """(() => {
    const Real = Date;
    const now = () => Real.now() + %d * 1000;
    window.Date = class extends Real {
        constructor(...args) { args.length ? super(...args) : super(now()); }
        static now() { return now(); }
    };
})()"""
OFFSETS = [-86_400, -900, 900, 86_400]
PAUSE_SECONDS = 60
"""Between two messages of one sign-up."""


async def _with_clock(someone: SessionOf, seconds: int) -> Person:
    person = await someone()
    await person.page.add_init_script(SET_CLOCK % seconds)
    return person


@pytest.mark.parametrize("seconds", OFFSETS)
async def test_a_cool_down_lasts_as_long_as_the_server_says(
    someone: SessionOf, seconds: int
) -> None:
    person = await _with_clock(someone, seconds)
    await steps.sign_up(person, steps.an_address())
    again = person.page.get_by_role("button", name="Send it again")
    await expect(again).to_have_attribute("aria-disabled", "true")
    words = await person.page.locator("time.countdown").inner_text()
    left = re.fullmatch(r"in (\d+) seconds?", words)
    assert left, words
    assert 0 < int(left[1]) <= PAUSE_SECONDS


@pytest.mark.parametrize("seconds", OFFSETS)
async def test_how_long_ago_something_was_is_measured_from_the_server_s_now(
    someone: SessionOf, seconds: int
) -> None:
    person = await _with_clock(someone, seconds)
    await person.goes_to("/terms")
    moment = datetime.now(UTC) - timedelta(hours=5, minutes=30)
    await person.page.evaluate(
        """moment => {
            const time = document.createElement('time');
            time.className = 'ago';
            time.dateTime = moment;
            document.querySelector('main').append(time);
        }""",
        moment.isoformat(),
    )
    await expect(person.page.locator("time.ago")).to_have_text("5 hours ago")


async def test_without_the_server_s_clock_the_moment_itself_is_shown(someone: SessionOf) -> None:
    person = await _with_clock(someone, -900)
    person.expects("Failed to load resource")
    await person.page.route("**/clock", lambda route: route.abort())
    await steps.sign_up(person, steps.an_address())
    # No cool-down is made up: the server refuses what comes too early, in words.
    again = person.page.get_by_role("button", name="Send it again")
    await expect(again).not_to_have_attribute("aria-disabled", "true")
    await person.goes_to("/mailbox")
    await expect(person.page.locator("time.ago").first).to_contain_text(
        datetime.now(UTC).strftime("%Y")
    )
