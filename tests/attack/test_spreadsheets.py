"""A downloaded file is a table of words, never a formula (CSV injection)."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from pathlib import Path

import pytest

import assembly_ui
from assembly_ui.apps.history import csv_of
from assembly_ui.clock import ManualClock
from assembly_ui.db.database import Database
from tests.attack.surface import Route
from tests.factories.accounts import a_person
from tests.factories.apps import a_connected_school, an_app, authorised

FORMULAS = [
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "\u200e=1",
    "＝1+1",
    '"=1',
    "=1\n=2",
    "x;=1+1;y",
    "x\t=1+1\ty",
    "x|=1+1|y",
    "x, =1+1, y",
    "x; \u200e=1",
    'x";"=1+1',
    'x;""=1+1',
    "x;;@SUM(1)",
    "x;\u3164=1",
]
SPLITS = [",", ";", "\t", "|"]
"""Where a spreadsheet splits a line: its language decides, or its user."""
FILES_OF_OUR_OWN = {"assembly_ui/schools/register_file.py"}
"""They are written for the product itself, and no spreadsheet opens them."""
COVERED = {"/authorisations.csv"}


def test_every_download_of_a_table_is_attacked_here(routes: list[Route]) -> None:
    downloads = {route.path for route in routes if route.path.endswith((".csv", ".tsv", ".xlsx"))}
    assert downloads == COVERED, "Attack the new download below, and name it in COVERED."


@pytest.mark.parametrize("formula", FORMULAS, ids=repr)
async def test_no_cell_of_the_record_of_authorisations_begins_a_formula(
    database: Database, clock: ManualClock, formula: str
) -> None:
    person = await a_person(database, now=clock(), name=formula)
    school = await a_connected_school(database, now=clock(), owner=person)
    app = await an_app(database, now=clock())
    await authorised(database, app, school, now=clock())
    clock.advance(timedelta(minutes=1))
    text = await csv_of(database, school_id=school.id)
    assert len(list(csv.reader(io.StringIO(text)))) == 2
    for split in SPLITS:
        for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE):
            for cell in _cells(text, split, quoting):
                assert not FORMULA.match(cell), (split, cell)


FORMULA = re.compile('[ \n"\u200e\u200f\ufeff\u00a0\u3164]*[-=+@\t\r＝＋－＠]')
"""Spreadsheets leave out space and marks before they look for a formula."""


def _cells(text: str, split: str, quoting: int) -> list[str]:
    lines = csv.reader(re.split("[\r\n]+", text), delimiter=split, quoting=quoting)  # type: ignore[arg-type]
    return [cell for line in lines for cell in line]


def test_every_writer_of_tables_is_attacked_here_or_writes_for_us_alone() -> None:
    root = Path(assembly_ui.__file__).parent.parent
    writing = re.compile(r"csv\.(writer|DictWriter)|openpyxl|xlsxwriter|to_csv")
    writers = {
        path.relative_to(root).as_posix()
        for folder in ("assembly_ui", "simulators")
        for path in (root / folder).rglob("*.py")
        if writing.search(path.read_text(encoding="utf-8"))
    }
    assert writers == {"assembly_ui/apps/history.py"} | FILES_OF_OUR_OWN
