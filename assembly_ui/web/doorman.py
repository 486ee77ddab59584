"""Which socket events reach Reflex at all.

Anything may arrive on the socket. Only calls of handlers that declare who may
call them (see `access`), and of the few handlers Reflex's own client needs, go
in; their envelope is put into shape first. The rest is dropped without a trace
in the log, which Reflex would otherwise fill with whole payloads and cookies.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import reflex as rx
from reflex_base.registry import RegistrationContext

LONGEST_PATH = 4000
MOST_QUERY_PARAMETERS = 20

# What Reflex's own client calls: the arguments it must send, and those it may.
_FRAMEWORK: dict[str, tuple[dict[str, type], dict[str, type]]] = {
    "hydrate": ({}, {}),
    "hydrate_and_load": ({}, {"vars": dict, "hashes": list}),
    "set_is_hydrated": ({"value": bool}, {}),
    "on_load_internal": ({}, {}),
    "update_vars_internal": ({"vars": dict}, {}),
}


def guard(app: rx.App) -> None:
    """Put the doorman in front of the app's socket."""
    namespace, handlers = app.event_namespace, declared_handlers()
    assert namespace is not None
    enter, trigger = namespace.on_event, namespace.trigger_event

    async def on_event(sid: str, data: Any) -> None:
        if sid not in namespace.sid_to_token:
            return  # A connection that named no tab.
        if (event := admitted(data, handlers)) is not None:
            await enter(sid, event)

    async def trigger_event(name: Any, sid: str, *sent: Any) -> Any:
        match name, sent:
            case "event" | "client_error", (data, *_):
                return await trigger(name, sid, data)
            case "ping", _:
                return await trigger(name, sid)
            case "connect" | "disconnect", _ if _is_servers_own(app, name, sid, sent):
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
    """What a browser kept for States there are; it may know some of an older version."""
    if "vars" not in payload:
        return payload
    states = RegistrationContext.get().base_states
    kept = {k: v for k, v in payload["vars"].items() if k.rpartition(".")[0] in states}
    return payload | {"vars": kept}


def _router(sent: dict[str, Any]) -> dict[str, Any]:
    query = sent.get("query")
    items = list(query.items())[:MOST_QUERY_PARAMETERS] if isinstance(query, dict) else []
    return {
        "pathname": _path(sent.get("pathname")),
        "asPath": _path(sent.get("asPath")),
        "query": {name: value for name, value in items if isinstance(value, str)},
    }


def _path(value: Any) -> str:
    path = value[:LONGEST_PATH] if isinstance(value, str) else ""
    try:
        # Behind two slashes stands a host, which may be misspelt beyond reading.
        has_host = bool(urlsplit(path).netloc)
    except ValueError:
        return "/"
    return path if path.startswith("/") and not has_host else "/"
