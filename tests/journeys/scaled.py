"""The demo as several processes on PostgreSQL and Valkey, started as `make run-scaled` does."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg

from tests.journeys.server import Server
from tools.scaled.postgres import OWNER
from tools.scaled.sockets import sockets_folder


class Scaled(Server):
    """A supervisor and its children: two web workers, a background worker, two servers."""

    program = ("tools.scaled",)

    @property
    def environment(self) -> dict[str, str]:
        """As of any demo; commands also need to know the servers, once there are some."""
        note = self.data / "scaled.env"
        lines = note.read_text().splitlines() if note.exists() else []
        known = (line.removeprefix("export ").split("=", 1) for line in lines)
        return super().environment | {name: value.strip("'") for name, value in known}

    @property
    def data(self) -> Path:
        """Its data folder."""
        return self.folder / "data"

    def child(self, *words: str) -> psutil.Process:
        """The child whose command line holds these words."""
        return next(c for c in self._children() if all(word in _line(c) for word in words))

    @property
    def background_worker(self) -> psutil.Process:
        return self.child("assembly_ui work")

    @property
    def web_workers(self) -> list[psutil.Process]:
        """The processes that serve pages; they are told apart by their connections."""
        return [child for child in self.child("granian").children() if child.is_running()]

    def sockets_of(self, worker: psutil.Process) -> set[int]:
        """The ports of this process that are connected to that worker."""
        ours = {c.laddr.port for c in _established(psutil.Process())}
        return ours & {c.raddr.port for c in _established(worker)}

    @contextmanager
    def without(self, *words: str) -> Iterator[None]:
        """This child has ended, and is started again only after the block."""
        assert self._process is not None
        child = self.child(*words)
        os.kill(self._process.pid, signal.SIGSTOP)
        try:
            child.send_signal(signal.SIGINT)
            _gone(child)
            yield
        finally:
            os.kill(self._process.pid, signal.SIGCONT)

    def query(self, statement: str, *values: object) -> list[tuple]:
        """What its database answers; a change is kept."""
        sockets = sockets_folder(self.data)
        with psycopg.connect(host=str(sockets), user=OWNER, dbname="assembly") as connection:
            answer = connection.execute(statement, values)
            return answer.fetchall() if answer.description else []

    def _children(self) -> list[psutil.Process]:
        assert self._process is not None
        return psutil.Process(self._process.pid).children()


def _established(process: psutil.Process) -> list[Any]:
    found = process.net_connections("tcp")
    return [c for c in found if c.status == psutil.CONN_ESTABLISHED and c.raddr]


def _line(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return ""


def _gone(process: psutil.Process) -> None:
    # A child of a stopped parent stays as a zombie until that goes on.
    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        with suppress(psutil.TimeoutExpired):
            process.wait(0.05)
