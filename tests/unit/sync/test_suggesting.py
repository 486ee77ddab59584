"""What we suggest a subject of a school, or a column of its markbooks, to be."""

from __future__ import annotations

import pytest

from assembly_ui.sync.mapping.catalogue import ASSESSMENTS, SUBJECTS
from assembly_ui.sync.mapping.making import Meaning
from assembly_ui.sync.suggesting import is_typo, suggest_subject
from assembly_ui.sync.suggesting_assessments import suggest_assessment
from simulators.school_data import assessment, curriculum


@pytest.mark.parametrize(
    ("name", "code", "suggested"),
    [
        ("Mathematics", "", "MAT"),
        ("Maths", "", "MAT"),
        ("MA", "", "MAT"),
        ("8B/Ma", "Ma", "MAT"),
        ("Set 3", "Gg", "GEO"),
        ("Further Mathematics", "Fm", "FUR"),
        ("Further Maths (A level)", "", "FUR"),
        ("FR", "", "FRE"),
        ("Y10 French Set 2", "", "FRE"),
        ("Español", "", "SPA"),
        ("Religious Studies", "Rs", "REL"),
        ("R.E.", "", "REL"),
        ("Art & Design", "", "ART"),
        ("English Lit", "", "ENL"),
        ("English Language GCSE", "", "ENG"),
        ("Computing", "", "COM"),
        ("Games", "Ga", "PED"),
        ("Extended Project", "Ep", "EPQ"),
        ("Mathmatics", "", "MAT"),
        ("Physcial Education", "", "PED"),
        ("Sience", "", "SCI"),
    ],
)
def test_a_subject_is_recognised_however_it_is_written(
    name: str, code: str, suggested: str
) -> None:
    assert suggest_subject(name, code) == suggested


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", ""),
        ("Duke of Edinburgh", "DofE"),
        ("History and Geography", ""),
        ("Enrichment", "En"),
        ("!!!", "?"),
        ("🐴", ""),
    ],
)
def test_what_nobody_can_tell_is_left_to_the_school(name: str, code: str) -> None:
    assert suggest_subject(name, code) == ""


def test_every_subject_of_the_catalogue_is_itself() -> None:
    assert {one.name: suggest_subject(one.name) for one in SUBJECTS} == {
        one.name: one.code for one in SUBJECTS
    }


def test_the_subjects_of_a_whole_school_are_recognised() -> None:
    names = {one.name: suggest_subject(one.name, one.code) for one in curriculum.SUBJECTS.values()}
    assert all(names.values()), names


def test_short_words_are_no_slips_of_each_other() -> None:
    assert not is_typo("latin", "art")
    assert is_typo("chemsitry", "chemistry")


@pytest.mark.parametrize(
    ("name", "grades", "meaning"),
    [
        ("Mathematics GCSE grade", (), Meaning("gcse_working", "achieved", "MAT")),
        ("Further Mathematics A level grade", (), Meaning("a_level_working", "achieved", "FUR")),
        ("Religious Studies Exam %", (), Meaning("percentage", "achieved", "REL")),
        ("History GCSE exam result", (), Meaning("gcse_examination", "achieved", "HIS")),
        ("Ma Target GCSE 9-1", (), Meaning("gcse_working", "target", "MAT")),
        ("Maths Predicted", ("9", "8", "7"), Meaning("gcse_working", "prediction", "MAT")),
        ("English", ("WTS", "EXS", "GDS"), Meaning("working_at", "achieved", "ENG")),
        ("Baseline Verbal", (), Meaning("ability_verbal", "baseline", "")),
        ("CAT4 Non-verbal", (), Meaning("ability_non_verbal", "achieved", "")),
        ("KS2 Reading Scaled Score", (), Meaning("ks2_scaled", "achieved", "")),
        ("Art and Design A level grade", (), Meaning("a_level_working", "achieved", "ART")),
        ("Effort in French", (), Meaning("effort", "achieved", "FRE")),
        ("Notes", (), None),
        ("", (), None),
    ],
)
def test_a_column_of_a_markbook_is_recognised(
    name: str, grades: tuple[str, ...], meaning: Meaning | None
) -> None:
    assert suggest_assessment(name, grades) == meaning


def test_what_is_suggested_is_of_the_catalogue() -> None:
    titles = ("Attainment", "Exam %", "GCSE grade", "A level grade")
    names = [f"{one.name} {title}" for one in curriculum.SUBJECTS.values() for title in titles]
    names += [f"Baseline {test}" for test in assessment.BASELINES]
    found = {name: suggest_assessment(name) for name in names}
    keys, codes = {one.key for one in ASSESSMENTS}, {one.code for one in SUBJECTS} | {""}
    assert all(one and one.assessment in keys and one.subject in codes for one in found.values())
