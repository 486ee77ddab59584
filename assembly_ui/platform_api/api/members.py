"""The students of a group."""

from __future__ import annotations

import json

from assembly_ui.platform_api.api import conditional
from assembly_ui.platform_api.api.answers import a_list, shown, unchanged
from assembly_ui.platform_api.api.errors import NotFound
from assembly_ui.platform_api.api.filters import AMONG
from assembly_ui.platform_api.api.lists import asked_filters
from assembly_ui.platform_api.api.reading import CHANGED, read_one, read_page
from assembly_ui.platform_api.api.resource import Answer, Call, Handler
from assembly_ui.platform_api.api.showing import shows
from assembly_ui.scopes.seeing import visible
from assembly_ui.sync.records import last_change


def students_of(group: str) -> Handler:
    """Answers with the students of the group of this kind with the number in the path."""

    async def answer(call: Call) -> Answer:
        database, paging = call.use.database, call.asked.paging()
        filters, values = asked_filters(call)
        row = await read_one(database, school_id=call.school_id, kind=group, number=call.number)
        if row is None:
            raise NotFound
        text, group_changed = row
        filters, values = (*filters, AMONG), {**values, "among": _members(call, group, text)}
        last = await last_change(database, school_id=call.school_id, kind="student")
        state = conditional.standing(call, max(group_changed, last or group_changed))
        if since := await conditional.first_new(call, state):
            if state.is_unchanged(since):
                return unchanged(state.headers)
            if group_changed < since:
                filters, values = (*filters, CHANGED), {**values, "changed_since": since}
        found = await read_page(database, filters, values, paging)
        rows = await shown(found.texts, shows(call, "student", call.resource.parts))
        return a_list(call.version, rows, paging, found.total, state.headers)

    return answer


def _members(call: Call, group: str, text: str) -> list[int]:
    """The numbers of who is in the group.

    Raises:
        NotFound: the app may not see this group.
    """
    seen = visible(group, json.loads(text), call.bearer.scopes)
    if seen is None:
        raise NotFound
    return seen.get("student_ids") or []
