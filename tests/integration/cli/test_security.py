"""`security`: what operators read, and what their own commands leave behind."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from assembly_ui.audit.events import Outcome, SecurityEvent
from assembly_ui.audit.security_log import report
from assembly_ui.cli.app import commands
from assembly_ui.cli.support import on_database
from assembly_ui.db.database import Database
from assembly_ui.settings import Settings

Run = Callable[..., Result]
EMAIL = "head@kings.sch.uk"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("ASSEMBLY_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("ASSEMBLY_DATABASE_URL", raising=False)
    return lambda *words: CliRunner().invoke(commands, words)


@pytest.fixture
def attacked(run: Run) -> None:
    """Three failed log-ins with one address and two refusals at two schools."""

    async def work(_: Settings, database: Database) -> None:
        for _ in range(3):
            report(SecurityEvent.LOG_IN, Outcome.FAILED, subject=EMAIL)
        for school in (1, 2):
            report(SecurityEvent.ACCESS, Outcome.REFUSED, user_id=7, school_id=school)

    on_database(work)


def _json(run: Run, *words: str) -> list[dict]:
    result = run("security", *words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


@pytest.mark.usefixtures("attacked")
def test_events_are_listed_with_counts_and_sentences(run: Run) -> None:
    listed = run("security", "events").output
    assert "3 x  failed     log_in" in listed
    assert "Log-in with email address and password." in listed
    assert "user 7 school 2" in listed


@pytest.mark.usefixtures("attacked")
@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (("--event", "access"), 2),
        (("--event", "access", "--school", "2"), 1),
        (("--outcome", "failed"), 1),
        (("--user", "7"), 2),
        (("--email", f" {EMAIL.upper()}"), 1),
        (("--email", "somebody@else.example"), 0),
        (("--limit", "1"), 1),
        (("--event", "log_out"), 0),
    ],
)
def test_events_can_be_narrowed_down(run: Run, wanted: tuple[str, ...], count: int) -> None:
    assert len(_json(run, "events", *wanted)) == count


@pytest.mark.usefixtures("attacked")
def test_a_summary_adds_up_each_event_and_outcome(run: Run) -> None:
    totals = {(t["event"], t["outcome"]): t["count"] for t in _json(run, "summary")}
    assert totals == {("log_in", "failed"): 3, ("access", "refused"): 2}
    assert "Log-in with email address and password." in run("security", "summary").output


def test_nothing_is_said_in_a_sentence(run: Run) -> None:
    assert "no such event" in run("security", "events").output
    assert "no event" in run("security", "summary").output


@pytest.mark.parametrize("since", ["yesterday", "5", "-3h", "1w", "9999999d"])
def test_a_period_that_is_none_is_refused_with_an_example(run: Run, since: str) -> None:
    result = run("security", "events", "--since", since)
    assert result.exit_code == 2
    assert "24h" in result.output


def test_what_an_operator_does_is_recorded_with_the_user_of_the_system(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "alice")
    run("app", "register", "--name", "Rooms", "--redirect-uri", "https://rooms.example/back")
    run("app", "rotate-secret", "rooms")
    run("app", "disable", "rooms")
    run("invite-code", "add", "autumn-term")
    rows = _json(run, "events")
    assert {row["event"] for row in rows} == {
        "app_registration",
        "app_secret_rotation",
        "app_disabled",
        "invite_code_changed",
    }
    assert {row["ip"] for row in rows} == {"command line (alice)"}
    assert len({row["client_id"] for row in rows if row["event"].startswith("app_")}) == 1
