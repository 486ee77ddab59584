"""The words of the connection: badges, sentences, next steps, and who must act.

Sentences in the user guide stand here exactly as the guide has them.
"""

from __future__ import annotations

from dataclasses import dataclass

from assembly_ui.connector.status import Status
from assembly_ui.web.components.boxes import Tone


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
        "You, or another admin of your school",
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
        "You, or another admin of your school",
    ),
    Status.ACCESS_PAUSED: Words(
        "Access Paused",
        "warning",
        "Your school has paused sharing in Xporter on Demand while it finishes choosing whose "
        "data to share. What we already hold stays as it was, and nothing new is read.",
        "Finish the selection of people in Groupcall School Portal. We notice by ourselves.",
        "The person who manages Xporter on Demand at your school",
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

NEXT_STEPS: dict[str, tuple[str, str]] = {
    "invited": (
        "Open the email from Xporter on Demand, sent to {email}, and click Begin Authorisation. "
        "It takes less than a minute.",
        "{owner}, the school owner",
    ),
    "not_installed": (
        "Nothing to do for you: Xporter on Demand is preparing your connector. This page changes "
        "by itself when it is ready.",
        "Groupcall",
    ),
    "wrong_school": (
        "Choose the right school in School Details, or ask support@groupcall.com to connect the "
        "right MIS. Until then we read nothing.",
        "You, or another admin of your school",
    ),
    "checking": (
        "Nothing to do for you: we are reading your school's name from the MIS.",
        "Assembly",
    ),
    "groupcall": (
        "Nothing to do for you: Xporter on Demand is not answering as it should. This page "
        "changes by itself when it does.",
        "Groupcall",
    ),
    "school": (
        "Ask the person who manages Xporter on Demand at your school to look at Groupcall School "
        "Portal.",
        "The person who manages Xporter on Demand at your school",
    ),
    "us": (
        "Nothing to do for you: Xporter on Demand did not accept Assembly itself. Tell "
        "help@assembly.education if it lasts more than an hour.",
        "Assembly",
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

CAUSES: dict[str, tuple[str, str]] = {
    "no_dfe_number": (
        "Your school has no 7-digit DfE number here, by which Xporter on Demand knows schools.",
        "Tell help@assembly.education the number, and we add it.",
    ),
    "not_invited": (
        "No invitation was sent yet.",
        "Click Grant Access.",
    ),
    "not_authorised": (
        "Your school has not authorised Assembly in Xporter on Demand.",
        "Click Begin Authorisation in the email from Xporter on Demand, or Grant Access to have "
        "it sent again.",
    ),
    "authorisation_paused": (
        "Sharing is paused while your school chooses whose data to share.",
        "Finish the selection of people in Groupcall School Portal.",
    ),
    "no_school_scope": (
        "The authorisation does not include School-level data.",
        "Click Grant Access and authorise again, leaving School ticked.",
    ),
    "not_installed": (
        "The Xporter on Demand connector of your school does not answer yet.",
        "Finish its installation, or wait for the onboarding queue.",
    ),
    "wrong_school": (
        "The MIS belongs to another school than the one you chose.",
        "Choose the right school in School Details, or ask support@groupcall.com to connect the "
        "right MIS.",
    ),
    "no_counts": (
        "Xporter on Demand answered, but holds no data for your school yet.",
        "The first collection runs overnight. Test again tomorrow.",
    ),
}

FAULTS: dict[str, tuple[str, str]] = {
    "groupcall": (
        "Xporter on Demand is not answering as it should.",
        "Nothing to do for you. Test again later.",
    ),
    "school": (
        "Xporter on Demand did not accept our access to your school's data.",
        "Click Grant Access to have a new invitation sent.",
    ),
    "us": (
        "Xporter on Demand did not accept Assembly itself.",
        "Tell help@assembly.education.",
    ),
}

TIMELINE = {
    "invitation_sent": "Invitation sent to {to}",
    "invitation_refused": "Xporter on Demand did not take the invitation",
    "authorised": "The school authorised Assembly in Xporter on Demand",
    "installed": "Xporter on Demand reads the school's MIS",
    "school_matched": "The MIS belongs to the chosen school",
    "school_mismatched": "The MIS belongs to another school: {name}",
    "connected": "Connected",
    "paused": "Sharing paused in Xporter on Demand",
    "resumed": "Sharing resumed in Xporter on Demand",
    "withdrawn": "Access withdrawn in Xporter on Demand",
    "problem": "Calls to Xporter on Demand began to fail",
    "recovered": "Xporter on Demand answers again",
    "tested": "Connection tested",
}
