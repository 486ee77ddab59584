"""`schools conflicts` and `move`: an operator sees what is not clear, and decides it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from assembly_ui.cli.app import commands
from assembly_ui.cli.support import CommandFailed

Run = Callable[..., Result]
TRUE, OTHER = "149715", "149917"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("ASSEMBLY_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("ASSEMBLY_SIMULATOR_PUPILS", "30")
    monkeypatch.delenv("ASSEMBLY_DATABASE_URL", raising=False)
    return lambda *words: CliRunner().invoke(commands, words)


def test_two_schools_of_one_number_are_listed_and_the_connection_is_moved(run: Run) -> None:
    assert "No conflicts" in run("schools", "conflicts").output
    seed = ("demo", "seed", "--school")
    assert run(*seed, OTHER, "--state", "awaiting-invitation").exit_code == 0
    authorised = ("--app", "Rooms", "--authorised", "--school", TRUE)
    assert run("demo", "seed", *authorised).exit_code == 0

    listed = run("schools", "conflicts").output
    assert "2086008  Several schools are set up under this number." in listed
    assert "London Park School Clapham, SW4 9AH" in listed
    kinds = {(found["estab"], found["kind"]) for found in _json(run)}
    assert kinds == {("2086008", "shared_here"), ("2086008", "shared_in_register")}

    move = ("schools", "move", TRUE, OTHER)
    assert "This would move the connection under 2086008 from London" in _failure(run(*move))
    moved = run(*move, "--yes")
    assert moved.exit_code == 0
    assert "Moved the connection under 2086008 from London Park School Clapham" in moved.output
    shared = next(found for found in _json(run) if found["kind"] == "shared_here")
    assert {(one["urn"], one["holds"]) for one in shared["schools"]} == {
        (TRUE, False),
        (OTHER, True),
    }
    assert "neither connected nor invited" in _failure(run(*move, "--yes"))


def test_a_school_that_is_not_set_up_is_named(run: Run) -> None:
    assert "No school 149715 is set up here" in _failure(run("schools", "move", TRUE, "#7"))


def test_seeding_a_second_school_of_the_number_says_why_it_cannot_be_invited(run: Run) -> None:
    seed = ("demo", "seed", "--school")
    assert run(*seed, TRUE, "--state", "awaiting-connection").exit_code == 0
    failure = _failure(run(*seed, OTHER, "--state", "awaiting-connection"))
    assert "London Park School Clapham has the same DfE number" in failure


def _json(run: Run) -> list[dict]:
    return json.loads(run("schools", "conflicts", "--json").output)


def _failure(result: Result) -> str:
    assert isinstance(result.exception, CommandFailed), result.output
    return str(result.exception)
