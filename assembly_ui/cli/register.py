"""`register`: the list of schools people choose from."""

from __future__ import annotations

from pathlib import Path

import click

from assembly_ui import settings
from assembly_ui.cli.support import CommandFailed
from assembly_ui.schools.errors import (
    NoImportToUndo,
    NotAGiasFile,
    RegisterFileCutOff,
    RegisterFileEmpty,
    RegisterFileUnreadable,
    RegisterFolderUnwritable,
    RegisterImportDoubtful,
    RegisterImportProblem,
)
from assembly_ui.schools.gias_extract import Doubt, DoubtKind
from assembly_ui.schools.register_import import ImportReport, import_gias, undo_import

_COLUMNS = {"dfe_number": "DfE number", "local_authority": "local authority"}

# One school and several, for each change.
_CHANGES = {
    DoubtKind.GONE: ("open school is not in the file", "open schools are not in the file"),
    DoubtKind.CLOSED: ("school closed", "schools closed"),
    DoubtKind.RENAMED: ("school has another name", "schools have another name"),
    DoubtKind.MOVED: ("school has another postcode", "schools have another postcode"),
    DoubtKind.RENUMBERED: ("school has another DfE number", "schools have another DfE number"),
    DoubtKind.SHARED_NUMBERS: (
        "DfE number is now that of two open schools",
        "DfE numbers are now those of two open schools",
    ),
}


@click.group()
def register() -> None:
    """The school register people choose their school from: import, undo."""


@register.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.option(
    "--accept-changes",
    is_flag=True,
    help="Import though much differs from the register in force. Look at --dry-run first.",
)
def import_(file: Path, dry_run: bool, accept_changes: bool) -> None:
    """Replace the English schools by FILE, a GIAS extract (edubasealldata….csv or its zip).

    Schools of Wales, Scotland and Northern Ireland that it lacks are kept. The file is
    compared with the register in force, and refused if too much would change. "register
    undo" puts the register before back in force.
    """
    try:
        report = import_gias(
            file,
            settings.load().data_dir,
            accept_changes=accept_changes,
            dry_run=dry_run,
        )
    except RegisterImportDoubtful as problem:
        _print_changes(problem.report)
        raise CommandFailed(_refusal(file, problem.report)) from None
    except RegisterImportProblem as problem:
        raise CommandFailed(_why(problem)) from None
    found = f"{report.read:,} schools ({report.open:,} open)"
    if dry_run:
        click.echo(f"{file} has {found}; {report.kept:,} others would be kept.")
    else:
        click.echo(
            f"Read {found} and kept {report.kept:,} others. A running server uses them after its "
            "next start."
        )
    _print_changes(report)
    if dry_run and report.doubts and not accept_changes:
        raise CommandFailed(_refusal(file, report, dry_run=True))
    click.echo(
        "Nothing was changed: this was a dry run."
        if dry_run
        else 'If something is wrong, "register undo" puts the register before back in force.'
    )


@register.command()
def undo() -> None:
    """Put the register back in force that the last import replaced.

    Only one is kept. Done again, the register that came with this version is in force.
    """
    try:
        undone = undo_import(settings.load().data_dir)
    except RegisterImportProblem as problem:
        raise CommandFailed(_why(problem)) from None
    which = "that came with this version" if undone.is_shipped else "imported before"
    click.echo(
        f"The import is undone: the register {which} is in force again, with {undone.schools:,} "
        "schools. A running server uses it after its next start."
    )


def _print_changes(report: ImportReport) -> None:
    extract, comparison = report.extract, report.comparison
    click.echo(f"The file is written in {extract.encoding}.")
    for count, one, many in (
        (extract.restored, "number had lost its leading zeros", "numbers had lost leading zeros"),
        (extract.decoded, "value had broken accents", "values had broken accents"),
        (
            report.relettered,
            "value keeps the letters that the file lacks",
            "values keep the letters that the file lacks",
        ),
        (
            extract.blanked,
            "value such as “nan” or “N/A” is left empty",
            "values such as “nan” or “N/A” are left empty",
        ),
        (extract.skipped, "row is no school and left out", "rows are no school and left out"),
        (comparison.new, "new school", "new schools"),
    ):
        if count:
            click.echo(f"  {_counted(count, one, many)}.")
    for kind, change in comparison.changes.items():
        if change.count:
            more = ", …" if change.count > len(change.examples) else ""
            click.echo(
                f"  {_counted(change.count, *_CHANGES[kind])}: {'; '.join(change.examples)}{more}"
            )


def _refusal(file: Path, report: ImportReport, *, dry_run: bool = False) -> str:
    lines = [_doubt_words(doubt) for doubt in report.doubts]
    return "\n".join(
        (
            f"{file} {'would be' if dry_run else 'was'} refused:",
            *(f"  {line}" for line in lines),
            "Nothing changed. Download the extract again and import it as it is. If the changes "
            "are right, add --accept-changes.",
        )
    )


def _doubt_words(doubt: Doubt) -> str:
    share = f"{doubt.count:,} of {doubt.total:,}"
    examples = f" For example {'; '.join(doubt.examples)}." if doubt.examples else ""
    match doubt.kind:
        case DoubtKind.UNFINISHED:
            return "The last line has no end, so the file may be cut off."
        case DoubtKind.LOST_LETTERS:
            return f"{share} schools have letters that were lost (�).{examples}"
        case DoubtKind.REPEATED:
            return f"{_counted(doubt.count, 'URN', 'URNs')} twice with different values.{examples}"
        case DoubtKind.NO_SCHOOLS:
            return f"{share} rows have no URN or no name."
        case DoubtKind.ODD_POSTCODES:
            return f"{share} schools have no postcode in the column of postcodes.{examples}"
        case DoubtKind.ODD_NUMBERS:
            return f"{share} schools have a DfE number that cannot be one.{examples}"
        case DoubtKind.GONE:
            return f"{share} open schools of the register in force are not in the file.{examples}"
        case DoubtKind.EMPTIED:
            name = _COLUMNS.get(doubt.column, doubt.column)
            return f"{share} schools that have one now have no {name} in the file."
        case DoubtKind.SHARED_NUMBERS:
            return f"{_counted(doubt.count, *_CHANGES[doubt.kind])}.{examples}"
    return f"{share} schools: {_CHANGES[doubt.kind][1]}.{examples}"


def _counted(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"


def _why(problem: RegisterImportProblem) -> str:
    match problem:
        case NotAGiasFile(is_extract=True):
            columns = ", ".join(problem.missing)
            return (
                f"{problem.path} is a GIAS extract without the columns {columns}. Nothing changed."
            )
        case NotAGiasFile():
            return (
                f"{problem.path} is not a GIAS extract: its first line does not name the columns "
                "of one. Nothing changed. Download “Establishment fields CSV” from Get Information "
                "About Schools."
            )
        case RegisterFileCutOff():
            return (
                f"{problem.path} is cut off: {problem.reason}. Nothing changed. Download it again."
            )
        case RegisterFileEmpty():
            return f"{problem.path} holds no school. Nothing changed."
        case RegisterFileUnreadable():
            return f"{problem.path} cannot be read: {problem.reason}. Nothing changed."
        case RegisterFolderUnwritable():
            return f"{problem.path} cannot be written: {problem.reason}. Nothing changed."
        case NoImportToUndo():
            return (
                "There is no import to undo: the register that came with this version is in force. "
                "Nothing changed."
            )
    return f"{problem.path} was not imported: {problem.reason}."
