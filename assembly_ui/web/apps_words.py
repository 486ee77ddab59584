"""What is said about apps: every error of that room in words, and what happened."""

from __future__ import annotations

from collections.abc import Collection

from assembly_ui.apps import errors
from assembly_ui.apps.models import Happening
from assembly_ui.connector.status import Status
from assembly_ui.web.account_words import HELP
from assembly_ui.web.connector_words import STATUS_WORDS

NEW, ALLOWED = "New", "Allowed already"
"""What a request changes about a scope."""

EVENTS: dict[Happening, str] = {
    Happening.AUTHORISED: "Authorised",
    Happening.CHANGED: "Changed",
    Happening.DECLINED: "Not authorised",
    Happening.REVOKED: "Access revoked",
    Happening.ENDED_BY_APP: "Ended by the app",
    Happening.DELETION_ASKED: "Deletion asked for",
}

EVENT_TONES: dict[Happening, str] = {
    Happening.AUTHORISED: "success",
    Happening.CHANGED: "info",
    Happening.DECLINED: "warning",
    Happening.REVOKED: "danger",
    Happening.ENDED_BY_APP: "danger",
    Happening.DELETION_ASKED: "info",
}

EVENT_CHOICES = [(what.value, words) for what, words in EVENTS.items()]
"""The drop-down list of what can have happened."""


def request_words(problem: errors.RequestProblem, *, app: str = "the app") -> tuple[str, str]:
    """The heading and the sentence for a request that opens nothing."""
    match problem:
        case errors.RequestExpired():
            return (
                "This request is too old",
                "It waited too long for an answer, and nothing was shared. Go to Apps, choose "
                "the app and press Authorise Now: it asks again.",
            )
        case errors.RequestDecided():
            return (
                "This request has been answered",
                "It was authorised or turned down already, or the app has asked again since. "
                "Apps shows what each app may read now.",
            )
        case errors.RequestOfDisabledApp():
            return (
                "This app cannot be authorised at the moment",
                "It was switched off after it asked. Nothing was shared. Ask the people who make "
                f"it, or {HELP}.",
            )
    return (
        "We cannot find this request",
        "Its address may be incomplete, it belongs to somebody else, or nobody signed in or "
        "signed up within an hour. Nothing was shared. Go to Apps, choose the app and press "
        "Authorise Now: it asks again.",
    )


def words_for(error: errors.AppsError) -> str:
    """What to say of an error beside a button."""
    match error:
        case errors.NotConnected(status=status):
            return not_connected_words(status)
        case errors.WrongSchool(urn=urn):
            return (
                f"The app asked for the school with the URN {urn}, which is not the school you "
                "are looking at. Switch to that school, or begin again in the app. Nothing was "
                "shared."
            )
        case errors.RequestProblem():
            return " ".join(request_words(error)[1:])
        case errors.AuthorisationUnknown():
            return "This app has no access to your school's data any more. Nothing was changed."
        case errors.NotRevoked():
            return "Revoke the app's access first. Then it can be asked to delete what it holds."
        case errors.AppUnknown():
            return "There is no such app, or it has been switched off."
    return f"That did not work, and nothing was changed. Ask {HELP} if it happens again."


def not_connected_words(status: str) -> str:
    """Why an app cannot be authorised while the badge says this."""
    known = status in list(Status)
    badge = STATUS_WORDS[Status(status)].badge if known else "not connected"
    return (
        f"An app can be authorised once your school is Connected. It is {badge} now: go to "
        "Connector for the next step."
    )


def list_of(words: list[str]) -> str:
    """Words in a row: "a", "a and b", "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def counted_scopes(count: int) -> str:
    """So many scopes, as people say it: "1 set of data"."""
    return f"{count} set{'' if count == 1 else 's'} of data"


def notes(asked: Collection[str], held: Collection[str], known: Collection[str]) -> dict[str, str]:
    """What a request changes for an app that has access, by scope.

    `known` was asked for before, allowed or not: nothing is said of what is not allowed still.
    """
    said = {name: "" if name in known else NEW for name in asked}
    return said | dict.fromkeys(set(asked) & set(held), ALLOWED)
