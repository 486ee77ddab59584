"""From an address to the line of the table that answers it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from assembly_ui.api.rest.errors import MethodNotAllowed, NotFound
from assembly_ui.api.rest.question import path_number
from assembly_ui.api.rest.resource import Resource
from assembly_ui.api.rest.table import RESOURCES

_Path = tuple[str, ...]

ID = "{id}"
LONGEST_PATH = 200
_CODE = re.compile(r"[A-Za-z0-9]{1,10}")


@dataclass(frozen=True)
class Found:
    """A line of the table; the part of the path that is an id, as it came, and as a number.

    `number` is 0 where the path has no id, or where a code stands in its place.
    """

    resource: Resource
    number: int = 0
    segment: str = ""


def find(method: str, path: str) -> Found:
    """What is at this path below `/api`.

    Raises:
        NotFound
        MethodNotAllowed: something is there, asked in another way.
    """
    if len(path) > LONGEST_PATH:
        raise NotFound
    found, segment = _there(tuple(filter(None, path.split("/"))))
    if method not in found:
        raise MethodNotAllowed(tuple(sorted(found)))
    return Found(found[method], path_number(segment) or 0, segment)


def _there(segments: _Path) -> tuple[dict[str, Resource], str]:
    if plain := _BY_PATH.get(segments):
        return plain, ""
    for place, segment in enumerate(segments):
        found = _BY_PATH.get((*segments[:place], ID, *segments[place + 1 :]))
        if found and (path_number(segment) or (_has_code(found) and _CODE.fullmatch(segment))):
            return found, segment
    raise NotFound


def _has_code(found: dict[str, Resource]) -> bool:
    return any(one.has_code for one in found.values())


def _by_path(resources: Iterable[Resource]) -> dict[_Path, dict[str, Resource]]:
    found: dict[_Path, dict[str, Resource]] = {}
    for one in resources:
        found.setdefault(tuple(one.path.strip("/").split("/")), {})[one.method] = one
    return found


_BY_PATH = _by_path(RESOURCES)
