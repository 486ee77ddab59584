"""From syncs to what Changesets shows: when, why, how long, what came of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TypedDict

from assembly_ui.sync import errors
from assembly_ui.sync.beginning import NOT_CONNECTED, NOTHING_WANTED
from assembly_ui.sync.changesets import ChangesetView, CountView
from assembly_ui.sync.models import Change, Outcome, Reason
from assembly_ui.web.connector_problems import PROBLEMS
from assembly_ui.web.data_words import NOT_ALLOWED
from assembly_ui.web.kind_words import kind_name, order_of_kind

OUTCOMES: dict[Outcome, tuple[str, str]] = {
    Outcome.RUNNING: ("Running", "info"),
    Outcome.SUCCESS: ("Changed", "success"),
    Outcome.NO_CHANGES: ("Nothing new", "info"),
    Outcome.HELD: ("Held", "warning"),
    Outcome.FAILURE: ("Failed", "danger"),
}
"""Badge and tone."""

OUTCOME_CHOICES = [(outcome.value, words) for outcome, (words, _) in OUTCOMES.items()]

_SENTENCES = {
    Outcome.RUNNING: "It is running.",
    Outcome.SUCCESS: "Your data was read, and what had changed was kept.",
    Outcome.NO_CHANGES: "Your data was read. Nothing had changed.",
    Outcome.HELD: (
        "It would have changed so much that a person should look at it first. People, classes "
        "and lessons belong together and stay as they were."
    ),
    Outcome.FAILURE: "It did not get to its end. What was kept before stays as it was.",
}
_NEW_YEAR = (
    "A new school year began in your MIS: your students moved up a year. Everything was kept, "
    "large as the changes are."
)
_STOPPED = {
    NOTHING_WANTED: (
        "It was stopped, since no app may read your data any more. What was kept until then is "
        "passed on to nobody."
    ),
    NOT_CONNECTED: (
        "It was stopped, since the connection to your MIS ended. What was kept stays as it was. "
        "It goes on by itself once your school is connected again."
    ),
}
"""Why a sync ended before its end though nothing failed."""

CHANGE_CHOICES = [
    (Change.ADDED.value, "Added"),
    (Change.CHANGED.value, "Changed"),
    (Change.REMOVED.value, "Removed"),
]


class CountLine(TypedDict):
    """What a sync did to one kind; `change` says it in one line. `listed`: record by record."""

    kind: str
    name: str
    added: str
    changed: str
    removed: str
    total: str
    held: bool
    waiting: bool
    listed: bool
    change: str


class SyncLine(TypedDict):
    """A sync. `at` is ISO 8601."""

    id: int
    at: str
    why: str
    took: str
    outcome: str
    tone: str
    sentence: str
    summary: str
    counts: list[CountLine]
    running: bool
    waiting: bool
    href: str


NO_SYNC = SyncLine(
    id=0,
    at="",
    why="",
    took="",
    outcome="",
    tone="info",
    sentence="",
    summary="",
    counts=[],
    running=False,
    waiting=False,
    href="",
)


def sync_line(view: ChangesetView, apps: Mapping[int, str]) -> SyncLine:
    """A sync of the list. `apps` are their names by number."""
    words, tone = ("Stopped", "info") if _is_stopped(view) else OUTCOMES[view.outcome]
    counts = [count_line(one) for one in sorted(view.counts, key=lambda c: order_of_kind(c.kind))]
    return SyncLine(
        id=view.id,
        at=view.started_at.isoformat(),
        why=why_words(view, apps),
        took=took_words(view.started_at, view.finished_at),
        outcome=words,
        tone=tone,
        sentence=sentence_of(view),
        summary=summary_of(view),
        counts=[line for line in counts if line["change"]],
        running=view.outcome is Outcome.RUNNING,
        waiting=view.is_waiting,
        href=f"/changeset?id={view.id}",
    )


def count_line(view: CountView, *, is_seen: bool = True) -> CountLine:
    """What a sync did to one kind. What no app may see any more is not listed."""
    did = change_words(view.added, view.changed, view.removed)
    return CountLine(
        kind=view.kind,
        name=kind_name(view.kind),
        added=f"{view.added:,}",
        changed=f"{view.changed:,}",
        removed=f"{view.removed:,}",
        total=f"{view.total:,}",
        held=view.is_held,
        waiting=view.is_waiting,
        listed=bool(did) and is_seen and not view.is_held,
        change=did,
    )


def change_words(added: int, changed: int, removed: int) -> str:
    """ "12 added, 3 changed"; nothing when nothing was."""
    counted = ((added, "added"), (changed, "changed"), (removed, "removed"))
    return ", ".join(f"{count:,} {what}" for count, what in counted if count)


def summary_of(view: ChangesetView) -> str:
    """What a sync did, all kinds together."""
    without = {Outcome.RUNNING: "", Outcome.HELD: "Held back"}
    done = change_words(view.added, view.changed, view.removed)
    return done or without.get(view.outcome, "No changes")


def held_words(view: ChangesetView) -> list[str]:
    """What would change if it were applied, a line for each kind that waits."""
    waiting = sorted(
        (count for count in view.counts if count.is_waiting), key=lambda c: order_of_kind(c.kind)
    )
    return [_held(count) for count in waiting]


def _held(count: CountView) -> str:
    would = change_words(count.added, count.changed, count.removed) or "Something"
    return f"{kind_name(count.kind)}: {would}, of {count.total:,} there are."


def why_words(view: ChangesetView, apps: Mapping[int, str]) -> str:
    """Why the school was synced, and who wanted it."""
    who = view.by_name or "A colleague"
    app = apps.get(view.by_app_id or 0, "An app")
    match view.reason:
        case Reason.GRANT:
            return f"{who} authorised an app" if view.by_name else "An app was authorised"
        case Reason.REVOCATION:
            return f"{who} took access away" if view.by_name else "Access was taken away"
        case Reason.SCHEDULE:
            return "It was time to look"
        case Reason.CALLBACK:
            return "Xporter on Demand had something new"
        case Reason.APP:
            return f"{app} asked for it"
        case Reason.PERSON:
            return f"{who} asked for it"
        case Reason.MAPPING:
            return f"{who} changed a mapping"
        case Reason.APPROVAL:
            return f"{who} applied held changes"


def sentence_of(view: ChangesetView) -> str:
    """How it ended, in words; why it failed, when it did."""
    if view.outcome is Outcome.HELD and not view.is_waiting:
        return "It held changes back that were too large. That has been decided since."
    if _is_stopped(view):
        return _STOPPED[view.problem_kind]
    if view.outcome is Outcome.SUCCESS and view.is_rollover:
        return _NEW_YEAR
    problem = PROBLEMS.get(view.problem_kind)
    if view.outcome is not Outcome.FAILURE or problem is None:
        return _SENTENCES[view.outcome]
    return f"{problem.cause} {_SENTENCES[Outcome.FAILURE]} {problem.remedy}"


def _is_stopped(view: ChangesetView) -> bool:
    return view.outcome is Outcome.FAILURE and view.problem_kind in _STOPPED


def took_words(begun: datetime, ended: datetime | None) -> str:
    """How long it took."""
    if ended is None:
        return ""
    seconds = max(timedelta(), ended - begun).total_seconds()
    if seconds < 1:
        return "under a second"
    if seconds < 90:
        return f"{seconds:.0f} second{'' if round(seconds) == 1 else 's'}"
    return f"{seconds / 60:.0f} minutes"


def blocked_words(error: errors.SyncError | None) -> str:
    """Why nobody can begin a sync now; empty when they can."""
    match error:
        case None:
            return ""
        case errors.NothingWanted():
            return "No app may read anything yet. Authorise an app first."
        case errors.NotConnected():
            return "Your school is not connected at the moment. Connector says what to do."
        case errors.NothingHeld():
            return "That has been decided already, or a later sync did."
        case errors.NoSuchChangeset():
            return "There is no such sync at your school."
    return NOT_ALLOWED
