"""What the table of resources is made of, and what a request to one of them is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from assembly_ui.api.rest.iso_dates import SCHOOL_TIME
from assembly_ui.api.rest.question import PAGING, TAG, Question
from assembly_ui.api.rest.version import Version
from assembly_ui.apps.tokens import Bearer
from assembly_ui.services import Services


class Level(StrEnum):
    """Which token opens a resource: an app's own, one a school gave, or either."""

    APP = "app"
    SCHOOL = "school"
    ANY = "any"


@dataclass(frozen=True)
class Conditions:
    """What the conditional headers said: `since` in whole seconds, `tag` as we gave it."""

    since: datetime | None = None
    tag: str = ""

    def __bool__(self) -> bool:
        return bool(self.since or self.tag)


@dataclass(frozen=True)
class Answer:
    """What goes back."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """A request that may be answered. `number` is the id in the path, 0 if it has none."""

    services: Services
    resource: Resource
    bearer: Bearer
    version: Version
    asked: Question
    conditions: Conditions
    number: int
    now: datetime

    @property
    def today(self) -> date:
        """The day at the school."""
        return self.now.astimezone(SCHOOL_TIME).date()

    @property
    def school_id(self) -> int:
        """The school that gave the token."""
        assert self.bearer.school_id is not None
        return self.bearer.school_id


@dataclass(frozen=True, eq=False)
class Filter:
    """A parameter that narrows a list, or, without a `name`, one that always does.

    `values` reads it: the values that `where` is bound to, or None when it does not apply.
    Who asks must hold the scope it `needs`, since the answer tells what it asks.
    """

    name: str
    where: Any
    values: Callable[[Call], Mapping[str, Any] | None]
    needs: str = ""


@dataclass(frozen=True)
class Part:
    """A part of a record that comes only when the parameter `name` asks for it.

    Some are of no effect unless that of another part, which it `needs`, is asked as well.
    """

    name: str
    path: str
    needs: str = ""


Handler = Callable[[Call], Awaitable[Answer]]


@dataclass(frozen=True)
class Resource:
    """A line of the table.

    Holding one of `scopes`, and `also` if there is one, opens it. `conditional`: it knows
    If-Modified-Since and If-None-Match. `daily`: what it lists depends on the day, whether
    or not data changed. `reads` are parameters that `answer` reads by itself. `has_code`: in
    its path a year code may stand for the id.
    """

    path: str
    answer: Handler
    scopes: tuple[str, ...] = ()
    also: str = ""
    kind: str = ""
    filters: tuple[Filter, ...] = ()
    parts: tuple[Part, ...] = ()
    conditional: bool = False
    daily: bool = False
    method: str = "GET"
    level: Level = Level.SCHOOL
    reads: tuple[str, ...] = ()
    has_code: bool = False

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameters it is described with. Lists of ids end in `[]`."""
        filters = [name for found in self.filters for name in found.name.split(", ") if name]
        return (*filters, *self.reads, *(part.name for part in self.parts))

    @property
    def known(self) -> frozenset[str]:
        """The names of all parameters that may be sent to it.

        Clients that page through everything do so with single records too, and one sends the
        tag of If-None-Match as a parameter.
        """
        names = {name.removesuffix("[]") for name in self.parameters}
        if self.method == "GET":
            names.update(PAGING)
        return frozenset(names | {TAG} if self.conditional else names)
