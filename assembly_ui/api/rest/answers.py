"""What goes back: records as JSON, lists in the form of the version asked for."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from assembly_ui.api.rest.question import Paging
from assembly_ui.api.rest.resource import Answer
from assembly_ui.api.rest.version import Version
from assembly_ui.audit.origin import current_origin
from assembly_ui.jobs import worker_pools

_T = TypeVar("_T")

Data = dict[str, Any]
Show = Callable[[Data], Data | None]
"""Cuts a record down to what the app may see and asked for; None when that is nothing."""

LARGE = 64 * 1024
"""Letters of JSON that keep the event loop longer than a thread costs."""

UNCHANGED = 304

# Everything beyond ASCII is escaped: half a character, which data may hold, has no other form.
_encode = json.JSONEncoder(separators=(",", ":")).encode


def to_json(value: Any) -> bytes:
    """One value."""
    return _encode(value).encode("ascii")


def moment(at: datetime | None) -> str | None:
    """A moment as the API writes it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else None


def an_object(value: Data, headers: Mapping[str, str] | None = None) -> Answer:
    """A single object."""
    return Answer(to_json(value), headers=headers or {})


def unchanged(headers: Mapping[str, str]) -> Answer:
    """Nothing has changed since."""
    return Answer(status=UNCHANGED, headers=headers)


async def in_api_pool(work: Callable[..., _T], *args: Any) -> _T:
    """Run `work(*args)` beside the event loop, in the queue of the client that asks.

    Raises:
        PoolBusy
    """
    return await worker_pools.API_ANSWERS.run(work, *args, client=current_origin().ip)


async def shown(texts: Sequence[str], show: Show) -> list[bytes]:
    """Records as they may be seen, each as JSON; many of them beside the event loop."""
    if sum(map(len, texts)) < LARGE:
        return _shown(texts, show)
    return await in_api_pool(_shown, texts, show)


def _shown(texts: Sequence[str], show: Show) -> list[bytes]:
    # One by one: a single large call would not let the event loop in between.
    cut = (show(json.loads(text)) for text in texts)
    return [to_json(data) for data in cut if data is not None]


def a_list(
    version: Version,
    rows: Sequence[bytes],
    paging: Paging,
    total: int,
    pages: int,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """A page of a list: bare with headers, or in an envelope (facts, 2.1 and 2.5)."""
    after = paging.page + 1 if paging.page < pages else None
    before = min(paging.page - 1, pages) or None
    body = b"[" + b",".join(rows) + b"]"
    if version is Version.V1:
        envelope = {
            "object": "list",
            "total_count": total,
            "total_pages": pages,
            "current_page": paging.page,
            "prev_page": before,
            "next_page": after,
        }
        body = to_json(envelope)[:-1] + b',"data":' + body + b"}"
        return Answer(body, headers=headers or {})
    told = {
        "Page": str(paging.page),
        "Per-Page": str(paging.per_page),
        "Total": str(total),
        "Total-Pages": str(pages),
        "Next-Page": str(after or ""),
        "Prev-Page": str(before or ""),
    }
    return Answer(body, headers={**told, **(headers or {})})
