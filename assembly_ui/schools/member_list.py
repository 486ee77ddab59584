"""The list of a school's people: sorted, searched, a page at a time."""

from __future__ import annotations

from enum import StrEnum
from functools import cache

from sqlalchemy import ColumnElement, bindparam, case, func, or_, select
from sqlmodel import col

from assembly_ui.accounts.models import User
from assembly_ui.db.database import Database
from assembly_ui.db.paging import Listing, Paged
from assembly_ui.schools.members import MemberView
from assembly_ui.schools.models import Membership, Role

_WILD = str.maketrans({sign: f"/{sign}" for sign in "/%_"})


class Order(StrEnum):
    """How the list of members is sorted."""

    ROLE = "role"
    NAME = "name"
    LAST_SEEN = "last_seen"


async def list_members(
    database: Database,
    *,
    school_id: int,
    page: int = 1,
    order: Order = Order.ROLE,
    containing: str = "",
) -> Paged[MemberView]:
    """Members whose name or address contains a text, a page at a time."""
    sought: dict[str, object] = {"school_id": school_id}
    if containing:
        sought |= {"containing": containing.translate(_WILD)}
    listing = _listing(order, searched=bool(containing))
    found = await listing.page(database, sought, number=page)
    views = [MemberView(*row) for row in found.rows]
    return Paged(views, found.number, found.pages, found.total)


@cache
def _listing(order: Order, *, searched: bool) -> Listing:
    query = (
        # In the order of MemberView.
        select(
            col(Membership.user_id),
            col(User.name),
            col(User.email),
            col(Membership.role),
            col(Membership.created_at),
            col(User.last_seen_at),
        )
        .join(User, col(User.id) == col(Membership.user_id))
        .where(col(Membership.school_id) == bindparam("school_id"))
        .order_by(*_order(order))
    )
    return Listing(query.where(_contains()) if searched else query)


def _order(order: Order) -> list:
    shown_name = func.lower(func.coalesce(func.nullif(col(User.name), ""), col(User.email)))
    ties = [shown_name, col(Membership.id)]
    match order:
        case Order.NAME:
            return ties
        case Order.LAST_SEEN:
            return [col(User.last_seen_at).is_(None), col(User.last_seen_at).desc(), *ties]
        case Order.ROLE:
            ranks = {role: rank for rank, role in enumerate(Role)}
            return [case(ranks, value=col(Membership.role)), *ties]


def _contains() -> ColumnElement[bool]:
    text = bindparam("containing", type_=User.__table__.c.name.type)  # type: ignore[attr-defined]
    return or_(
        col(User.name).icontains(text, escape="/"), col(User.email).icontains(text, escape="/")
    )
