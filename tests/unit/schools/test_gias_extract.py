"""Whatever happened to an extract: it is read whole, or refused and nothing changes."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assembly_ui.schools.errors import (
    RegisterFileCutOff,
    RegisterFileUnreadable,
    RegisterImportDoubtful,
    RegisterImportProblem,
)
from assembly_ui.schools.gias_extract import GIAS_COLUMNS, DoubtKind, read_extract
from assembly_ui.schools.models import School
from assembly_ui.schools.register_file import (
    COLUMNS,
    IMPORTED_NAME,
    RegisterSchool,
    read_register,
    school_from,
    write_register,
)
from assembly_ui.schools.register_import import import_gias

NAMES = [
    "Fierté Academy",
    "St Aloysius’ College – Upper",
    "Ysgol Môn, Môn",
    'The "Big" School',
    "Ab",
]
SCHOOLS = [
    RegisterSchool(
        urn=str(900_000 + number),
        la_code=str(202 + number % 5),
        establishment_number=f"{number:04}" if number % 3 else str(3_000 + number),
        name=f"{NAMES[number % len(NAMES)]} {number}",
        local_authority="Camden",
        postcode=f"NW{1 + number % 9} 0L{'LNPQ'[number % 4]}",
        town="London",
        phase="Primary",
        type="Academy converter",
        status="Open",
        website="www.example.org",
        telephone="02079460000",
    )
    for number in range(1, 61)
]
UTF_8, CP1252 = "utf-8", "cp1252"


def written(
    schools: list[RegisterSchool],
    *,
    delimiter: str = ",",
    header: Callable[[str], str] = str,
    end: str = "\r\n",
) -> str:
    text = io.StringIO(newline="")
    rows = csv.writer(text, delimiter=delimiter, lineterminator=end)
    rows.writerow(map(header, GIAS_COLUMNS.values()))
    rows.writerows([getattr(school, ours) for ours in GIAS_COLUMNS] for school in schools)
    return text.getvalue()


def imported(content: bytes) -> list[RegisterSchool] | None:
    """The register after an import of `content` over `SCHOOLS`; None when it was refused."""
    with TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        write_register(data / IMPORTED_NAME, SCHOOLS)
        write_register(data / "shipped", [])
        file = data / "gias.csv"
        file.write_bytes(content)
        before = (data / IMPORTED_NAME).read_bytes()
        try:
            import_gias(file, data, shipped=data / "shipped")
        except RegisterImportProblem:
            assert (data / IMPORTED_NAME).read_bytes() == before
            assert not list(data.glob("*previous*"))
            return None
        return read_register(data / IMPORTED_NAME)


STYLES = st.sampled_from(
    [str, str.upper, str.lower, lambda name: f" {name} ", lambda name: f"{name}\xa0"]
)
SAVED = st.builds(
    lambda encoding, delimiter, header, end: written(
        SCHOOLS, delimiter=delimiter, header=header, end=end
    ).encode(encoding),
    st.sampled_from([CP1252, UTF_8, "utf-8-sig", "utf-16"]),
    st.sampled_from([",", ";", "\t", "|"]),
    STYLES,
    st.sampled_from(["\r\n", "\n"]),
)


@given(SAVED)
@settings(max_examples=40, deadline=None)
def test_the_same_schools_are_read_however_they_are_saved(content: bytes) -> None:
    assert imported(content) == SCHOOLS


@given(SAVED, st.data())
@settings(max_examples=80, deadline=None)
def test_a_file_cut_off_anywhere_is_refused(content: bytes, data: st.DataObject) -> None:
    kept = data.draw(st.integers(0, len(content)))
    # Without the last sign of the line end the file is still complete.
    assert imported(content[:kept]) in ((SCHOOLS, None) if kept >= len(content) - 3 else (None,))


@given(SAVED, st.data())
@settings(max_examples=80, deadline=None)
def test_a_file_that_lost_bytes_in_the_middle_is_never_read_as_other_schools(
    content: bytes, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, min(len(content), start + 4_000)))
    result = imported(content[:start] + content[end:])
    # A letter or two of one school may be lost unnoticed; schools and columns may not.
    if result is not None:
        assert len(result) == len(SCHOOLS)
        assert sum(a != b for a, b in zip(result, SCHOOLS, strict=True)) <= 1


@given(st.sampled_from(list(GIAS_COLUMNS)), st.sampled_from(list(GIAS_COLUMNS)))
@settings(max_examples=60, deadline=None)
def test_two_columns_in_each_others_place_are_refused(one: str, other: str) -> None:
    names = list(GIAS_COLUMNS.values())
    swap = {GIAS_COLUMNS[one]: GIAS_COLUMNS[other], GIAS_COLUMNS[other]: GIAS_COLUMNS[one]}
    lines = written(SCHOOLS).split("\r\n", 1)
    content = ",".join(swap.get(name, name) for name in names) + "\r\n" + lines[1]
    result = imported(content.encode())
    harmless = {"type", "phase", "town", "local_authority", "website", "telephone", "status"}
    assert result is None or result == SCHOOLS or {one, other} <= harmless


@given(st.binary(max_size=2_000))
@settings(max_examples=60, deadline=None)
def test_any_bytes_are_refused_in_words(content: bytes) -> None:
    assert imported(content) is None
    assert imported(written(SCHOOLS).encode() + content) in (None, SCHOOLS)


@given(
    st.lists(
        st.fixed_dictionaries({column: st.text(max_size=400) for column in COLUMNS}), max_size=3
    )
)
@settings(max_examples=40, deadline=None)
def test_every_value_that_is_read_fits_where_schools_are_kept(rows: list[dict[str, str]]) -> None:
    text = io.StringIO(newline="")
    write = csv.writer(text)
    write.writerow(GIAS_COLUMNS.values())
    for number, row in enumerate(rows):
        write.writerow((row | {"urn": str(900_000 + number)})[ours] for ours in GIAS_COLUMNS)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "gias.csv"
        file.write_bytes(text.getvalue().encode("utf-8", "replace"))
        try:
            schools = read_extract(file).schools.values()
        except RegisterImportProblem:
            return
    for school in schools:
        assert school == school_from({column: getattr(school, column) for column in COLUMNS})
        for column in set(COLUMNS) - {"status"}:
            value = getattr(school, column)
            assert not {unicodedata.category(sign) for sign in value} & {"Cc", "Cf", "Cs"}
            assert len(value) <= School.__table__.c[column].type.length  # type: ignore[attr-defined]


def a_file(folder: Path, text: str, encoding: str = UTF_8) -> Path:
    file = folder / "gias.csv"
    file.write_bytes(text.encode(encoding))
    return file


@pytest.mark.parametrize(
    ("changed", "value", "kept"),
    [
        ("establishment_number", "432", "0432"),
        ("establishment_number", "3614.0", "3614"),
        ("establishment_number", '="0432"', "0432"),
        ("establishment_number", "'0432", "0432"),
        ("establishment_number", "0", ""),
        ("la_code", "0", ""),
        ("la_code", "000", ""),
        ("telephone", "2079460000.0", "02079460000"),
        ("telephone", "2.07946E+09", ""),
        ("postcode", "nw10ll", "NW1 0LL"),
        ("postcode", "NW1 OLL", "NW1 0LL"),
        ("status", "open", "open"),
        ("name", "FiertÃ© Academy", "Fierté Academy"),
        ("name", "FiertÃƒÂ© Academy", "Fierté Academy"),
        ("name", "Unseen\u202e \x07Academy", "Unseen Academy"),
        ("town", "x" * 500, ""),
    ],
)
def test_what_a_spreadsheet_did_to_a_value_is_put_right(
    tmp_path: Path, changed: str, value: str, kept: str
) -> None:
    values = {column: getattr(SCHOOLS[0], column) for column in COLUMNS} | {changed: value}
    (school,) = read_extract(a_file(tmp_path, written([RegisterSchool(**values)]))).schools.values()
    assert getattr(school, changed) == kept
    assert school.is_open


def test_a_separator_line_of_a_spreadsheet_is_passed_over(tmp_path: Path) -> None:
    file = a_file(tmp_path, "sep=;\r\n" + written(SCHOOLS, delimiter=";"))
    assert list(read_extract(file).schools.values()) == SCHOOLS


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text.replace("Town", "Town,Postcode", 1), "the column Postcode twice"),
        (lambda text: text.replace("London", "London,England", 1), "line 2 has more columns"),
        (lambda text: text.replace("Camden,", "", 1), "line 2 has fewer columns"),
        (lambda text: text.replace("Camden", '"Cam"den', 1), "line 2: "),
    ],
)
def test_what_is_wrong_with_a_file_is_said_with_its_place(
    tmp_path: Path, change: Callable[[str], str], said: str
) -> None:
    with pytest.raises(RegisterFileUnreadable, match=said):
        read_extract(a_file(tmp_path, change(written(SCHOOLS))))


def test_an_open_quotation_mark_is_a_file_cut_off(tmp_path: Path) -> None:
    text = written(SCHOOLS)
    with pytest.raises(RegisterFileCutOff):
        read_extract(a_file(tmp_path, text[: text.rindex('"Ysgol') + 9]))


def doubts(schools: list[RegisterSchool], change: Callable[[str], str] = str) -> set[DoubtKind]:
    with TemporaryDirectory() as folder:
        data = Path(folder)
        write_register(data / IMPORTED_NAME, SCHOOLS)
        write_register(data / "shipped", [])
        file = a_file(data, change(written(schools)))
        try:
            import_gias(file, data, shipped=data / "shipped")
        except RegisterImportDoubtful as problem:
            return {doubt.kind for doubt in problem.report.doubts}
    return set()


def test_each_doubt_has_its_name() -> None:
    closed = [RegisterSchool(**values(school) | {"status": "Closed"}) for school in SCHOOLS]
    shared = [
        RegisterSchool(**values(school) | {"la_code": "202", "establishment_number": "3999"})
        for school in SCHOOLS
    ]
    twice = RegisterSchool(**values(SCHOOLS[0]) | {"town": "Leeds"})
    assert doubts(SCHOOLS) == set()
    assert doubts(SCHOOLS, str.rstrip) == {DoubtKind.UNFINISHED}
    assert doubts(SCHOOLS[1:]) == {DoubtKind.GONE}
    assert doubts(closed) == {DoubtKind.CLOSED}
    assert doubts([*SCHOOLS, twice]) == {DoubtKind.REPEATED}
    assert doubts(shared) == {DoubtKind.RENUMBERED, DoubtKind.SHARED_NUMBERS}
    assert doubts(SCHOOLS, lambda text: text.replace("Academy", "Acad�my")) >= {
        DoubtKind.LOST_LETTERS
    }


def values(school: RegisterSchool) -> dict[str, str]:
    return {column: getattr(school, column) for column in COLUMNS}


def test_letters_that_the_extract_lacks_are_kept(tmp_path: Path) -> None:
    known = RegisterSchool(**values(SCHOOLS[0]) | {"name": "Ysgol Tŷ Mawr"})
    write_register(tmp_path / IMPORTED_NAME, [known])
    write_register(tmp_path / "shipped", [])
    lacking = RegisterSchool(**values(known) | {"name": "Ysgol T? Mawr"})
    report = import_gias(
        a_file(tmp_path, written([lacking]), CP1252), tmp_path, shipped=tmp_path / "shipped"
    )
    assert report.relettered == 1
    assert read_register(tmp_path / IMPORTED_NAME) == [known]
