"""The command line: what it prints, how it fails, and that it explains itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from assembly_ui.cli.app import commands
from assembly_ui.cli.support import CommandFailed

Run = Callable[..., Result]
GIAS = (
    '"URN","LA (code)","LA (name)","EstablishmentNumber","EstablishmentName",'
    '"TypeOfEstablishment (name)","EstablishmentStatus (name)","PhaseOfEducation (name)",'
    '"Postcode","Town","SchoolWebsite","TelephoneNum"\n'
    '"100000","201","City of London","3614","St Mary’s School","Academy","Open","Primary",'
    '"EC3A 5DE","London","www.example.org","02072831147"\n'
)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("ASSEMBLY_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("ASSEMBLY_DATABASE_URL", raising=False)
    return lambda *words: CliRunner().invoke(commands, words)


def _every_command(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = [path]
    for name, command in group.commands.items():
        inner = (*path, name)
        found += _every_command(command, inner) if isinstance(command, click.Group) else [inner]
    return found


@pytest.mark.parametrize("path", _every_command(commands), ids=" ".join)
def test_every_command_has_help(run: Run, path: tuple[str, ...]) -> None:
    result = run(*path, "--help")
    assert result.exit_code == 0
    assert len(result.output.splitlines()) > 3


def test_a_mistyped_command_exits_with_2(run: Run) -> None:
    assert run("invite-cod").exit_code == 2
    assert run("invite-code", "add").exit_code == 2


def test_the_guides_code_is_listed_from_the_start(run: Run) -> None:
    listed = run("invite-code", "list")
    assert listed.exit_code == 0
    assert "letsassemble2020" in listed.output
    assert "Works." in listed.output


def test_a_code_is_added_listed_and_disabled(run: Run) -> None:
    words = ("--partner", "SchoolBooking", "--expires", "2099-12-31", "--max-uses", "5")
    added = run("invite-code", "add", "summer-term", *words)
    assert added.output == "Added summer-term. Works until 31 December 2099.\n"
    assert "0 of 5" in run("invite-code", "list").output
    assert run("invite-code", "disable", "summer-term").output.startswith("Disabled summer-term.")
    assert "Disabled." in run("invite-code", "list").output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("invite-code", "add", "letsassemble2020"), "exists already"),
        (("invite-code", "add", "a b"), "cannot be used"),
        (("invite-code", "add", ""), "cannot be used"),
        (("invite-code", "disable", "nobody-knows-it"), "There is no code nobody-knows-it"),
        (("register", "import", "/nowhere.csv"), "cannot be read: No such file or directory."),
        (("demo", "seed", "--school", "999999", "--state", "connected"), "no school with the URN"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    run: Run, words: tuple[str, ...], said: str
) -> None:
    run("invite-code", "list")
    with pytest.raises(CommandFailed, match=said):
        commands.main(list(words), standalone_mode=False)


def test_a_gias_extract_in_windows_1252_becomes_the_register(run: Run, tmp_path: Path) -> None:
    extract = tmp_path / "edubasealldata20261124.csv"
    extract.write_bytes(GIAS.encode("cp1252"))
    (tmp_path / "data").mkdir()
    imported = run("register", "import", str(extract), "--accept-changes")
    assert imported.output.startswith("Read 1 schools (1 open) and kept ")


def test_doctor_finds_a_fresh_folder_well(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSEMBLY_PORT", "39871")
    result = run("doctor")
    assert "✔ Settings" in result.output
    assert "✔ Register" in result.output
    assert "✘" not in result.output


def test_doctor_names_what_live_mode_lacks(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSEMBLY_MODE", "live")
    result = run("doctor")
    assert "ASSEMBLY_SMTP_HOST is not set" in result.output
    assert isinstance(result.exception, CommandFailed)
