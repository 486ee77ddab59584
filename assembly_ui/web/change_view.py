"""From what a sync changed of a record to what people read. Pure.

Only fields that the scopes of today show: what nobody may read any more is not shown
either, though it once was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from typing import Any, TypedDict

from assembly_ui.scopes.catalogue import SCOPES
from assembly_ui.scopes.seeing import visible
from assembly_ui.sync.changes import ChangeView
from assembly_ui.sync.difference import nested
from assembly_ui.sync.models import Change
from assembly_ui.web.data_view import day_words

NOTHING = "nothing"
LONGEST = 160
_TELLING = ("_scope", "type")
"""What decides whether a record of a kind is shown at all; see `scopes.seeing`."""
_UNTOLD = ("object", "id")


class FieldLine(TypedDict):
    """A field: what it was, and what it is. `path` is where it is in the record."""

    path: str
    name: str
    before: str
    after: str


class ChangeLine(TypedDict):
    """A record that a sync added, changed or removed."""

    number: int
    label: str
    fields: list[FieldLine]
    note: str


def change_line(view: ChangeView, kind: str, scopes: Collection[str]) -> ChangeLine | None:
    """A record as these scopes show it; None when they show nothing of it."""
    if visible(kind, view.data, scopes) is None:
        return None
    if view.what is Change.CHANGED:
        lines = list(_changed(view, kind, scopes))
        note = "" if lines else "Only in fields that no app may read now."
    else:
        lines, note = list(_told(view, kind, scopes)), ""
    return ChangeLine(number=view.number, label=view.label, fields=lines, note=note)


def _changed(view: ChangeView, kind: str, scopes: Collection[str]) -> Iterator[FieldLine]:
    telling = {name: view.data[name] for name in _TELLING if name in view.data}
    for path, both in view.fields.items():
        if path.rpartition(".")[2] in _UNTOLD:
            continue
        was, now = (
            _seen(kind, path, telling | nested({path: both}, place), scopes) for place in (0, 1)
        )
        if was == now:
            continue
        yield FieldLine(
            path=path,
            name=field_words(kind, path),
            before=value_words(was),
            after=_after(was, now),
        )


def _told(view: ChangeView, kind: str, scopes: Collection[str]) -> Iterator[FieldLine]:
    """The fields of a whole record that say something."""
    shown = visible(kind, view.data, scopes) or {}
    removed = view.what is Change.REMOVED
    for path, value in _leaves(shown):
        words = value_words(value)
        yield FieldLine(
            path=path,
            name=field_words(kind, path),
            before=words if removed else "",
            after="" if removed else words,
        )


def _seen(kind: str, path: str, data: Mapping[str, Any], scopes: Collection[str]) -> Any:
    found: Any = visible(kind, data, scopes)
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _leaves(data: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in data.items():
        if name in _UNTOLD or value in (None, "", [], {}):
            continue
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{above}{name}.")
        else:
            yield above + name, value


def field_words(kind: str, path: str) -> str:
    """What a field is called; as the scopes call it, or else by its own name."""
    words, names = _words(kind), path.split(".")
    for length in range(len(names), 0, -1):
        above, within = ".".join(names[:length]), names[length:]
        if above in words:
            return ": ".join((words[above], *(_leaf(name) for name in within)))
    return _plain(path)


@lru_cache(maxsize=64)
def _words(kind: str) -> dict[str, str]:
    words = {
        field.path: field.words for scope in SCOPES for field in scope.fields if field.kind == kind
    }
    shared = Counter(words.values())
    return {
        path: said if shared[said] == 1 else f"{said}: {_leaf(path)}"
        for path, said in words.items()
    }


def _leaf(path: str) -> str:
    return path.rpartition(".")[2].replace("_", " ")


def _plain(path: str) -> str:
    name = _leaf(path).removeprefix("is ")
    return name[:1].upper() + name[1:]


def _after(was: Any, now: Any) -> str:
    """What it is; of a list of numbers, how many came and went."""
    if not (_numbers(was) and _numbers(now)):
        return value_words(now)
    came, went = len(set(now) - set(was)), len(set(was) - set(now))
    counted = ((came, "added"), (went, "taken away"))
    return f"{len(now)} ({', '.join(f'{n} {what}' for n, what in counted if n) or 'reordered'})"


def _numbers(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, int) for one in value)


def value_words(value: Any) -> str:
    """A value as people read it."""
    words = _value(value)
    return words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"


def _value(value: Any) -> str:
    if value in (None, "", [], {}):
        return NOTHING
    match value:
        case bool():
            return "Yes" if value else "No"
        case str():
            return _text(value)
        case list() if _numbers(value):
            return str(len(value))
        case list():
            return "; ".join(_value(one) for one in value)
        case Mapping():
            said = [_value(v) for k, v in value.items() if k not in _UNTOLD and v not in (None, "")]
            return ", ".join(said) or NOTHING
    return str(value)


def _text(value: str) -> str:
    """A date, or a moment in UTC, as people write it; any other text as it is."""
    if len(value) == 20 and value[10] == "T" and value.endswith("Z"):
        time = value[11:16]
        return day_words(value[:10]) + (f", {time} UTC" if time != "00:00" else "")
    return day_words(value)
