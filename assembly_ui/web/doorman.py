"""Which socket events reach Reflex at all.

Anything may arrive on the socket. Only calls of handlers that declare who may
call them (see `access`), and of the few handlers Reflex's own client needs, go
in; their envelope is put into shape first. The rest is dropped without a trace
in the log, which Reflex would otherwise fill with whole payloads and cookies.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import reflex as rx
from reflex.istate.storage import ClientStorageBase
from reflex_base.constants.state import FIELD_MARKER
from reflex_base.registry import RegistrationContext

from assembly_ui.audit.events import Outcome, SecurityEvent
from assembly_ui.audit.security_log import report

LONGEST_PATH = 4000
MOST_QUERY_PARAMETERS = 20
LONGEST_KEPT = 256
"""Of a value that a browser kept for us, in characters: a ticket is a fifth of it."""

# What Reflex's own client calls: the arguments it must send, and those it may.
_FRAMEWORK: dict[str, tuple[dict[str, type], dict[str, type]]] = {
    "hydrate": ({}, {}),
    "hydrate_and_load": ({}, {"vars": dict, "hashes": list}),
    "set_is_hydrated": ({"value": bool}, {}),
    "on_load_internal": ({}, {}),
    "update_vars_internal": ({"vars": dict}, {}),
}


def guard(app: rx.App, left: Callable[[str], None] = lambda token: None) -> None:
    """Put the doorman in front of the app's socket. `left` is told of each tab that goes."""
    namespace, handlers = app.event_namespace, declared_handlers()
    assert namespace is not None
    enter, trigger = namespace.on_event, namespace.trigger_event

    async def on_event(sid: str, data: Any) -> None:
        if sid not in namespace.sid_to_token:
            return  # A connection that named no tab.
        if (event := admitted(data, handlers)) is not None:
            await enter(sid, event)
        else:
            report(SecurityEvent.SOCKET_EVENT, Outcome.REFUSED)

    async def trigger_event(name: Any, sid: str, *sent: Any) -> Any:
        match name, sent:
            case "event" | "client_error", (data, *_):
                return await trigger(name, sid, data)
            case "ping", _:
                return await trigger(name, sid)
            case "connect" | "disconnect", _ if _is_servers_own(app, name, sid, sent):
                if name == "disconnect" and (token := namespace.sid_to_token.get(sid)):
                    left(token)
                return await trigger(name, sid, *sent)

    namespace.on_event = on_event  # type: ignore[method-assign]
    namespace.trigger_event = trigger_event


def _is_servers_own(app: rx.App, name: str, sid: str, sent: tuple[Any, ...]) -> bool:
    """Whether a connection really begins or ends, and nobody sent an event of that name.

    Such an event would bring headers and a network address of its own making.
    """
    server, namespace = app.sio, app.event_namespace
    assert server is not None
    assert namespace is not None
    if name == "disconnect":
        return not server.manager.is_connected(sid, namespace.namespace)
    environ = server.get_environ(sid, namespace.namespace)
    return environ is not None and bool(sent) and sent[0] is environ


def admitted(data: Any, handlers: Mapping[str, str]) -> dict[str, Any] | None:
    """The event in shape, or None when `handlers` (see `declared_handlers`) has no place for it."""
    if not isinstance(data, dict) or not isinstance(name := data.get("name"), str):
        return None
    payload = data.get("payload", {})
    if not isinstance(payload, dict) or not _is_welcome(name, payload, handlers):
        return None
    router = data.get("router_data")
    return {
        "name": name,
        "payload": _of_known_states(payload) if is_frameworks(name) else payload,
        "router_data": _router(router if isinstance(router, dict) else {}),
    }


def declared_handlers() -> Mapping[str, str]:
    """Every handler that can be called from outside, and who may call it.

    The access of those that declare none is the empty string.
    """
    registered = RegistrationContext.get().event_handlers
    return {name: getattr(entry.handler.fn, "__access__", "") for name, entry in registered.items()}


def is_frameworks(name: str) -> bool:
    """Whether the handler is one of Reflex's own that its client needs."""
    state, _, handler = name.rpartition(".")
    return handler in _FRAMEWORK and "assembly_ui" not in state


def _is_welcome(name: str, payload: dict[str, Any], handlers: Mapping[str, str]) -> bool:
    if name not in handlers:
        return False
    if handlers[name]:
        return True
    if not is_frameworks(name):
        return False
    needed, allowed = _FRAMEWORK[name.rpartition(".")[2]]
    kinds = needed | allowed
    return needed.keys() <= payload.keys() <= kinds.keys() and all(
        type(value) is kinds[argument] and _is_plain(value) for argument, value in payload.items()
    )


def _is_plain(value: Any) -> bool:
    items = value if isinstance(value, list | dict) else ()
    return all(isinstance(item, str) for item in items)


def _of_known_states(payload: dict[str, Any]) -> dict[str, Any]:
    """What a browser kept for vars there are; it may know some of an older version."""
    if "vars" not in payload:
        return payload
    known = kept_by_browsers()
    # Reflex's client marks the names of vars; its server takes them with the mark and without.
    kept = {
        name: value
        for name, value in payload["vars"].items()
        if name.removesuffix(FIELD_MARKER) in known and _is_short(value)
    }
    return payload | {"vars": kept}


@functools.cache
def kept_by_browsers() -> frozenset[str]:
    """The full names of the vars that Reflex lets a browser keep, and bring back."""
    return frozenset(
        f"{name}.{var}"
        for name, state in RegistrationContext.get().base_states.items()
        for var, field in state.get_fields().items()
        if isinstance(field.default, ClientStorageBase)
    )


def _is_short(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST_KEPT


def _router(sent: dict[str, Any]) -> dict[str, Any]:
    query = sent.get("query")
    items = list(query.items())[:MOST_QUERY_PARAMETERS] if isinstance(query, dict) else []
    return {
        "pathname": _path(sent.get("pathname")),
        "asPath": _path(sent.get("asPath")),
        "query": _within_path({k: v for k, v in items if isinstance(v, str)}),
    }


def _within_path(query: dict[str, str]) -> dict[str, str]:
    """The parameters, if they are no longer than the address they come from may be."""
    length = sum(len(name) + len(value) for name, value in query.items())
    return query if length <= LONGEST_PATH else {}


def _path(value: Any) -> str:
    path = value[:LONGEST_PATH] if isinstance(value, str) else ""
    try:
        # Behind two slashes stands a host, which may be misspelt beyond reading.
        has_host = bool(urlsplit(path).netloc)
    except ValueError:
        return "/"
    return path if path.startswith("/") and not has_host else "/"
