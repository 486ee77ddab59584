"""A program that runs beside the product until it is stopped, and can be started again."""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

READY_SECONDS = 600
STOP_SECONDS = 20
LOOK_EVERY_SECONDS = 0.05


class DidNotStart(Exception):
    """The program ended, or did not answer in time. The message says what to look at."""


class Service:
    """One child process with a group of its own, so that Ctrl-C reaches only its parent."""

    name: str
    stops_by: signal.Signals = signal.SIGTERM

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process, once started."""
        assert self._process is not None
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether the process is alive."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start, and wait until it is ready.

        Raises:
            DidNotStart
        """
        raise NotImplementedError

    def stop(self) -> None:
        """Ask it to end, and wait; what was started by it ends too."""
        if self._process is None:
            return
        if self.is_running:
            self._process.send_signal(self.stops_by)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_SECONDS)
        self._end_group()
        self._process.wait()
        self._process = None

    def _spawn(
        self,
        command: Sequence[str | Path],
        *,
        log: Path | None = None,
        environment: dict[str, str] | None = None,
        user: str | None = None,
    ) -> None:
        if self._process is not None:
            # What a killed process started may still hold its port.
            self._end_group()
        with open(log or os.devnull, "ab") as output:
            said = output if log else None
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                env=environment,
                **identity(user),
                start_new_session=True,
            )

    def _wait_until(self, is_ready: Callable[[], bool], look_at: Path | str) -> None:
        end = time.monotonic() + READY_SECONDS
        while time.monotonic() < end:
            if not self.is_running:
                break
            if is_ready():
                return
            time.sleep(LOOK_EVERY_SECONDS)
        raise DidNotStart(f"{self.name} did not start; see {look_at}.")

    def _end_group(self) -> None:
        assert self._process is not None
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)


def identity(user: str | None) -> dict[str, Any]:
    """What makes a program run as this user: their group too, and no group of ours."""
    if user is None:
        return {}
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}
