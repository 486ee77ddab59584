"""Live mode has nothing of the demo: no handler, page, route, module or published code."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from cryptography.fernet import Fernet

from assembly_ui import services, settings
from assembly_ui.accounts.invite_codes import (
    DEFAULT_CODE,
    disable_code,
    ensure_default_code,
    is_default_code_usable,
    list_codes,
)
from assembly_ui.cli.app import commands
from assembly_ui.cli.support import CommandFailed
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from assembly_ui.settings import Settings
from tests.servers import Emptied

ROOT = Path(__file__).parents[2]
DEMO_WORDS = ("mailbox", "simulator", "schoolbooking", "demo", "presenter")

LOOK = """
import json, sys
from assembly_ui import assembly_ui as product
from assembly_ui.web.doorman import declared_handlers

def paths(routes, prefix=""):
    for route in routes:
        if hasattr(route, "original_router"):
            yield from paths(route.original_router.routes, prefix + route.include_context.prefix)
        else:
            yield prefix + route.path

print(json.dumps({
    "handlers": sorted(declared_handlers()),
    "pages": sorted(product.app._unevaluated_pages),
    "routes": sorted(paths(product._http().routes)),
    "modules": sorted(name for name in sys.modules if name.startswith("assembly_ui.web")),
}))
"""


def _live(folder: Path, database_url: str) -> dict[str, str]:
    """Settings that live mode starts with."""
    return {
        "ASSEMBLY_MODE": "live",
        "ASSEMBLY_DATA_DIR": str(folder),
        "ASSEMBLY_PUBLIC_URL": "https://platform.example.org",
        "ASSEMBLY_DATABASE_URL": database_url,
        "ASSEMBLY_SECRET_KEYS": json.dumps([Fernet.generate_key().decode()]),
        "ASSEMBLY_XPORTER_URL": "https://xporter.example.org",
        "ASSEMBLY_XPORTER_MANAGEMENT_SECRET": "management-secret",
        "ASSEMBLY_SMTP_HOST": "mail.example.org",
        "ASSEMBLY_TRUSTED_PROXY_HOPS": "1",
    }


def _loaded(folder: Path, environment: dict[str, str]) -> dict[str, list[str]]:
    """What the app registers, loaded in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", LOOK],
        cwd=ROOT,
        env=os.environ
        | {"ASSEMBLY_DATA_DIR": str(folder), "REFLEX_SKIP_COMPILE": "true"}
        | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def _of_the_demo(loaded: dict[str, list[str]]) -> list[str]:
    names = [name for listed in loaded.values() for name in listed]
    return [name for name in names if any(word in name.lower() for word in DEMO_WORDS)]


def test_live_mode_registers_no_handler_page_or_route_of_the_demo(tmp_path: Path) -> None:
    loaded = _loaded(tmp_path, _live(tmp_path, "postgresql+psycopg://db.internal/assembly"))
    assert len(loaded["handlers"]) > 100
    assert {"/health", "/oauth/authorize"} <= set(loaded["routes"])
    assert _of_the_demo(loaded) == []


def test_the_demo_registers_its_own(tmp_path: Path) -> None:
    loaded = _loaded(tmp_path, {"ASSEMBLY_MODE": "demo"})
    found = " ".join(_of_the_demo(loaded))
    assert "mailbox_state.clear" in found
    assert "/simulator/xporter" in found


@pytest.fixture
def live(tmp_path: Path, postgresql: Emptied, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name, value in _live(tmp_path, postgresql.emptied()).items():
        monkeypatch.setenv(name, value)
    # Its tables are there.
    monkeypatch.setattr("assembly_ui.cli.support.migrate", lambda _url: None)
    return settings.load()


def _run(*words: str) -> Any:
    return CliRunner().invoke(commands, words)


def test_no_command_makes_the_published_code_work(live: Settings) -> None:
    assert _run("invite-code", "list").exit_code == 0
    refused = _run("invite-code", "add", " LetsAssemble2020")
    assert isinstance(refused.exception, CommandFailed)
    assert "published" in str(refused.exception)
    assert DEFAULT_CODE not in _run("invite-code", "list").output


async def test_a_live_start_makes_no_code_and_disables_one_a_demo_left(
    live: Settings, clock: ManualClock
) -> None:
    # Nothing is sent while nobody works in the background.
    live = live.model_copy(update={"work_in_web": False})
    async with services.running(live, clock) as parts:
        assert await list_codes(parts.database) == []
        await ensure_default_code(parts.database, clock())
        assert await is_default_code_usable(parts.database)
    async with services.running(live, clock) as parts:
        assert not await is_default_code_usable(parts.database)
        (code,) = await list_codes(parts.database)
        assert code.disabled_at == clock()


def test_doctor_warns_of_a_published_code_that_works(live: Settings, clock: ManualClock) -> None:
    async def leave_over(*, disabled: bool) -> None:
        database = Database(live.database)
        try:
            await ensure_default_code(database, clock())
            if disabled:
                await disable_code(database, code=DEFAULT_CODE, now=clock())
        finally:
            await database.close()

    asyncio.run(leave_over(disabled=False))
    assert f"✘ Sign-up      the published invite code {DEFAULT_CODE} works" in _run("doctor").output
    asyncio.run(leave_over(disabled=True))
    assert "✔ Sign-up" in _run("doctor").output
