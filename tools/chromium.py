"""Finds a Chromium for the browser tests, or gets one; remembers it in .venv/.chromium.

Looks for the system's own, then asks Playwright to download its own, then, as
root on Debian or Ubuntu, installs the distribution's package.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REMEMBERED = ROOT / ".venv" / ".chromium"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ON_MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
DOWNLOAD_SECONDS = 300


def find() -> str | None:
    """The path of a Chromium that starts, or None."""
    named = [os.environ.get("CHROMIUM", ""), _remembered(), *map(shutil.which, NAMES), str(ON_MAC)]
    return next((path for path in named if path and _starts(path)), None)


def get() -> str | None:
    """The path of a Chromium, fetched if there is none."""
    for fetch in (lambda: None, _from_playwright, _from_debian):
        fetch()
        if path := find():
            REMEMBERED.write_text(path)
            return path
    return None


def _remembered() -> str:
    return REMEMBERED.read_text() if REMEMBERED.exists() else ""


def _starts(path: str) -> bool:
    try:
        done = subprocess.run([path, "--version"], capture_output=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _from_playwright() -> None:
    print("No Chromium here; asking Playwright for one …", flush=True)
    short = os.environ | {"PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": "15000"}
    try:
        subprocess.run(
            [sys.executable, "-m", "playwright", "install", "chromium"],
            env=short,
            capture_output=True,
            timeout=DOWNLOAD_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        REMEMBERED.write_text(playwright.chromium.executable_path)


def _from_debian() -> None:
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return
    print("Installing the distribution's chromium package …", flush=True)
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for words in (
        ["update", "-qq"],
        ["install", "-y", "-qq", "--no-install-recommends", "chromium"],
    ):
        subprocess.run(["apt-get", *words], env=quiet, stdout=subprocess.DEVNULL, check=False)


if __name__ == "__main__":
    if get() is None:
        sys.exit(
            "The browser tests need Chromium, and none could be found or fetched. Install Chromium "
            "or Google Chrome, or name it: CHROMIUM=/path/to/chromium make test"
        )
