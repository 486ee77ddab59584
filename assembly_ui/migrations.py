"""Bringing a database up to the tables this version needs."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

ROOT = Path(__file__).parent.parent


def migrate(database_url: str) -> None:
    """Apply every migration that is missing. Runs an event loop of its own.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the database cannot be reached or changed.
    """
    command.upgrade(_config(database_url), "head")


def newest_revision() -> str:
    """The revision this version's tables are at."""
    return ScriptDirectory.from_config(_config("")).get_current_head() or ""


def _config(database_url: str) -> Config:
    config = Config(ROOT / "alembic.ini")
    config.attributes["database"] = database_url
    return config
