"""First run: from a fresh clone to an answer, with one command.

Measured last, when pip's and Bun's caches are warm by what ran before.
"""

from __future__ import annotations

import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

from tests.journeys.server import ROOT
from tools.bench.rows import Row, at_most

AREA = "First run"
PATIENCE_SECONDS = 240
STARTS = 3
_OWN = ("ASSEMBLY_", "REFLEX_", "MAKE", "MFLAGS", "VIRTUAL_ENV")


def measure() -> list[Row]:
    """Clone, start, start again."""
    with tempfile.TemporaryDirectory(prefix="assembly-first-run-") as folder:
        clone = Path(folder) / "clone"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        port = _free_port()
        first = _seconds_to_answer(clone, port)
        again = statistics.median(_seconds_to_answer(clone, port) for _ in range(STARTS))
    return [
        at_most(
            AREA,
            "fresh clone, `make run`, package caches warm",
            first,
            45,
            "s",
            why="Two thirds of it is pip; the rest is making "
            ".venv, building the pages and the start.",
        ),
        at_most(
            AREA,
            f"second start (median of {STARTS})",
            again,
            12,
            "s",
            why="The server imports the product and builds the school index before it answers.",
        ),
    ]


def _seconds_to_answer(clone: Path, port: int) -> float:
    log = clone.parent / "log"
    started = time.perf_counter()
    with log.open("wb") as out:
        process = subprocess.Popen(
            ["make", "run", f"PORT={port}"],
            cwd=clone,
            env={k: v for k, v in os.environ.items() if not k.startswith(_OWN)},
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    try:
        while not _answers(port):
            spent = time.perf_counter() - started
            if process.poll() is not None or spent > PATIENCE_SECONDS:
                sys.stderr.write(log.read_text()[-3000:])
                raise AssertionError("`make run` in a fresh clone does not answer; see its output.")
            time.sleep(0.05)
        return time.perf_counter() - started
    finally:
        _end(process)


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://localhost:{port}/sign-up", timeout=2).is_success
    except httpx.HTTPError:
        return False


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGINT)
    process.wait(30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
