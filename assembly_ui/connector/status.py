"""From facts to a status. Pure: no database, no clock, no settings.

The badges and their order are those of the user guide. Everything that depends on a
status asks for its phase (`PHASES`) instead of comparing it, so adding a status touches
this module and its words alone; a test walks every status through all that asks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

PROBLEM_GRACE = timedelta(seconds=20)
"""How long calls must fail before a working connection is called a problem.
A single lost packet is not worth a red badge."""


class Status(StrEnum):
    """What the badge says."""

    AWAITING_INVITATION = "awaiting_invitation"
    AWAITING_CONNECTION = "awaiting_connection"
    CONNECTED = "connected"
    ACCESS_PAUSED = "access_paused"
    ACCESS_WITHDRAWN = "access_withdrawn"
    CONNECTION_PROBLEM = "connection_problem"

    @property
    def phase(self) -> Phase:
        """Where the connection stands, whatever the badge says in particular."""
        return PHASES[self]

    @property
    def works(self) -> bool:
        """Whether data can be read: apps can be authorised, and every trouble is over."""
        return self.phase is Phase.WORKING


class Phase(StrEnum):
    """What a status means for everything that depends on the connection."""

    NOT_BEGUN = "not_begun"
    BEING_SET_UP = "being_set_up"
    WORKING = "working"
    PAUSED = "paused"
    WITHDRAWN = "withdrawn"
    FAILING = "failing"


PHASES = {
    Status.AWAITING_INVITATION: Phase.NOT_BEGUN,
    Status.AWAITING_CONNECTION: Phase.BEING_SET_UP,
    Status.CONNECTED: Phase.WORKING,
    Status.ACCESS_PAUSED: Phase.PAUSED,
    Status.ACCESS_WITHDRAWN: Phase.WITHDRAWN,
    Status.CONNECTION_PROBLEM: Phase.FAILING,
}
"""The one place that says which statuses work."""


class Mark(StrEnum):
    """The sign in front of a row."""

    PASS = "pass"
    FAIL = "fail"
    WAIT = "wait"


@dataclass(frozen=True)
class Facts:
    """What is known of a connection; each time is when it was learnt."""

    invited_at: datetime | None = None
    authorised_at: datetime | None = None
    installed_at: datetime | None = None
    paused_at: datetime | None = None
    withdrawn_at: datetime | None = None
    school_matches: bool | None = None
    mismatched_at: datetime | None = None
    data_at: datetime | None = None
    first_connected_at: datetime | None = None
    connected_at: datetime | None = None
    problem_at: datetime | None = None
    collected_at: datetime | None = None
    secret_unreadable_at: datetime | None = None
    scopes: str = ""
    scopes_asked: str = ""


def derive_status(facts: Facts, now: datetime) -> Status:
    """The one status that these facts mean at `now`. Total: any facts have one."""
    if facts.withdrawn_at:
        # What was known before the withdrawal connects nobody until access is granted again.
        again = _later(facts.invited_at, facts.withdrawn_at)
        return Status.AWAITING_CONNECTION if again else Status.ACCESS_WITHDRAWN
    if facts.authorised_at and facts.paused_at:
        return Status.ACCESS_PAUSED
    if is_complete(facts):
        return Status.CONNECTION_PROBLEM if _is_failing(facts, now) else Status.CONNECTED
    if facts.authorised_at and facts.first_connected_at and facts.school_matches is False:
        return Status.CONNECTION_PROBLEM
    if facts.invited_at or facts.authorised_at:
        return Status.AWAITING_CONNECTION
    return Status.AWAITING_INVITATION


def authorised_mark(facts: Facts) -> Mark:
    """Whether the school authorised us, and has not taken it back."""
    return Mark.PASS if facts.authorised_at and not facts.withdrawn_at else Mark.FAIL


def installed_mark(facts: Facts) -> Mark:
    """Whether Xporter on Demand reads the school's MIS."""
    if not facts.authorised_at:
        return Mark.FAIL
    return Mark.PASS if facts.installed_at else Mark.WAIT


def school_mark(facts: Facts) -> Mark:
    """Whether the MIS belongs to the school that was chosen."""
    if facts.school_matches is None:
        return Mark.WAIT
    return Mark.PASS if facts.school_matches else Mark.FAIL


def data_mark(facts: Facts, now: datetime) -> Mark:
    """How the last call for data went."""
    if facts.problem_at and _is_failing(facts, now):
        return Mark.FAIL
    return Mark.PASS if facts.data_at else Mark.WAIT


def is_complete(facts: Facts) -> bool:
    """Whether all that Connected takes is known, be it failing now or not."""
    known = facts.authorised_at and facts.installed_at and facts.data_at
    return bool(known) and facts.school_matches is True


def _is_failing(facts: Facts, now: datetime) -> bool:
    return facts.problem_at is not None and now - facts.problem_at >= PROBLEM_GRACE


def _later(moment: datetime | None, than: datetime) -> bool:
    return moment is not None and moment > than


def status_since(facts: Facts, status: Status) -> datetime | None:
    """When the facts behind a status were learnt; None when nothing happened yet."""
    another_school = facts.school_matches is False
    behind = {
        Phase.NOT_BEGUN: [],
        Phase.BEING_SET_UP: [facts.invited_at, facts.authorised_at, facts.installed_at],
        Phase.WORKING: [facts.connected_at],
        Phase.PAUSED: [facts.paused_at],
        Phase.WITHDRAWN: [facts.withdrawn_at],
        Phase.FAILING: [facts.mismatched_at if another_school else facts.problem_at],
    }[status.phase]
    return max((moment for moment in behind if moment), default=None)
