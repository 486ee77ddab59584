"""What a scope and its fields are."""

from __future__ import annotations

from dataclasses import dataclass


class UnknownScope(LookupError):
    """No scope of this name. `name` is it, as it was written."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(frozen=True)
class Field:
    """Something a scope shows.

    `kind` is that of the record, `path` where it is in the record's JSON (facts file,
    section 2.7), `words` what it is in plain English, and `sample` an invented value,
    masked where it would be personal. It is shown only to who holds `also` as well:
    a number that refers to somebody is of use to nobody who may not know the person.
    """

    kind: str
    path: str
    words: str
    sample: str = ""
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scope:
    """A part of a school's data that an app may be allowed to read.

    `title` is what people call it, `area` what it belongs to, `summary` one sentence.
    """

    name: str
    title: str
    summary: str
    area: str
    fields: tuple[Field, ...] = ()


Line = tuple[str, str, str]
"""Path, words and sample of a field."""


def fields(kind: str, *lines: Line, also: tuple[str, ...] = ()) -> tuple[Field, ...]:
    """Fields of one kind of record."""
    return tuple(Field(kind, *line, also=also) for line in lines)
