"""The circuit breaker: what opens it, what closes it, how often it probes."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from assembly_ui.connector.service import (
    ENOUGH_SCHOOLS,
    FIRST_PROBE,
    LONGEST_PROBE,
    ServiceFacts,
    after_answer,
    after_failure,
    after_probe,
    may_be_the_service,
    opened,
    probe_wait,
)
from assembly_ui.xporter import errors
from assembly_ui.xporter.errors import ServiceDown, XporterError

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DOWN = ServiceDown()


def _failed(*schools: int) -> ServiceFacts:
    facts = ServiceFacts()
    for minute, school_id in enumerate(schools):
        facts = after_failure(facts, school_id, DOWN, NOW + minute * MINUTE)
    return facts


def test_one_school_failing_again_and_again_opens_nothing() -> None:
    assert not _failed(*[1] * 50).is_down


def test_enough_schools_in_a_row_open_it_from_the_first_failure_on() -> None:
    assert not _failed(*range(ENOUGH_SCHOOLS - 1)).is_down
    facts = _failed(*range(ENOUGH_SCHOOLS))
    assert facts.is_down
    assert facts.since == NOW
    assert facts.opened_at == NOW + (ENOUGH_SCHOOLS - 1) * MINUTE


def test_an_answer_between_starts_the_row_anew() -> None:
    facts = after_answer(_failed(1, 2))
    assert facts.failed_schools == ()
    assert not after_failure(facts, 3, DOWN, NOW).is_down


def test_what_is_open_stays_so_since_when_it_was() -> None:
    facts = opened(ServiceFacts(), DOWN, NOW)
    assert opened(facts, DOWN, NOW + MINUTE) == facts


def test_a_probe_that_succeeds_closes_it_and_is_remembered_until_a_school_answers() -> None:
    facts = after_probe(opened(ServiceFacts(), DOWN, NOW), None, NOW + MINUTE)
    assert not facts.is_down
    assert (facts.closed_at, facts.probes) == (NOW + MINUTE, 1)
    assert after_answer(facts) == ServiceFacts(closed_at=NOW + MINUTE)


def test_a_probe_that_fails_keeps_it_open() -> None:
    facts = after_probe(opened(ServiceFacts(), DOWN, NOW), errors.TooSlow(), NOW + MINUTE)
    assert (facts.is_down, facts.probes, facts.failing_kind) == (True, 1, "too_slow")


def test_probes_come_further_and_further_apart_but_never_stop() -> None:
    jitter = random.Random(7)
    waits = [probe_wait(probes, jitter) for probes in range(60)]
    assert FIRST_PROBE * 0.75 <= waits[0] <= FIRST_PROBE * 1.25
    assert max(waits) <= LONGEST_PROBE * 1.25
    assert min(waits[6:]) >= LONGEST_PROBE * 0.75
    assert len(set(waits)) == len(waits)


@pytest.mark.parametrize(
    ("error", "may_be"),
    [
        (errors.ConnectionRefused(), True),
        (errors.AddressUnknown(), True),
        (errors.TooSlow(), True),
        (errors.ServiceDown(), True),
        (errors.RateLimited(NOW), True),
        (errors.NotJson(), True),
        (errors.EmptyAnswer(), True),
        (errors.OurCredentialsRefused(), True),
        (errors.NotAuthorised(), False),
        (errors.AuthorisationPaused(), False),
        (errors.ScopeNotGranted(), False),
        (errors.NoDataYet(), False),
        (errors.NotFound(), False),
        (errors.Refused(), True),
    ],
    ids=str,
)
def test_what_says_something_of_the_school_is_not_blamed_on_the_service(
    error: XporterError, may_be: bool
) -> None:
    assert may_be_the_service(error) is may_be
