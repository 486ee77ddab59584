"""First sync: a large school is read in full, with the stand-in in a process of its own.

What is measured is the process that syncs, while somebody reads pages of its results.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.journeys.server import ROOT
from tools.bench.rows import Row, at_most

AREA = "First sync"
PUPILS = 1500
PATIENCE_SECONDS = 300
WHY = "The stand-in makes what it answers with on the same two cores."


def measure() -> list[Row]:
    """Start the stand-in; sync its school, with every scope; sync it again."""
    with tempfile.TemporaryDirectory(prefix="assembly-bench-") as folder, _stand_in() as service:
        found = _sync(Path(folder), service)
    records, results = found["records"], found["results"]
    return [
        at_most(
            AREA,
            f"{PUPILS:,} pupils, {records:,} records, {results:,} of them results",
            found["first"],
            20,
            "s",
            why=WHY,
        ),
        at_most(AREA, "nothing changed since", found["unchanged"], 1, "s", why=WHY),
        at_most(AREA, "memory it adds to its process, at most", found["memory"], 200, "MB"),
        at_most(AREA, "100 results read meanwhile, 95 of 100 reads", found["read"], 100, "ms"),
        at_most(AREA, "a turn of the event loop meanwhile, 99 of 100", found["turn"], 50, "ms"),
    ]


def _sync(folder: Path, service: dict[str, Any]) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tools.bench.first_sync_worker", str(folder), json.dumps(service)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=PATIENCE_SECONDS,
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@contextmanager
def _stand_in() -> Iterator[dict[str, Any]]:
    """A stand-in with one school; what it says of itself."""
    asked = ["--port", "0", "--schools", "1", "--pupils", str(PUPILS)]
    with subprocess.Popen(
        [sys.executable, "-m", "simulators.xporter", *asked],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()
