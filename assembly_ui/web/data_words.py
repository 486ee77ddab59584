"""What is said about mappings: every error of them in words, and what was done. Pure."""

from __future__ import annotations

from assembly_ui.schools.errors import NotAllowed, SchoolsError
from assembly_ui.sync import mapping_errors as errors
from assembly_ui.web.data_view import choice_words

NOT_ALLOWED = "Your role does not permit that. Ask an admin or the owner of your school."


def mapping_words(error: errors.MappingError | SchoolsError) -> str:
    """Why it is not mapped so, and what to do."""
    match error:
        case errors.NotOfTheMis():
            return (
                "Your MIS does not have that any more, so there is nothing to map. The list shows "
                "what it has now."
            )
        case errors.NotInCatalogue():
            return "Choose one from the list. Nothing was changed."
        case errors.MappingChanged():
            return (
                "It was changed again meanwhile, so it stays as it is now. The list shows how it "
                "is mapped."
            )
        case errors.ChangeUnknown():
            return "That is undone already."
        case NotAllowed():
            return NOT_ALLOWED
    return "That did not work. Nothing was changed. Try it again in a moment."


def changed_meanwhile(error: errors.MappingChanged, *, what: str) -> str:
    """Somebody was quicker; what they chose, and what to do about it."""
    who = error.by_name or "Somebody"
    now = choice_words(error.now, what=what)
    if error.now is None:
        return f"It was set back to {now} meanwhile. Save again if you still want to change it."
    return f"{who} mapped it to {now} meanwhile. Keep that with Cancel, or choose again and save."


def mapped_words(name: str, to: str, *, changed: bool) -> str:
    """The confirmation."""
    if not changed:
        return f"“{name}” is mapped to {to} already. Nothing was changed."
    return f"“{name}” is mapped to {to} now. Apps see it after the next sync."
