"""Apps of before an upgrade go on as they were registered, on either database."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import create_engine, text

from assembly_ui.db import migrations

BEFORE = "0006"
GRANTS = ["authorization_code", "refresh_token"]
AN_APP = text(
    "INSERT INTO apps (client_id, secret_hash, client_type, slug, name, summary, description,"
    " purpose, website_uri, support_uri, privacy_policy_uri, install_uri, redirect_uris,"
    " required_scopes, optional_scopes, listed, sandbox, force_urn_check, is_old_client, is_ours,"
    " created_at, updated_at) VALUES (:name, '', :name, :name, :name, '', '', '', '', '', '', '',"
    " '[]', '[]', '[]', true, false, false, false, false,"
    " '2026-11-01 00:00:00+00:00', '2026-11-01 00:00:00+00:00')"
)


@pytest.fixture
def url(request: pytest.FixtureRequest, tmp_path: Path, database_url: str) -> Iterator[str]:
    """A database without any table."""
    if not request.config.getoption("--postgresql"):
        yield f"sqlite+aiosqlite:///{tmp_path / 'before.db'}"
        return
    name = "before_upgrade"
    server = request.getfixturevalue("postgresql")._server
    with server.connect("postgres") as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name}")
    server.ensure(name)
    yield server.url(name)


def test_apps_of_before_keep_their_ways_and_public_ones_their_limits(url: str) -> None:
    config = migrations._config(url)
    command.upgrade(config, BEFORE)
    engine = create_engine(url.replace("+aiosqlite", ""))
    with engine.begin() as connection:
        for client_type in ("confidential", "public"):
            connection.execute(AN_APP, {"name": client_type})
    migrations.migrate(url)
    with engine.begin() as connection:
        rows = connection.execute(text("SELECT slug, requires_pkce, grant_types FROM apps"))
        found = {slug: (bool(pkce), _read(grants)) for slug, pkce, grants in rows}
    assert found == {
        "confidential": (False, [*GRANTS, "client_credentials"]),
        "public": (True, GRANTS),
    }
    command.downgrade(config, BEFORE)
    engine.dispose()


def _read(value: object) -> object:
    # PostgreSQL's driver reads JSON by itself.
    return json.loads(value) if isinstance(value, str) else value
