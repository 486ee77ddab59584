"""Long work in parts: whoever ends in the middle and begins again has lost nothing."""

from __future__ import annotations

from assembly_ui.db.bulk_sql import LONGEST_HOLD, lots
from assembly_ui.sync.comparing import Altered, Comparison, Written
from assembly_ui.sync.mirror import Edit, Place, in_lots
from assembly_ui.sync.pulling import Columns
from assembly_ui.sync.store import in_lots as written_in_lots


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


def test_much_is_written_in_parts_and_little_at_once() -> None:
    new = [Written(number, "", "{}") for number in range(LONGEST_HOLD + 5)]
    old = [Altered(number, "", "{}", {}, is_news=True) for number in range(LONGEST_HOLD - 1)]
    (all_at_once,) = written_in_lots(Comparison(new[:5], [], old[:5], [7], 5))
    assert (len(all_at_once.added), len(all_at_once.altered), all_at_once.removed) == (5, 5, [7])
    parts = list(written_in_lots(Comparison(new, new[:3], old, [7], 9)))
    assert [one for part in parts for one in part.added] == new
    assert [one for part in parts for one in part.altered] == old
    assert [(len(part.again), part.removed) for part in parts if part.again or part.removed] == [
        (3, []),
        (0, [7]),
    ]
    assert all(
        len(part.added) + len(part.again) + len(part.altered) + len(part.removed) <= LONGEST_HOLD
        for part in parts
    )


def test_columns_are_known_however_they_are_spelt() -> None:
    columns = Columns(["DateOfBirth", "Forename"])
    row = {"Id": "1", "DateofBirth": "2015", "forename": "Jo", "Surname": "Smith", "UPN": "X"}
    assert columns.of(row) == {"Id": "1", "DateofBirth": "2015", "forename": "Jo"}
