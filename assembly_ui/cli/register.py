"""`register`: the list of schools people choose from."""

from __future__ import annotations

from pathlib import Path

import click

from assembly_ui import settings
from assembly_ui.cli.support import CommandFailed
from assembly_ui.schools.errors import (
    NotAGiasFile,
    RegisterFileEmpty,
    RegisterFileUnreadable,
    RegisterFolderUnwritable,
    RegisterImportProblem,
)
from assembly_ui.schools.register_import import import_gias


@click.group()
def register() -> None:
    """The school register people choose their school from."""


@register.command("import")
@click.argument("file", type=click.Path(path_type=Path))
def import_(file: Path) -> None:
    """Replace the English schools by FILE, a GIAS extract (edubasealldata….csv).

    Schools of Wales, Scotland and Northern Ireland that it lacks are kept.
    """
    try:
        report = import_gias(file, settings.load().data_dir)
    except RegisterImportProblem as problem:
        raise CommandFailed(_why(problem)) from None
    click.echo(
        f"Read {report.read:,} schools ({report.open:,} open) and kept {report.kept:,} others. "
        "A running server uses them after its next start."
    )
    if report.skipped:
        click.echo(f"{report.skipped:,} rows were no school and were left out.")
    if report.blanked:
        click.echo(f"{report.blanked:,} values such as “nan” or “N/A” were left empty.")


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
                "of one. Download “Establishment fields CSV” from Get Information About Schools."
            )
        case RegisterFileEmpty():
            return f"{problem.path} holds no school. Nothing changed."
        case RegisterFileUnreadable():
            return f"{problem.path} cannot be read: {problem.reason}. Nothing changed."
        case RegisterFolderUnwritable():
            return f"{problem.path} cannot be written: {problem.reason}. Nothing changed."
    return f"{problem.path} was not imported: {problem.reason}."
