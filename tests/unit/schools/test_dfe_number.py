"""A DfE number is a local authority's code and an establishment number, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assembly_ui.schools.models import School
from assembly_ui.schools.register import Register
from assembly_ui.schools.register_file import COLUMNS, school_from

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def _of_register(la_code: str, number: str) -> str:
    blank = dict.fromkeys(COLUMNS, "")
    return school_from(blank | {"la_code": la_code, "establishment_number": number}).dfe_number


def _set_up(la_code: str, number: str) -> str:
    return School(
        name="A school",
        mis="isams-xod",
        mis_chosen_at=NOW,
        created_at=NOW,
        la_code=la_code,
        establishment_number=number,
    ).dfe_number


Make = Callable[[str, str], str]
EACH = pytest.mark.parametrize("made", [_of_register, _set_up], ids=["register", "set up"])


@EACH
@pytest.mark.parametrize(
    ("la_code", "number", "dfe_number"),
    [
        ("202", "3614", "2023614"),
        ("", "1010012", ""),
        ("S12000050", "1000047", ""),
        ("2023614", "", ""),
        ("2023", "614", ""),
        ("20", "23614", ""),
        ("202", "", ""),
        ("", "3614", ""),
        ("²02", "3614", ""),
        ("٢٠٢", "3614", ""),
    ],
    ids=[
        "England",
        "Northern Ireland",
        "Scotland",
        "all in one column",
        "cut elsewhere",
        "cut too early",
        "no establishment number",
        "no local authority",
        "superscript",
        "Arabic digits",
    ],
)
def test_only_its_two_parts_make_a_number(
    made: Make, la_code: str, number: str, dfe_number: str
) -> None:
    assert made(la_code, number) == dfe_number


@EACH
@given(la_code=st.text("0123456789S", max_size=8), number=st.text("0123456789P", max_size=8))
@example(la_code="", number="1010012")
def test_no_other_two_columns_join_to_one(made: Make, la_code: str, number: str) -> None:
    is_one = [len(la_code), len(number)] == [3, 4] and (la_code + number).isdecimal()
    assert made(la_code, number) == (la_code + number if is_one else "")


def test_no_school_of_scotland_or_northern_ireland_has_one(register: Register) -> None:
    elsewhere = [s for s in register._schools if s.urn.startswith(("NI-", "SEED-"))]
    assert len(elsewhere) > 3_000
    assert {school.dfe_number for school in elsewhere} == {""}


@pytest.mark.parametrize(
    ("query", "urn"),
    [
        ("1010012", "NI-1010012"),
        ("NI 1010012", "NI-1010012"),
        ("101/0012", "NI-1010012"),
        ("1000047SP", "SEED-1000047SP"),
        ("SEED 1000047", "SEED-1000047SP"),
    ],
)
def test_their_own_references_find_them(register: Register, query: str, urn: str) -> None:
    assert [match.school.urn for match in register.search(query).matches][:1] == [urn]


def test_a_number_of_england_is_not_shared_with_a_reference_of_northern_ireland(
    register: Register,
) -> None:
    assert register.get("NI-2032662") is not None
    assert register.is_shared("2032662", besides="") is True, "Wyborne Primary School has it"
    assert register.names_of("2032662", besides="100146") == []
