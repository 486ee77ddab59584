"""The words of the connection: badges, sentences, next steps, and who must act.

Sentences in the user guide stand here exactly as the guide has them.
"""

from __future__ import annotations

from dataclasses import dataclass

from assembly_ui.connector.status import Status
from assembly_ui.web.components.boxes import Tone
from assembly_ui.web.connector_problems import ADMIN, ASSEMBLY, GROUPCALL, MANAGER


@dataclass(frozen=True)
class Words:
    """What is said of one status."""

    badge: str
    tone: Tone
    sentence: str
    next_step: str
    who: str


STATUS_WORDS: dict[Status, Words] = {
    Status.AWAITING_INVITATION: Words(
        "Awaiting Invitation",
        "info",
        "You have not sent an invitation to allow Assembly to access your data in Xporter on "
        "Demand. You can start this process by granting access below.",
        "Click Grant Access below.",
        ADMIN,
    ),
    Status.AWAITING_CONNECTION: Words(
        "Awaiting Connection",
        "warning",
        "Assembly cannot establish a connection with Xporter on Demand. You must grant Assembly "
        "access to your data and have installed the Xporter on Demand connector before we can "
        "process your data.",
        "",
        "",
    ),
    Status.CONNECTED: Words(
        "Connected",
        "success",
        "You have established a connection between Assembly and your data with Xporter on "
        "Demand. We will not extract any sensitive data until you have authorised an app.",
        "Authorise an app. Nothing else is needed for the connection.",
        ADMIN,
    ),
    Status.ACCESS_PAUSED: Words(
        "Access Paused",
        "warning",
        "Your school has paused sharing in Xporter on Demand, or has yet to choose whose data to "
        "share. What we already hold stays as it was, and nothing new is read.",
        "Resume sharing in Groupcall School Portal, or finish the selection of people there. This "
        "page changes by itself.",
        MANAGER,
    ),
    Status.ACCESS_WITHDRAWN: Words(
        "Access Withdrawn",
        "danger",
        "Xporter on Demand no longer accepts our access to your school's data: it was taken back "
        "or replaced there. We have stopped reading. What we already hold stays as it was.",
        "If this was not intended, click Grant Access to send a new invitation.",
        "You, or the person who manages Xporter on Demand at your school",
    ),
    Status.CONNECTION_PROBLEM: Words(
        "Connection Problem",
        "danger",
        "The connection worked before, but our calls to Xporter on Demand are failing now. What "
        "we already hold stays as it was, and we keep trying.",
        "",
        "",
    ),
}

BADGES: dict[str, tuple[str, str]] = {
    "": ("", "info"),
    **{status.value: (words.badge, words.tone) for status, words in STATUS_WORDS.items()},
}

WRONG_SCHOOL = (
    "The MIS that Xporter on Demand reads has turned out to be that of another school. What we "
    "already hold stays as it was, and nothing is read from the other school but its name."
)
"""Instead of the sentence above, when it is not the calls that are the problem."""

NEXT_STEPS: dict[str, tuple[str, str]] = {
    "not_taken": (
        "Click Grant Access to try again: Xporter on Demand did not take the last invitation, "
        "and nothing was sent.",
        ADMIN,
    ),
    "perhaps_taken": (
        "Look into the mailbox of {owner}: Xporter on Demand did not confirm the last "
        "invitation, which may have been sent or not. If nothing came, click Grant Access again.",
        ADMIN,
    ),
    "invited": (
        "Open the email from Xporter on Demand, sent to {email}, and click Begin Authorisation. "
        "It takes less than a minute.",
        "{owner}, the school owner",
    ),
    "not_installed": (
        "Nothing to do for you: Xporter on Demand is preparing your connector. This page changes "
        "by itself when it is ready.",
        GROUPCALL,
    ),
    "checking": (
        "Nothing to do for you: we are reading your school's name from the MIS.",
        ASSEMBLY,
    ),
}

LAYER_TITLES = {
    "register_match": "Register match",
    "invitation": "Invitation",
    "authorisation": "Authorisation",
    "scopes": "Scopes granted",
    "installed": "Installed",
    "right_school": "Right school",
    "data": "Data",
}

LAYER_PASSED = {
    "register_match": "{name} has the DfE number {dfe_number}",
    "invitation": "Sent to {to}",
    "authorisation": "Xporter on Demand gave us a token for your school",
    "scopes": "{scopes}",
    "installed": "Your MIS answered",
    "right_school": "The MIS says it is {found}",
}

TIMELINE = {
    "invitation_sent": "Invitation sent to {to}",
    "invitation_refused": "Invitation not confirmed. {cause} {said}",
    "authorised": "The school authorised Assembly in Xporter on Demand",
    "installed": "Xporter on Demand reads the school's MIS",
    "school_matched": "The MIS belongs to the chosen school",
    "school_mismatched": "The MIS belongs to another school: {name}",
    "connected": "Connected",
    "paused": "Sharing paused in Xporter on Demand",
    "resumed": "Sharing resumed in Xporter on Demand",
    "withdrawn": "Access withdrawn in Xporter on Demand",
    "problem": "Calls to Xporter on Demand began to fail. {cause}",
    "recovered": "Xporter on Demand answers again",
    "tested": "Connection tested{outcome}",
}
