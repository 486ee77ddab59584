"""What can be wrong with a connection, in words: the cause, the remedy, whose turn it is.

Keys are the kinds of the client's errors and what the layers of Test Connection
find. Each remedy is said both beside a failed layer and as the next step.
"""

from __future__ import annotations

from typing import NamedTuple

from assembly_ui.connector.errors import NumberHeld
from assembly_ui.connector.grant_access import PERHAPS_SENT

ADMIN = "An admin or the owner of your school"
MANAGER = "The person who manages Xporter on Demand at your school"
GROUPCALL = "Groupcall"
ASSEMBLY = "Assembly"

WE_KEEP_TRYING = "Nothing to do for you: we keep trying, and this page changes by itself."
TELL_US = "We keep trying. Tell help@assembly.education if it lasts more than an hour."
TELL_US_NUMBER = "Tell help@assembly.education the number, and we add it."
ASK_MANAGER = (
    "Ask the person who manages Xporter on Demand at your school to look at Groupcall School "
    "Portal."
)


class Problem(NamedTuple):
    """What is wrong, what helps, and who can do it."""

    cause: str
    remedy: str
    who: str


def _theirs(cause: str) -> Problem:
    return Problem(cause, WE_KEEP_TRYING, GROUPCALL)


def _ours(cause: str) -> Problem:
    return Problem(cause, TELL_US, ASSEMBLY)


PROBLEMS: dict[str, Problem] = {
    "xporter_error": _theirs("Xporter on Demand did not do what we asked."),
    "unreachable": _theirs("We cannot reach Xporter on Demand."),
    "address_unknown": _ours("We cannot find the address of Xporter on Demand."),
    "connection_refused": _theirs("Xporter on Demand does not take our calls."),
    "connection_lost": _theirs("The connection to Xporter on Demand broke off."),
    "too_slow": _theirs("Xporter on Demand did not answer in time."),
    "service_down": _theirs("Xporter on Demand has a fault."),
    "rate_limited": _ours("Xporter on Demand asked us to call less often."),
    "too_large": _ours("Xporter on Demand sent more than we can take in at once."),
    "unreadable": _theirs("Xporter on Demand answered something we cannot read."),
    "empty_answer": _theirs("Xporter on Demand sent an empty answer."),
    "not_json": _theirs("Xporter on Demand sent a web page instead of data."),
    "truncated_answer": _theirs("The answer of Xporter on Demand stopped half-way."),
    "wrong_shape": _theirs("Xporter on Demand answered something else than we asked for."),
    "redirected": _ours("Xporter on Demand sent us to another address, and we did not follow."),
    "denied": Problem("Xporter on Demand refuses us access.", ASK_MANAGER, MANAGER),
    "not_authorised": Problem(
        "Xporter on Demand holds no authorisation of Assembly by your school.",
        "Click Begin Authorisation in the email from Xporter on Demand, or Grant Access to have "
        "it sent again.",
        ADMIN,
    ),
    "authorisation_paused": Problem(
        "Sharing is paused, or your school has yet to choose whose data to share.",
        "Resume sharing in Groupcall School Portal, or finish the selection of people there.",
        MANAGER,
    ),
    "scope_not_granted": Problem(
        "The authorisation does not include what we asked for.",
        "Click Grant Access and authorise again, leaving School ticked.",
        ADMIN,
    ),
    "token_expired": _theirs("Xporter on Demand refuses the access it has just given us."),
    "our_credentials_refused": _ours("Xporter on Demand did not accept Assembly itself."),
    "no_data_yet": Problem(
        "Xporter on Demand holds no data from your MIS.",
        "The first collection runs overnight. If it stays like this, ask support@groupcall.com.",
        GROUPCALL,
    ),
    "not_found": _ours("Xporter on Demand does not know your school, or what we asked for."),
    "refused": _theirs("Xporter on Demand refused, in words we do not know."),
    "interrupted": _ours("We were interrupted while Xporter on Demand was asked to send it."),
    "invite_refused": Problem(
        "Xporter on Demand did not take the invitation.",
        "Check your school's details, then click Grant Access again. If it is refused once more, "
        "tell help@assembly.education.",
        ADMIN,
    ),
    "not_a_school_number": Problem(
        "The DfE number we hold for your school is not one of 7 digits.", TELL_US_NUMBER, ADMIN
    ),
    "service_problem": _theirs("Xporter on Demand is having problems, for every school."),
    "callback_unreadable": _ours("Xporter on Demand sent an authorisation we cannot read."),
    "secret_unreadable": Problem(
        "We can no longer read what Xporter on Demand gave us to open your school's data.",
        "Click Grant Access and authorise again.",
        ADMIN,
    ),
    "no_dfe_number": Problem(
        "Your school has no 7-digit DfE number here, by which Xporter on Demand knows schools.",
        TELL_US_NUMBER,
        ADMIN,
    ),
    "number_held": Problem(
        "Another school on Assembly is connected under your DfE number, or being connected.",
        "Ask to join it if it is your school. If not, tell help@assembly.education.",
        ADMIN,
    ),
    "not_invited": Problem("No invitation was sent yet.", "Click Grant Access.", ADMIN),
    "no_school_scope": Problem(
        "The authorisation does not include School-level data.",
        "Click Grant Access and authorise again, leaving School ticked.",
        ADMIN,
    ),
    "not_installed": Problem(
        "The Xporter on Demand connector of your school does not answer yet.",
        "Finish its installation, or wait for the onboarding queue.",
        MANAGER,
    ),
    "wrong_school": Problem(
        "The MIS belongs to another school than the one you chose.",
        "Ask support@groupcall.com to connect the right MIS. If you chose the wrong school here, "
        "tell help@assembly.education.",
        ADMIN,
    ),
    "no_counts": Problem(
        "Xporter on Demand answered, but holds no data for your school yet.",
        "The first collection runs overnight. Test again tomorrow.",
        GROUPCALL,
    ),
}


