"""The points in time at which a school assesses: the catalogue's, as its apps know them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from assembly_ui.db.database import Database
from assembly_ui.db.paging import Paged
from assembly_ui.sync.listed import by_name, containing, page_of
from assembly_ui.sync.records import all_of


class Order(StrEnum):
    """How the list is sorted."""

    RANK = "rank"
    NAME = "name"
    TYPE = "type"


@dataclass(frozen=True)
class PointView:
    """An assessment point. `rank` is its place in time, the same at every school."""

    rank: int
    name: str
    type: str
    year_code: str


async def list_points(
    database: Database,
    *,
    school_id: int,
    page: int = 1,
    order: Order = Order.RANK,
    type_: str = "",
    year_code: str = "",
    text: str = "",
) -> Paged[PointView]:
    """The points, a page at a time; those of one type or year group, if told."""
    found = await all_of(database, school_id=school_id, kind="assessment_point")
    views = [_view(kept.data) for kept in found]
    shown = [
        one
        for one in containing(views, text, lambda view: [view.name])
        if type_ in ("", one.type) and year_code in ("", one.year_code)
    ]
    return page_of(sorted(shown, key=_KEYS[order]), page)


def _view(data: dict[str, Any]) -> PointView:
    return PointView(
        data.get("rank") or 0,
        data.get("name") or "",
        data.get("type") or "",
        data.get("year_code") or "",
    )


_KEYS: dict[Order, Callable[[PointView], Any]] = {
    Order.RANK: lambda view: view.rank,
    Order.NAME: lambda view: (by_name(view.name), view.rank),
    Order.TYPE: lambda view: (view.type, view.rank),
}
