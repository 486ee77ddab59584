"""Starts PostgreSQL, Valkey, two web workers and a background worker, and keeps them running.

Everything is kept in the data folder. For trying out: on real servers an init
system does this, and the README says with which settings.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException

from assembly_ui import settings
from assembly_ui.db import migrations
from assembly_ui.server import private_files
from assembly_ui.server.serve import CannotStart, check_folder, check_port
from assembly_ui.settings import Settings, SettingsProblem
from tools.scaled.postgres import Postgres
from tools.scaled.service import DidNotStart, Service
from tools.scaled.valkey import Valkey

DATABASE = "assembly"
WEB_WORKERS = 2
LOOK_EVERY_SECONDS = 0.2
ANSWER_SECONDS = 5
REST_SECONDS = 1.0
"""Between the end of a program and its next start, should it end at once again."""
ADDRESSES = "scaled.env"


class Web(Service):
    """The web workers behind one port."""

    name = "The web server"
    stops_by = signal.SIGINT

    def __init__(self, environment: dict[str, str], config: Settings) -> None:
        super().__init__()
        self._environment = environment
        self._config = config

    def start(self) -> None:
        """Start; wait until the first worker answers."""
        command = [sys.executable, "-m", "assembly_ui", "serve"]
        self._spawn(command, environment=self._environment)
        self._wait_until(self._answers, "the lines above")

    def _answers(self) -> bool:
        # Asked often: a whole HTTP client for each look would keep a processor busy.
        connection = HTTPConnection("127.0.0.1", self._config.port, timeout=ANSWER_SECONDS)
        try:
            connection.request("GET", "/health")
            return connection.getresponse().status == HTTPStatus.OK
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()


class Work(Service):
    """A process for background work."""

    name = "The background worker"

    def __init__(self, environment: dict[str, str]) -> None:
        super().__init__()
        self._environment = environment

    def start(self) -> None:
        """Start; there is nothing to wait for."""
        command = [sys.executable, "-m", "assembly_ui", "work"]
        self._spawn(command, environment=self._environment)


def main() -> int:
    """Run until Ctrl-C; the exit code."""
    private_files.restrict_new_files()
    told = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: told.set())
    started: list[Service] = []
    try:
        for service in _services(settings.load()):
            started.append(service)
            service.start()
            if told.is_set():
                break
        _keep(started, told)
    except (SettingsProblem, CannotStart, DidNotStart, migrations.DatabaseUnusable) as problem:
        print(problem, file=sys.stderr)
        return 1
    finally:
        for service in reversed(started):
            service.stop()
    return 0


def _services(config: Settings) -> Iterator[Service]:
    """Everything in the order it starts in; each is started before the next is asked for."""
    check_folder(config.data_dir)
    private_files.restrict(config.private_paths)
    check_port(config.host, config.port)
    _say("Starting PostgreSQL and Valkey …")
    postgres, valkey = Postgres(config.data_dir), Valkey(config.data_dir)
    yield postgres
    yield valkey
    postgres.ensure(DATABASE)
    addresses = {
        "ASSEMBLY_DATABASE_URL": postgres.url(DATABASE),
        "ASSEMBLY_VALKEY_URL": valkey.url,
    }
    processes = {"ASSEMBLY_WEB_WORKERS": str(WEB_WORKERS), "ASSEMBLY_WORK_IN_WEB": "false"}
    set_up = addresses | processes
    note = config.data_dir / ADDRESSES
    note.write_text("".join(f"export {name}='{value}'\n" for name, value in set_up.items()))
    migrations.migrate(addresses["ASSEMBLY_DATABASE_URL"])
    environment = os.environ | set_up
    yield Work(environment)
    yield Web(environment, config)
    _say(
        f"  PostgreSQL, Valkey, {WEB_WORKERS} web workers and a background worker are running.\n"
        f"  Commands reach them after:  . {note}\n"
    )


def _keep(services: list[Service], told: threading.Event) -> None:
    """Start again whatever ends, until told to stop."""
    while not told.wait(LOOK_EVERY_SECONDS):
        for service in services:
            if not service.is_running:
                _say(f"{service.name} ended; it is started again.")
                told.wait(REST_SECONDS)
                service.start()


def _say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
