"""An extract beside the register in force: what an import would change. Pure.

An extract that is cut off, sorted in one column or exported with another selection is a
valid file. What gives it away is that too much changes at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from assembly_ui.schools.gias_extract import Doubt, DoubtKind
from assembly_ui.schools.register_file import RegisterSchool
from assembly_ui.schools.register_text import one_form, words

_MOST = {
    DoubtKind.GONE: 0.01,
    DoubtKind.CLOSED: 0.1,
    DoubtKind.RENAMED: 0.1,
    DoubtKind.MOVED: 0.1,
    DoubtKind.RENUMBERED: 0.02,
    DoubtKind.SHARED_NUMBERS: 0.002,
}
"""The largest share of schools that changes between two extracts. In a year about one school
in 25 closes, is renamed or moves, and their URNs stay in the extract."""

_MOST_EMPTIED = {
    "dfe_number": 0.01,
    "status": 0.0,
    "local_authority": 0.02,
    "postcode": 0.02,
    "town": 0.05,
    "phase": 0.05,
    "type": 0.05,
    "telephone": 0.2,
    "website": 0.2,
}
_EXAMPLES = 3


@dataclass(frozen=True)
class Change:
    """How many schools changed in one way, and a few of them in words."""

    count: int = 0
    examples: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Comparison:
    """What an import would change, and what of it is too much to be right.

    `gone` are open schools that the extract lacks. `emptied` is how many schools lose each
    value they have.
    """

    new: int
    changes: dict[DoubtKind, Change]
    emptied: dict[str, int]
    doubts: list[Doubt]


def compare_registers(
    before: Iterable[RegisterSchool], after: Mapping[str, RegisterSchool]
) -> Comparison:
    """Compare the English schools `before` with those of an extract, by URN."""
    known = {school.urn: school for school in before if school.urn.isdigit()}
    both = [(school, after[urn]) for urn, school in known.items() if urn in after]
    changes = {
        DoubtKind.GONE: _change(
            _named(school) for urn, school in known.items() if school.is_open and urn not in after
        ),
        DoubtKind.CLOSED: _change(
            _named(old) for old, new in both if old.is_open and not new.is_open
        ),
        DoubtKind.RENAMED: _change(
            f"{_named(old)}: {new.name}" for old, new in both if _name(old) != _name(new)
        ),
        DoubtKind.MOVED: _change(
            f"{_named(old)}: {new.postcode}, not {old.postcode}"
            for old, new in both
            if old.postcode and new.postcode and old.postcode != new.postcode
        ),
        DoubtKind.RENUMBERED: _change(
            f"{_named(old)}: {new.dfe_number}, not {old.dfe_number}"
            for old, new in both
            if old.dfe_number and new.dfe_number and old.dfe_number != new.dfe_number
        ),
        DoubtKind.SHARED_NUMBERS: _newly_shared(known.values(), after.values()),
    }
    emptied = {
        column: sum(bool(getattr(old, column)) and not getattr(new, column) for old, new in both)
        for column in _MOST_EMPTIED
    }
    totals = {DoubtKind.GONE: sum(school.is_open for school in known.values())}
    doubts = [
        Doubt(kind, change.count, total, change.examples)
        for kind, change in changes.items()
        if change.count > _MOST[kind] * (total := totals.get(kind, len(both)))
    ]
    for column, most in _MOST_EMPTIED.items():
        had = sum(bool(getattr(old, column)) for old, _ in both)
        if emptied[column] > most * had:
            doubts.append(Doubt(DoubtKind.EMPTIED, emptied[column], had, column=column))
    return Comparison(len(after.keys() - known.keys()), changes, emptied, doubts)


def with_known_letters(new: RegisterSchool, old: RegisterSchool | None) -> dict[str, str]:
    """Name and town of `old` where `new` only lacks letters of them: "T? Mawr" is "Tŷ Mawr"."""
    if old is None:
        return {}
    return {
        column: getattr(old, column)
        for column in ("name", "town")
        if _lacks_letters(getattr(new, column), getattr(old, column))
    }


def _lacks_letters(new: str, old: str) -> bool:
    return (
        new != old
        and len(new) == len(old)
        and all(a == b or (a in "?�" and not b.isascii()) for a, b in zip(new, old, strict=True))
    )


def _newly_shared(before: Iterable[RegisterSchool], after: Iterable[RegisterSchool]) -> Change:
    shared = _shared(after)
    for number in _shared(before):
        shared.pop(number, None)
    return _change(f"{number}: {', '.join(names)}" for number, names in sorted(shared.items()))


def _shared(schools: Iterable[RegisterSchool]) -> dict[str, list[str]]:
    numbered = [school for school in schools if school.is_open and school.dfe_number]
    often = Counter(school.dfe_number for school in numbered)
    shared: dict[str, list[str]] = {}
    for school in numbered:
        if often[school.dfe_number] > 1:
            shared.setdefault(school.dfe_number, []).append(_named(school))
    return shared


def _change(found: Iterable[str]) -> Change:
    listed = list(found)
    return Change(len(listed), listed[:_EXAMPLES])


def _named(school: RegisterSchool) -> str:
    return f"{school.name} ({school.urn})"


def _name(school: RegisterSchool) -> str:
    return one_form(words(school.name))