def problem_of(kind: str) -> Problem:
    """The words for a kind; of an unknown one only that something failed."""
    return PROBLEMS.get(kind, PROBLEMS["xporter_error"])


SERVICE_DOWN = (
    "Xporter on Demand is having problems, so no invitation was sent. Nothing else changed, and "
    "nothing is wrong at your school. Click Grant Access again when the message at the top of "
    "this page has gone."
)
"""When Grant Access is not even tried."""


INVITATION_UNCONFIRMED = (
    "We do not know yet whether the last invitation was sent, so we did not send another. Look "
    "into the mailbox of the school owner. If nothing has come within five minutes, click Grant "
    "Access again."
)
"""When Grant Access is pressed while the last press is unconfirmed."""


def number_held_words(error: NumberHeld) -> str:
    """Why Grant Access is refused while another school holds the number."""
    other = f"{error.name} (URN {error.urn})" if error.urn else error.name or "another school"
    lapses = (
        f" If that school does not connect, you can try again after {error.until:%-d %B %Y}."
        if error.until
        else ""
    )
    proof = (
        " Show under School Details that your school is yours: a school that nobody has shown to "
        "be theirs then gives way, and you can click Grant Access again at once."
        if error.may_prove
        else ""
    )
    return (
        f"Your school shares DfE number {error.estab} with {other}, which is already connected or "
        "being connected on Assembly. No invitation was sent, and nothing changed at either "
        "school. If that is your school under another name, ask to join it. If not, tell "
        f"help@assembly.education: we find out whose number it is.{proof}{lapses}"
    )


def invite_failed_words(kind: str, said: str = "") -> str:
    """Why Grant Access came to nothing, what is safe, and what to do next.

    `said` is what Xporter on Demand gave as its reason, if anything.
    """
    reason = f"{problem_of(kind).cause} It said: {said.rstrip('.')}." if said else ""
    reason = reason or problem_of(kind).cause
    if kind in PERHAPS_SENT:
        return (
            f"{reason} The invitation may have been sent or not. Look into the mailbox of the "
            "school owner. If nothing has come within five minutes, click Grant Access again."
        )
    remedy = problem_of(kind).remedy if kind == "invite_refused" else "Try again in a minute."
    return f"{reason} No invitation was sent, and nothing else changed. {remedy}"
