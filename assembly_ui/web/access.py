"""Who may call an event handler: one decorator each, checked before anything else.

Every public method of a State can be called by anyone on the internet. A
handler therefore wears exactly one of `public`, `signed_in`, `member`, `admin`
or `owner`. All but `public` receive the `Caller` as their first argument and
must scope every query to `me.school_id`.

Arguments arrive as hostile input: text is stripped of control characters and
cut to a sane length, anything of a wrong type becomes an empty value, unknown
arguments are dropped. What an empty value means is the handler's to say. With
`supersedes=True` a newer call of the same tab cancels an unfinished older one.
"""

from __future__ import annotations

import functools
import inspect
import typing
from collections.abc import Awaitable, Callable, Collection, Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import quote

import reflex as rx

from assembly_ui.accounts.throttles import Deed
from assembly_ui.audit.events import Outcome, SecurityEvent
from assembly_ui.audit.origin import set_origin, set_person
from assembly_ui.audit.security_log import report
from assembly_ui.schools.caller import Caller, find_caller, find_callers
from assembly_ui.schools.models import Role
from assembly_ui.services import get_services

COOKIE = "assembly_session"
TEXT_LIMIT = 2000
FORM_FIELDS_LIMIT = 40
LARGEST_NUMBER = 2**31 - 1
"""The largest an integer column of PostgreSQL takes."""

Permit = Callable[[rx.State], Awaitable[tuple[list[Caller], Any]]]


def public(handler: Callable | None = None, *, supersedes: bool = False) -> Any:
    """Anyone may call this."""
    return _declare("public", handler, supersedes)


def signed_in(handler: Callable | None = None, *, supersedes: bool = False) -> Any:
    """A person with a confirmed account, with or without a school."""
    return _declare("signed in", handler, supersedes)


def member(handler: Callable | None = None, *, supersedes: bool = False) -> Any:
    """Anyone who belongs to the current school, viewers included."""
    return _declare("member", handler, supersedes)


def entering(handler: Callable) -> Any:
    """A member whose tab is about to show the current school; see `show_school`."""
    return _declare("member", handler, supersedes=False, enters=True)


class Shown(rx.State):
    """The school this tab shows, which another tab may have left meanwhile."""

    _school_id: int = 0


async def show_school(state: rx.State, school_id: int) -> None:
    """From now on this tab shows that school, and its handlers act on no other."""
    (await state.get_state(Shown))._school_id = school_id


def admin(handler: Callable | None = None, *, supersedes: bool = False) -> Any:
    """An admin or the owner of the current school."""
    return _declare("admin", handler, supersedes)


def owner(handler: Callable | None = None, *, supersedes: bool = False) -> Any:
    """The owner of the current school."""
    return _declare("owner", handler, supersedes)


def session_token(state: rx.State) -> str:
    """The log-in token in the cookie this tab connected with, or an empty string."""
    return _token_in(state.rx_router_headers.cookie)


@functools.lru_cache(maxsize=256)
def _token_in(header: str) -> str:
    # Asked twice for every event, and a tab's header is always the same.
    try:
        cookie = SimpleCookie(header)
    except CookieError:
        return ""
    return cookie[COOKIE].value if COOKIE in cookie else ""


def client_ip(state: rx.State) -> str:
    """The network address of this tab, for counting; see `trusted_proxy_hops`."""
    return str(state.router.session.client_ip)


async def caller_of(state: rx.State) -> Caller | None:
    """Who is behind this tab, asked afresh of the database."""
    services = get_services()
    return await find_caller(services.database, token=session_token(state), now=services.clock())


async def callers_now(session_ids: Collection[int]) -> Mapping[int, Caller]:
    """Who is behind these log-in sessions, asked afresh of the database."""
    services = get_services()
    return await find_callers(services.database, session_ids=session_ids, now=services.clock())


