"""The students of a group."""

from __future__ import annotations

import json

from assembly_ui.api.rest import conditional
from assembly_ui.api.rest.answers import unchanged
from assembly_ui.api.rest.errors import NotFound
from assembly_ui.api.rest.filters import ACADEMIC_YEAR, AMONG, NUMBERED
from assembly_ui.api.rest.lists import asked_filters, numbered_page
from assembly_ui.api.rest.reading import CHANGED, read_first, read_one, records_source
from assembly_ui.api.rest.resource import Answer, Call, Handler
from assembly_ui.scopes.seeing import visible
from assembly_ui.sync.records import last_change


def students_of(group: str) -> Handler:
    """Answers with the students of the group of this kind with the number in the path."""

    async def answer(call: Call) -> Answer:
        database = call.services.database
        filters, values = asked_filters(call)
        row = await read_one(database, school_id=call.school_id, kind=group, number=call.number)
        if row is None:
            raise NotFound
        text, group_changed = row
        members = _members(call, group, text)
        if (year := call.asked.number("academic_year_id")) and not await _ran_in(call, group, year):
            members = []
        filters, values = (*filters, AMONG), {**values, "among": members}
        last = await last_change(database, school_id=call.school_id, kind="student")
        state = await conditional.standing(call, max(group_changed, last or group_changed))
        if since := state.first_new(call.conditions):
            if state.is_unchanged(since):
                return unchanged(state.headers)
            if group_changed < since:
                filters, values = (*filters, CHANGED), {**values, "changed_since": since}
            else:
                since = None
        source = records_source(database, filters, values)
        return await numbered_page(call, source, state, since)

    return answer


async def _ran_in(call: Call, group: str, year: int) -> bool:
    of_group = {"school_id": call.school_id, "kind": group, "number": call.number}
    filters = (NUMBERED, ACADEMIC_YEAR)
    values = {**of_group, "academic_year_id": year}
    return await read_first(call.services.database, filters, values) is not None


def _members(call: Call, group: str, text: str) -> list[int]:
    """The numbers of who is in the group.

    Raises:
        NotFound: the app may not see this group.
    """
    seen = visible(group, json.loads(text), call.bearer.scopes)
    if seen is None:
        raise NotFound
    return seen.get("student_ids") or []
