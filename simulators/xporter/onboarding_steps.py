"""From what a school decided to where it stands. Pure."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from simulators.xporter.models import People, Sharing


class Step(StrEnum):
    """Where a person with an invitation stands. The value is part of the address."""

    AUTHORITY = "authority"
    MIS = "mis"
    SHARING = "sharing"
    PEOPLE = "people"
    SUMMARY = "summary"
    INSTALL = "install"
    DONE = "done"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


ANSWERS = (Step.AUTHORITY, Step.MIS, Step.SHARING, Step.PEOPLE, Step.SUMMARY)
"""The steps in which an invitation is answered, in their order."""

WALK = (*ANSWERS, Step.INSTALL)


class Stage(StrEnum):
    """How far the installation has come."""

    NOT_CHOSEN = "not_chosen"
    QUEUED = "queued"
    INSTALLING = "installing"
    INSTALLED = "installed"


def next_step(sharing: Sharing) -> Step:
    """What comes next for whoever holds an invitation."""
    if sharing.asked_at:
        return _next_answer(sharing)
    if is_authorised(sharing):
        return Step.INSTALL if stage(sharing) is Stage.NOT_CHOSEN else Step.DONE
    return Step.WITHDRAWN if sharing.withdrawn_at else Step.DECLINED


def open_steps(sharing: Sharing) -> tuple[Step, ...]:
    """The steps that may be taken now: the next one, and answers to be changed."""
    following = next_step(sharing)
    if following in ANSWERS:
        return ANSWERS[: ANSWERS.index(following) + 1]
    return (following,)


def stage(sharing: Sharing, now: datetime | None = None) -> Stage:
    """How far the installation has come. Without `now`, being queued is installing."""
    if sharing.installed_at:
        return Stage.INSTALLED
    if sharing.install_until is None:
        return Stage.NOT_CHOSEN
    if now and sharing.queue_until and now < sharing.queue_until:
        return Stage.QUEUED
    return Stage.INSTALLING


def news_at(sharing: Sharing, now: datetime) -> datetime | None:
    """When the installation goes a stage further, as far as that is known."""
    ends = {Stage.QUEUED: sharing.queue_until, Stage.INSTALLING: sharing.install_until}
    return ends.get(stage(sharing, now))


def is_authorised(sharing: Sharing) -> bool:
    """Whether the school shares, be it on hold."""
    return bool(sharing.secret) and sharing.withdrawn_at is None


def awaits_selection(sharing: Sharing) -> bool:
    """Whether the school still has to say whose data it shares."""
    return sharing.people is People.SELECTION and sharing.selected_at is None


def is_paused(sharing: Sharing) -> bool:
    """Whether sharing is on hold, by wish or because people are still being chosen."""
    return sharing.paused_at is not None or awaits_selection(sharing)


def _next_answer(sharing: Sharing) -> Step:
    given = {
        Step.AUTHORITY: sharing.authority_at,
        Step.MIS: sharing.draft_mis,
        Step.SHARING: sharing.draft_scopes,
        Step.PEOPLE: sharing.draft_people,
    }
    return next((step for step, answer in given.items() if not answer), Step.SUMMARY)
