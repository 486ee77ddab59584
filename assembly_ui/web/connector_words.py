"""The words of the connection: badges, sentences, next steps, and who must act.

Sentences in the user guide stand here exactly as the guide has them.
"""

from __future__ import annotations

from dataclasses import dataclass

from assembly_ui.connector.status import Status
from assembly_ui.connector.warnings import Warn
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
    "being_sent": (
        "Nothing to do for you: the invitation is being sent. Within a minute this page says what "
        "came of it.",
        ASSEMBLY,
    ),
    "not_taken": (
        "Click Grant Access to try again: Xporter on Demand did not take the last invitation, "
        "and nothing was sent.",
        ADMIN,
    ),
    "perhaps_taken": (
        "Look into the mailbox of {owner}: Xporter on Demand did not confirm the last "
        "invitation, which may have been sent or not. If nothing has come within five minutes, "
        "click Grant Access again.",
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

SHARED_NUMBER_TITLE = "Another school has your DfE number"
SHARED_NUMBER = (
    "Your school shares DfE number {number} with {other}, which is also set up on Assembly. We use "
    "an answer from Xporter on Demand only for the school that was invited and that it names. "
    "Neither school sees anything of the other. If it is your school under another name, ask to "
    "join it instead."
)
NUMBER_HELD = (
    "Your school shares DfE number {number} with {other}, which is already connected or being "
    "connected on Assembly. Xporter on Demand knows one school by this number, so Grant Access "
    "cannot invite yours. Neither school sees anything of the other. If it is your school under "
    "another name, ask to join it. If not, tell help@assembly.education: we find out whose number "
    "it is."
)
"""While the other school holds the number."""

SERVICE_TITLE = "Xporter on Demand is having problems"
SERVICE_PROBLEM = (
    "It does not answer as it should, for any school. What we already hold stays as it was, and "
    "your school's authorisation is not touched. Nobody at your school needs to do anything: we "
    "keep trying, and this message goes away by itself."
)

WARNINGS: dict[Warn, tuple[str, str, str]] = {
    Warn.UNANSWERED: (
        "The invitation has not been answered",
        "Xporter on Demand sent it to {email} ",
        ". Ask them to look for it, also among unwanted mail. If it cannot be found, click Grant "
        "Access to have it sent again.",
    ),
    Warn.SECRET_UNREADABLE: (
        "We need your school to authorise Assembly again",
        "We can no longer read what Xporter on Demand gave us to open your school's data. We "
        "noticed ",
        ". Until then we use a key that lasts a few days. Click Grant Access and authorise again.",
    ),
    Warn.NO_SCHOOL_SCOPE: (
        "School-level data was left out",
        "Your school authorised Assembly ",
        " without the School scope, so we cannot read even its name. Click Grant Access and "
        "authorise again, leaving School ticked.",
    ),
    Warn.SCOPES_LEFT_OUT: (
        "Your school shares less than we asked for",
        "It authorised Assembly ",
        " without {names}. Nothing is wrong with that. An app that needs them will say so; to add "
        "them, click Grant Access and authorise again.",
    ),
    Warn.LONG_INSTALLATION: (
        "The installation is taking unusually long",
        "Your school authorised Assembly ",
        ", and it mostly takes no more than two working days from there. Ask "
        "support@groupcall.com how it is going. There is nothing to do here meanwhile.",
    ),
    Warn.STALE_DATA: (
        "Your data has not been refreshed for over two days",
        "Xporter on Demand last collected it from your MIS ",
        ". It mostly does so every night. What we hold stays as it was. If this does not change by "
        "tomorrow, ask support@groupcall.com.",
    ),
}
"""For each a title, the words before a moment, and those after it."""

SHARING_WORDS: dict[Status, Words] = {
    Status.CONNECTED: Words(
        "Connected",
        "success",
        "You have established a connection between Assembly and your data with Xporter on "
        "Demand. We extract only what the apps you authorised may read.",
        "Nothing. We keep the data up to date for {apps}.",
        "Nobody",
    )
}
"""Instead of the words above, once an app is authorised."""

HELD = (
    "Look at the large changes that wait for you in Changesets. Until somebody decides, apps see "
    "your data as it was.",
    ADMIN,
)
"""The next step, and whose, while changes are held back."""

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
    "right_school": "The MIS says it is {found}{differs}",
}

TIMELINE = {
    "invitation_sent": "Invitation sent to {to}",
    "invitation_refused": "Invitation not confirmed. {cause} {said}",
    "authorised": "The school authorised Assembly in Xporter on Demand",
    "authorisation_found": "The school authorised Assembly: we asked Xporter on Demand, since its "
    "message did not reach us",
    "installed": "Xporter on Demand reads the school's MIS",
    "school_matched": "The MIS belongs to the chosen school",
    "school_mismatched": "The MIS belongs to another school: {name}",
    "connected": "Connected",
    "paused": "Sharing paused in Xporter on Demand",
    "resumed": "Sharing resumed in Xporter on Demand",
    "withdrawn": "Access withdrawn in Xporter on Demand",
    "problem": "Calls to Xporter on Demand began to fail. {cause}",
    "recovered": "Xporter on Demand answers again",
    "trouble_told": "We emailed {to} about it",
    "recovery_told": "We emailed {to} that the connection works again",
    "tested": "Connection tested{outcome}",
    "claim_lapsed": "The invitation was not answered for two weeks, so {to}, which has the same "
    "DfE number, could be invited instead",
    "answer_not_used": "Xporter on Demand names another school under your DfE number, so we did "
    "not use its authorisation",
    "moved_away": "Assembly moved the connection to the school it belongs to",
    "moved_here": "Assembly moved the connection to this school. It is checked anew",
    "changes_held": "Large changes in your data wait for a decision. We emailed {to} about it",
    "school_year_began": "A new school year began in your MIS, and apps see it",
}
