"""What still stands between a person and a Data Access Request. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import TypedDict

from assembly_ui.connector.status import Status
from assembly_ui.schools.caller import Caller
from assembly_ui.schools.models import Role


class Missing(StrEnum):
    """The first step that is missing; nothing when the request can be answered."""

    ACCOUNT = "account"
    SCHOOL = "school"
    CONNECTION = "connection"
    AUTHORITY = "authority"
    NOTHING = ""


class StepShown(TypedDict):
    """A step on the way, marked done, next or later."""

    key: str
    mark: str
    name: str
    words: str


_ORDER = (Missing.ACCOUNT, Missing.SCHOOL, Missing.CONNECTION, Missing.AUTHORITY)


def missing(me: Caller | None, status: Status | None) -> Missing:
    """The step to take next. `status` is that of the school's connection."""
    if me is None:
        return Missing.ACCOUNT
    if me.school_id is None:
        return Missing.SCHOOL
    if status is None or not status.works:
        return Missing.CONNECTION
    return Missing.NOTHING if me.may_act_as(Role.ADMIN) else Missing.AUTHORITY


def steps(step: Missing, *, app: str, school: str) -> list[StepShown]:
    """All steps of the way, with what is done before `step`."""
    done = _ORDER.index(step) if step else len(_ORDER)
    words = (
        ("Account", "You are signed in", "Sign up, or sign in"),
        ("School", f"You look after {school}", "Tell us which school is yours"),
        ("Connection", "Your MIS is connected", "Connect the MIS of your school"),
        ("Decision", "", f"Look at what {app} asks for, and decide"),
    )
    return [
        StepShown(
            key=name,
            mark="pass" if number < done else "wait",
            name=name,
            words=said if number < done else ahead,
        )
        for number, (name, said, ahead) in enumerate(words)
    ]
