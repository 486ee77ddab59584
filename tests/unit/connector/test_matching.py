"""Right school: number, name and postcode are compared, and a shared number proves nothing."""

from __future__ import annotations

from itertools import product

import pytest

from assembly_ui.connector.matching import Agreement, Comparison, SchoolIdentity, compare

A, S, D, U = Agreement

TABLE = [
    # number, name, postcode, same school, same school although the number is shared
    (A, A, A, True, True),
    (A, A, U, True, True),
    (A, A, D, True, False),
    (A, S, A, True, False),
    (A, S, U, True, False),
    (A, S, D, True, False),
    (A, D, A, True, False),
    (A, D, U, True, False),
    (A, D, D, False, False),
    (A, U, A, True, False),
    (A, U, U, True, False),
    (A, U, D, True, False),
    (U, A, A, True, True),
    (U, A, U, True, True),
    (U, A, D, False, False),
    (U, S, A, True, False),
    (U, S, U, False, False),
    (U, S, D, False, False),
    (U, D, A, False, False),
    (U, D, U, False, False),
    (U, D, D, False, False),
    (U, U, A, False, False),
    (U, U, U, False, False),
    (U, U, D, False, False),
]


@pytest.mark.parametrize(("number", "name", "postcode", "same", "shared"), TABLE)
def test_the_table_says_what_is_the_same_school(
    number: Agreement, name: Agreement, postcode: Agreement, same: bool, shared: bool
) -> None:
    comparison = Comparison(number, name, postcode)
    assert comparison.is_same(number_is_shared=False) is same
    assert comparison.is_same(number_is_shared=True) is shared


def test_the_table_is_complete_and_another_number_is_always_another_school() -> None:
    assert {row[:3] for row in TABLE} == set(product((A, U), (A, S, D, U), (A, D, U)))
    for name, postcode, shared in product(Agreement, Agreement, (True, False)):
        assert not Comparison(D, name, postcode).is_same(number_is_shared=shared)


@pytest.mark.parametrize("agreements", list(product(Agreement, repeat=3)))
def test_a_shared_number_is_never_less_strict(agreements: tuple[Agreement, ...]) -> None:
    comparison = Comparison(*agreements)
    if comparison.is_same(number_is_shared=True):
        assert comparison.is_same(number_is_shared=False)


@pytest.mark.parametrize(
    ("chosen", "found", "agreement"),
    [
        ("2136007", "2136007", A),
        ("2136007", "213/6007", A),
        ("2136007", "2136008", D),
        ("2136007", "6007", U),
        ("2136007", "6008", D),
        ("2136007", "", U),
        ("2136007", "136007", U),
        ("", "2136007", U),
    ],
)
def test_numbers_are_compared(chosen: str, found: str, agreement: Agreement) -> None:
    assert compare(SchoolIdentity(chosen), SchoolIdentity(found)).number is agreement


@pytest.mark.parametrize(
    ("chosen", "found", "agreement"),
    [
        ("The King's School", "KINGS SCHOOL", A),
        ("King’s School", "King's School", A),
        ("St Mary's", "Saint Marys", A),
        ("St. Mary's", "St Mary's", A),
        ("Five Elms Primary School", "Five Elms Primary Academy", A),
        ("William Ford CofE Junior School", "William Ford C of E Junior School", A),
        ("William Ford CofE Junior School", "William Ford C.E. Junior School", A),
        ("All Saints Church of England School", "All Saints CE Academy", A),
        ("Our Lady RC Primary", "Our Lady Roman Catholic Primary School", A),
        ("Boys & Girls School", "Boys and Girls School", A),
        ("Ysgol Llŷn", "YSGOL LLYN", A),
        ("King's School", "King's School, Gloucester", S),
        ("St Mary's School", "St Mary's Primary School", S),
        ("Maypole School (Leigham Court)", "Maypole School", S),
        ("St Mary's", "St Anne's", D),
        ("King's School", "Queen's School", D),
        ("London Park School Clapham", "Maypole School (Leigham Court)", D),
        ("London Park School Clapham", "London Park School Sydenham", D),
        ("Primary School", "St Mary's Primary School", D),
        ("The Academy", "The Academy", A),
        ("King's School", "", U),
        ("", "", U),
        ("!!!", "???", U),
    ],
)
def test_names_are_compared_however_they_are_spelt(
    chosen: str, found: str, agreement: Agreement
) -> None:
    ours, theirs = SchoolIdentity(name=chosen), SchoolIdentity(name=found)
    assert compare(ours, theirs).name is agreement
    assert compare(theirs, ours).name is agreement


@pytest.mark.parametrize(
    ("chosen", "found", "agreement"),
    [
        ("SW4 9AH", "sw49ah", A),
        ("SW4 9AH", "London Park School\n1 High Street\nLondon\nSW4  9AH", A),
        ("SW4 9AH", "12 Rectory Grove, London SW16 2QA", D),
        ("SW4 9AH", "1 High Street", U),
        ("SW4 9AH", "", U),
        ("", "SW4 9AH", U),
    ],
)
def test_postcodes_are_found_in_an_address(chosen: str, found: str, agreement: Agreement) -> None:
    ours, theirs = SchoolIdentity(postcode=chosen), SchoolIdentity(postcode=found)
    assert compare(ours, theirs).postcode is agreement


def test_what_differs_is_named() -> None:
    ours = SchoolIdentity("2086008", "London Park School Clapham", "SW4 9AH")
    theirs = SchoolIdentity("2086008", "Maypole School (Leigham Court)", "SW16 2QA")
    assert compare(ours, theirs).differing == ("name", "postcode")
    assert compare(ours, ours).differing == ()
