"""`make run` in a bad place: one clear sentence, and nothing broken."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from assembly_ui.server import build, serve
from assembly_ui.server.serve import CannotStart, check_folder, check_port
from assembly_ui.settings import Settings

ROOT = Path(__file__).parent.parent.parent.parent


def test_a_taken_port_is_named_with_a_way_out() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(CannotStart, match=f"Port {port} is taken by another program.*PORT="):
            check_port("127.0.0.1", port)


def test_a_folder_that_takes_no_files_is_named_with_a_way_out(tmp_path: Path) -> None:
    blocked = tmp_path / "a-file"
    blocked.touch()
    with pytest.raises(CannotStart, match=r"cannot be written to.*ASSEMBLY_DATA_DIR"):
        check_folder(blocked / "data")


def test_a_database_that_is_none_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "assembly.db").write_text("these are not the bytes of a database" * 100)
    with pytest.raises(CannotStart, match=r"assembly.db is damaged.*Nothing was written to it"):
        serve._migrate(Settings(data_dir=tmp_path))


def test_the_command_fails_with_a_sentence_and_no_traceback(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "-m", "assembly_ui", "serve"],
            cwd=ROOT,
            env=os.environ | {"ASSEMBLY_PORT": port, "ASSEMBLY_DATA_DIR": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.startswith(f"Port {port} is taken")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("old", ["(3, 10, 12)", "(3, 8, 0)"])
def test_an_old_python_is_told_to_be_too_old(old: str) -> None:
    program = (
        "import sys, runpy; sys.version_info = " + old + "; sys.argv = ['venv.py', 'a', 'b'];"
        "runpy.run_path('tools/venv.py', run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("Assembly needs Python 3.11 or newer")


def test_pages_are_built_again_only_when_what_they_are_made_of_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REFLEX_WEB_WORKDIR", str(tmp_path))
    here, elsewhere = Settings(port=3000), Settings(port=3001)
    assert not build.is_current(here)
    (tmp_path / build.FINGERPRINT).write_text(build._fingerprint(here))
    assert build.is_current(here)
    assert not build.is_current(elsewhere)
