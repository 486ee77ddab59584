"""Answering with records: a list of them, or one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from assembly_ui.api.rest import conditional
from assembly_ui.api.rest.answers import a_list, an_object, shown, unchanged
from assembly_ui.api.rest.conditional import Standing
from assembly_ui.api.rest.errors import NotFound, ScopeMissing
from assembly_ui.api.rest.filters import NUMBERED, seen_by
from assembly_ui.api.rest.page_cursors import ListSource, read_page
from assembly_ui.api.rest.reading import CHANGED, read_first, read_one, records_source
from assembly_ui.api.rest.resource import Answer, Call, Filter
from assembly_ui.api.rest.showing import shows
from assembly_ui.api.rest.version import Version
from assembly_ui.sync.records import last_change


async def every(call: Call) -> Answer:
    """A page of the records of a kind."""
    return await page_of(call, *asked_filters(call))


async def left(call: Call) -> Answer:
    """As `every`, of those who are gone: a removed record is one of them."""
    return await page_of(call, *asked_filters(call), with_removed=True)


async def one(call: Call) -> Answer:
    """The record with the number in the path."""
    kind = call.resource.kind
    # Of no effect on a single record, but refused when they cannot be read.
    call.asked.days()
    filters, values = asked_filters(call)
    if filters:
        values["number"] = call.number
        text = await read_first(call.services.database, (*filters, NUMBERED), values)
        if text is None:
            raise NotFound
    else:
        text = await the_record(call, kind, call.number)
    seen = shows(call, kind, call.resource.parts)(json.loads(text))
    if seen is None:
        raise NotFound
    return an_object(seen)


async def first(call: Call) -> Answer:
    """The one record that the filters let through."""
    filters, values = asked_filters(call)
    text = await read_first(call.services.database, filters, values)
    rows = await shown([text] if text else [], shows(call, call.resource.kind))
    if not rows:
        raise NotFound
    return Answer(rows[0])


async def grade_set(call: Call) -> Answer:
    """The grades of an assessment; in version 1 within the assessment (facts, 2.1)."""
    text = await the_record(call, "grade_set", call.number)
    grades = shows(call, "grade_set")(json.loads(text))
    if grades is None:
        raise NotFound
    if call.version is Version.V1_1:
        return an_object(grades)
    assessment = await the_record(call, "assessment", call.number)
    whole = shows(call, "assessment")(json.loads(assessment)) or {}
    return an_object({**whole, "grade_set": grades})


async def the_record(call: Call, kind: str, number: int) -> str:
    """A record of the school, as JSON.

    Raises:
        NotFound: the school has none of this number.
    """
    row = await read_one(call.services.database, school_id=call.school_id, kind=kind, number=number)
    if row is None:
        raise NotFound
    return row[0]


def asked_filters(call: Call) -> tuple[tuple[Filter, ...], dict[str, Any]]:
    """The filters of the resource that apply to this call, and what they are bound to.

    Raises:
        ScopeMissing: one of them asks what the app may not know.
    """
    filters = seen_by(call.resource.kind, call.bearer.scopes)
    values: dict[str, Any] = {"school_id": call.school_id, "kind": call.resource.kind}
    for found in call.resource.filters:
        if (bound := found.values(call)) is None:
            continue
        if found.needs and found.needs not in call.bearer.scopes:
            raise ScopeMissing((found.needs,))
        filters += (found,)
        values |= bound
    return filters, values


async def page_of(
    call: Call,
    filters: tuple[Filter, ...],
    values: Mapping[str, Any],
    *,
    with_removed: bool = False,
) -> Answer:
    """A page of the records that the filters let through, or that nothing is new."""
    resource, state, since = call.resource, None, None
    if resource.conditional:
        last = await last_change(
            call.services.database, school_id=call.school_id, kind=resource.kind
        )
        state = await conditional.standing(call, last)
        if since := state.first_new(call.conditions):
            if state.is_unchanged(since):
                return unchanged(state.headers)
            filters, values = (*filters, CHANGED), {**values, "changed_since": since}
    source = records_source(call.services.database, filters, values, with_removed=with_removed)
    return await numbered_page(call, source, state, since)


async def numbered_page(
    call: Call,
    source: ListSource[str],
    state: Standing | None = None,
    since: datetime | None = None,
) -> Answer:
    """The page that is asked for of records as text. With a `state` it is conditional."""
    resource, last = call.resource, state.last if state else None
    page = await read_page(call, source, last_change=last, since=since)
    rows = await shown(page.rows, shows(call, resource.kind, resource.parts))
    headers = state.as_of(page.last_change, page.started_at).headers if state else {}
    return a_list(call.version, rows, call.asked.paging(), page.total, page.pages, headers)
