"""The same identity and moment give the same school, whoever asks and in what order."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given, settings

from simulators.school_data import TABLES
from simulators.school_data.academic_year import academic_year_data
from tests.factories.mis import NOON, a_school, around, every_table, gaps, moments, utc

DIGEST = """
import hashlib, json
from datetime import datetime
from simulators.school_data import TABLES, Identity, school_at
school = school_at(Identity("3302005", "King's School", pupils=60), datetime(2026, 11, 25, 12))
text = json.dumps({name: school.table(name) for name in TABLES})
print(hashlib.sha256(text.encode()).hexdigest())
"""


def test_two_processes_with_other_hash_seeds_agree() -> None:
    digests = {
        subprocess.run(
            [sys.executable, "-c", DIGEST],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1


@given(moment=moments, gap=gaps)
@settings(max_examples=3, deadline=None)
def test_what_was_asked_before_changes_nothing(moment: datetime, gap: timedelta) -> None:
    fresh = every_table(a_school(moment), around(moment))
    every_table(a_school(moment + gap), around(moment))
    identity, core = a_school().identity, a_school(moment).core
    assert academic_year_data(identity, core.year).year == core.year
    assert every_table(a_school(moment), around(moment)) == fresh


@given(moment=moments, gap=gaps)
@settings(max_examples=5, deadline=None)
def test_equal_versions_mean_identical_tables(moment: datetime, gap: timedelta) -> None:
    later = moment + gap / 50
    one, other = a_school(moment), a_school(later)
    if one.version == other.version:
        for name in TABLES:
            assert one.table(name) == other.table(name)


def test_the_version_stands_still_at_night_and_moves_in_the_morning() -> None:
    night, later = utc(2026, 11, 25, 1), utc(2026, 11, 25, 6)
    assert a_school(night).version == a_school(later).version
    assert a_school(NOON).version != a_school(later).version


def test_a_moment_of_another_zone_is_the_same_moment() -> None:
    paris = NOON.astimezone(timezone(timedelta(hours=1)))
    assert a_school(paris).version == a_school(NOON).version


@pytest.mark.parametrize("change", [{"seed": 1}, {"name": "Queen's School"}, {"pupils": 201}])
def test_another_identity_is_another_school(change: dict[str, object]) -> None:
    assert a_school(**change).table("Students") != a_school().table("Students")


def test_an_unknown_table_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        a_school().table("Nothing")
