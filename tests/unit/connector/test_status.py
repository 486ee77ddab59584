"""From facts to a badge: the table of product.md section 4, and every combination."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product

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


def test_a_new_invitation_after_a_withdrawal_waits_again() -> None:
    facts = Facts(**CONNECTED | {"withdrawn_at": HOUR_AGO, "invited_at": MOMENT_AGO})
    assert derive_status(facts, NOW) is not Status.ACCESS_WITHDRAWN


def _every_combination() -> list[Facts]:
    moments = [None, HOUR_AGO, MOMENT_AGO]
    return [
        Facts(invited, authorised, installed, paused, withdrawn, matches, data, connected, problem)
        for invited, authorised, installed, paused, withdrawn, data, connected, problem in product(
            [None, HOUR_AGO, MOMENT_AGO],
            [None, HOUR_AGO],
            [None, HOUR_AGO],
            [None, MOMENT_AGO],
            moments,
            [None, MOMENT_AGO],
            [None, HOUR_AGO],
            moments,
        )
        for matches in (None, True, False)
    ]


def test_every_combination_of_facts_has_a_status_that_its_facts_allow() -> None:
    combinations = _every_combination()
    assert len(combinations) == 3 * 2 * 2 * 2 * 3 * 2 * 2 * 3 * 3
    for facts in combinations:
        status = derive_status(facts, NOW)
        complete = (
            facts.authorised_at
            and facts.installed_at
            and facts.data_at
            and facts.school_matches is True
        )
        withdrawn = facts.withdrawn_at and not (
            facts.invited_at and facts.invited_at > facts.withdrawn_at
        )
        assert (status is Status.ACCESS_WITHDRAWN) == bool(withdrawn), facts
        if status is Status.CONNECTED:
            assert complete
            assert not facts.paused_at
        if status is Status.ACCESS_PAUSED:
            assert facts.paused_at
        if status is Status.CONNECTION_PROBLEM:
            assert facts.problem_at or facts.school_matches is False
        if status is Status.AWAITING_INVITATION:
            assert not facts.invited_at
            assert not facts.authorised_at


def test_marks_of_every_combination_are_marks() -> None:
    for facts in _every_combination():
        for mark in (authorised_mark(facts), installed_mark(facts), school_mark(facts)):
            assert isinstance(mark, Mark)
        assert isinstance(data_mark(facts, NOW), Mark)
        since = status_since(facts, derive_status(facts, NOW))
        assert since is None or since <= NOW


def test_not_installed_is_a_cross_before_authorisation_and_waits_after_it() -> None:
    assert installed_mark(Facts(invited_at=HOUR_AGO)) is Mark.FAIL
    assert installed_mark(Facts(authorised_at=HOUR_AGO)) is Mark.WAIT
    assert installed_mark(Facts(authorised_at=HOUR_AGO, installed_at=NOW)) is Mark.PASS
