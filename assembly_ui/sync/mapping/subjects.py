"""Subjects: the school's own, and those of the catalogue they are mapped onto."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from assembly_ui.sync.mapping.catalogue import SUBJECTS
from assembly_ui.sync.mapping.making import Chosen, Ids, Kind, Made, Source, SourceRow
from assembly_ui.sync.mapping.people import Json
from assembly_ui.sync.mapping.rows import GROUP_QUERIES, group_rows, maybe, text

_NAMES = {subject.code: subject.name for subject in SUBJECTS}


def mis_subject_key(row: SourceRow) -> str:
    """What the MIS calls the subject of a group; "" for a group without one."""
    return text(row, "SubjectLocalId", "SubjectCode")


def mis_subjects(source: Source) -> dict[str, SourceRow]:
    """A row of each of the school's own subjects, by what the MIS calls it."""
    found: dict[str, SourceRow] = {}
    for row in group_rows(source):
        if key := mis_subject_key(row):
            found.setdefault(key, row)
    return found


def make_mis_subjects(source: Source, ids: Ids, chosen: Chosen) -> Iterator[Made]:
    """The subjects of the school's own classes."""
    for key, row in mis_subjects(source).items():
        name = text(row, "SubjectName", "SubjectCode")
        yield Made(key, name, mis_subject(ids, chosen, key, row))


def make_subjects(source: Source, ids: Ids, chosen: Chosen) -> Iterator[Made]:
    """Every subject of the catalogue, with those of the school that are mapped onto it."""
    theirs = defaultdict(list)
    for key, row in mis_subjects(source).items():
        theirs[chosen.subject_of(key)].append(mis_subject(ids, chosen, key, row))
    for subject in SUBJECTS:
        data = plain_subject(ids, subject.code) or {}
        yield Made(subject.code, subject.name, {**data, "mis_subjects": theirs[subject.code]})


def mis_subject(ids: Ids, chosen: Chosen, key: str, row: SourceRow) -> Json:
    """One of the school's own subjects, with the one it is mapped onto."""
    return {
        **bare_mis_subject(ids, key, row),
        "subject": plain_subject(ids, chosen.subject_of(key)),
    }


def bare_mis_subject(ids: Ids, key: str, row: SourceRow) -> Json:
    """One of the school's own subjects as it is part of a lesson."""
    return {
        "object": "mis_subject",
        "id": ids.of("mis_subject", key),
        "name": maybe(row, "SubjectName"),
        "code": maybe(row, "SubjectCode"),
        "alt_name": None,
        "alt_code": None,
    }


def plain_subject(ids: Ids, code: str) -> Json | None:
    """A subject of the catalogue as it is part of others; None for a code of none."""
    if code not in _NAMES:
        return None
    return {
        "object": "subject",
        "id": ids.of("subject", code),
        "code": code,
        "name": _NAMES[code],
    }


SUBJECT_KINDS = (
    Kind("mis_subject", GROUP_QUERIES, make_mis_subjects, is_of_year=True),
    Kind("subject", GROUP_QUERIES, make_subjects, is_linked=False),
)
