"""The command line, kept ready in a process of its own: Python starts once, not for each command.

As a program it takes a command a line, a JSON list of words, and answers each with a line.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import threading
import traceback
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from pathlib import Path
from typing import Any


class Commands:
    """`python -m assembly_ui …` again and again, from this folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._settings: dict[str, str] = {}

    def run(self, words: tuple[str, ...], environment: dict[str, str]) -> str:
        """What the command prints."""
        with self._lock:
            process = self._ready(environment)
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(json.dumps(words) + "\n")
            process.stdin.flush()
            answer = process.stdout.readline()
        assert answer, "the command line ended by itself"
        done = json.loads(answer)
        assert done["code"] == 0, done["err"]
        return done["out"]

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.communicate()
            self._process = None

    def _ready(self, environment: dict[str, str]) -> subprocess.Popen[str]:
        settings = {k: v for k, v in environment.items() if k.startswith("ASSEMBLY_")}
        if self._process is None or settings != self._settings:
            self.close()
            self._settings = settings
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__],
                cwd=self._folder,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        return self._process


def _answer(words: list[str]) -> dict[str, Any]:
    from assembly_ui.cli.app import main

    sys.argv[1:] = words
    code: Any = 0
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
        try:
            main()
        except SystemExit as ended:
            code = ended.code
        except Exception:
            # One command that breaks must not take with it those that come after.
            code, _ = 1, err.write(traceback.format_exc())
    return {"code": code or 0, "out": out.getvalue(), "err": err.getvalue()}


def _keep_the_register() -> None:
    from assembly_ui.schools.register import Register

    # It never changes here, and loading it takes a second of every command that seeds.
    Register.load = cache(Register.load)  # type: ignore[method-assign]


if __name__ == "__main__":
    _keep_the_register()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_answer(json.loads(line))) + "\n")
        sys.stdout.flush()
