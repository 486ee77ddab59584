"""A read of a school's data: who may, what, and the envelope it comes in.

Facts known of Xporter on Demand, section 6.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from starlette.responses import Response

from assembly_ui.jobs import worker_pools
from simulators.xporter import callbacks, errors
from simulators.xporter.api.answer_cache import ANSWERS
from simulators.xporter.api.call import Call
from simulators.xporter.api.data_query import DataQuery, parse_data_query
from simulators.xporter.api.db_status import db_status
from simulators.xporter.api.endpoints import allows
from simulators.xporter.api.fault_injection import seen_through
from simulators.xporter.api.paging import page_of
from simulators.xporter.api.tables import Tables
from simulators.xporter.api.tracking import changes_since
from simulators.xporter.api.view import View, view_of
from simulators.xporter.authentication import sharing_of
from simulators.xporter.models import Sharing
from simulators.xporter.onboarding_steps import Stage, stage
from simulators.xporter.tokens import MANAGEMENT

Member = tuple[str, str]
"""A member of the answer: its name and its JSON."""

MIS_VERSION = "4"
_STAGES = {
    Stage.NOT_CHOSEN: "Not Installed",
    Stage.QUEUED: "Onboarding Queue",
    Stage.INSTALLING: "Installing",
    Stage.INSTALLED: "Installed",
}


async def school_data(call: Call) -> Response:
    """Answer one read of a school's data."""
    if call.claims.estab == MANAGEMENT:
        raise errors.WrongKindOfToken
    sharing = await sharing_of(call.stand_in, call.claims)
    if call.found["estab"] != sharing.estab:
        raise errors.SchoolUnknown
    question = parse_data_query(call)
    if not allows(question.about.needs, frozenset(sharing.scopes.split(","))):
        raise errors.ScopeNotGranted(question.about.needs)
    view = await view_of(call, sharing, live=question.about.is_live)
    if url := call.param("callbackUrl"):
        await _tell(call, sharing, view, question, url)
    tables, said = await _parts(call, sharing, view, question)
    # A year of attendance is some hundred megabytes; the loop serves others meanwhile.
    return await worker_pools.SIMULATOR.run(_json, tables, said)


async def _parts(
    call: Call, sharing: Sharing, view: View, question: DataQuery
) -> tuple[Tables, list[Member]]:
    """The tables of the answer, and its other members."""
    if call.flag("onlygetDBStatus"):
        return {}, [("__dbStatus__", json.dumps(db_status(view, question))), _meta(view)]
    if question.endpoint == "health":
        return {}, [("Health", json.dumps([_health(call, sharing)])), _meta(view)]
    page, requested = page_of(call), call.param("changedRows")
    said: list[Member] = []
    if requested:
        changes = await changes_since(call, requested, view, question, page)
        tables = changes.tables
        for name, ids in changes.deleted.items():
            said.append((f"{name}_deleted", json.dumps([{"Id": one} for one in ids])))
        said += [_meta(view), ("__changedRows__", json.dumps([changes.said]))]
    else:
        tables = await ANSWERS.tables(view, question)
        said.append(_meta(view))
    if page:
        said.append(("__pagination__", json.dumps([page.said(tables)])))
        tables = {name: list(page.cut(lines)) for name, lines in tables.items()}
    return tables, said


async def _tell(call: Call, sharing: Sharing, view: View, question: DataQuery, url: str) -> None:
    """Owe the caller the word that the data are fresh, where it wants to hear it.

    Raises:
        ParameterUnreadable: the address is no web address.
    """
    if not _is_web_address(url):
        raise errors.ParameterUnreadable("callbackUrl")
    body = {"DbStatus": db_status(view, question), "Estab": sharing.estab}
    async with call.stand_in.database.transaction() as session:
        await callbacks.owe_told(session, sharing, url=url, body=body, now=call.now)


def _is_web_address(url: str) -> bool:
    try:
        return urlsplit(url).scheme in ("http", "https") and len(url) <= 500
    except ValueError:
        return False


def _health(call: Call, sharing: Sharing) -> dict[str, Any]:
    """How the collection is doing. The shape is ours, since theirs is not published."""
    at = stage(seen_through(call.faults, sharing), call.now)
    return {
        "Area": "Agent",
        "Status": "OK" if at is Stage.INSTALLED else "Warning",
        "Message": _STAGES[at],
        "LastChecked": _plain_time(call.now.astimezone(UTC)),
    }


def _meta(view: View) -> Member:
    at = view.moment
    row = {
        "Id": 1,
        "MIS": view.mis,
        "Version": MIS_VERSION,
        "DateTime": _plain_time(at) if at else None,
    }
    return "meta", json.dumps([row])


def _plain_time(moment: datetime) -> str:
    """Times of data name no zone."""
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds")


def _array(texts: Iterable[str]) -> str:
    return f"[{','.join(texts)}]"


def _json(tables: Tables, said: list[Member]) -> Response:
    rows = [(name, _array(line.text for line in lines)) for name, lines in tables.items()]
    members = ",".join(f"{json.dumps(name)}:{text}" for name, text in [*rows, *said])
    return Response(f"{{{members}}}".encode(), media_type="application/json")
