"""Subjects, assessments, points and results as lines of a page."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from assembly_ui.sync import mapping_errors as errors
from assembly_ui.sync.assessments import AspectView
from assembly_ui.sync.choices import Chosen
from assembly_ui.sync.listed import Show
from assembly_ui.sync.mapping.making import Meaning
from assembly_ui.sync.points import PointView
from assembly_ui.sync.subjects import SubjectView
from assembly_ui.web.data_view import (
    aspect_line,
    day_words,
    point_line,
    show_of,
    subject_line,
    sum_words,
)
from assembly_ui.web.data_words import changed_meanwhile, mapped_words, mapping_words

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ANN = Chosen({"subject_code": "FUR"}, "Ann Smith", NOW)


def test_a_subject_says_whether_it_is_suggested_chosen_or_mapped_onto_nothing() -> None:
    suggested = subject_line(SubjectView("1", "Maths", "Ma", "MAT", "MAT", None))
    assert (suggested["subject"], suggested["mapped"]["state"]) == ("Mathematics", "Suggested")
    chosen = subject_line(SubjectView("1", "Maths", "Ma", "FUR", "MAT", ANN))
    assert (chosen["subject"], chosen["mapped"]["by"]) == ("Further Mathematics", "Ann Smith")
    assert (chosen["mapped"]["state"], chosen["mapped"]["at"]) == ("Chosen", NOW.isoformat())
    none = subject_line(SubjectView("3", "", "", "", "", None))
    assert (none["name"], none["subject"], none["mapped"]["state"]) == ("3", "", "Not mapped")


def test_an_aspect_leads_to_its_results() -> None:
    meaning = Meaning("gcse_working", "target", "MAT")
    view = AspectView("11", "Ma target", "Grade", "GCSE 9 to 1", meaning, meaning, None)
    line = aspect_line(view, 1234)
    assert (line["assessment"], line["details"]) == ("GCSE grade (9 to 1)", "Mathematics · Target")
    assert (line["results"], line["href"]) == ("1,234", "/results?aspect=11")
    assert aspect_line(view, 0)["href"] == ""


def test_a_point_is_written_for_people() -> None:
    line = point_line(PointView(93, "Year 8 Autumn", "half-term", "R"))
    assert (line["type"], line["year"]) == ("Half-term", "Reception")


@pytest.mark.parametrize(
    ("iso", "words"), [("2026-11-03", "3 Nov 2026"), ("", ""), ("2026", "2026"), ("a-b-c", "a-b-c")]
)
def test_days(iso: str, words: str) -> None:
    assert day_words(iso) == words


def test_how_far_the_mapping_is() -> None:
    assert sum_words(26, 2, 20) == "26 in your MIS, 2 not mapped, 20 as we suggest."
    assert sum_words(3, 0, 3) == "3 in your MIS, all of them mapped, 3 as we suggest."
    assert sum_words(0, 0, 0) == ""
    assert show_of("nonsense") is Show.ALL


def test_every_refusal_has_words_of_its_own() -> None:
    refusals = [
        errors.NotOfTheMis(),
        errors.NotInCatalogue(),
        errors.MappingChanged(None, ""),
        errors.ChangeUnknown(),
    ]
    assert {type(one) for one in refusals} == set(errors.MappingError.__subclasses__())
    assert len({mapping_words(one) for one in refusals}) == len(refusals)


def test_who_was_quicker_is_named_with_what_they_chose() -> None:
    quicker = errors.MappingChanged({"subject_code": "FUR"}, "Ann Smith")
    told = changed_meanwhile(quicker, what="subject")
    assert told.startswith("Ann Smith mapped it to Further Mathematics meanwhile.")
    aspect = {"assessment_key": "effort", "facet": "target", "subject_code": ""}
    told = changed_meanwhile(errors.MappingChanged(aspect, ""), what="assessment")
    assert told.startswith("Somebody mapped it to Effort · Target meanwhile.")
    back = changed_meanwhile(errors.MappingChanged(None, "Ann Smith"), what="subject")
    assert "our suggestion" in back
    assert "already" in mapped_words("Maths", "Mathematics", changed=False)
