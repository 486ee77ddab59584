"""What other programs write for "nothing" is nothing, shipped or imported."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assembly_ui.schools.register import Register
from assembly_ui.schools.register_file import (
    COLUMNS,
    IMPORTED_NAME,
    SHIPPED,
    RegisterSchool,
    read_register,
    school_from,
    write_register,
)
from assembly_ui.schools.register_import import import_gias
from tests.unit.schools.test_register_import import ROW, an_extract, shipped

__all__ = ["shipped"]

NOTHING = [
    *("nan", "NaN", "NAN", "None", "null", "NULL", "nil", "N/A", "n/a", "NA", "#N/A", "#REF!"),
    *("#VALUE!", "<NA>", "NaT", "undefined", "TBC", "tba", "-", "--", "?", ".", " nan ", "(null)"),
]
REAL = ["Ely", "Nantwich", "Nantgaredig", "Nonington", "Naburn", "Null's End", "Nash", "Tiln"]


def _record(**values: str) -> RegisterSchool:
    return school_from(dict.fromkeys(COLUMNS, "") | values)


@pytest.fixture(scope="module")
def records() -> list[RegisterSchool]:
    return read_register(SHIPPED)


def test_the_shipped_register_is_as_an_import_would_have_it(records: list[RegisterSchool]) -> None:
    assert [school for school in records if school_from(asdict(school)) != school] == []


def test_no_column_of_the_shipped_register_holds_a_word_for_nothing(
    records: list[RegisterSchool],
) -> None:
    words = {word.strip().casefold() for word in NOTHING}
    found = [
        (school.urn, column, value)
        for school in records
        for column, value in asdict(school).items()
        if value.casefold() in words
    ]
    assert found == []
    assert {s.urn: s.town for s in records}["119470"] == "", "its town was nan"


@pytest.mark.parametrize("word", NOTHING)
@pytest.mark.parametrize("column", ["town", "postcode", "website", "telephone", "la_code", "phase"])
def test_a_word_for_nothing_is_nothing(column: str, word: str) -> None:
    assert getattr(_record(**{column: word}), column) == ""


@pytest.mark.parametrize("town", REAL)
def test_a_place_that_only_begins_like_one_is_kept(town: str) -> None:
    assert _record(town=town).town == town


@given(st.sampled_from(COLUMNS), st.sampled_from(NOTHING), st.sampled_from(["", " ", "\t", "\xa0"]))
def test_it_is_nothing_in_any_column_and_however_it_is_spaced(
    column: str, word: str, space: str
) -> None:
    assert getattr(_record(**{column: f"{space}{word}{space}"}), column) == ""


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("1315535856", "01315535856"),
        ("01315535856", "01315535856"),
        ("0035071066", "0035071066"),
        ("131553585", "131553585"),
    ],
    ids=["zero lost", "whole", "abroad", "too short to know"],
)
def test_a_telephone_number_has_its_zero(written: str, kept: str) -> None:
    assert _record(telephone=written).telephone == kept


@pytest.mark.parametrize("website", ["not available yet", "none at present", "http://"])
def test_what_cannot_be_a_website_is_none(website: str) -> None:
    assert _record(website=website).website == ""


def test_an_import_leaves_words_for_nothing_out_and_counts_them(
    tmp_path: Path, shipped: Path
) -> None:
    row = ROW | {"Town": "nan", "SchoolWebsite": "N/A", "TelephoneNum": "#N/A"}
    unnamed = ROW | {"URN": "900002", "EstablishmentName": "None"}
    report = import_gias(
        an_extract(tmp_path / "gias.csv", [row, unnamed]),
        tmp_path,
        shipped=shipped,
        accept_changes=True,
    )
    assert (report.read, report.extract.skipped, report.extract.blanked) == (1, 1, 4)
    school = {s.urn: s for s in read_register(report.path)}["900001"]
    assert (school.town, school.website, school.telephone) == ("", "", "")


def test_a_register_that_an_earlier_version_imported_is_cleaned_when_it_is_read(
    tmp_path: Path,
) -> None:
    blank = dict.fromkeys(COLUMNS, "")
    dirty = RegisterSchool(
        **(blank | {"urn": "100001", "name": "A", "town": "nan", "telephone": "2070000000"})
    )
    write_register(tmp_path / IMPORTED_NAME, [dirty])
    school = Register.load(tmp_path).get("100001")
    assert school is not None
    assert (school.town, school.telephone) == ("", "02070000000")


@pytest.mark.parametrize("damage", ["cut", "changed", "another file"])
def test_a_damaged_register_is_named_so(tmp_path: Path, damage: str) -> None:
    whole = SHIPPED.read_bytes()
    content = {
        "cut": whole[: len(whole) // 2],
        "changed": whole[:5_000] + b"\x00" * 500 + whole[5_500:],
        "another file": b"not compressed",
    }[damage]
    (tmp_path / IMPORTED_NAME).write_bytes(content)
    with pytest.raises(ValueError, match=IMPORTED_NAME):
        Register.load(tmp_path)
