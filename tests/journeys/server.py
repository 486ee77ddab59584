"""The product as its own process, started the way `make run` starts it."""

from __future__ import annotations

import fcntl
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
from reflex_base.environment import environment

from assembly_ui.schools.register_file import SHIPPED, RegisterSchool, read_register
from tests.journeys.commands import Commands

ROOT = Path(__file__).resolve().parent.parent.parent
PREFERRED_PORT = 3987
START_SECONDS = 600
END_SECONDS = 60
# Schools of its own for seeding; those that tests look up by name lie elsewhere.
AREA = "Islington"
_TROUBLE = re.compile(r"\b(error|critical|traceback)\b", re.IGNORECASE)
# Of the log around trouble: what led to it, and enough for several tracebacks.
LINES_BEFORE, LINES_SHOWN = 15, 400


class Server:
    """One running demo with a data folder of its own."""

    program: tuple[str, ...] = ("assembly_ui", "serve")

    def __init__(self, folder: Path, **settings: str) -> None:
        self.port, self._claim = _claim_port()
        self.address = f"http://localhost:{self.port}"
        self.folder = folder
        self.log = folder / "server.log"
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self._read_to = 0
        self.story = ""
        """What the log says around the trouble that was asked for last, tracebacks whole."""
        self._schools = _schools_of(AREA)
        self._commands = Commands(ROOT)

    @property
    def environment(self) -> dict[str, str]:
        """What this demo is set up with; the command line may share it."""
        # Tests that import the app in their own process build no pages; this one does.
        skip = environment.REFLEX_SKIP_COMPILE.name
        inherited = {name: value for name, value in os.environ.items() if name != skip}
        return inherited | {
            "ASSEMBLY_PORT": str(self.port),
            "ASSEMBLY_DATA_DIR": str(self.folder / "data"),
            # A browser walks faster than people do, and does so many times.
            "ASSEMBLY_THROTTLE_SCALE": "1000",
            **{f"ASSEMBLY_{name.upper()}": value for name, value in self._settings.items()},
        }

    def start(self) -> None:
        """Start and wait until it answers."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *self.program],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait()

    @property
    def pid(self) -> int:
        """The process everything else of it descends from."""
        assert self._process is not None
        return self._process.pid

    def kill(self) -> None:
        """SIGKILL: no goodbye, as when the power goes."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ctrl-C."""
        self._commands.close()
        self._end(signal.SIGINT)
        os.close(self._claim)

    def restart(self) -> None:
        """Kill it and start it again."""
        self.kill()
        self.start()

    def trouble(self) -> list[str]:
        """Lines of the log since this was last asked that speak of errors; see `story`."""
        text = self.log.read_text(errors="replace")
        known, self._read_to = self._read_to, len(text)
        earlier, lines = text[:known].splitlines(), text[known:].splitlines()
        speaking = [number for number, line in enumerate(lines) if _TROUBLE.search(line)]
        if speaking:
            first = len(earlier) + speaking[0]
            told = (earlier + lines)[max(first - LINES_BEFORE, 0) :]
            self.story = "\n".join(told[:LINES_SHOWN])
        return [lines[number] for number in speaking]

    def mail(self, to: str) -> list[dict[str, Any]]:
        """The messages an address has received, newest first."""
        answer = httpx.get(f"{self.address}/mailbox/messages.json", params={"to": to})
        answer.raise_for_status()
        found = answer.json()
        return found["messages"] if isinstance(found, dict) else found

    def command(self, *words: str) -> str:
        """What `python -m assembly_ui` prints when given these words."""
        return self._commands.run(words, self.environment)

    def seed(self, state: str, *, phase: str = "") -> dict[str, Any]:
        """A school nobody has yet, in that state, with its owner; see `demo seed --help`.

        What is taught at it, and how it is assessed, goes by its `phase`.
        """
        school = next(s for s in self._schools if not phase or s.phase == phase)
        self._schools.remove(school)
        words = ("--school", school.urn, "--state", state, "--json")
        return json.loads(self.command("demo", "seed", *words))

    def _wait(self) -> None:
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            assert self._process is not None
            if self._process.poll() is not None:
                raise AssertionError(f"The server ended:\n{self.log.read_text()[-4000:]}")
            try:
                if httpx.get(f"{self.address}/health", timeout=2).is_success:
                    return
            except httpx.HTTPError:
                self._process_has_time()
        raise AssertionError(f"The server does not answer:\n{self.log.read_text()[-4000:]}")

    def _process_has_time(self) -> None:
        try:
            assert self._process is not None
            self._process.wait(0.1)
        except subprocess.TimeoutExpired:
            return

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        # One that ended by itself has said why, which nothing may hide.
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, how)
        self._process.wait(END_SECONDS)
        self._process = None


def _schools_of(area: str) -> list[RegisterSchool]:
    return [
        school
        for school in read_register(SHIPPED)
        if school.local_authority == area and school.dfe_number
    ]


def _claim_port() -> tuple[int, int]:
    """A free port, and the lock that keeps it from other runs of the tests on this machine.

    Between now and the moment that the server listens its pages are built, which takes a while.
    """
    # The port is compiled into the pages, so a worker of the tests uses the same ones if it can.
    nth = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    for port in range(PREFERRED_PORT + nth, PREFERRED_PORT + 3000, 100):
        lock = os.open(
            Path(tempfile.gettempdir(), f"assembly-tests-{port}.lock"), os.O_CREAT | os.O_RDWR
        )
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(("127.0.0.1", port))
        except OSError:
            os.close(lock)
            continue
        return port, lock
    raise AssertionError("no port is free")
