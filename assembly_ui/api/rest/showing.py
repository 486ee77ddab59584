"""What of a record an app is shown: what the school allowed, of that what was asked for."""

from __future__ import annotations

from collections.abc import Callable

from assembly_ui.api.rest.answers import Data, Show
from assembly_ui.api.rest.question import Question
from assembly_ui.api.rest.resource import Call, Part
from assembly_ui.api.rest.version import Version
from assembly_ui.scopes.seeing import ALWAYS, visible

OLD_NAMES = {"result": "result"}
"""What version 1 calls objects, by kind, where 1.1 does otherwise: the Ruby client looks its class
up by that."""


def shows(call: Call, kind: str, parts: tuple[Part, ...] = ()) -> Show:
    """Cuts records of a kind for this app and this question; a record is of no use afterwards."""
    scopes, left_out = call.bearer.scopes, leaving_out(parts, call.asked)
    name = OLD_NAMES.get(kind) if call.version is Version.V1 else None

    def show(data: Data) -> Data | None:
        # Before anything else: what nobody asked for need not be looked through.
        for leave_out in left_out:
            leave_out(data)
        seen = visible(kind, data, scopes)
        return {**seen, "object": name} if seen and name else seen

    return show


def leaving_out(parts: tuple[Part, ...], asked: Question) -> list[Callable[[Data], None]]:
    """What takes away from a record the parts that nobody asked for."""
    wanted = {part.name for part in parts if asked.flag(part.name)}
    wanted -= {part.name for part in parts if part.needs and part.needs not in wanted}
    return [
        _without(part.path, [one.path for one in parts if one.name in wanted])
        for part in parts
        if part.name not in wanted
    ]


def _without(path: str, wanted: list[str]) -> Callable[[Data], None]:
    """Takes away what is at a path, except what of it is wanted by itself."""
    kept = {one.removeprefix(f"{path}.") for one in wanted if one.startswith(f"{path}.")}
    *way, last = path.split(".")

    def leave_out(data: Data) -> None:
        for step in way:
            if not isinstance(data := data.get(step), dict):  # type: ignore[assignment]
                return
        found = data.pop(last, None)
        if kept and isinstance(found, dict):
            data[last] = {name: found[name] for name in found if name in kept or name in ALWAYS}

    return leave_out
