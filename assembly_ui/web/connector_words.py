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
        "Click Grant Access. It takes less than a minute.",
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

PROBLEM_WORDS: dict[str, tuple[str, str]] = {
    "groupcall": (
        "Xporter on Demand is not answering as it should.",
        "Nothing to do for you. We keep trying, and this page changes when it answers again.",
    ),
    "school": (
        "Xporter on Demand answers, but not with your school's data.",
        "Ask the person who manages Xporter on Demand at your school to look at Groupcall "
        "School Portal.",
    ),
    "us": (
        "Xporter on Demand did not accept Assembly itself.",
        "Nothing to do for you. Tell help@assembly.education if it lasts more than an hour.",
    ),
}
