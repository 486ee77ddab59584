"""`make dev` lets nobody in from other machines."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from assembly_ui.cli.app import commands

ROOT = Path(__file__).resolve().parents[3]
LOCKED = ROOT / "reflex.lock" / "package.json"
ASKED = "import rxconfig as own; print(own.PackageJson.Commands.DEV)"


def test_the_development_server_listens_where_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the API by its command line, of the pages by the script that Reflex gives to Bun."""
    started: list[tuple[list[str], dict[str, str]]] = []

    def call(command: list[str], *, env: dict[str, str], **_: Any) -> int:
        started.append((command, env))
        return 0

    monkeypatch.setattr(subprocess, "call", call)
    monkeypatch.setenv("ASSEMBLY_DATA_DIR", str(tmp_path))
    assert CliRunner().invoke(commands, ["dev"]).exit_code == 0
    ((command, environment),) = started
    assert command[command.index("--backend-host") + 1] == "127.0.0.1"
    said = subprocess.run(
        [sys.executable, "-c", ASKED],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == json.loads(LOCKED.read_text())["scripts"]["dev"]
    assert said.stdout.split() == ["react-router", "dev", "--host", "127.0.0.1"]
