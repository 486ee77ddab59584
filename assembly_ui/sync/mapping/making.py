"""What making records takes and gives: the words the mapping and the engine share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

SourceRow: TypeAlias = Mapping[str, Any]
"""A row as Xporter on Demand gave it: its columns, as far as they were selected."""


class Source(Protocol):
    """What was read of a school."""

    def rows(self, query: str, table: str) -> Iterable[SourceRow]:
        """The rows of a table of a query; none when it was not read."""
        ...


class Ids(Protocol):
    """The numbers by which apps know things; a thing keeps its number for ever."""

    def of(self, kind: str, key: str) -> int:
        """The number of what the MIS knows as `key`, allocated when it has none."""
        ...


@dataclass(frozen=True)
class Meaning:
    """What an aspect of the MIS is: an assessment of the catalogue, a facet and a subject."""

    assessment: str
    facet: str = "achieved"
    subject: str = ""


@dataclass(frozen=True)
class Chosen:
    """The mappings in force: codes of subjects and meanings of aspects, by what the MIS
    calls them. What is mapped onto nothing is not here."""

    subjects: Mapping[str, str] = field(default_factory=dict)
    aspects: Mapping[str, Meaning] = field(default_factory=dict)

    def subject_of(self, mis_subject: str) -> str:
        """The code of the Assembly subject; "" for none."""
        return self.subjects.get(mis_subject, "")

    def assessment_of(self, aspect: str) -> Meaning | None:
        """What an aspect is; None for nothing."""
        return self.aspects.get(aspect)


@dataclass(frozen=True, slots=True)
class Made:
    """A record. `key` is what the MIS calls it, `label` what people do; `data` is whole.

    `data` has the keys of the API's model in its order; keys that begin with an
    underscore are for us alone.
    """

    key: str
    label: str
    data: dict[str, Any]


Make: TypeAlias = Callable[[Source, Ids, Chosen], Iterator[Made]]


@dataclass(frozen=True)
class Kind:
    """How records of one kind are made, and from which queries.

    Its numbers are those of `numbered_as` when that is given: a class is known by one
    number as a group and as a teaching group. `rolls`: its records come and go with the
    calendar, so that many removed at once say nothing about a mistake. `is_of_year`: they
    are of one school year, so that all may go when the next begins. `is_linked`: they refer
    to other linked records by number, or are referred to.
    """

    name: str
    made_from: frozenset[str]
    make: Make
    numbered_as: str = ""
    rolls: bool = False
    is_of_year: bool = False
    is_linked: bool = True

    @property
    def identity(self) -> str:
        """The kind in whose name its numbers are given."""
        return self.numbered_as or self.name
