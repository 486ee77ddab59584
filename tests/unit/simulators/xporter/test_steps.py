"""From facts to where a school stands, in a table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from simulators.xporter.models import Install, People, Sharing
from simulators.xporter.onboarding_steps import (
    ANSWERS,
    Stage,
    Step,
    is_authorised,
    is_paused,
    news_at,
    next_step,
    open_steps,
    stage,
)

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SOON = NOW + timedelta(seconds=8)
HOUR = timedelta(hours=1)

ASKED = {"asked_at": NOW}
SURE = ASKED | {"authority_at": NOW}
MIS = SURE | {"draft_mis": "isams"}
SCOPES = MIS | {"draft_scopes": "School"}
PEOPLE = SCOPES | {"draft_people": People.EVERYONE}
AUTHORISED = {"secret": "s", "authorised_at": NOW}
WAITING = AUTHORISED | {"install": Install.QUEUE, "queue_until": SOON, "install_until": SOON}

TABLE = [
    (ASKED, Step.AUTHORITY),
    (SURE, Step.MIS),
    (MIS, Step.SHARING),
    (SCOPES, Step.PEOPLE),
    (PEOPLE, Step.SUMMARY),
    (AUTHORISED, Step.INSTALL),
    (WAITING, Step.DONE),
    (AUTHORISED | {"installed_at": NOW}, Step.DONE),
    (AUTHORISED | ASKED, Step.AUTHORITY),
    (AUTHORISED | {"declined_at": NOW}, Step.INSTALL),
    ({"declined_at": NOW}, Step.DECLINED),
    ({"withdrawn_at": NOW, "authorised_at": NOW}, Step.WITHDRAWN),
    ({"withdrawn_at": NOW} | PEOPLE, Step.SUMMARY),
]


def a_sharing(**facts: object) -> Sharing:
    return Sharing(
        relying_party="assembly.education",
        estab="3302005",
        school_name="King's School",
        partner_name="Assembly Platform",
        partner_email="help@assembly.education",
        scopes_asked="School,Staff",
        **facts,
    )


@pytest.mark.parametrize(("facts", "step"), TABLE)
def test_the_next_step(facts: dict[str, object], step: Step) -> None:
    assert next_step(a_sharing(**facts)) is step


@pytest.mark.parametrize(("facts", "step"), TABLE)
def test_the_next_step_is_open_and_nothing_beyond_it(facts: dict[str, object], step: Step) -> None:
    opened = open_steps(a_sharing(**facts))
    assert opened[-1] is step
    assert opened == (ANSWERS[: ANSWERS.index(step) + 1] if step in ANSWERS else (step,))


@pytest.mark.parametrize(
    ("facts", "now", "expected"),
    [
        ({}, NOW, Stage.NOT_CHOSEN),
        (WAITING, NOW, Stage.QUEUED),
        (WAITING, SOON, Stage.INSTALLING),
        ({"install_until": SOON}, NOW, Stage.INSTALLING),
        ({"install_until": NOW}, SOON, Stage.INSTALLING),
        (WAITING | {"installed_at": NOW}, NOW, Stage.INSTALLED),
    ],
)
def test_the_stage_of_an_installation(
    facts: dict[str, object], now: datetime, expected: Stage
) -> None:
    assert stage(a_sharing(**facts), now) is expected


@pytest.mark.parametrize(
    ("facts", "now", "expected"),
    [
        ({}, NOW, None),
        (WAITING | {"install_until": SOON + HOUR}, NOW, SOON),
        (WAITING | {"install_until": SOON + HOUR}, SOON, SOON + HOUR),
        (WAITING | {"installed_at": NOW}, NOW, None),
    ],
)
def test_when_there_will_be_news(
    facts: dict[str, object], now: datetime, expected: datetime | None
) -> None:
    assert news_at(a_sharing(**facts), now) == expected


@pytest.mark.parametrize(
    ("people", "selected_at", "paused_at"),
    list(product([None, *People], [None, NOW], [None, NOW])),
)
def test_sharing_is_paused_by_wish_or_by_an_unfinished_selection(
    people: People | None, selected_at: datetime | None, paused_at: datetime | None
) -> None:
    sharing = a_sharing(people=people, selected_at=selected_at, paused_at=paused_at)
    unfinished = people is People.SELECTION and selected_at is None
    assert is_paused(sharing) is (paused_at is not None or unfinished)


@pytest.mark.parametrize(("secret", "withdrawn_at"), list(product(["", "s"], [None, NOW])))
def test_a_school_shares_while_it_has_a_secret_and_has_not_withdrawn(
    secret: str, withdrawn_at: datetime | None
) -> None:
    sharing = a_sharing(secret=secret, withdrawn_at=withdrawn_at)
    assert is_authorised(sharing) is (secret == "s" and withdrawn_at is None)
