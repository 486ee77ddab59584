"""From an address to the line of the table that answers it."""

from __future__ import annotations

from collections.abc import Iterable

from assembly_ui.platform_api.api.errors import MethodNotAllowed, NotFound
from assembly_ui.platform_api.api.question import path_number
from assembly_ui.platform_api.api.resource import Resource
from assembly_ui.platform_api.api.table import RESOURCES

_Path = tuple[str, ...]

ID = "{id}"
LONGEST_PATH = 200


def find(method: str, path: str) -> tuple[Resource, int]:
    """What is at this path below `/api`, and the number in it; 0 if it has none.

    Raises:
        NotFound
        MethodNotAllowed: something is there, asked in another way.
    """
    if len(path) > LONGEST_PATH:
        raise NotFound
    found, number = _there(tuple(filter(None, path.split("/"))))
    if method not in found:
        raise MethodNotAllowed(tuple(sorted(found)))
    return found[method], number


def _there(segments: _Path) -> tuple[dict[str, Resource], int]:
    if plain := _BY_PATH.get(segments):
        return plain, 0
    for place, segment in enumerate(segments):
        number = path_number(segment)
        found = _BY_PATH.get((*segments[:place], ID, *segments[place + 1 :]))
        if number and found:
            return found, number
    raise NotFound


def _by_path(resources: Iterable[Resource]) -> dict[_Path, dict[str, Resource]]:
    found: dict[_Path, dict[str, Resource]] = {}
    for one in resources:
        found.setdefault(tuple(one.path.strip("/").split("/")), {})[one.method] = one
    return found


_BY_PATH = _by_path(RESOURCES)
