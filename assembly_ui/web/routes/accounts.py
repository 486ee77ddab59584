"""Logging in, logging out and confirming an address: plain forms, without JavaScript.

Every answer is a 303 to a page. What happened stands in the fragment of its
address, and the page shows the words that belong to it (`:target`).
"""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse

from assembly_ui.accounts.confirmation import confirm
from assembly_ui.accounts.errors import (
    LinkProblem,
    LogInRefused,
    NotConfirmed,
    SignUpPasswordWrong,
    SignUpProblem,
    Throttled,
)
from assembly_ui.accounts.known_devices import LIFE as DEVICE_LIFE
from assembly_ui.accounts.known_devices import find_device, remember_device
from assembly_ui.accounts.log_in import LoggedIn, log_in
from assembly_ui.accounts.sessions import log_out, resolve
from assembly_ui.accounts.throttles import Deed, Per
from assembly_ui.audit.origin import set_subject
from assembly_ui.schools.caller import find_caller
from assembly_ui.server.client_ip import REQUEST_COOKIE, client_ip, while_connected
from assembly_ui.services import get_services
from assembly_ui.settings import Settings
from assembly_ui.web.access import COOKIE, clean_text
from assembly_ui.web.http_caller import same_origin
from assembly_ui.web.lead_on import lead_on, own_path
from assembly_ui.web.waiting_request import claim_for

DEVICE_COOKIE = "assembly_device"
"""Shows that somebody has logged in with this browser before. It opens nothing."""


def router(settings: Settings) -> APIRouter:
    """The routes of accounts."""
    routes = APIRouter(include_in_schema=False)
    from_our_pages = [Depends(same_origin)]

    @routes.post("/auth/log-in", dependencies=from_our_pages)
    async def log_in_with_form(request: Request) -> RedirectResponse:
        """Begin a session, and end the one this browser had."""
        onward = own_path(request.query_params.get("next"))
        email, password = await _typed(request, "email", "password")
        try:
            async with while_connected(request):
                logged_in = await _log_in(request, email, password)
        except Throttled as error:
            return _see(_log_in_page("throttled", onward, error))
        except NotConfirmed:
            return _see("/resend-confirmation#not-confirmed")
        except LogInRefused:
            return _see(_log_in_page("wrong", onward))
        await log_out(get_services().database, token=_token(request), now=get_services().clock())
        device = await remember_device(
            get_services().database,
            token=request.cookies.get(DEVICE_COOKIE),
            user_id=logged_in.user_id,
            log_in=logged_in.token,
            now=get_services().clock(),
        )
        answer = _see(f"/continue?{urlencode({'next': onward})}" if onward else "/continue")
        longest = timedelta(days=settings.session_max_days)
        for name, value, life in (
            (COOKIE, logged_in.token, longest),
            (DEVICE_COOKIE, device, DEVICE_LIFE),
        ):
            answer.set_cookie(
                name,
                value,
                max_age=int(life.total_seconds()),
                path="/",
                httponly=True,
                samesite="lax",
                secure=settings.address.startswith("https://"),
            )
        return answer

    @routes.get("/continue")
    async def lead_on_after_log_in(request: Request) -> RedirectResponse:
        """Lead a signed-in person on: where they were going, or to their next step."""
        services, token = get_services(), _token(request)
        life = timedelta(days=services.settings.log_in_days)
        longest = timedelta(days=services.settings.session_max_days)
        await resolve(
            services.database, token=token, life=life, longest=longest, now=services.clock()
        )
        me = await find_caller(services.database, token=token, now=services.clock())
        if me is None:
            return _see("/log-in")
        await claim_for(me, request.cookies.get(REQUEST_COOKIE, ""))
        next_step = await lead_on(me)
        answer = _see(own_path(request.query_params.get("next")) or next_step)
        answer.delete_cookie(REQUEST_COOKIE, path="/", httponly=True, samesite="lax")
        return answer

    @routes.post("/auth/log-out", dependencies=from_our_pages)
    async def log_out_with_form(request: Request) -> RedirectResponse:
        """End this browser's session."""
        await log_out(get_services().database, token=_token(request), now=get_services().clock())
        answer = _see("/log-in#logged-out")
        answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")
        return answer

    @routes.post("/auth/confirm", dependencies=from_our_pages)
    async def confirm_with_form(request: Request) -> RedirectResponse:
        """Use a confirmation link; one that opens nothing explains itself on its page."""
        services = get_services()
        token, ticket, password = await _typed(request, "token", "ticket", "password")
        here = f"/confirm?{urlencode({'token': token})}"
        try:
            await services.throttles.hit(Deed.CONFIRM, caller=client_ip(request))
            async with while_connected(request):
                await confirm(
                    services.database,
                    token=token,
                    ticket=ticket,
                    password=password,
                    now=services.clock(),
                )
        except SignUpPasswordWrong:
            return _see(f"{here}#wrong-password")
        except (LinkProblem, SignUpProblem, Throttled):
            return _see(here)
        return _see("/log-in#confirmed")

    @routes.get("/auth/{form}")
    async def no_form_here(form: str) -> RedirectResponse:
        """A reloaded or bookmarked form address shows the page to start from."""
        return _see("/log-in")

    return routes


async def _log_in(request: Request, email: str, password: str) -> LoggedIn:
    services, caller = get_services(), client_ip(request)
    set_subject(email)
    device = await find_device(
        services.database,
        token=request.cookies.get(DEVICE_COOKIE),
        email=email,
        now=services.clock(),
    )
    # A browser that this account has logged in with is counted for itself alone.
    if device:
        await services.throttles.hit(Deed.LOG_IN, device=str(device))
    else:
        await services.throttles.hit(Deed.LOG_IN, caller=caller, address=email)
    logged_in = await log_in(
        services.database,
        email=email,
        password=password,
        user_agent=request.headers.get("user-agent", ""),
        life=timedelta(days=services.settings.log_in_days),
        longest=timedelta(days=services.settings.session_max_days),
        now=services.clock(),
    )
    await services.throttles.forgive(
        Deed.LOG_IN,
        Per.PAIR,
        Per.DEVICE,
        caller=caller,
        address=email,
        device=str(device or ""),
    )
    return logged_in


async def _typed(request: Request, *names: str) -> list[str]:
    """The fields of a form, cleaned exactly as those that come over the socket are."""
    # Kept whole: what is left to receive is then the news that the browser has gone.
    await request.body()
    form = await request.form(max_files=0, max_fields=10)
    return [clean_text(form.get(name)) for name in names]


def _token(request: Request) -> str:
    return request.cookies.get(COOKIE, "")


def _log_in_page(fragment: str, onward: str, throttled: Throttled | None = None) -> str:
    query = {"next": onward} if onward else {}
    if throttled:
        query["retry"] = str(int(throttled.retry_at.timestamp()))
    return f"/log-in{'?' + urlencode(query) if query else ''}#{fragment}"


def _see(address: str) -> RedirectResponse:
    return RedirectResponse(address, 303, headers={"Cache-Control": "no-store"})
