"""Where a person goes on after logging in."""

from __future__ import annotations

from urllib.parse import urlsplit

from assembly_ui.accounts.sessions import last_school_looked_at
from assembly_ui.schools.caller import Caller
from assembly_ui.schools.errors import NotAllowed
from assembly_ui.schools.membership import first_school_of, switch_school
from assembly_ui.services import get_services
from assembly_ui.web.waiting_request import PAGE as REQUEST
from assembly_ui.web.waiting_request import is_waiting_for

LONGEST_PATH = 500


async def lead_on(me: Caller) -> str:
    """The page a signed-in person works on next: a request of an app that waits for them,
    which says itself what is missing, or else their next step.
    """
    step = await next_step(me)
    return REQUEST if await is_waiting_for(me.user_id) else step


async def next_step(me: Caller) -> str:
    """The page of the step a person has come to.

    A new log-in looks at the school the person looked at last, or else at
    the one they joined first.
    """
    if me.school_id is not None or await _look_at_own_school(me):
        return "/connector"
    return "/school-setup"


def own_path(value: object) -> str:
    """`value` if it is a path of ours, as in `?next=`; else an empty string.

    Browsers read `//host`, `/\\host` and paths with tabs or line breaks in
    them as other people's addresses.
    """
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_PATH:
        return ""
    if not value.startswith("/") or value.startswith("//") or "\\" in value:
        return ""
    if not value.isascii() or not value.isprintable() or " " in value:
        return ""
    try:
        address = urlsplit(value)
    except ValueError:
        return ""
    return "" if address.scheme or address.netloc else value


async def _look_at_own_school(me: Caller) -> bool:
    database = get_services().database
    last = await last_school_looked_at(database, user_id=me.user_id)
    first = await first_school_of(database, user_id=me.user_id)
    for school_id in dict.fromkeys((last, first)):
        if school_id is not None and await _looks_at(me, school_id):
            return True
    return False


async def _looks_at(me: Caller, school_id: int) -> bool:
    try:
        await switch_school(
            get_services().database,
            session_id=me.session_id,
            user_id=me.user_id,
            school_id=school_id,
        )
    except NotAllowed:
        return False
    return True
