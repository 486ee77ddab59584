"""Measure, print the table, write docs/benchmarks.md. `--only NAME` measures one row and prints."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
import traceback
from collections.abc import Awaitable, Callable

from tools.bench import (
    demo,
    first_run,
    first_sync,
    journey,
    lighthouse,
    live_status,
    machine,
    page_weight,
    painted_search,
    platform_api,
    report,
    round_trip,
    scaled,
    school_search,
    watcher,
)
from tools.bench.rows import Row, not_measured

ON_THE_DEMO: dict[str, Callable[[demo.Bench], Awaitable[list[Row]]]] = {
    "page-weight": page_weight.measure,
    "lighthouse": lighthouse.measure,
    "painted-search": painted_search.measure,
    "round-trip": round_trip.measure,
    "journey": journey.measure,
}
ALONE: dict[str, Callable[[], list[Row]]] = {
    "live-status": live_status.measure,
    "watcher": watcher.measure,
    "first-sync": first_sync.measure,
    "platform-api": platform_api.measure,
    "scaled": scaled.measure,
    "school-search": school_search.measure,
    "first-run": first_run.measure,
}
ORDER = (
    "first-run",
    "page-weight",
    "lighthouse",
    "school-search",
    "painted-search",
    "round-trip",
    "live-status",
    "scaled",
    "watcher",
    "first-sync",
    "platform-api",
    "journey",
)
"""As in the table. What runs alone runs after the demo, the first run last of all."""


async def measure(names: set[str]) -> list[Row]:
    """The rows of these names, in the order of the table."""
    found: dict[str, list[Row]] = {}
    if names & ON_THE_DEMO.keys():
        _say("starting a demo")
        async with demo.running() as bench:
            for name in [name for name in ON_THE_DEMO if name in names]:
                _say(name)
                found[name] = await _rows(name, ON_THE_DEMO[name](bench))
    for name in [name for name in ALONE if name in names]:
        _say(name)
        found[name] = await _rows(name, asyncio.to_thread(ALONE[name]))
    return [row for name in ORDER for row in found.get(name, [])]


async def _rows(name: str, measuring: Awaitable[list[Row]]) -> list[Row]:
    """One module's rows; what goes wrong there costs the others nothing."""
    try:
        return await measuring
    except Exception as error:
        traceback.print_exc()
        return [not_measured(name, str(error).strip().splitlines()[-1])]


def main() -> None:
    """As the command line says."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description=__doc__)
    parser.add_argument("--only", choices=ORDER, action="append", help="may be given several times")
    only = parser.parse_args().only
    facts = machine.describe() | {"Load before": machine.load()}
    started = time.monotonic()
    rows = asyncio.run(measure(set(only or ORDER)))
    print(report.table(rows))
    print(f"\nMeasured in {time.monotonic() - started:.0f} s.")
    if not only:
        report.write(rows, facts | {"Load after": machine.load()})


def _say(what: str) -> None:
    print(f"… {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
