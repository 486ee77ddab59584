"""Live mode has nothing of the demo: neither stand-ins nor the mailbox, nor their app."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
import reflex as rx
from cryptography.fernet import Fernet
from sqlalchemy import create_engine

from assembly_ui import services
from assembly_ui.apps.catalogue import all_apps
from assembly_ui.db.metadata import METADATA
from assembly_ui.settings import Settings

DEMO_ONLY = (
    "/simulator/schoolbooking",
    "/simulator/schoolbooking/callback?code=x&state=y",
    "/simulator/xporter/portal",
    "/simulator/xporter/api/oauth/GetToken",
    "/mailbox/messages.json",
    "/mailbox/messages/1.html",
)


@pytest.fixture
def live(tmp_path: Path) -> Settings:
    """Settings that live mode starts with; a file does for a database here."""
    path = tmp_path / "live.db"
    engine = create_engine(f"sqlite:///{path}")
    METADATA.create_all(engine)
    engine.dispose()
    given: dict[str, Any] = {
        "mode": "live",
        "data_dir": tmp_path,
        "public_url": "https://platform.example.org",
        "database_url": f"sqlite+aiosqlite:///{path}",
        "secret_keys": [Fernet.generate_key().decode()],
        "xporter_url": "https://xporter.example.org",
        "xporter_management_secret": "management-secret",
        "smtp_host": "mail.example.org",
        "work_in_web": False,
    }
    return Settings(**given)


async def test_nothing_of_the_demo_is_mounted_or_registered(
    live: Settings, app: rx.App, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As the fixture imports it: late.
    from assembly_ui import assembly_ui as product

    assert live.missing() == []
    monkeypatch.setattr(product, "SETTINGS", live)
    async with services.running(live) as parts:
        assert (parts.stand_in, parts.booking) == (None, None)
        assert await all_apps(parts.database) == []
        transport = httpx.ASGITransport(product._http())
        async with httpx.AsyncClient(transport=transport, base_url=live.address) as web:
            for path in DEMO_ONLY:
                assert (await web.get(path)).status_code == 404, path
                assert (await web.post(path)).status_code == 404, path
            asked = await web.get("/oauth/authorize?client_id=app_schoolbooking")
            assert asked.status_code == 400
            assert "Stand-ins" not in asked.text
