"""Every status, and one that may be added, through all that depends on the connection."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assembly_ui.connector import facts as connector_facts
from assembly_ui.connector import status as connector_status
from assembly_ui.connector import trouble, warnings
from assembly_ui.connector.facts import note_connected
from assembly_ui.connector.models import Connection
from assembly_ui.connector.overview import Overview
from assembly_ui.connector.schedule import Pace, next_check
from assembly_ui.connector.status import PHASES, Facts, Phase, Status
from assembly_ui.connector.warnings import Warn, early_warnings
from assembly_ui.schools.caller import Caller
from assembly_ui.schools.models import Role, School
from assembly_ui.web import connector_words
from assembly_ui.web.apps_words import not_connected_words
from assembly_ui.web.connector_view import view_of
from assembly_ui.web.connector_words import STATUS_WORDS, Words
from assembly_ui.web.request_steps import Missing, missing

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
PACE = Pace(onboarding=timedelta(seconds=5), settled=3 * HOUR)
ADMIN = Caller(1, 1, "Ada", "ada@kings.sch.uk", 1, "King's School", Role.ADMIN)
PACKAGE = Path(connector_status.__file__).parents[1]
OWN = {"connector/status.py", "web/connector_words.py"}


@pytest.fixture
def added(monkeypatch: pytest.MonkeyPatch) -> Status:
    """A status added as the module says: to `PHASES`, and to the words."""
    status = str.__new__(Status, "connected_in_part")
    status._name_, status._value_ = "CONNECTED_IN_PART", "connected_in_part"
    monkeypatch.setitem(PHASES, status, Phase.WORKING)
    words = Words("Connected in Part", "success", "Part of it is there.", "Nothing.", "Nobody")
    monkeypatch.setitem(connector_words.STATUS_WORDS, status, words)
    return status


def _works_everywhere(status: Status, monkeypatch: pytest.MonkeyPatch) -> None:
    """What `works` promises, asked of each that depends on it."""
    works = status.works
    for module in (connector_facts, trouble, warnings):
        monkeypatch.setattr(module, "derive_status", lambda _facts, _now: status)
    connection = Connection(school_id=1, secret_encrypted="x", data_at=NOW)
    assert (missing(ADMIN, status) is Missing.NOTHING) is works
    due_at = next_check(connection, status, NOW, PACE)
    assert due_at
    assert (due_at - NOW > HOUR) is works, "checked as a settled connection is"
    assert (trouble.next_notice(Facts(), "problem", NOW) == NOW) is works, "the alert's end is told"
    old = Facts(collected_at=NOW - timedelta(days=9))
    assert (Warn.STALE_DATA in [one.kind for one in early_warnings(old, NOW)]) is works
    view = view_of(_overview(status, connection), [], None, apps=["Rooms"])
    assert (view["works"], view["sharing"]) == (works, works)
    note_connected(_Kept(), connection, Status.ACCESS_PAUSED, NOW)  # type: ignore[arg-type]
    assert (connection.connected_at == NOW) is works


class _Kept:
    """A session that only takes what is added."""

    info: dict[str, object]

    def __init__(self) -> None:
        self.info = {}

    def add(self, _row: object) -> None:
        """Nothing is kept."""


def _overview(status: Status, connection: Connection) -> Overview:
    school = School(name="King's School", mis="isams-xod", created_at=NOW)
    return Overview(school, "James", status, Facts(), connection, NOW)


@pytest.mark.parametrize("status", Status)
def test_a_status_means_the_same_to_all_that_ask(
    status: Status, monkeypatch: pytest.MonkeyPatch
) -> None:
    _works_everywhere(status, monkeypatch)


def test_a_status_that_is_added_works_wherever_connected_does(
    added: Status, monkeypatch: pytest.MonkeyPatch
) -> None:
    _works_everywhere(added, monkeypatch)


def test_every_status_has_its_phase_and_its_words() -> None:
    assert set(PHASES) == set(STATUS_WORDS) == set(Status)
    for status in Status:
        assert STATUS_WORDS[status].badge in not_connected_words(status)


def test_nothing_else_compares_statuses() -> None:
    """It asks for the phase: a status that is added means something to it, too."""
    found = [
        f"{path.relative_to(PACKAGE)}:{node.lineno}"
        for path in sorted(PACKAGE.rglob("*.py"))
        if str(path.relative_to(PACKAGE)) not in OWN and _knows_statuses(path)
        for node in _comparisons(ast.parse(path.read_text()))
    ]
    assert found == []


def _knows_statuses(path: Path) -> bool:
    return "assembly_ui.connector.status import" in path.read_text()


def _comparisons(tree: ast.AST) -> Iterator[ast.Compare | ast.MatchValue]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare | ast.MatchValue) and any(
            isinstance(part, ast.Attribute)
            and isinstance(part.value, ast.Name)
            and part.value.id == "Status"
            for part in ast.walk(node)
        ):
            yield node
