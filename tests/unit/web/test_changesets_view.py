"""Every sync in words: why, how long, what came of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from assembly_ui.sync import errors
from assembly_ui.sync.changesets import ChangesetView, CountView
from assembly_ui.sync.models import Outcome, Reason
from assembly_ui.sync.progress import making, reading
from assembly_ui.sync.status import Progress, SyncStatus
from assembly_ui.web.changesets_view import (
    OUTCOMES,
    blocked_words,
    count_line,
    held_words,
    sync_line,
    took_words,
)
from assembly_ui.web.connector_problems import PROBLEMS
from assembly_ui.web.kind_words import KINDS
from assembly_ui.web.sync_view import QUERIES, QUIET, doing_words, sync_view

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def _sync(**told: Any) -> ChangesetView:
    plain: dict[str, Any] = {
        "id": 5,
        "reason": Reason.SCHEDULE,
        "by_name": "",
        "by_app_id": None,
        "started_at": NOW,
        "finished_at": NOW + timedelta(seconds=12),
        "outcome": Outcome.SUCCESS,
        "problem_kind": "",
        "problem_detail": "",
        "steps": 3,
        "steps_done": 3,
        "doing": "",
    }
    return ChangesetView(**plain | told)


def _count(**told: Any) -> CountView:
    plain: dict[str, Any] = {"kind": "student", "added": 0, "changed": 0, "removed": 0}
    return CountView(**plain | {"total": 1500, "is_held": False, "is_waiting": False} | told)


def test_a_new_school_year_is_said_of_the_sync_that_took_it_over() -> None:
    assert "new school year" in sync_line(_sync(is_rollover=True), {})["sentence"]
    held = sync_line(_sync(is_rollover=True, outcome=Outcome.HELD), {})["sentence"]
    assert "new school year" not in held


@pytest.mark.parametrize("reason", list(Reason))
@pytest.mark.parametrize("name", ["", "Ann Smith"])
def test_every_reason_has_words(reason: Reason, name: str) -> None:
    why = sync_line(_sync(reason=reason, by_name=name), {})["why"]
    assert why[0].isupper()
    assert "_" not in why


def test_an_app_is_named_and_a_person_too() -> None:
    by_app = sync_line(_sync(reason=Reason.APP, by_app_id=3), {3: "SchoolBooking"})
    assert by_app["why"] == "SchoolBooking asked for it"
    by_ann = sync_line(_sync(reason=Reason.PERSON, by_name="Ann Smith"), {})
    assert by_ann["why"] == "Ann Smith asked for it"


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_has_a_badge_and_a_sentence(outcome: Outcome) -> None:
    line = sync_line(_sync(outcome=outcome), {})
    assert (line["outcome"], line["tone"]) == OUTCOMES[outcome]
    assert line["sentence"].endswith(".")


def test_a_failure_says_why_and_what_to_do() -> None:
    line = sync_line(_sync(outcome=Outcome.FAILURE, problem_kind="too_slow"), {})
    assert line["sentence"].startswith(PROBLEMS["too_slow"].cause)
    assert PROBLEMS["too_slow"].remedy in line["sentence"]


@pytest.mark.parametrize("why", ["nothing_wanted", "not_connected"])
def test_a_sync_that_had_to_stop_did_not_fail(why: str) -> None:
    line = sync_line(_sync(outcome=Outcome.FAILURE, problem_kind=why), {})
    assert (line["outcome"], line["tone"]) == ("Stopped", "info")
    assert line["sentence"].startswith("It was stopped, since ")


def test_counts_are_told_kind_by_kind_and_together() -> None:
    counts = (
        _count(kind="student", added=2, changed=1),
        _count(kind="room"),
        _count(kind="staff_member", removed=1200, is_held=True, is_waiting=True),
    )
    view = _sync(counts=counts, outcome=Outcome.HELD)
    line = sync_line(view, {})
    assert line["summary"] == "2 added, 1 changed"
    assert [(one["name"], one["change"], one["held"]) for one in line["counts"]] == [
        ("Staff members", "1,200 removed", True),
        ("Students", "2 added, 1 changed", False),
    ]
    assert line["waiting"]
    assert held_words(view) == ["Staff members: 1,200 removed, of 1,500 there are."]


def test_only_what_apps_may_see_and_was_done_is_listed_record_by_record() -> None:
    assert count_line(_count(added=1))["listed"]
    assert not count_line(_count(added=1), is_seen=False)["listed"]
    assert not count_line(_count(added=1, is_held=True))["listed"]
    assert not count_line(_count())["listed"]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.4, "under a second"), (1, "1 second"), (12, "12 seconds"), (180, "3 minutes")],
)
def test_how_long_it_took(seconds: float, words: str) -> None:
    assert took_words(NOW, NOW + timedelta(seconds=seconds)) == words
    assert took_words(NOW, None) == ""


def test_every_refusal_has_words() -> None:
    refusals = [error() for error in errors.SyncError.__subclasses__()]
    words = {blocked_words(error) for error in refusals}
    assert len(words) == len(refusals)
    assert blocked_words(None) == ""


def test_what_a_sync_is_busy_with_is_said_in_words() -> None:
    assert doing_words(reading("Groups TeachingGrp")) == "reading groups and subjects"
    assert doing_words(making("mis_subject")) == "putting together MIS subjects"
    assert doing_words(making("staff_member")) == "putting together staff members"
    assert doing_words("") == "beginning"


def test_every_query_and_kind_there_is_has_words() -> None:
    from assembly_ui.scopes.feeds import FEEDS
    from assembly_ui.sync.mapping import KINDS as MADE

    assert {feed.endpoint for feed in FEEDS} <= set(QUERIES)
    assert {kind.name for kind in MADE} <= set(KINDS)


def test_the_bar_shows_how_far_it_is() -> None:
    running = Progress(5, 20, 7, reading("Students"), NOW)
    seen = sync_view(SyncStatus(running=running, due_at=NOW), now=NOW)
    assert (seen["running"], seen["waiting"], seen["done"], seen["steps"]) == (True, False, 7, 20)
    assert seen["doing"] == "reading students"
    due = sync_view(SyncStatus(due_at=NOW, last_status="failure", purge_at=NOW), now=NOW)
    assert (due["waiting"], due["purge"]) == (True, "23 November 2026")
    assert "could not be read" in due["last"]
    assert "wait for a person" in sync_view(SyncStatus(held=True), now=NOW)["last"]
    assert sync_view(SyncStatus(), now=NOW) == QUIET
