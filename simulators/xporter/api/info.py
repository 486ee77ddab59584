"""Calls about tokens, scopes and usage rather than about a school's data.

Facts known of Xporter on Demand, sections 2, 4 and 7.1. The body of Logs is ours.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from assembly_ui.jobs import worker_pools
from simulators.xporter import errors, scopes
from simulators.xporter.api.call import Call
from simulators.xporter.api.edubase import asked_of, known_schools
from simulators.xporter.api.endpoints import ENDPOINTS, Endpoint, allows
from simulators.xporter.api.fault_injection import seen_through
from simulators.xporter.api.people import shared_of
from simulators.xporter.api.view import view_of
from simulators.xporter.authentication import sharing_of
from simulators.xporter.error_responses import NO_ERROR
from simulators.xporter.faults import Fault, list_faults
from simulators.xporter.models import Sharing
from simulators.xporter.onboarding_steps import is_authorised, is_paused
from simulators.xporter.tokens import MANAGEMENT

MOST_LOGS, DEFAULT_LOGS = 500, 50

Body = dict[str, Any]


async def token_details(call: Call) -> Body:
    """What the token is good for."""
    claims = call.claims
    name, granted = "", ""
    if claims.estab != MANAGEMENT:
        sharing = seen_through(call.faults, await sharing_of(call.stand_in, claims))
        name, granted = sharing.school_name, sharing.scopes
        claims = replace(claims, estab=sharing.estab)
    return {
        "Estab": claims.estab,
        "Expires": zoned(claims.expires),
        "Name": name,
        "RelyingParty": call.stand_in.relying_party,
        "Scopes": granted.split(",") if granted else [],
    } | NO_ERROR


async def list_scopes(call: Call) -> Body:
    """Every scope of the service, for any token."""
    await _of_school(call)
    rows = [
        {"Name": scope.name, "Category": scope.category, "Description": scope.description}
        for scope in sorted(scopes.EVERYTHING, key=lambda scope: scope.name)
    ]
    return {"Scopes": rows} | NO_ERROR


async def list_queries(call: Call) -> Body:
    """The endpoints the token may call."""
    sharing = await _of_school(call)
    granted = frozenset(sharing.scopes.split(",")) if sharing else None
    rows = [
        _described(endpoint)
        for endpoint in ENDPOINTS
        if granted is None or allows(endpoint.needs, granted)
    ]
    return {"Endpoints": rows, "Queries": []} | NO_ERROR


async def usage(call: Call) -> Body:
    """How many calls there were; this answer alone has no error members."""
    await _of_school(call)
    return {"Usage": await call.stand_in.usage.counted(call.claims.estab, call.now)}


async def logs(call: Call) -> Body:
    """The calls made last."""
    await _of_school(call)
    rows = await call.stand_in.usage.logged(
        call.claims.estab,
        tracking_id=call.param("trackingId"),
        starting_at=_whole(call, "startingAt", 0),
        take=min(_whole(call, "take", DEFAULT_LOGS), MOST_LOGS),
        now=call.now,
    )
    return {"Logs": rows} | NO_ERROR


async def gdpr_ids(call: Call) -> Body:
    """Whom the school shares: everybody but those listed, or (IsOptIn) only those."""
    sharing = await _of_school(call)
    if sharing is None:
        raise errors.WrongKindOfToken
    view = await view_of(call, sharing)
    shared = await worker_pools.SIMULATOR.run(shared_of, view)
    row = {
        "IsOptIn": shared is not None,
        "Estab": view.estab,
        "RelyingParty": call.stand_in.relying_party,
        "MIS": view.mis if view.at else None,
        "StudentIds": sorted(shared.students, key=int) if shared else [],
        "StaffIds": sorted(shared.staff, key=int) if shared else [],
        "ContactIds": sorted(shared.contacts, key=int) if shared else [],
        "OtherIds": [],
    }
    return {"GDPR": [row]} | NO_ERROR


async def school_tokens(call: Call) -> Body:
    """A token of every school that shares; a paused one is listed without.

    Raises:
        ManagementTokenNeeded
    """
    stand_in = call.stand_in
    if call.claims.estab != MANAGEMENT:
        raise errors.ManagementTokenNeeded
    if call.param("applicationid") not in ("", stand_in.relying_party):
        raise errors.WrongSecret
    query = select(Sharing).where(Sharing.relying_party == stand_in.relying_party)
    async with stand_in.database.read() as session:
        found = (await session.exec(query.order_by(col(Sharing.estab)))).all()
    refused = {
        fault.estab
        for fault in await list_faults(stand_in.database, now=call.now)
        if fault.fault is Fault.TOKEN_REFUSED and fault.endpoint in ("", "gettoken")
    }
    return {
        "Tokens": [
            _token_of(call, sharing)
            for sharing in found
            if is_authorised(sharing) and sharing.estab not in refused
        ]
    } | NO_ERROR


async def run_query(call: Call) -> Body:
    """Look schools up in the national register, whatever the token's scopes.

    Raises:
        EndpointUnknown: no query of this name.
    """
    await _of_school(call)
    if call.param("id").casefold() != "edubase.search":
        raise errors.EndpointUnknown
    stand_in, asked = call.stand_in, asked_of(call)
    if stand_in.find_schools:
        rows = list(await worker_pools.SIMULATOR.run(stand_in.find_schools, asked))
    else:
        rows = await known_schools(stand_in, asked)
    return {"EduBase": rows[: asked.limit]} | NO_ERROR


def zoned(moment: datetime) -> str:
    """Times of tokens: UTC, with seven digits after the second."""
    return f"{moment:%Y-%m-%dT%H:%M:%S.%f}0Z"


async def _of_school(call: Call) -> Sharing | None:
    """The sharing of a school's token, which must still be good; None for the application's."""
    claims = call.claims
    if claims.estab == MANAGEMENT:
        return None
    return await sharing_of(call.stand_in, claims)


def _token_of(call: Call, sharing: Sharing) -> Body:
    if is_paused(sharing):
        return {"estab": sharing.estab, "token": None, "authorisationPaused": True}
    token, expires = call.stand_in.tokens.make(sharing.estab, sharing.secret, call.now)
    return {"estab": sharing.estab, "token": token, "expires": zoned(expires)}


def _described(endpoint: Endpoint) -> Body:
    tail = "" if endpoint.name.startswith("timetablem") else "/{id}"
    return {
        "Version": "1",
        "Id": endpoint.id,
        "Method": "GET",
        "Scope": endpoint.needs,
        "Path": f"/api/v1/School/{{estab}}/{endpoint.path}{tail}",
        "Description": endpoint.description,
        "Documentation": endpoint.description,
        "Query": "",
        "Options": ",".join(endpoint.options),
        "Parameters": ",".join(("id", *endpoint.parameters, *endpoint.filters)),
        "Published": True,
        "PageSize": 0,
    }


def _whole(call: Call, name: str, otherwise: int) -> int:
    text = call.param(name)
    if text and not (text.isascii() and text.isdigit() and len(text) < 10):
        raise errors.ParameterUnreadable(name)
    return int(text or otherwise)
