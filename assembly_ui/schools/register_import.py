"""Importing a GIAS extract as the register of this deployment, and undoing it.

The extract knows neither Scotland nor Northern Ireland and little of Wales, so those come
from the shipped register. The register that an import replaces is kept once, beside it.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from assembly_ui.schools.errors import (
    NoImportToUndo,
    RegisterFileUnreadable,
    RegisterFolderUnwritable,
    RegisterImportDoubtful,
)
from assembly_ui.schools.gias_extract import GIAS_COLUMNS, Doubt, Extract, read_extract
from assembly_ui.schools.register_comparison import (
    Comparison,
    compare_registers,
    with_known_letters,
)
from assembly_ui.schools.register_file import (
    IMPORTED_NAME,
    PREVIOUS_NAME,
    SHIPPED,
    RegisterSchool,
    read_in_force,
    read_register,
    write_register,
)

__all__ = ["GIAS_COLUMNS", "ImportReport", "Undone", "import_gias", "undo_import"]


@dataclass(frozen=True)
class ImportReport:
    """What an import read and changed, or would.

    `read` schools, of which `open`; `kept`: schools that the shipped register added; `relettered`:
    values that keep letters the extract lacks. `extract` says how the file was saved and what was
    put right, `comparison` what differs from the register in force, `doubts` all that a person
    has to look at.
    """

    read: int
    open: int
    kept: int
    relettered: int
    extract: Extract
    comparison: Comparison
    doubts: list[Doubt]
    path: Path


@dataclass(frozen=True)
class Undone:
    """The register in force after an import was undone."""

    schools: int
    is_shipped: bool


def import_gias(
    file: Path,
    data_dir: Path,
    *,
    shipped: Path = SHIPPED,
    accept_changes: bool = False,
    dry_run: bool = False,
) -> ImportReport:
    """Make `file` the register of this deployment. A running server reads it at its next start.

    With `dry_run` everything is read and compared and nothing is written; doubts are returned.

    Raises:
        NotAGiasFile, RegisterFileCutOff, RegisterFileEmpty, RegisterFileUnreadable: of the file.
        RegisterImportDoubtful: too much would change, and `accept_changes` does not say that it
            is right; holds the report.
        RegisterFolderUnwritable: the data folder refuses the new file.
    """
    extract = read_extract(file)
    before, is_damaged = _read_before(data_dir, shipped)
    relettered = _keep_letters(extract, before)
    comparison = compare_registers(before, extract.schools)
    kept = _not_in_gias(extract.schools, read_register(shipped))
    report = ImportReport(
        read=len(extract.schools),
        open=sum(school.is_open for school in extract.schools.values()),
        kept=len(kept),
        relettered=relettered,
        extract=extract,
        comparison=comparison,
        doubts=[*extract.doubts, *comparison.doubts],
        path=data_dir / IMPORTED_NAME,
    )
    if dry_run:
        return report
    if report.doubts and not accept_changes:
        raise RegisterImportDoubtful(file, report)
    try:
        if not is_damaged:
            _keep_previous(data_dir)
        write_register(report.path, [*extract.schools.values(), *kept])
    except OSError as error:
        raise RegisterFolderUnwritable(report.path, error.strerror or str(error)) from error
    return report


def undo_import(data_dir: Path, *, shipped: Path = SHIPPED) -> Undone:
    """Put the register in force that the last import replaced, once; then the shipped one.

    Raises:
        NoImportToUndo: the shipped register is in force.
        RegisterFileUnreadable: the register before is damaged.
        RegisterFolderUnwritable: the data folder refuses the change.
    """
    imported, previous = data_dir / IMPORTED_NAME, data_dir / PREVIOUS_NAME
    if not imported.exists():
        raise NoImportToUndo(imported)
    is_shipped = not previous.exists()
    source = shipped if is_shipped else previous
    try:
        schools = len(read_register(source))
    except (OSError, ValueError) as error:
        raise RegisterFileUnreadable(source, str(error)) from error
    try:
        imported.unlink() if is_shipped else previous.replace(imported)
    except OSError as error:
        raise RegisterFolderUnwritable(imported, error.strerror or str(error)) from error
    return Undone(schools, is_shipped)


def _read_before(data_dir: Path, shipped: Path) -> tuple[list[RegisterSchool], bool]:
    """The register in force, or the shipped one when it is damaged."""
    try:
        return read_in_force(data_dir, shipped=shipped), False
    except (OSError, ValueError):
        return read_register(shipped), True


def _keep_letters(extract: Extract, before: list[RegisterSchool]) -> int:
    """Give the extract the letters back that it lacks; returns how many values changed."""
    known = {school.urn: school for school in before}
    count = 0
    for urn, school in extract.schools.items():
        if letters := with_known_letters(school, known.get(urn)):
            extract.schools[urn] = replace(school, **letters)
            count += len(letters)
    return count


def _keep_previous(data_dir: Path) -> None:
    """Keep the imported register for `undo_import`. There is one at `IMPORTED_NAME` all along."""
    imported, previous = data_dir / IMPORTED_NAME, data_dir / PREVIOUS_NAME
    if not imported.exists():
        previous.unlink(missing_ok=True)
        return
    handle, name = tempfile.mkstemp(dir=data_dir, prefix=".register-")
    os.close(handle)
    try:
        shutil.copy2(imported, name)
        Path(name).replace(previous)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


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
