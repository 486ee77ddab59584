"""Whether a tab may still be shown what it was shown: people are removed, and switch schools."""

from __future__ import annotations

import reflex as rx

from assembly_ui.schools.caller import Caller
from assembly_ui.web import access


async def still_member(state: rx.State, school_id: int) -> Caller | None:
    """The caller, while they look at this school and belong to it.

    Pushes come without a click, so no decorator has asked.
    """
    me = await access.caller_of(state)
    return me if me is not None and me.school_id == school_id else None
