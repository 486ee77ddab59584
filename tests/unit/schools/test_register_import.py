"""A GIAS extract becomes the register."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from assembly_ui.schools.errors import (
    NotAGiasFile,
    RegisterFileEmpty,
    RegisterFileUnreadable,
    RegisterFolderUnwritable,
)
from assembly_ui.schools.register import Register
from assembly_ui.schools.register_file import COLUMNS, read_register, school_from, write_register
from assembly_ui.schools.register_import import GIAS_COLUMNS, ImportReport, import_gias

ROW = {
    "URN": "900001",
    "LA (code)": "999",
    "LA (name)": "Made-up Borough",
    "EstablishmentNumber": "4001",
    "EstablishmentName": "Collège Sainte-Hélène’s",
    "TypeOfEstablishment (name)": "Other independent school",
    "EstablishmentStatus (name)": "Open",
    "PhaseOfEducation (name)": "Secondary",
    "Postcode": "ZZ1 1ZZ",
    "Town": "Châtel",
    "SchoolWebsite": "www.example.org",
    "TelephoneNum": "02000000000",
}
# An extract has many more columns than are read.
OTHERS = [f"Column{number}" for number in range(135 - len(ROW))]


def an_extract(path: Path, rows: list[dict[str, str]], *, without: str = "") -> Path:
    columns = [name for name in [*OTHERS[:5], *ROW, *OTHERS[5:]] if name != without]
    with path.open("w", encoding="cp1252", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return path


def importing(file: Path, data_dir: Path, *, shipped: Path) -> ImportReport:
    """Import the file, whatever the register in force holds."""
    return import_gias(file, data_dir, shipped=shipped, accept_changes=True)


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    path = tmp_path / "shipped.csv.gz"
    blank = dict.fromkeys(COLUMNS, "")
    write_register(
        path,
        [
            school_from(blank | {"urn": "100000", "name": "An English school"}),
            school_from(blank | {"urn": "SEED-1", "name": "A Scottish school"}),
            school_from(blank | {"urn": "NI-1", "name": "An Irish school"}),
            school_from(
                blank
                | {
                    "urn": "W-9994001",
                    "la_code": "999",
                    "establishment_number": "4001",
                    "name": "W",
                }
            ),
        ],
    )
    return path


def test_an_extract_is_read_with_its_accents(tmp_path: Path, shipped: Path) -> None:
    closed = ROW | {"URN": "900002", "EstablishmentStatus (name)": "Closed", "LA (code)": "998"}
    file = an_extract(tmp_path / "gias.csv", [ROW, closed, ROW | {"URN": ""}])

    report = importing(file, tmp_path / "data", shipped=shipped)

    assert (report.read, report.open, report.extract.skipped, report.kept) == (2, 1, 1, 2)
    register = Register.load(tmp_path / "data")
    school = register.get("900001")
    assert school is not None
    assert (school.name, school.town, school.dfe_number) == (
        "Collège Sainte-Hélène’s",
        "Châtel",
        "9994001",
    )


def test_open_schools_come_before_closed_ones(tmp_path: Path, shipped: Path) -> None:
    closed = ROW | {"URN": "900002", "EstablishmentStatus (name)": "Closed"}
    longer = ROW | {"URN": "900003", "EstablishmentName": "Collège Sainte-Hélène’s Annexe"}
    file = an_extract(tmp_path / "gias.csv", [closed, longer])
    importing(file, tmp_path, shipped=shipped)
    found = Register.load(tmp_path).search("college sainte helenes")
    assert [match.school.urn for match in found.matches] == ["900003", "900002"]


def test_schools_outside_the_extract_are_kept(tmp_path: Path, shipped: Path) -> None:
    importing(an_extract(tmp_path / "gias.csv", [ROW]), tmp_path, shipped=shipped)
    register = Register.load(tmp_path)
    assert register.get("SEED-1")
    assert register.get("NI-1")
    assert register.get("100000") is None
    assert register.get("W-9994001") is None, "the extract has it under its URN"


def test_an_extract_saved_again_by_a_spreadsheet_is_read(tmp_path: Path, shipped: Path) -> None:
    file = an_extract(tmp_path / "gias.csv", [ROW])
    file.write_bytes(b"\xef\xbb\xbf" + file.read_text("cp1252").encode())
    assert importing(file, tmp_path, shipped=shipped).read == 1


def test_missing_columns_are_named(tmp_path: Path, shipped: Path) -> None:
    file = an_extract(tmp_path / "gias.csv", [ROW], without="Postcode")
    with pytest.raises(NotAGiasFile) as refused:
        importing(file, tmp_path, shipped=shipped)
    assert refused.value.missing == ["Postcode"]
    assert refused.value.is_extract


def test_another_file_is_not_taken_for_an_extract(tmp_path: Path, shipped: Path) -> None:
    file = tmp_path / "other.csv"
    file.write_text("name,colour\ncat,black\n")
    with pytest.raises(NotAGiasFile) as refused:
        importing(file, tmp_path, shipped=shipped)
    assert refused.value.missing == list(GIAS_COLUMNS.values())
    assert not refused.value.is_extract


@pytest.mark.parametrize("header_only", [True, False])
def test_an_empty_file_is_named_so(tmp_path: Path, shipped: Path, header_only: bool) -> None:
    file = an_extract(tmp_path / "gias.csv", [])
    if not header_only:
        file.write_bytes(b"")
    with pytest.raises(RegisterFileEmpty):
        importing(file, tmp_path, shipped=shipped)


@pytest.mark.parametrize(
    "content", [None, b"\xef\xbb\xbf\xff\xfe", b"URN,\x81", b"URN," + b"x" * 200_000]
)
def test_what_cannot_be_read_is_named_so(
    tmp_path: Path, shipped: Path, content: bytes | None
) -> None:
    file = tmp_path / "gias.csv"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(RegisterFileUnreadable):
        importing(file, tmp_path, shipped=shipped)


def test_a_failed_import_leaves_the_register_as_it_was(tmp_path: Path, shipped: Path) -> None:
    importing(an_extract(tmp_path / "gias.csv", [ROW]), tmp_path, shipped=shipped)
    before = (tmp_path / "register.csv.gz").read_bytes()
    with pytest.raises(RegisterFileEmpty):
        importing(an_extract(tmp_path / "gias.csv", []), tmp_path, shipped=shipped)
    assert (tmp_path / "register.csv.gz").read_bytes() == before
    assert not list(tmp_path.glob(".register-*"))


def test_a_data_folder_that_refuses_is_named_so(tmp_path: Path, shipped: Path) -> None:
    (tmp_path / "taken").write_text("a file where the folder should be")
    file = an_extract(tmp_path / "gias.csv", [ROW])
    with pytest.raises(RegisterFolderUnwritable):
        importing(file, tmp_path / "taken", shipped=shipped)


def test_the_same_schools_make_the_same_file(tmp_path: Path, shipped: Path) -> None:
    schools = read_register(shipped)
    write_register(tmp_path / "again.csv.gz", schools)
    assert (tmp_path / "again.csv.gz").read_bytes() == shipped.read_bytes()
