"""Long work in parts: whoever ends in the middle and begins again has lost nothing."""

from __future__ import annotations

from assembly_ui.sync.lines import LONGEST_HOLD, lots
from assembly_ui.sync.mirror import Edit, Place, in_lots
from assembly_ui.sync.pulling import Columns


def test_there_is_always_one_lot() -> None:
    assert list(lots([])) == [[]]
    assert [len(lot) for lot in lots(range(10), 4)] == [4, 4, 2]


def test_a_row_that_comes_in_place_of_another_comes_with_its_going() -> None:
    count = LONGEST_HOLD * 2 + 10
    put = [(Place("Students", str(number)), "{}") for number in range(count)]
    gone = [*(place for place, _ in put[::2]), Place("Students", "gone")]
    parts = list(in_lots(Edit(gone, put)))
    assert len(parts) == 3
    assert [one for part in parts for one in part.put] == put
    assert sorted(one for part in parts for one in part.gone) == sorted(gone)
    for part in parts:
        assert {place for place, _ in part.put} | {gone[-1]} >= set(part.gone)


def test_columns_are_known_however_they_are_spelt() -> None:
    columns = Columns(["DateOfBirth", "Forename"])
    row = {"Id": "1", "DateofBirth": "2015", "forename": "Jo", "Surname": "Smith", "UPN": "X"}
    assert columns.of(row) == {"Id": "1", "DateofBirth": "2015", "forename": "Jo"}
