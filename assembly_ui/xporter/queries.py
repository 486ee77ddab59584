"""A query: what is asked of one endpoint, checked before anything is sent."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Self
from urllib.parse import quote

from assembly_ui.xporter.endpoints import ENDPOINTS, Endpoint
from assembly_ui.xporter.wire import same_name

Value = str | int | bool | date | Iterable[str]


class WrongQuery(ValueError):
    """A mistake in our own code: no service was asked."""


@dataclass(frozen=True)
class Query:
    """What is asked: made with `Query.of`, equal when the same is asked.

    Names are spelt as in `endpoints`, whatever their order when given, since change
    tracking needs exactly the same query every time (facts file, section 9).
    """

    endpoint: Endpoint
    record: str
    parameters: tuple[tuple[str, str], ...]
    options: tuple[str, ...]
    select: tuple[str, ...]

    @classmethod
    def of(
        cls,
        name: str,
        record: str = "",
        *,
        options: Iterable[str] = (),
        select: Iterable[str] = (),
        **parameters: Value,
    ) -> Self:
        """A query of an endpoint, all of it or one `record` by its id.

        `select` are columns. Dates, numbers, booleans and lists are written as the
        service wants them.

        Raises:
            WrongQuery: something the endpoint does not have, or lacks.
        """
        endpoint = _one("endpoint", name, ENDPOINTS)
        made = cls(
            ENDPOINTS[endpoint],
            record,
            _parameters(ENDPOINTS[endpoint], parameters),
            tuple(sorted({_option(ENDPOINTS[endpoint], option) for option in options})),
            tuple(sorted(set(select))),
        )
        made._check()
        return made

    @property
    def tail(self) -> str:
        """Its path below the school's."""
        return self.endpoint.name + (f"/{quote(self.record, safe='')}" if self.record else "")

    @property
    def params(self) -> dict[str, str]:
        """What is said after the question mark."""
        lists = {"options": self.options, "select": self.select}
        return dict(self.parameters) | {name: ",".join(of) for name, of in lists.items() if of}

    def key(self, estab: str) -> str:
        """16 hex digits that stand for exactly this query about this school."""
        said = json.dumps([estab, self.tail, sorted(self.params.items())])
        return hashlib.sha256(said.encode()).hexdigest()[:16]

    def _check(self) -> None:
        endpoint, given = self.endpoint, dict(self.parameters)
        if self.record and not endpoint.takes_id:
            raise WrongQuery(f"{endpoint.name} has no single records.")
        if self.record in (".", ".."):
            raise WrongQuery(f"{self.record!r} would lead to another path.")
        if missing := [name for name in endpoint.mandatory if not given.get(name)]:
            raise WrongQuery(f"{endpoint.name} needs {' and '.join(missing)}.")
        if endpoint.one_of and not any(given.get(name) for name in endpoint.one_of):
            raise WrongQuery(f"{endpoint.name} needs one of {', '.join(endpoint.one_of)}.")
        if endpoint.one_option and not self.options:
            raise WrongQuery(
                f"{endpoint.name} answers nothing without one of {', '.join(endpoint.options)}."
            )


def _parameters(endpoint: Endpoint, given: dict[str, Value]) -> tuple[tuple[str, str], ...]:
    said = {}
    for name, value in given.items():
        known = _one(f"parameter of {endpoint.name}", name, endpoint.parameters)
        said[known] = _checked(f"{endpoint.name}.{known}", value, endpoint.parameters[known])
    return tuple(sorted(said.items()))


def _option(endpoint: Endpoint, name: str) -> str:
    return _one(f"option of {endpoint.name}", name, endpoint.options)


def _checked(what: str, value: Value, allowed: tuple[str, ...]) -> str:
    said = _said(value)
    if not allowed:
        return said
    return ",".join(_one(f"value of {what}", part, allowed) for part in said.split(","))


def _one(kind: str, name: str, known: Iterable[str]) -> str:
    """`name` as the service spells it."""
    for candidate in known:
        if same_name(candidate) == same_name(name):
            return candidate
    raise WrongQuery(f"{name!r} is no {kind}; known: {', '.join(known) or 'none'}.")


def _said(value: Value) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.isoformat(timespec="seconds")
        case date():
            return value.isoformat()
        case str() | int():
            return str(value)
        case _:
            return ",".join(map(str, value))
