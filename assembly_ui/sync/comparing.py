"""From the records made now and those kept before to what is to be written. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pydantic_core import from_json

from assembly_ui.sync.difference import Fields, difference
from assembly_ui.sync.recipe import Data, Made

LONGEST_LABEL = 200

Cut = Callable[[Data], Mapping[str, Any] | None]
"""A record as some scopes show it; None when they do not."""


class Kept(NamedTuple):
    """A record as it is kept. `is_there`: it has not been removed."""

    text: str
    label: str
    is_there: bool


FIRST_NUMBERS = {"group": 101}
"""Where numbers begin that must not be taken for something else: programs of others have a year
code where the id of a year group belongs."""


class Ids:
    """The numbers of a school's records, given out to those never seen before."""

    def __init__(self) -> None:
        self._numbers: dict[str, dict[str, int]] = {}
        self._last: dict[str, int] = {}
        self.given: list[tuple[str, str, int]] = []

    def know(self, kind: str, key: str, number: int) -> None:
        """A number that was given out before."""
        self._numbers.setdefault(kind, {})[key] = number
        self._last[kind] = max(number, self._last.get(kind, 0))

    def of(self, kind: str, key: str) -> int:
        """The number of a record, for ever."""
        numbers = self._numbers.setdefault(kind, {})
        if (number := numbers.get(key)) is None:
            first = FIRST_NUMBERS.get(kind, 1)
            number = numbers[key] = self._last[kind] = max(self._last.get(kind, 0) + 1, first)
            self.given.append((kind, key, number))
        return number


@dataclass(frozen=True)
class Written:
    """A record to be written, as JSON."""

    number: int
    label: str
    text: str


@dataclass(frozen=True)
class Altered(Written):
    """A record to be written over. `fields` are those that differ for whoever reads it.

    `is_news`: whoever reads it sees something else than before.
    """

    fields: Fields
    is_news: bool


@dataclass(frozen=True)
class Comparison:
    """What is to be done to the records of a kind. `again`: removed before, and back."""

    added: list[Written] = field(default_factory=list)
    again: list[Written] = field(default_factory=list)
    altered: list[Altered] = field(default_factory=list)
    removed: list[int] = field(default_factory=list)
    total: int = 0

    @property
    def is_nothing(self) -> bool:
        """Whether all stays as it is."""
        return not (self.added or self.again or self.altered or self.removed)

    @property
    def changed(self) -> int:
        """How many records changed, in a way that counts."""
        return sum(bool(one.fields) for one in self.altered)


@dataclass(frozen=True)
class Eyes:
    """Through what two states of a record are compared when other scopes are wanted.

    Of a record that now has more fields, or fewer, only those count as changed that both
    could show (`shared`); apps hear of those that can be seen now (`now`).
    """

    shared: Cut
    now: Cut


def compare(
    identity: str,
    made: Iterable[Made],
    before: Mapping[int, Kept],
    ids: Ids,
    cut: Cut,
    eyes: Eyes | None = None,
) -> Comparison:
    """What has to be written for the records to be as they were made, and `cut`.

    Numbers are given in the name of `identity`. With `eyes`, differences are what those
    see. Of two records with one key the later counts.
    """
    found = Comparison()
    written = (_written(identity, one, ids, cut) for one in made)
    now = {one.number: one for one in written if one}
    for number, one in now.items():
        _add(found, one, before.get(number), eyes)
    found.removed.extend(
        number for number, kept in before.items() if kept.is_there and number not in now
    )
    return Comparison(found.added, found.again, found.altered, found.removed, len(now))


def _written(identity: str, made: Made, ids: Ids, cut: Cut) -> Written | None:
    """Text from the first: of tens of thousands of records that needs a quarter of the room."""
    number, data = ids.of(identity, made.key), cut(made.data)
    if data is None:
        return None
    return Written(number, made.label[:LONGEST_LABEL], json.dumps(data))


def _add(found: Comparison, now: Written, kept: Kept | None, eyes: Eyes | None) -> None:
    if kept is None:
        found.added.append(now)
    elif not kept.is_there:
        found.again.append(now)
    elif (kept.text, kept.label) != (now.text, now.label):
        found.altered.append(_altered(now, kept, eyes))


def _altered(now: Written, kept: Kept, eyes: Eyes | None) -> Altered:
    was, is_ = from_json(kept.text), from_json(now.text)
    if eyes is None:
        fields, is_news = difference(was, is_), True
    else:
        fields = difference(_seen(was, eyes.shared), _seen(is_, eyes.shared))
        is_news = _seen(was, eyes.now) != _seen(is_, eyes.now)
    return Altered(now.number, now.label, now.text, fields, is_news)


def _seen(data: Data, cut: Cut) -> Mapping[str, Any]:
    return cut(data) or {}
