"""A service that holds tables: pages and change tracking, as documented and as feared."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

import httpx

from tests.factories.xporter import NULLS

COLLECTED_AT = "2026-11-23T03:00:06"

Tables = dict[str, dict[str, dict[str, Any]]]
"""Rows by id, by table."""

UNKNOWN: dict[str, httpx.Response | None] = {
    "in words": httpx.Response(200, json=NULLS | {"ExceptionMessage": "Snapshot not known"}),
    "as 400": httpx.Response(400, json=NULLS),
    "as 404": httpx.Response(404, json=NULLS),
    "as 500": httpx.Response(500, json=NULLS),
    "as if everything had been asked for": None,
}
"""What an unknown marker may lead to; nothing of it is documented."""


def a_row(row_id: str, value: int, parent: str = "") -> dict[str, Any]:
    """A row whose RowHash tells its contents."""
    return {"Id": row_id, "Name": str(value), "GroupId": parent or None, "RowHash": str(value)}


class TableService:
    """Facts file, sections 6 and 9, for the endpoint Groups.

    `before_answer` is called ahead of every answer with data, to change `tables`.
    `are_hashes_fresh`: each answer has a marker of its own, even if nothing changed.
    `are_children_repeated`: sub-tables come whole on every page.
    """

    def __init__(
        self,
        *,
        unknown: str = "in words",
        are_hashes_fresh: bool = False,
        are_children_repeated: bool = False,
    ) -> None:
        self.tables: Tables = {"Group": {}, "StudentMembers": {}}
        self.snapshots: dict[str, Tables] = {}
        self.asked: list[dict[str, str]] = []
        self.before_answer: Callable[[], None] = lambda: None
        self._unknown = unknown
        self._are_hashes_fresh = are_hashes_fresh
        self._are_children_repeated = are_children_repeated

    def transport(self) -> httpx.MockTransport:
        """The service at the other end of an HTTP client."""
        return httpx.MockTransport(self.answer)

    def answer(self, request: httpx.Request) -> httpx.Response:
        """The answer to one request."""
        if request.url.path.endswith("/GetToken"):
            body = {"token": "t" * 664, "expires": "2099-01-01T00:00:00Z"} | NULLS
            return httpx.Response(200, json=body)
        self.before_answer()
        params = dict(request.url.params)
        self.asked.append(params)
        return self._answer(params)

    def _answer(self, params: Mapping[str, str]) -> httpx.Response:
        marker = params.get("changedRows")
        if marker in (None, "*") or marker in self.snapshots:
            return httpx.Response(200, json=self._rows(params, marker))
        refusal = UNKNOWN[self._unknown]
        if refusal is not None:
            return httpx.Response(refusal.status_code, content=refusal.content)
        return httpx.Response(200, json=self._rows(params, "*"))

    def _rows(self, params: Mapping[str, str], marker: str | None) -> dict[str, Any]:
        known = self.snapshots.get(marker or "", {})
        changed = {
            name: [row for row_id, row in rows.items() if known.get(name, {}).get(row_id) != row]
            for name, rows in self.tables.items()
        }
        body: dict[str, Any] = self._page(changed, params)
        body["meta"] = [{"Id": 1, "MIS": "isams", "Version": "4", "DateTime": COLLECTED_AT}]
        if marker:
            body |= {
                f"{name}_deleted": [
                    {"Id": gone} for gone in known.get(name, {}) if gone not in rows
                ]
                for name, rows in self.tables.items()
            }
            body["__changedRows__"] = [
                {"RequestedChangedRows": marker, "NextChangedRows": self._snapshot()}
            ]
        return deepcopy(body)

    def _page(
        self, changed: dict[str, list[dict[str, Any]]], params: Mapping[str, str]
    ) -> dict[str, Any]:
        if "page" not in params:
            return dict(changed)
        groups, members = changed["Group"], changed["StudentMembers"]
        number, size = int(params["page"]), int(params["pageSize"])
        shown = groups[(number - 1) * size : number * size]
        if not self._are_children_repeated:
            everywhere = {group["Id"] for group in groups}
            here = {group["Id"] for group in shown}
            members = [
                row
                for row in members
                if row["GroupId"] in here or (number == 1 and row["GroupId"] not in everywhere)
            ]
        pagination = {
            "PageSize": size,
            "PageNumber": number,
            "PageCount": -(-len(groups) // size),
            "RowCount": len(groups),
            "NextPage": None,
        }
        return {"Group": shown, "StudentMembers": members, "__pagination__": [pagination]}

    def _snapshot(self) -> str:
        said = json.dumps([self.tables, len(self.asked) if self._are_hashes_fresh else 0])
        name = hashlib.md5(said.encode(), usedforsecurity=False).hexdigest()
        self.snapshots[name] = deepcopy(self.tables)
        return name
