"""The stand-in as a process of its own, for tests."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[4]


@contextmanager
def alone(*arguments: str, stop: int = signal.SIGTERM) -> Iterator[dict[str, Any]]:
    """Run it on a free port; what its first line says."""
    process = subprocess.Popen(
        [sys.executable, "-m", "simulators.xporter", "--port", "0", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, process.communicate()[1].decode()
        yield json.loads(line)
    finally:
        process.send_signal(stop)
        process.communicate(timeout=20)
    assert process.returncode == 0
