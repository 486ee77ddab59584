"""Whatever the service sends, records are made of it that can be kept, and none is invented."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from assembly_ui.sync.mapping import KINDS
from tests.unit.sync.mapping.read_school import Numbers, Read, Rows, chosen_of, read_school

ODD: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=30),
    st.just("9" * 5000),
    st.just("\x00\ud800"),
    st.lists(st.text(max_size=5), max_size=3),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=2),
)
SCHOOL = read_school(pupils=28)
TABLES = sorted(of for of, rows in SCHOOL.tables.items() if rows)
COLUMNS = sorted({(of, name) for of in TABLES for name in SCHOOL.tables[of][0]})


def _some() -> Rows:
    return {of: [dict(row) for row in rows[:12]] for of, rows in SCHOOL.tables.items()}


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(COLUMNS), st.integers(0, 11), ODD), max_size=12))
def test_odd_values_become_records_all_the_same(
    changes: list[tuple[tuple[tuple[str, str], str], int, Any]],
) -> None:
    tables = _some()
    chosen = chosen_of(Read(tables))
    for (of, column), place, value in changes:
        if place < len(tables[of]):
            tables[of][place][column] = value
    read, numbers = Read(tables), Numbers()
    for kind in KINDS:
        keys = [
            (one.key, json.dumps(one.data, allow_nan=False).encode())
            for one in kind.make(read, numbers, chosen)
        ]
        assert all(key for key, _ in keys)


@settings(max_examples=15, deadline=None)
@given(st.sets(st.sampled_from(TABLES)), st.sets(st.sampled_from(COLUMNS)))
def test_without_some_tables_and_columns_the_rest_is_made(
    tables_gone: set[tuple[str, str]], columns_gone: set[tuple[tuple[str, str], str]]
) -> None:
    tables = {of: rows for of, rows in _some().items() if of not in tables_gone}
    for of, column in columns_gone:
        for row in tables.get(of, ()):
            row.pop(column, None)
    chosen = chosen_of(SCHOOL)
    for kind in KINDS:
        for one in kind.make(Read(tables), Numbers(), chosen):
            assert one.key
