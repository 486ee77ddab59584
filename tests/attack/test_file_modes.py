"""Other users of the machine: no file and no folder of a deployment is theirs to use."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from assembly_ui.cli.doctor import _files
from assembly_ui.cli.invite_codes import invite_code
from assembly_ui.server import build, private_files, serve
from assembly_ui.settings import KEY_FILE, Settings
from tests.journeys.server import ROOT, Server
from tools.scaled.postgres import Postgres
from tools.scaled.valkey import Valkey

OTHERS = 0o077
OPEN_UMASK = 0o022


@pytest.fixture(autouse=True)
def an_open_umask() -> Iterator[None]:
    """As most machines have it."""
    before = os.umask(OPEN_UMASK)
    yield
    os.umask(before)


def _open_below(folder: Path) -> dict[str, str]:
    """Whatever below a folder, and the folder, others could use."""
    return {
        str(path): oct(path.lstat().st_mode)
        for path in [folder, *folder.rglob("*")]
        if not path.is_symlink()
        and not stat.S_ISSOCK(path.lstat().st_mode)
        and path.lstat().st_mode & OTHERS
    }


def _command(folder: Path, *words: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "assembly_ui", *words],
        cwd=ROOT,
        env=os.environ | {"ASSEMBLY_DATA_DIR": str(folder)},
        check=True,
        capture_output=True,
    )


def test_what_a_running_server_keeps_is_closed(server: Server) -> None:
    folder = server.folder / "data"
    names = {path.name for path in folder.iterdir()}
    assert {"assembly.db", "assembly.db-wal", "assembly.db-shm", KEY_FILE} <= names
    assert _open_below(folder) == {}


def test_what_a_command_makes_is_closed(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    _command(folder, "invite-code", "add", "summer")
    assert (folder / "assembly.db").exists()
    assert _open_below(folder) == {}


def test_what_was_open_is_closed_by_the_next_command_and_told_by_the_doctor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "data"
    monkeypatch.setenv("ASSEMBLY_DATA_DIR", str(folder))
    _command(folder, "invite-code", "list")
    for name in ("scaled.env", "build.log", KEY_FILE, "assembly.db"):
        (folder / name).touch()
        (folder / name).chmod(0o644)
    folder.chmod(0o755)
    config = Settings(data_dir=folder)
    told = _files(config)
    assert told.found.startswith("5 open to other users")
    assert str(folder / "scaled.env") in told.remedy
    assert CliRunner().invoke(invite_code, ["list"]).exit_code == 0
    assert _open_below(folder) == {}
    assert _files(config).remedy == ""


@pytest.mark.parametrize("before", ["nothing", "an open file", "a link"])
def test_what_a_failed_build_said_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str
) -> None:
    def fail(_settings: Settings) -> None:
        raise build.BuildFailed("what the build said")

    log, elsewhere = tmp_path / "build.log", tmp_path / "elsewhere"
    elsewhere.touch(mode=0o644)
    if before == "an open file":
        log.touch(mode=0o644)
    elif before == "a link":
        log.symlink_to(elsewhere)
    monkeypatch.setattr(build, "build", fail)
    with pytest.raises(serve.CannotStart, match=r"build\.log"):
        serve._build(Settings(data_dir=tmp_path))
    assert log.read_text() == "what the build said"
    assert stat.S_IMODE(log.lstat().st_mode) == private_files.FILE_MODE
    assert elsewhere.read_text() == ""


def test_what_is_not_ours_in_a_folder_that_was_there_stays_as_it_was(tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir(mode=0o755)
    other = folder / "somebody-elses.txt"
    other.touch(mode=0o644)
    config = Settings(data_dir=folder)
    private_files.restrict(config.private_paths)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755
    (folder / KEY_FILE).touch(mode=0o644)
    private_files.restrict(config.private_paths)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / KEY_FILE).stat().st_mode) == 0o600
    assert stat.S_IMODE(other.stat().st_mode) == 0o644


def test_a_folder_that_is_everybodys_on_purpose_stays_so(tmp_path: Path) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    folder.chmod(0o1777)
    (folder / KEY_FILE).touch(mode=0o644)
    private_files.restrict(Settings(data_dir=folder).private_paths)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o1777
    assert stat.S_IMODE((folder / KEY_FILE).stat().st_mode) == 0o600


def test_a_link_to_a_file_elsewhere_changes_nothing_there(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.touch(mode=0o644)
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "build.log").symlink_to(elsewhere)
    private_files.restrict(Settings(data_dir=folder).private_paths)
    assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o644


def test_the_servers_of_several_processes_leave_nothing_open(servers_folder: Path) -> None:
    """Started as `make run-scaled` starts them; as root PostgreSQL is another user."""
    folder = servers_folder / "closed"
    above = {path: stat.S_IMODE(path.stat().st_mode) for path in folder.parents}
    folder.mkdir(mode=0o700)
    os.umask(private_files.UMASK)
    postgres, valkey = Postgres(folder), Valkey(folder)
    try:
        postgres.start()
        valkey.start()
        postgres.ensure("assembly")
        found = _open_below(folder)
        # PostgreSQL's own group may pass through the folder, and see no name in it.
        passage = found.pop(str(folder), "0o40700")
        assert passage in ("0o40700", "0o40710")
        assert found == {}
        for path, mode in above.items():
            assert stat.S_IMODE(path.stat().st_mode) & ~stat.S_IXOTH == mode & ~stat.S_IXOTH
    finally:
        valkey.stop()
        postgres.stop()
