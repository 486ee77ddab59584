"""States of one tab, for tests that call handlers as the socket does."""

from __future__ import annotations

import inspect
from typing import Any, TypeVar

import reflex as rx

from assembly_ui.web.notice import NoticeState

_State = TypeVar("_State", bound=rx.State)


HOSTILE: list[Any] = [
    None,
    7,
    True,
    ["x"],
    {"$ne": ""},
    "",
    "\x00",
    "\u202e\u202d",
    "\ud800",
    "🐴" * 3000,
    "x" * 1_000_000,
    "<img src=x onerror=alert(1)>",
    "'; DROP TABLE users; --",
    "{{7*7}}",
    "a@b.test\r\nBcc: victim@kings.sch.uk",
]
"""What may come over the socket in any place."""


class Tab:
    """A browser's tab: every State in it belongs together."""

    def __init__(self, cookie: str = "", path: str = "/") -> None:
        self._root = rx.State(_reflex_internal_init=True)
        sent = {
            "headers": {"cookie": cookie, "origin": "http://localhost:3000"},
            "token": "a-tab",
            "ip": "192.0.2.1",
            "asPath": path,
            "pathname": path.partition("?")[0],
        }
        self._root._update_router_vars(sent, {})

    async def state(self, kind: type[_State]) -> _State:
        """The State of this kind."""
        return await self._root.get_state(kind)

    async def send(self, handler: Any, **arguments: Any) -> list[Any]:
        """Call a handler with whatever arguments; returns the events it answers with."""
        state = await self.state(handler.state)
        outcome = handler.fn(state, **arguments)
        if inspect.isasyncgen(outcome):
            return [event async for event in outcome if event is not None]
        answer = await outcome
        if answer is None:
            return []
        return answer if isinstance(answer, list) else [answer]


def went_to(events: list[Any]) -> list[str]:
    """The pages these events lead to."""
    redirects = [event for event in events if event.handler.fn.__qualname__ == "_redirect"]
    return [
        str(value).strip('"')
        for event in redirects
        for name, value in event.args
        if str(name) == "path"
    ]


async def notice(tab: Tab) -> str:
    """The confirmation or refusal at the head of the page."""
    return (await tab.state(NoticeState)).words
