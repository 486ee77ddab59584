"""What a form of the portal says when it must be filled in differently."""

from __future__ import annotations

from simulators.xporter.errors import AnswerMissing, AnswersChanged

_WORDS = {
    ("name", "missing"): "Enter your colleague’s name",
    ("email", "missing"): "Enter your colleague’s email address",
    ("email", "not_an_address"): "Enter an email address in the correct format, "
    "like name@school.sch.uk",
    ("email", "too_many"): "This invitation was forwarded many times in the last hour. "
    "Try again later",
    ("mis", "not_chosen"): "Select the MIS your school uses",
    ("people", "not_chosen"): "Select whether to share everyone or a selection",
    ("install", "not_chosen"): "Select when to install",
    ("groups", "not_chosen"): "Select at least one group of people",
}
CHANGED = "Your answers were changed in another window. Check them before you authorise sharing"


def problems_of(error: AnswerMissing | AnswersChanged) -> dict[str, str]:
    """A message for each field that needs attention."""
    if isinstance(error, AnswersChanged):
        return {"summary": CHANGED}
    return {field: _WORDS[field, problem] for field, problem in error.problems.items()}
