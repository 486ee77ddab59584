"""Bringing a database up to the tables this version needs."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.script.revision import ResolutionError
from alembic.util.exc import CommandError
from sqlalchemy import make_url, text
from sqlalchemy.exc import DatabaseError, SQLAlchemyError

from assembly_ui.db.database import Database

ROOT = Path(__file__).parent.parent.parent
DAMAGED = ("not a database", "malformed")
"""What SQLite says of a file that it cannot read."""


class DatabaseUnusable(Exception):
    """The reason, as one sentence for the person who tried, and what they can do."""


def migrate(database_url: str) -> None:
    """Apply every migration that is missing, all or none. Runs an event loop of its own.

    Waits for another process that does so.

    Raises:
        DatabaseUnusable: it cannot be reached or changed, is damaged, or belongs to a newer
            version.
    """
    try:
        _open_file(database_url)
        command.upgrade(_config(database_url), "head")
    except CommandError as error:
        if isinstance(error.__cause__, ResolutionError):
            raise _newer(database_url) from None
        raise
    except (SQLAlchemyError, OSError, sqlite3.Error) as error:
        raise unusable(database_url, error) from None


def _open_file(database_url: str) -> None:
    """Open an SQLite file, made if it is missing, and read its first page.

    Where that fails the asynchronous driver would leave a thread behind that complains later.
    """
    url = make_url(database_url)
    if url.drivername.startswith("sqlite") and url.database:
        with closing(sqlite3.connect(url.database)) as connection:
            connection.execute("PRAGMA schema_version")


def newest_revision() -> str:
    """The revision this version's tables are at."""
    return ScriptDirectory.from_config(_config("")).get_current_head() or ""


def is_known(revision: str) -> bool:
    """Whether this version knows the revision; a newer version's it does not. "" is none yet."""
    script = ScriptDirectory.from_config(_config(""))
    return not revision or any(one.revision == revision for one in script.walk_revisions())


async def read_revision(database: Database) -> str:
    """The revision of a database; "" if nothing was made in it yet.

    Raises:
        sqlalchemy.exc.SQLAlchemyError, OSError: it does not answer, or is damaged.
    """
    try:
        row = await database.glance(text("SELECT version_num FROM alembic_version"))
    except DatabaseError as error:
        if "no such table" in str(error.orig) or getattr(error.orig, "sqlstate", "") == "42P01":
            return ""
        raise
    return str(row[0]) if row else ""


def unusable(database_url: str, error: Exception) -> DatabaseUnusable:
    """What is wrong with a database that answered with this error."""
    name, reason = _name(database_url), reason_of(error)
    if is_damaged(error):
        return DatabaseUnusable(
            f"{name} is damaged, or is no SQLite database ({reason}). Nothing was written to it. "
            "Put the latest copy from your backup in its place; without one, move it away, and "
            "the next start makes an empty database."
        )
    return DatabaseUnusable(
        f"{name} cannot be opened or brought up to date: {reason}. It was left as it was. "
        "Put right what it says, and try again."
    )


def newer_words(database_url: str) -> str:
    """What to tell of a database that a newer version has changed."""
    return (
        f"{_name(database_url)} was brought up to date by a newer version of Assembly, and this "
        "version cannot work with it. It was left as it was. Start the newer version, or put a "
        "copy from before the upgrade in its place."
    )


def is_damaged(error: Exception) -> bool:
    """Whether this says that an SQLite file cannot be read."""
    original = getattr(error, "orig", error)
    said = str(original)
    return isinstance(original, sqlite3.DatabaseError) and any(words in said for words in DAMAGED)


def reason_of(error: Exception) -> str:
    """The first line of what a database, or its driver, said."""
    lines = str(getattr(error, "orig", None) or error.__cause__ or error).splitlines()
    return (lines[0] if lines else type(error).__name__).rstrip(". ")


def _newer(database_url: str) -> DatabaseUnusable:
    return DatabaseUnusable(newer_words(database_url))


def _name(database_url: str) -> str:
    url = make_url(database_url)
    if url.drivername.startswith("sqlite"):
        return f"The database file {url.database}"
    return f"The database {url.database} at {url.host or 'this machine'}"


def _config(database_url: str) -> Config:
    config = Config(ROOT / "alembic.ini")
    config.attributes["database"] = database_url
    return config
