"""`schools`: operators decide whose a school is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner, Result

from assembly_ui.cli.app import commands
from assembly_ui.cli.support import CommandFailed
from assembly_ui.db import migrations
from assembly_ui.db.database import Database
from assembly_ui.schools.models import Role, School
from assembly_ui.settings import Settings
from tests.factories.accounts import a_person
from tests.factories.people import roles_in
from tests.factories.schools import a_school

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
Run = Callable[..., Result]


@pytest.fixture
def url(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> str:
    monkeypatch.setenv("ASSEMBLY_DATABASE_URL", database_url)
    monkeypatch.setenv("ASSEMBLY_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(migrations, "migrate", lambda _url: None)
    monkeypatch.setattr("assembly_ui.cli.support.migrate", lambda _url: None)
    return Settings().database


def _run(*words: str) -> Result:
    return CliRunner().invoke(commands, ["schools", *words])


async def _unverified_school(database: Database) -> School:
    school = await a_school(database, now=NOW)
    async with database.transaction() as session:
        row = await session.get_one(School, school.id)
        row.owner_unverified_since = NOW
    await a_person(database, now=NOW, email="head@kings.sch.uk", name="Harriet Head")
    return school


def _made(url: str) -> School:
    async def make() -> School:
        database = Database(url)
        try:
            return await _unverified_school(database)
        finally:
            await database.close()

    return asyncio.run(make())


def _roles(url: str, school: School) -> list[Role]:
    async def look() -> list[Role]:
        database = Database(url)
        try:
            return list((await roles_in(database, school)).values())
        finally:
            await database.close()

    return asyncio.run(look())


def test_an_unverified_school_is_listed_and_verified(url: str) -> None:
    _made(url)
    listed = _run("unverified")
    assert listed.output.split()[:4] == ["123456", "since", "2026-11-23", "09:00"]
    assert "james.walters@kings.sch.uk" in listed.output
    done = _run("verify", "123456")
    assert done.output == "King's School is verified: it is james.walters@kings.sch.uk's.\n"
    assert "Every school is its owner's" in _run("unverified").output


def test_a_school_is_handed_over_to_somebody_with_an_account(url: str) -> None:
    school = _made(url)
    done = _run("hand-over", "123456", "Head@kings.sch.uk")
    assert done.output.splitlines() == [
        "King's School belongs to Head@kings.sch.uk now.",
        "No longer belonging to it: james.walters@kings.sch.uk.",
        "Apps that were authorised stay so until somebody revokes them.",
    ]
    assert _roles(url, school) == [Role.OWNER]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("verify", "999999"), "No school with the URN 999999 is set up."),
        (("verify", "#77"), "No school with the URN #77 is set up."),
        (("hand-over", "123456", "nobody@kings.sch.uk"), "No confirmed account has the address"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    url: str, words: tuple[str, ...], why: str
) -> None:
    _made(url)
    failed = _run(*words)
    assert isinstance(failed.exception, CommandFailed)
    assert str(failed.exception).startswith(why)
