"""What is worth an email to a school's admins, and when. Pure: facts in, a moment out.

Each trouble is told once, after some patience, and its end once, if it was told.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from assembly_ui.connector.status import Facts, derive_status, is_complete


class Trouble(StrEnum):
    """What the admins of a school are told of."""

    PROBLEM = "problem"
    WITHDRAWN = "withdrawn"
    PAUSED = "paused"
    WRONG_SCHOOL = "wrong_school"


PATIENCE = {
    Trouble.PROBLEM: timedelta(minutes=15),
    # A "no" may be a passing mistake of the service.
    Trouble.WITHDRAWN: timedelta(minutes=15),
    # Whoever pauses mostly knows; whoever forgot to resume should hear of it.
    Trouble.PAUSED: timedelta(days=1),
    Trouble.WRONG_SCHOOL: timedelta(0),
}


def trouble_of(facts: Facts) -> tuple[Trouble, datetime] | None:
    """What the trouble is and since when; None when there is none."""
    if facts.withdrawn_at:
        is_asked_again = facts.invited_at is not None and facts.invited_at > facts.withdrawn_at
        return None if is_asked_again else (Trouble.WITHDRAWN, facts.withdrawn_at)
    if facts.authorised_at and facts.paused_at:
        return Trouble.PAUSED, facts.paused_at
    if facts.authorised_at and facts.mismatched_at and facts.school_matches is False:
        return Trouble.WRONG_SCHOOL, facts.mismatched_at
    if facts.problem_at and is_complete(facts):
        return Trouble.PROBLEM, facts.problem_at
    return None


def next_notice(facts: Facts, told: str, now: datetime) -> datetime | None:
    """When the next email is due, `told` being the trouble last told and not yet over."""
    if found := trouble_of(facts):
        trouble, since = found
        return None if told == trouble else since + PATIENCE[trouble]
    return now if told and derive_status(facts, now).works else None
