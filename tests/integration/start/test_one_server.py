"""Two starts at once: on the same data one is refused, in the same clone one waits."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from assembly_ui.cli.app import commands
from assembly_ui.cli.support import CommandFailed
from assembly_ui.server.serve import check_alone
from assembly_ui.settings import Settings

ROOT = Path(__file__).resolve().parents[3]
SECONDS = 300
# As `serve` does: checked in a process that becomes the web server.
SERVER = """
import os, sys
from pathlib import Path
from assembly_ui.server.serve import check_alone
from assembly_ui.settings import Settings
check_alone(Settings(data_dir=Path(sys.argv[1])))
program = "import sys; print('serving', flush=True); sys.stdin.read()"
os.execv(sys.executable, [sys.executable, "-c", program])
"""


@pytest.fixture
def other(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A server on the same folder."""
    with subprocess.Popen(
        [sys.executable, "-c", SERVER, str(tmp_path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "serving\n"
        yield process
        process.kill()


@pytest.mark.parametrize("command", ["serve", "dev"])
def test_a_second_server_on_the_same_data_is_refused(
    other: subprocess.Popen[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("ASSEMBLY_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("ASSEMBLY_PORT", "39874")
    result = CliRunner().invoke(commands, [command])
    assert isinstance(result.exception, CommandFailed)
    said = str(result.exception)
    assert said.startswith(f"Another Assembly (process {other.pid}) is running on the same data")
    assert "DATA=another-folder" in said
    assert not (tmp_path / "assembly.db").exists()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL], ids=lambda how: how.name)
def test_once_it_has_ended_the_next_one_starts(
    other: subprocess.Popen[str], tmp_path: Path, how: signal.Signals
) -> None:
    other.send_signal(how)
    other.wait(SECONDS)
    check_alone(Settings(data_dir=tmp_path))


def test_commands_work_beside_it(
    other: subprocess.Popen[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSEMBLY_DATA_DIR", str(tmp_path))
    assert CliRunner().invoke(commands, ["invite-code", "list"]).exit_code == 0


def test_on_postgresql_there_may_be_many(tmp_path: Path) -> None:
    config = Settings(data_dir=tmp_path, database_url="postgresql+psycopg://db.internal/assembly")
    assert config.server_lock is None
    check_alone(config)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone in which nothing was made yet, and that needs no package."""
    (tmp_path / "tools").mkdir()
    shutil.copy(ROOT / "tools" / "venv.py", tmp_path / "tools")
    (tmp_path / "requirements.txt").touch()
    (tmp_path / "constraints.txt").touch()
    return tmp_path


@pytest.fixture
def prepare(clone: Path) -> Callable[[], subprocess.Popen[str]]:
    def start() -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "tools/venv.py", "requirements.txt", ".venv/.run"],
            cwd=clone,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    return start


def test_a_second_make_waits_and_finds_all_done(
    clone: Path, prepare: Callable[[], subprocess.Popen[str]]
) -> None:
    """The first is this test, so that it is as slow as it must be."""
    with open(clone / ".venv.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        second = prepare()
        assert second.stdout
        assert "waiting for it" in second.stdout.readline()
        (clone / ".venv").mkdir()
        (clone / ".venv" / ".run").touch()
    said, _ = second.communicate(timeout=SECONDS)
    assert (second.returncode, said) == (0, "")
    assert os.listdir(clone / ".venv") == [".run"]


def test_what_broke_off_half_way_is_made_anew(
    clone: Path, prepare: Callable[[], subprocess.Popen[str]]
) -> None:
    """As it is left where python3-venv is missing: a Python, and no pip."""
    (clone / ".venv" / "bin").mkdir(parents=True)
    (clone / ".venv" / "bin" / "python").symlink_to(sys.executable)
    (clone / ".venv" / "pyvenv.cfg").write_text(f"home = {Path(sys.executable).parent}\n")
    (clone / "requirements.txt").write_text("./missing\n")
    failed = prepare()
    said, _ = failed.communicate(timeout=SECONDS)
    assert failed.returncode == 1
    assert "The packages could not be installed" in said
    assert "python3-venv" not in said
    (clone / "requirements.txt").write_text("")
    again = prepare()
    said, _ = again.communicate(timeout=SECONDS)
    assert again.returncode == 0, said
    assert (clone / ".venv" / ".run").exists()


def test_a_list_that_another_one_includes_is_installed_too(
    clone: Path, prepare: Callable[[], subprocess.Popen[str]]
) -> None:
    """`make` runs it, since a list is newer than the mark; which one, it does not say."""
    (clone / "requirements.txt").write_text("-r requirements-more.txt\n")
    (clone / "requirements-more.txt").write_text("./missing\n")
    (clone / ".venv").mkdir()
    (clone / ".venv" / ".run").touch()
    mark = (clone / ".venv" / ".run").stat().st_mtime
    os.utime(clone / "requirements-more.txt", (mark + 1, mark + 1))
    (clone / ".venv" / "bin").mkdir()
    (clone / ".venv" / "bin" / "python").symlink_to(sys.executable)
    (clone / ".venv" / "pyvenv.cfg").write_text(f"home = {Path(sys.executable).parent}\n")
    process = prepare()
    said, _ = process.communicate(timeout=SECONDS)
    assert process.returncode == 1
    assert "The packages could not be installed" in said


def test_another_name_of_the_same_file_has_the_same_lock(tmp_path: Path) -> None:
    data, alias = tmp_path / "data", tmp_path / "alias"
    data.mkdir()
    alias.symlink_to(data)
    by_name = Settings(data_dir=data)
    url = f"sqlite+aiosqlite:///{alias}/assembly.db"
    by_address = Settings(data_dir=tmp_path, database_url=url)
    assert by_address.server_lock == by_name.server_lock


def test_reset_refuses_while_a_server_runs(other: subprocess.Popen[str], tmp_path: Path) -> None:
    database = tmp_path / "assembly.db"
    database.touch()
    refused = _reset(tmp_path)
    assert refused.returncode
    assert f"Assembly is running on {tmp_path}. Stop it" in refused.stdout
    assert database.exists()
    other.kill()
    other.wait()
    assert _reset(tmp_path).returncode == 0
    assert not database.exists()


def _reset(data: Path) -> subprocess.CompletedProcess[str]:
    command = ["make", "reset", f"DATA={data}", f"PYTHON={sys.executable}"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
