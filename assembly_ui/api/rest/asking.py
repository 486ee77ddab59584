"""From a request to a call that may be answered: which version, who, what."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import parse_qsl

from starlette.datastructures import Headers
from starlette.requests import Request

from assembly_ui.accounts.errors import Throttled
from assembly_ui.accounts.throttles import Deed
from assembly_ui.api.rate_limits import headers_of, headers_of_refusal, seconds_until
from assembly_ui.api.rest import errors
from assembly_ui.api.rest.conditional import read_conditions
from assembly_ui.api.rest.finding import find
from assembly_ui.api.rest.question import Question
from assembly_ui.api.rest.reading import year_group_number
from assembly_ui.api.rest.resource import Call, Level, Resource
from assembly_ui.api.rest.version import asked_version
from assembly_ui.apps.tokens import Bearer, find_bearer, note_use
from assembly_ui.audit.origin import set_client, set_person
from assembly_ui.server.client_ip import client_ip
from assembly_ui.services import Services

FORM = "application/x-www-form-urlencoded"
_SCHEME = "bearer"


async def understand(request: Request, services: Services) -> Call:
    """What is asked, by whom, in which version.

    Raises:
        ApiRefused
    """
    version, now = asked_version(request.headers.getlist("accept")), services.clock()
    bearer = await _bearer(request, services, now)
    found = find(request.method, request.path_params["path"])
    resource = found.resource
    _permit(bearer, resource)
    asked = Question(await _pairs(request), resource.known)
    await note_use(services.database, bearer, now=now)
    number = found.number
    if resource.has_code:
        assert bearer.school_id is not None
        number = await year_group_number(
            services.database, school_id=bearer.school_id, number=number, code=found.segment
        )
    return Call(
        services=services,
        resource=resource,
        bearer=bearer,
        version=version,
        asked=asked,
        conditions=read_conditions(
            request.headers.get("if-modified-since", ""),
            request.headers.get("if-none-match", "") or asked.tag,
            now,
        ),
        number=number,
        now=now,
    )


async def _bearer(request: Request, services: Services, now: datetime) -> Bearer:
    token = _token(request.headers)
    bearer = await find_bearer(services.database, token=token, now=now)
    # A wrong token is counted by where it comes from.
    authorisation = bearer.counted_as if bearer else ""
    caller = "" if bearer else client_ip(request)
    try:
        await services.throttles.hit(Deed.APP, authorisation=authorisation, caller=caller)
    except Throttled as throttled:
        request.state.rate_limit = headers_of_refusal(throttled)
        limit = throttled.limit
        raise errors.TooManyRequests(limit + 1, seconds_until(throttled), limit) from throttled
    left = await services.throttles.allowance(Deed.APP, authorisation=authorisation, caller=caller)
    request.state.rate_limit = headers_of(left)
    if bearer is None:
        raise errors.TokenInvalid
    set_client(bearer.client_id)
    set_person(None, bearer.school_id)
    return bearer


def _token(headers: Headers) -> str:
    scheme, _, token = headers.get("authorization", "").strip().partition(" ")
    if scheme.lower() != _SCHEME or not token.strip():
        raise errors.TokenMissing
    return token.strip()


def _permit(bearer: Bearer, resource: Resource) -> None:
    if resource.level is not Level.ANY and resource.level != bearer.level:
        raise errors.OtherTokenNeeded(resource.level)
    if resource.scopes and bearer.scopes.isdisjoint(resource.scopes):
        raise errors.ScopeMissing(resource.scopes)
    if resource.also and resource.also not in bearer.scopes:
        raise errors.ScopeMissing((resource.also,))


async def _pairs(request: Request) -> list[tuple[str, str]]:
    """The parameters; one consumer sends them in the body of a GET (facts, 3.3)."""
    pairs = list(request.query_params.multi_items())
    if not request.headers.get("content-type", "").lower().startswith(FORM):
        return pairs
    body = (await request.body()).decode("utf-8", "replace")
    try:
        return [*parse_qsl(body, keep_blank_values=True), *pairs]
    except ValueError:
        return pairs
