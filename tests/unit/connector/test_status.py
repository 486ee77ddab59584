"""From facts to a badge: the table of product.md section 4, and every combination."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from assembly_ui.connector.status import (
    PROBLEM_GRACE,
    Facts,
    Mark,
    Status,
    authorised_mark,
    data_mark,
    derive_status,
    installed_mark,
    school_mark,
    status_since,
)

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HOUR_AGO = NOW - timedelta(hours=1)
TWO_HOURS_AGO = NOW - timedelta(hours=2)
MOMENT_AGO = NOW - timedelta(seconds=1)

CONNECTED = {
    "invited_at": TWO_HOURS_AGO,
    "authorised_at": HOUR_AGO,
    "installed_at": HOUR_AGO,
    "school_matches": True,
    "data_at": MOMENT_AGO,
    "first_connected_at": HOUR_AGO,
}

TABLE = [
    ("nothing happened", {}, Status.AWAITING_INVITATION),
    ("invited", {"invited_at": HOUR_AGO}, Status.AWAITING_CONNECTION),
    (
        "authorised without our invitation",
        {"authorised_at": HOUR_AGO},
        Status.AWAITING_CONNECTION,
    ),
    (
        "authorised, waiting for installation",
        {"invited_at": TWO_HOURS_AGO, "authorised_at": HOUR_AGO},
        Status.AWAITING_CONNECTION,
    ),
    (
        "installed, the school not compared yet",
        {"invited_at": TWO_HOURS_AGO, "authorised_at": HOUR_AGO, "installed_at": HOUR_AGO},
        Status.AWAITING_CONNECTION,
    ),
    (
        "the wrong school blocks Connected",
        CONNECTED | {"school_matches": False, "first_connected_at": None},
        Status.AWAITING_CONNECTION,
    ),
    (
        "the wrong school after having been connected",
        CONNECTED | {"school_matches": False},
        Status.CONNECTION_PROBLEM,
    ),
    ("everything in place", CONNECTED, Status.CONNECTED),
    (
        "one lost call is not a problem yet",
        CONNECTED | {"problem_at": MOMENT_AGO},
        Status.CONNECTED,
    ),
    (
        "calls keep failing",
        CONNECTED | {"problem_at": NOW - PROBLEM_GRACE},
        Status.CONNECTION_PROBLEM,
    ),
    (
        "failing before it ever worked is still waiting",
        {"invited_at": TWO_HOURS_AGO, "authorised_at": HOUR_AGO, "problem_at": HOUR_AGO},
        Status.AWAITING_CONNECTION,
    ),
    ("paused", CONNECTED | {"paused_at": MOMENT_AGO}, Status.ACCESS_PAUSED),
    ("withdrawn", CONNECTED | {"withdrawn_at": MOMENT_AGO}, Status.ACCESS_WITHDRAWN),
    (
        "withdrawn beats paused",
        CONNECTED | {"withdrawn_at": MOMENT_AGO, "paused_at": HOUR_AGO},
        Status.ACCESS_WITHDRAWN,
    ),
    (
        "withdrawn beats failing",
        CONNECTED | {"withdrawn_at": MOMENT_AGO, "problem_at": HOUR_AGO},
        Status.ACCESS_WITHDRAWN,
    ),
]


@pytest.mark.parametrize(("facts", "status"), [row[1:] for row in TABLE], ids=[r[0] for r in TABLE])
def test_facts_mean_one_status(facts: dict, status: Status) -> None:
    assert derive_status(Facts(**facts), NOW) is status


@pytest.mark.parametrize(
    ("invited_at", "status"),
    [
        (None, Status.ACCESS_WITHDRAWN),
        (TWO_HOURS_AGO, Status.ACCESS_WITHDRAWN),
        (HOUR_AGO, Status.ACCESS_WITHDRAWN),
        (MOMENT_AGO, Status.AWAITING_CONNECTION),
    ],
)
def test_only_a_new_invitation_makes_a_withdrawn_connection_wait_again(
    invited_at: datetime | None, status: Status
) -> None:
    facts = Facts(**CONNECTED | {"withdrawn_at": HOUR_AGO, "invited_at": invited_at})
    assert derive_status(facts, NOW) is status


CHOICES: dict[str, list[Any]] = {
    "invited_at": [None, TWO_HOURS_AGO, HOUR_AGO, MOMENT_AGO],
    "authorised_at": [None, HOUR_AGO],
    "installed_at": [None, HOUR_AGO],
    "paused_at": [None, MOMENT_AGO],
    "withdrawn_at": [None, HOUR_AGO, MOMENT_AGO],
    "school_matches": [None, True, False],
    "data_at": [None, MOMENT_AGO],
    "first_connected_at": [None, HOUR_AGO],
    "problem_at": [None, MOMENT_AGO, NOW - PROBLEM_GRACE, HOUR_AGO],
}
EVERY = [Facts(**dict(zip(CHOICES, chosen, strict=True))) for chosen in product(*CHOICES.values())]


def _expected(facts: Facts) -> Status:
    """Product.md section 4 once more, the most telling fact first."""
    invited_since = (
        facts.invited_at and facts.withdrawn_at and facts.invited_at > facts.withdrawn_at
    )
    seen = {
        "withdrawn": bool(facts.withdrawn_at and not invited_since),
        "waiting again": bool(invited_since),
        "paused": bool(facts.authorised_at and facts.paused_at),
        "complete": bool(facts.authorised_at and facts.installed_at and facts.data_at)
        and facts.school_matches is True,
        "failing": bool(facts.problem_at and facts.problem_at <= NOW - PROBLEM_GRACE),
        "turned into another school": bool(facts.authorised_at and facts.first_connected_at)
        and facts.school_matches is False,
        "begun": bool(facts.invited_at or facts.authorised_at),
    }
    if seen["complete"] and seen["failing"]:
        seen["complete"], seen["broken"] = False, True
    verdicts = {
        "withdrawn": Status.ACCESS_WITHDRAWN,
        "waiting again": Status.AWAITING_CONNECTION,
        "paused": Status.ACCESS_PAUSED,
        "broken": Status.CONNECTION_PROBLEM,
        "complete": Status.CONNECTED,
        "turned into another school": Status.CONNECTION_PROBLEM,
        "begun": Status.AWAITING_CONNECTION,
    }
    telling = (status for name, status in verdicts.items() if seen.get(name))
    return next(telling, Status.AWAITING_INVITATION)


def test_every_combination_of_facts_has_the_status_its_facts_mean() -> None:
    assert len(EVERY) == 4 * 2 * 2 * 2 * 3 * 3 * 2 * 2 * 4
    wrong = [facts for facts in EVERY if derive_status(facts, NOW) is not _expected(facts)]
    assert wrong == []
    assert {_expected(facts) for facts in EVERY} == set(Status)


def test_every_fact_is_in_the_table_of_combinations_or_dates_one_that_is() -> None:
    dates = {"mismatched_at", "connected_at"}
    only_warned_of = {"collected_at", "secret_unreadable_at", "scopes", "scopes_asked"}
    assert {field.name for field in fields(Facts)} == set(CHOICES) | dates | only_warned_of


def test_nothing_is_called_connected_that_any_row_contradicts() -> None:
    for facts in EVERY:
        if derive_status(facts, NOW) is Status.CONNECTED:
            marks = [authorised_mark(facts), installed_mark(facts), school_mark(facts)]
            assert [*marks, data_mark(facts, NOW)] == [Mark.PASS] * 4, facts


def test_every_combination_has_its_marks() -> None:
    for facts in EVERY:
        authorised = bool(facts.authorised_at and not facts.withdrawn_at)
        assert authorised_mark(facts) is (Mark.PASS if authorised else Mark.FAIL)
        installed = Mark.PASS if facts.installed_at else Mark.WAIT
        assert installed_mark(facts) is (installed if facts.authorised_at else Mark.FAIL)
        verdicts = {None: Mark.WAIT, True: Mark.PASS, False: Mark.FAIL}
        assert school_mark(facts) is verdicts[facts.school_matches]
        failing = facts.problem_at and facts.problem_at <= NOW - PROBLEM_GRACE
        answered = Mark.PASS if facts.data_at else Mark.WAIT
        assert data_mark(facts, NOW) is (Mark.FAIL if failing else answered)


def test_not_installed_is_a_cross_before_authorisation_and_waits_after_it() -> None:
    assert installed_mark(Facts(invited_at=HOUR_AGO)) is Mark.FAIL
    assert installed_mark(Facts(authorised_at=HOUR_AGO)) is Mark.WAIT
    assert installed_mark(Facts(authorised_at=HOUR_AGO, installed_at=NOW)) is Mark.PASS


@pytest.mark.parametrize(
    ("facts", "since"),
    [
        ({}, None),
        ({"invited_at": HOUR_AGO}, HOUR_AGO),
        ({"invited_at": TWO_HOURS_AGO, "authorised_at": HOUR_AGO}, HOUR_AGO),
        (CONNECTED | {"connected_at": MOMENT_AGO}, MOMENT_AGO),
        (CONNECTED | {"paused_at": MOMENT_AGO}, MOMENT_AGO),
        (CONNECTED | {"withdrawn_at": MOMENT_AGO}, MOMENT_AGO),
        (CONNECTED | {"withdrawn_at": HOUR_AGO, "invited_at": MOMENT_AGO}, MOMENT_AGO),
        (CONNECTED | {"problem_at": HOUR_AGO}, HOUR_AGO),
        (CONNECTED | {"school_matches": False, "mismatched_at": MOMENT_AGO}, MOMENT_AGO),
        (
            CONNECTED
            | {"school_matches": False, "mismatched_at": HOUR_AGO, "problem_at": MOMENT_AGO},
            HOUR_AGO,
        ),
    ],
)
def test_a_status_tells_since_when(facts: dict, since: datetime | None) -> None:
    assert status_since(Facts(**facts), derive_status(Facts(**facts), NOW)) == since


def test_every_combination_can_say_since_when_or_that_nothing_was_learnt() -> None:
    for facts in EVERY:
        since = status_since(facts, derive_status(facts, NOW))
        assert since is None or since <= NOW
