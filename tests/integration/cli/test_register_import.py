"""`register import` and `register undo`, typed as an operator types them."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from assembly_ui.cli.app import commands
from assembly_ui.cli.support import CommandFailed
from assembly_ui.schools.gias_extract import GIAS_COLUMNS
from assembly_ui.schools.register import Register
from assembly_ui.schools.register_file import (
    IMPORTED_NAME,
    SHIPPED,
    RegisterSchool,
    read_register,
    write_register,
)

Run = Callable[..., Result]
OTHERS = [f"Column{number}" for number in range(5)]
"""An extract has many more columns than are read."""


@pytest.fixture(scope="module")
def english() -> list[RegisterSchool]:
    """A fifteenth of the English schools."""
    return [school for school in read_register(SHIPPED) if school.urn.isdigit()][::15]


@pytest.fixture
def data(tmp_path: Path, english: list[RegisterSchool]) -> Path:
    """A data folder with a register of these schools in force."""
    folder = tmp_path / "data"
    folder.mkdir()
    write_register(folder / IMPORTED_NAME, english)
    return folder


def unchanged(data: Path, english: list[RegisterSchool]) -> bool:
    return [file.name for file in data.glob("*register*")] == [IMPORTED_NAME] and (
        read_register(data / IMPORTED_NAME) == english
    )


@pytest.fixture
def run(data: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("ASSEMBLY_DATA_DIR", str(data))
    monkeypatch.delenv("ASSEMBLY_DATABASE_URL", raising=False)
    return lambda *words: CliRunner().invoke(commands, ["register", *map(str, words)])


def as_gias(
    schools: list[RegisterSchool],
    *,
    encoding: str = "cp1252",
    delimiter: str = ",",
    header: Callable[[str], str] = lambda name: name,
    change: Callable[[dict[str, str]], None] = lambda row: None,
) -> bytes:
    """An extract of `schools` as Get Information About Schools writes it, or as asked."""
    text = io.StringIO(newline="")
    write = csv.writer(text, delimiter=delimiter)
    write.writerow([*map(header, GIAS_COLUMNS.values()), *OTHERS])
    for school in schools:
        row = {theirs: getattr(school, ours) for ours, theirs in GIAS_COLUMNS.items()}
        change(row)
        write.writerow([*row.values(), *[""] * len(OTHERS)])
    return text.getvalue().encode(encoding, "replace")


def refused(result: Result) -> str:
    assert isinstance(result.exception, CommandFailed), result.output
    return str(result.exception) + result.output


def in_force(data: Path) -> dict[str, RegisterSchool]:
    return {school.urn: school for school in Register.load(data)._schools}


WRITTEN = {
    "as downloaded": {},
    "UTF-8 without a mark": {"encoding": "utf-8"},
    "UTF-8 with a mark": {"encoding": "utf-8-sig"},
    "UTF-16 with tabs": {"encoding": "utf-16", "delimiter": "\t"},
    "semicolons": {"delimiter": ";"},
    "headers with spaces": {"header": lambda name: f" {name}  "},
    "headers in another case": {"header": lambda name: name.replace(" ", "").upper()},
    "numbers as floats": {
        "change": lambda row: row.update(
            {
                name: f"{row[name]}.0"
                for name in ("URN", "LA (code)", "EstablishmentNumber")
                if row[name]
            }
        )
    },
    "postcodes without spaces": {
        "change": lambda row: row.update(Postcode=row["Postcode"].replace(" ", "").lower())
    },
    "text read as Windows-1252 and saved again": {
        "encoding": "utf-8",
        "change": lambda row: row.update(
            EstablishmentName=row["EstablishmentName"].encode().decode("cp1252", "ignore")
        ),
    },
}


@pytest.mark.parametrize("written", WRITTEN)
def test_the_register_is_the_same_however_the_file_was_saved(
    run: Run, data: Path, tmp_path: Path, english: list[RegisterSchool], written: str
) -> None:
    file = tmp_path / "gias.csv"
    # Windows-1252 has not every letter of the register.
    known = [s for s in english if s.name.encode("cp1252", "replace").decode("cp1252") == s.name]
    file.write_bytes(as_gias(known, **WRITTEN[written]))
    result = run("import", file)
    assert result.exit_code == 0, str(result.exception) + result.output
    now = in_force(data)
    assert [now[school.urn] for school in known] == known


def test_a_downloaded_archive_is_read(
    run: Run, data: Path, tmp_path: Path, english: list[RegisterSchool]
) -> None:
    file = tmp_path / "extract.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("edubasealldata20261124.csv", as_gias(english))
    assert run("import", file).exit_code == 0
    assert in_force(data)[english[0].urn] == english[0]


def test_zeros_that_a_spreadsheet_lost_are_restored(
    run: Run, data: Path, tmp_path: Path, english: list[RegisterSchool]
) -> None:
    file = tmp_path / "gias.csv"
    schools = [*english, replace(english[0], urn="900001", establishment_number="432")]
    file.write_bytes(as_gias(schools))
    result = run("import", file)
    assert result.exit_code == 0
    assert "1 number had lost its leading zeros" in result.output
    assert in_force(data)["900001"].establishment_number == "0432"


@pytest.mark.parametrize("share", [0.05, 0.5, 0.97, 0.999])
def test_a_file_cut_off_is_refused_and_nothing_changes(
    run: Run, data: Path, tmp_path: Path, english: list[RegisterSchool], share: float
) -> None:
    whole = as_gias(english)
    file = tmp_path / "gias.csv"
    file.write_bytes(whole[: int(len(whole) * share)])
    said = refused(run("import", file))
    assert "cut off" in said
    assert "Download it again" in said
    assert "Nothing changed." in said
    assert unchanged(data, english)


@pytest.mark.parametrize("share", [0.05, 0.5, 0.98])
def test_a_file_cut_off_between_two_rows_is_refused_as_too_short(
    run: Run, data: Path, tmp_path: Path, english: list[RegisterSchool], share: float
) -> None:
    file = tmp_path / "gias.csv"
    file.write_bytes(as_gias(english[: int(len(english) * share)]))
    said = refused(run("import", file))
    assert "open schools of the register in force are not in the file" in said
    assert "--accept-changes" in said
    assert unchanged(data, english)
    assert run("import", file, "--accept-changes").exit_code == 0
    assert english[-1].urn not in in_force(data)


EMPTIED = {
    "Postcode": "postcode",
    "EstablishmentNumber": "DfE number",
    "Town": "town",
    "LA (name)": "local authority",
    "EstablishmentStatus (name)": "status",
}


@pytest.mark.parametrize("column", EMPTIED)
def test_a_column_that_is_empty_now_is_refused(
    run: Run, data: Path, tmp_path: Path, english: list[RegisterSchool], column: str
) -> None:
    file = tmp_path / "gias.csv"
    file.write_bytes(as_gias(english, change=lambda row: row.update({column: ""})))
    said = refused(run("import", file))
    assert f"have no {EMPTIED[column]} in the file" in said
    assert unchanged(data, english)


@pytest.mark.parametrize("column", ["EstablishmentName", "Postcode", "EstablishmentNumber"])
def test_a_column_that_was_sorted_by_itself_is_refused(
    run: Run, data: Path, tmp_path: Path, english: list[RegisterSchool], column: str
) -> None:
    ours = next(name for name, theirs in GIAS_COLUMNS.items() if theirs == column)
    values = iter(sorted(getattr(school, ours) for school in english))
    file = tmp_path / "gias.csv"
    file.write_bytes(as_gias(english, change=lambda row: row.update({column: next(values)})))
    said = refused(run("import", file))
    assert "another" in said
    assert "Nothing changed." in said
    assert unchanged(data, english)


def test_a_dry_run_says_what_would_change_and_changes_nothing(
    run: Run, data: Path, tmp_path: Path, english: list[RegisterSchool]
) -> None:
    changed = [
        replace(english[0], status="Closed"),
        replace(english[1], name="Quite Another Name"),
        replace(english[2], establishment_number="6999"),
        *english[4:],
        replace(english[3], urn="900001", establishment_number="6998"),
    ]
    file = tmp_path / "gias.csv"
    file.write_bytes(as_gias(changed, encoding="utf-8"))
    result = run("import", file, "--dry-run")
    assert result.exit_code == 0
    for line in (
        "1 new school",
        "1 school closed",
        "1 open school is not in the file",
        "1 school has another name",
        "1 school has another DfE number",
        english[2].urn,
        "Nothing was changed",
    ):
        assert line in result.output
    assert unchanged(data, english)
    half = tmp_path / "half.csv"
    half.write_bytes(as_gias(english[:900]))
    assert "would be refused" in refused(run("import", half, "--dry-run"))


def test_the_first_import_is_compared_with_the_register_that_came_with_this_version(
    run: Run, data: Path, tmp_path: Path, english: list[RegisterSchool]
) -> None:
    (data / IMPORTED_NAME).unlink()
    file = tmp_path / "gias.csv"
    file.write_bytes(as_gias(english))
    assert "of 27,156 open schools of the register in force" in refused(run("import", file))
    assert list(data.glob("*register*")) == []


def test_an_import_is_undone(
    run: Run, data: Path, tmp_path: Path, english: list[RegisterSchool]
) -> None:
    file = tmp_path / "gias.csv"
    named = [replace(english[0], name="The First Import"), *english[1:]]
    file.write_bytes(as_gias(named, encoding="utf-8"))
    assert run("import", file).exit_code == 0
    file.write_bytes(
        as_gias([replace(english[0], name="The Second"), *english[1:]], encoding="utf-8")
    )
    assert run("import", file).exit_code == 0
    assert in_force(data)[english[0].urn].name == "The Second"

    undone = run("undo")
    assert undone.exit_code == 0
    assert "the register imported before is in force again" in undone.output
    assert in_force(data)[english[0].urn].name == "The First Import"
    assert "came with this version is in force again, with 31,021" in run("undo").output
    assert in_force(data)[english[0].urn] == english[0]
    assert "no import to undo" in refused(run("undo"))


def test_a_damaged_register_is_replaced_and_never_comes_back(
    run: Run, data: Path, tmp_path: Path, english: list[RegisterSchool]
) -> None:
    (data / "register.csv.gz").write_bytes(gzip.compress(b"damaged"))
    file = tmp_path / "gias.csv"
    file.write_bytes(as_gias(english))
    assert run("import", file, "--accept-changes").exit_code == 0
    assert "came with this version" in run("undo").output