def _declare(access: str, handler: Callable | None, supersedes: bool, enters: bool = False) -> Any:
    if handler is None:
        return functools.partial(_declare, access, supersedes=supersedes)
    signature = inspect.signature(handler)
    hidden = 1 if access == "public" else 2
    parameters = list(signature.parameters.values())[hidden:]
    hints = typing.get_type_hints(handler)
    kinds = {p.name: hints.get(p.name, str) for p in parameters}
    guard = _guard_generator if inspect.isasyncgenfunction(handler) else _guard_coroutine
    guarded = guard(functools.partial(_permit, access=access, enters=enters), handler, kinds)
    guarded.__signature__ = signature.replace(  # type: ignore[attr-defined]
        parameters=[next(iter(signature.parameters.values())), *parameters]
    )
    # Without annotations Reflex converts nothing itself: `clean` does, and says nothing.
    guarded.__annotations__ = {}
    guarded.__access__ = access  # type: ignore[attr-defined]
    return rx.event(guarded, supersedes=True) if supersedes else rx.event(guarded)


def _guard_coroutine(permit: Permit, handler: Callable, kinds: dict[str, Any]) -> Callable:
    @functools.wraps(handler)
    async def guarded(self: rx.State, /, *args: Any, **sent: Any) -> Any:
        permitted, refusal = await permit(self)
        if refusal is not None:
            return refusal
        return await handler(self, *permitted, **_clean(kinds, args, sent))

    return guarded


def _guard_generator(permit: Permit, handler: Callable, kinds: dict[str, Any]) -> Callable:
    @functools.wraps(handler)
    async def guarded(self: rx.State, /, *args: Any, **sent: Any) -> Any:
        permitted, refusal = await permit(self)
        if refusal is not None:
            yield refusal
            return
        async for event in handler(self, *permitted, **_clean(kinds, args, sent)):
            yield event

    return guarded


async def _permit(state: rx.State, *, access: str, enters: bool) -> tuple[list[Caller], Any]:
    set_origin(client_ip(state))
    if access == "public":
        return [], None
    me = await caller_of(state)
    if me is None:
        # A cookie that opens nothing has ended or was made up.
        named = SecurityEvent.SESSION if session_token(state) else SecurityEvent.ACCESS
        report(named, Outcome.REFUSED)
        return [], rx.redirect(_log_in_for(state))
    set_person(me.user_id, me.school_id)
    if access != "member":
        await use_limit(state, me)
    if access == "signed in":
        return [me], None
    if me.school_id is None:
        report(SecurityEvent.ACCESS, Outcome.REFUSED)
        return [], rx.redirect("/school-setup")
    if not enters and (await state.get_state(Shown))._school_id not in (0, me.school_id):
        # Another tab switched schools: what this one shows is not what it would act on.
        return [], rx.redirect("/schools")
    if access != "member" and not me.may_act_as(Role(access)):
        report(SecurityEvent.ACCESS, Outcome.REFUSED)
        return [], rx.redirect("/no-access")
    return [me], None


async def use_limit(state: rx.State, me: Caller) -> None:
    """Count an event that may do more than read.

    Raises:
        Throttled: too many of one account or network address.
    """
    await get_services().throttles.hit(Deed.CHANGE, caller=client_ip(state), account=me.user_id)


def _log_in_for(state: rx.State) -> str:
    url = state.router.url
    here = url.path + (f"?{url.query}" if url.query else "")
    return f"/log-in?next={quote(here, safe='')}" if here != "/" else "/log-in"


def _clean(kinds: dict[str, Any], args: tuple, sent: dict[str, Any]) -> dict[str, Any]:
    given = dict(zip(kinds, args, strict=False)) | sent
    return {name: clean(kind, given.get(name)) for name, kind in kinds.items()}


def clean(kind: Any, value: Any) -> Any:
    """`value` made safe for a handler argument of type `kind`.

    `str`, `int`, `bool` and `dict` (a form: names to text) are the only kinds
    a handler may declare.
    """
    if kind is bool:
        return value is True
    if kind is int:
        whole = isinstance(value, (int, str)) and str(value).removeprefix("-").isdecimal()
        number = int(value) if whole and len(str(value)) < 16 else 0
        return number if abs(number) <= LARGEST_NUMBER else 0
    if kind is str:
        return clean_text(value)
    items = list(value.items())[:FORM_FIELDS_LIMIT] if isinstance(value, dict) else []
    return {clean_text(name): clean_text(text) for name, text in items}


def clean_text(value: Any) -> str:
    """Text without control characters, at most `TEXT_LIMIT` long; else empty."""
    if not isinstance(value, str):
        return ""
    # Lone surrogates cannot be stored or sent, so they go with the controls.
    kept = (c for c in value[:TEXT_LIMIT] if c.isprintable() or c in " \n\u200d\u200e\u200f")
    return "".join(kept)
