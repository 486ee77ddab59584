"""A year group has the code of its own name, and of no other; what is no name has none."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assembly_ui.sync.mapping import Chosen, Made
from assembly_ui.sync.mapping.groups import make_year_groups
from assembly_ui.sync.mapping.students import make_students
from assembly_ui.sync.mapping.year_names import YEAR_GROUP_CODES, year_code
from tests.unit.sync.mapping.read_school import Numbers, Read, Rows

ENGLAND = {"R": "Reception"} | {str(n): f"Year {n}" for n in range(1, 15)}
NURSERY = {"N": "Nursery", "N1": "N1", "N2": "Nursery 2", "FS1": "FS1", "FS2": "Foundation 2"}
SCOTLAND = {f"P{n}": f"Primary {n}" for n in range(1, 8)} | {f"S{n}": f"S{n}" for n in range(1, 7)}
YEARS = ENGLAND | NURSERY | SCOTLAND | {"E1": "E1", "E2": "Early Years 2"}
SPACES = st.sampled_from(["", " ", "  ", "\t", "\u00a0"])


@st.composite
def spellings(draw: st.DrawFn, code: str) -> str:
    """The name of a year as some MIS writes it."""
    letters, digits = re.fullmatch(r"([A-Z]*)(\d*)", code).groups()  # type: ignore[union-attr]
    before = ["", "Year ", "Yr. ", "Y ", "Curriculum Year  "]
    words = {"": ["", "Year", "Yr.", "Y", "Blwyddyn"], "R": ["R", "Reception", "Derbyn"]}
    words |= {"N": ["N", "Nursery"], "FS": ["FS", "F", "Foundation Stage"], "E": ["E", "Early"]}
    words |= {"P": ["P", "Primary", "P."], "S": ["S", "Secondary"]}
    word = draw(st.sampled_from(words[letters]))
    if word == letters and letters:
        word = draw(st.sampled_from(before)) + word
    number = draw(st.sampled_from([digits, digits.zfill(2)])) if digits else ""
    between = draw(st.sampled_from(["", " ", "  ", "-"] if word[-1:].isalpha() else [""]))
    name = draw(SPACES) + word + (between if number else "") + number + draw(SPACES)
    return draw(st.sampled_from([name, name.upper(), name.lower()]))


def test_every_year_of_the_four_countries_has_a_code_of_its_own() -> None:
    assert {code: year_code(name) for code, name in YEARS.items()} == {code: code for code in YEARS}
    assert set(YEAR_GROUP_CODES) == set(YEARS)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Year  4", "4"),
        ("07", "7"),
        ("Year Seven", "7"),
        ("r", "R"),
        ("YR", "R"),
        ("Year R", "R"),
        ("Yr R", "R"),
        ("YN", "N"),
        ("Year N", "N"),
        ("Year N2", "N2"),
        ("Nursery 1", "N1"),
        ("P.1", "P1"),
        ("Year 14", "14"),
    ],
)
def test_a_name_is_understood_however_it_is_written(name: str, code: str) -> None:
    assert year_code(name) == code


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Class of 2027",
        "Year 12/13",
        "Year 1 & 2",
        "Years 1-2",
        "Year 1 2",
        "Year -1",
        "-1",
        "Year 0",
        "Year 15",
        "Year 007",
        "P8",
        "S7",
        "Nursery 3",
        "Lower Sixth",
        "Upper VI",
        "Foundation Stage",
        "Pre-School",
        "Not Year 7",
        "Year ٧",
        "Year 7²",
        "Leavers 2026",
        "X",
    ],
)
def test_what_is_no_name_of_one_year_has_no_code(name: str) -> None:
    assert year_code(name) is None


@given(st.data(), st.sampled_from(sorted(YEARS)))
def test_all_spellings_of_a_year_share_its_code(data: st.DataObject, code: str) -> None:
    assert year_code(data.draw(spellings(code))) == code


WORDS = ["Year", "Yr", "Y", "R", "N", "FS", "P", "S", "Nursery", "Class of", "Primary", "Form"]


@given(
    st.one_of(
        st.text(max_size=20),
        st.lists(
            st.one_of(st.sampled_from([*WORDS, "/", "-", "&", " "]), st.integers(0, 3000)),
            max_size=5,
        ).map(lambda parts: "".join(map(str, parts))),
    )
)
def test_a_code_has_the_number_of_the_name_and_all_of_it(name: str) -> None:
    code = year_code(name)
    if code is None:
        return
    digits = [int(found) for found in re.findall(r"\d+", name)]
    assert digits == [int(found) for found in re.findall(r"\d+", code)]
    # Country and stage are said by the word.
    word = name.strip().casefold()
    assert code[0] not in "PFE" or code[0].casefold() in word
    assert code not in {"R", "N"} or word[0] in "rnydmbc"


def _made(rows: Rows) -> tuple[list[Made], list[Made]]:
    read, numbers = Read(rows), Numbers()
    return (
        list(make_students(read, numbers, Chosen())),
        list(make_year_groups(read, numbers, Chosen())),
    )


@given(st.lists(st.sampled_from(sorted(YEARS.values())), unique=True))
def test_year_groups_of_a_school_never_share_a_code_and_their_students_have_it(
    names: list[str],
) -> None:
    groups = [
        {"Id": f"g{n}", "Type": "YearGrp", "Name": name, "StudentIds": f"s{n}"}
        for n, name in enumerate(names)
    ]
    pupils = [{"Id": f"s{n}", "YearGroup": name} for n, name in enumerate(names)]
    students, made = _made({("Groups", "Group"): groups, ("Students", "Students"): pupils})
    codes = [one.data["code"] for one in made]
    assert len(set(codes)) == len(names)
    assert codes == [one.data["year_code"] for one in students]


def test_a_name_that_is_unknown_is_null_and_kept_for_the_school() -> None:
    group = {"Id": "g", "Type": "YearGrp", "Name": "Class of 2027", "Code": "20"}
    pupil = {"Id": "s", "YearGroup": "Class of 2027"}
    students, groups = _made({("Groups", "Group"): [group], ("Students", "Students"): [pupil]})
    assert (students[0].data["year_code"], groups[0].data["code"]) == (None, None)
    assert students[0].data["_year_name"] == groups[0].data["_year_name"] == "Class of 2027"
    known = _made({("Students", "Students"): [{"Id": "s", "YearGroup": "P1"}, {"Id": "t"}]})[0]
    assert all("_year_name" not in one.data for one in known)
