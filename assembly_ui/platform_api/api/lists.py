"""Answering with records: a list of them, or one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from assembly_ui.platform_api.api import conditional
from assembly_ui.platform_api.api.answers import a_list, an_object, shown, unchanged
from assembly_ui.platform_api.api.errors import NotFound, ScopeMissing
from assembly_ui.platform_api.api.filters import seen_by
from assembly_ui.platform_api.api.question import Paging
from assembly_ui.platform_api.api.reading import CHANGED, read_one, read_page
from assembly_ui.platform_api.api.resource import Answer, Call, Filter
from assembly_ui.platform_api.api.showing import shows
from assembly_ui.platform_api.api.version import Version
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
    text = await the_record(call, kind, call.number)
    seen = shows(call, kind, call.resource.parts)(json.loads(text))
    if seen is None:
        raise NotFound
    return an_object(seen)


async def first(call: Call) -> Answer:
    """The one record that the filters let through."""
    filters, values = asked_filters(call)
    found = await read_page(call.use.database, filters, values, Paging(1, 1))
    rows = await shown(found.texts, shows(call, call.resource.kind))
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
    row = await read_one(call.use.database, school_id=call.school_id, kind=kind, number=number)
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
    paging, resource = call.asked.paging(), call.resource
    headers: Mapping[str, str] = {}
    if resource.conditional:
        last = await last_change(call.use.database, school_id=call.school_id, kind=resource.kind)
        state = conditional.standing(call, last)
        headers = state.headers
        if since := await conditional.first_new(call, state):
            if state.is_unchanged(since):
                return unchanged(headers)
            filters, values = (*filters, CHANGED), {**values, "changed_since": since}
    found = await read_page(call.use.database, filters, values, paging, with_removed=with_removed)
    rows = await shown(found.texts, shows(call, resource.kind, resource.parts))
    return a_list(call.version, rows, paging, found.total, headers)
