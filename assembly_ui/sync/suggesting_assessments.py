"""What an aspect of the MIS most likely is: an assessment, a facet and a subject. Pure.

An aspect is one column of a school's markbooks, such as "Maths Target GCSE 9-1". Its name
says most; where it says nothing, the grades it uses do.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache

from assembly_ui.sync.mapping.catalogue import ASSESSMENTS
from assembly_ui.sync.mapping.making import Meaning
from assembly_ui.sync.suggesting import plain, subject_in

_FACETS = (
    ("target", r"targets?|tgt|aspirational|minimum grade|meg|goal grade"),
    ("prediction", r"predict(?:ed|ion|ions)?|pred|forecast|estimated?|likely|expected grade"),
    ("baseline", r"baselines?|prior|entry|on entry|starting point"),
)
_ACHIEVED = "achieved"

_EXAM = r"exam(?:ination)?s? (?:results?|grades?)|final (?:results?|grades?)|actual|award(?:ed)?"
_BY_NAME = (
    ("phonics", r"phonics?"),
    ("times_tables", r"times ?tables?|multiplication|mtc"),
    ("eyfs_goals", r"eyfs|early learning|elg|gld|foundation stage"),
    ("ks1_assessment", r"ks ?1|key stage 1"),
    ("ks2_scaled", r"(?:ks ?2|key stage 2).*(?:scaled|score|test)|scaled score"),
    ("ks2_assessment", r"ks ?2|key stage 2"),
    ("ability_non_verbal", r"non ?verbal"),
    ("ability_verbal", r"verbal"),
    ("ability_quantitative", r"quantitative|quant"),
    ("ability_spatial", r"spatial"),
    ("ability_mean", r"(?:cats?|cat ?4|midyis|yellis|ability).*(?:mean|average|overall)"),
    ("reading_age", r"reading age"),
    ("effort", r"effort|attitude|atl|behaviour for learning|engagement"),
    ("btec_examination", rf"btec.*(?:{_EXAM})"),
    ("btec_working", r"btec"),
    ("a_level_examination", rf"a ?levels?.*(?:{_EXAM})"),
    ("a_level_working", r"a ?levels?"),
    ("gcse_examination", rf"i?gcse.*(?:{_EXAM})"),
    ("gcse_working", r"i?gcse|9 (?:to )?1"),
    ("percentage", r"percent(?:age)?"),
)
_BY_GRADES = (
    ("working_at", {"WTS", "EXS"}),
    ("btec_working", {"P", "M", "D"}),
    ("a_level_working", {"A*", "A", "B"}),
    ("gcse_working", {"9", "8", "7"}),
)
_STANDARD = re.compile(r"\b(?:working (?:at|towards)|attainment|expected standard)\b")


def suggest_assessment(name: str, grades: Collection[str] = ()) -> Meaning | None:
    """What an aspect is, by its name and the grades it uses; None when nobody can tell."""
    heard = plain(name.replace("%", " percent "))
    key = _by_name(heard) or _by_grades(grades)
    if not key and _STANDARD.search(heard) and not grades:
        key = "working_at"
    if not key:
        return None
    return Meaning(key, _facet(heard), subject_in(_without_scale(heard)))


def _by_name(heard: str) -> str:
    return next((key for key, pattern in _patterns() if pattern.search(heard)), "")


def _by_grades(grades: Collection[str]) -> str:
    used = {grade.strip().upper() for grade in grades}
    return next((key for key, telling in _BY_GRADES if telling <= used), "")


def _facet(heard: str) -> str:
    found = (name for name, words in _FACETS if re.search(rf"\b(?:{words})\b", heard))
    return next(found, _ACHIEVED)


def _without_scale(heard: str) -> str:
    """What is left for the subject: "reading age" is no subject, "A level" no art."""
    return re.sub(r"\b(?:reading age|early learning|multiplication|a ?levels?)\b", " ", heard)


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    known = {assessment.key for assessment in ASSESSMENTS}
    return tuple((key, re.compile(rf"\b(?:{words})\b")) for key, words in _BY_NAME if key in known)
