"""Whole journey: sign-up to Connected, driven in Chromium as fast as it goes."""

from __future__ import annotations

import statistics
import time

from tests.journeys import steps
from tests.journeys.person import Person
from tools.bench.demo import Bench
from tools.bench.rows import Row, at_most

AREA = "Whole journey"
SCHOOLS = (
    ("Rhyl Comm", "Rhyl Community Primary School"),
    ("city of london school", "City of London School"),
    ("eton coll", "Eton College"),
)


async def measure(bench: Bench) -> list[Row]:
    """Walk the guide once for each school."""
    walks = []
    for typed, name in SCHOOLS:
        async with bench.someone() as person:
            started = time.perf_counter()
            await _walk(person, typed, name)
            walks.append(time.perf_counter() - started)
    what = f"sign-up to Connected, 3 s of it the stand-in's installation (median of {len(walks)})"
    why = "Server and browser share the cores; every step waits for the page before it."
    return [at_most(AREA, what, statistics.median(walks), 20, "s", why=why)]


async def _walk(person: Person, typed: str, name: str) -> None:
    email = steps.an_address()
    await steps.sign_up(person, email)
    await steps.confirm(person, email)
    await steps.log_in(person, email)
    await steps.set_up_school(person, typed, name)
    await steps.configure_connector(person)
    invitation = await steps.grant_access(person, email)
    await steps.authorise(person, invitation)
    await person.goes_to("/connector")
    await person.sees_badge("Connected")
