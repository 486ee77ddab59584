"""Reading a GIAS extract (`edubasealldataYYYYMMDD.csv`) into the data folder.

The extract is Windows-1252 with 135 columns, of which these are read. It knows
neither Scotland nor Northern Ireland and little of Wales, so those come from
the shipped register.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from assembly_ui.schools.errors import (
    NotAGiasFile,
    RegisterFileEmpty,
    RegisterFileUnreadable,
    RegisterFolderUnwritable,
)
from assembly_ui.schools.register_file import (
    IMPORTED_NAME,
    SHIPPED,
    RegisterSchool,
    read_register,
    school_from,
    tidy,
    write_register,
)

# GIAS's name for each of our columns.
GIAS_COLUMNS = {
    "urn": "URN",
    "la_code": "LA (code)",
    "local_authority": "LA (name)",
    "establishment_number": "EstablishmentNumber",
    "name": "EstablishmentName",
    "type": "TypeOfEstablishment (name)",
    "status": "EstablishmentStatus (name)",
    "phase": "PhaseOfEducation (name)",
    "postcode": "Postcode",
    "town": "Town",
    "website": "SchoolWebsite",
    "telephone": "TelephoneNum",
}
# A file with at least these is meant to be a GIAS extract, though some may be missing.
_TELLING = {"URN", "EstablishmentName"}


@dataclass(frozen=True)
class ImportReport:
    """How many schools came from the extract (`read`, of which `open`), how many rows
    were no school (`skipped`), how many values said that there is none (`blanked`), and how
    many schools the shipped register added (`kept`).
    """

    read: int
    open: int
    skipped: int
    blanked: int
    kept: int
    path: Path


def import_gias(file: Path, data_dir: Path, *, shipped: Path = SHIPPED) -> ImportReport:
    """Make `file` the register of this deployment. A running server reads it at its next start.

    Raises:
        NotAGiasFile: the columns are not those of an extract; `missing` names them.
        RegisterFileEmpty: the extract holds no school.
        RegisterFileUnreadable: the file cannot be opened or is not text.
        RegisterFolderUnwritable: the data folder refuses the new file.
    """
    schools, skipped, blanked = _read(file)
    kept = _not_in_gias(schools, read_register(shipped))
    path = data_dir / IMPORTED_NAME
    try:
        write_register(path, [*schools.values(), *kept])
    except OSError as error:
        raise RegisterFolderUnwritable(path, str(error)) from error
    is_open = sum(school.is_open for school in schools.values())
    return ImportReport(len(schools), is_open, skipped, blanked, len(kept), path)


def _read(file: Path) -> tuple[dict[str, RegisterSchool], int, int]:
    schools: dict[str, RegisterSchool] = {}
    skipped = blanked = 0
    try:
        for row in _rows(file):
            values = {ours: row.get(theirs) or "" for ours, theirs in GIAS_COLUMNS.items()}
            school = school_from(values)
            blanked += sum(
                not getattr(school, column) and tidy(value) != ""
                for column, value in values.items()
            )
            if school.urn.isdigit() and school.name:
                schools[school.urn] = school
            else:
                skipped += 1
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise RegisterFileUnreadable(file, reason) from error
    if not schools:
        raise RegisterFileEmpty(file)
    return schools, skipped, blanked


def _rows(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding=_encoding(file), newline="") as text:
        rows = csv.DictReader(text)
        present = {name.strip() for name in rows.fieldnames or ()}
        if not present:
            raise RegisterFileEmpty(file)
        if missing := [name for name in GIAS_COLUMNS.values() if name not in present]:
            raise NotAGiasFile(file, missing, is_extract=present >= _TELLING)
        yield from rows


def _encoding(file: Path) -> str:
    # People open the extract in a spreadsheet and save it again, which adds a mark.
    with file.open("rb") as raw:
        return "utf-8-sig" if raw.read(3) == b"\xef\xbb\xbf" else "cp1252"


def _not_in_gias(
    schools: dict[str, RegisterSchool], shipped: list[RegisterSchool]
) -> list[RegisterSchool]:
    numbers = {school.dfe_number for school in schools.values()} - {""}
    return [
        school
        for school in shipped
        if not school.urn.isdigit() and school.urn not in schools
        if not (school.urn.startswith("W-") and school.dfe_number in numbers)
    ]
