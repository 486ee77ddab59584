"""What is said about schools and their people: every error of that room in words."""

from __future__ import annotations

from datetime import datetime

from assembly_ui.accounts.errors import AccountsError
from assembly_ui.schools import errors
from assembly_ui.schools.mis import CATALOGUE, Mis, find_mis, label_of
from assembly_ui.schools.models import Role
from assembly_ui.web import account_words
from assembly_ui.web.account_words import HELP, wait

MIS_CHOICES = [(mis.key, mis.label) for mis in CATALOGUE]
"""The drop-down list of MIS providers."""

ROLE_NAMES = {Role.OWNER: "Owner", Role.ADMIN: "Admin", Role.VIEWER: "Viewer"}

ROLE_MEANINGS = {
    Role.OWNER: "As the owner you may do everything.",
    Role.ADMIN: "As an admin you may do everything but transfer ownership.",
    Role.VIEWER: "As a viewer you may look at everything and change nothing.",
}

ROLE_CHOICES = [(role.value, ROLE_NAMES[role]) for role in (Role.VIEWER, Role.ADMIN)]
"""The drop-down list of roles that can be given, the smaller first."""

ROLES_HINT = (
    "An admin may do everything but transfer ownership. A viewer may look at everything and "
    "change nothing."
)

CHOOSE_SCHOOL = "Choose your school from the list. Start typing its name, then pick it."
CHOOSE_MIS = "Choose your MIS provider from the list."
CHOOSE_ROLE = "Choose what they may do."

UNVERIFIED = (
    "Your school is not verified yet: nobody has shown whose it is. Nothing was changed. School "
    "Details says how the owner can show it."
)

_UNLISTED = {
    "name": {
        "missing": "Enter the name of your school.",
        "too_long": "The name of your school must be 200 characters or fewer.",
        "malformed": "The name must be plain text, without a web address or any of < > { }.",
    },
    "town": {
        "missing": "Enter the town or city your school is in.",
        "too_long": "The town must be 120 characters or fewer.",
        "malformed": "The town must be plain text, without a web address or any of < > { }.",
    },
    "postcode": {
        "missing": "Enter your school's postcode.",
        "malformed": "The postcode must look like SW1A 1AA, or like BFPO 57. If your school is "
        f"abroad and has none, tell {HELP}.",
    },
    "local_authority": {
        "missing": "Enter the local authority your school is in.",
        "too_long": "The local authority must be 120 characters or fewer.",
        "malformed": "The local authority must be plain text, without a web address or any of "
        "< > { }.",
    },
    "dfe_number": {
        "malformed": "The DfE number must have 7 digits, such as 213 4567. Leave it empty if you "
        "do not know it.",
    },
}


def unlisted_words(problems: dict[str, str]) -> dict[str, str]:
    """The sentence beside each field of a school that is not listed."""
    return {
        field: _UNLISTED[field].get(problem) or _UNLISTED[field]["malformed"]
        for field, problem in problems.items()
    }


def not_available_words(key: str) -> str:
    """What choosing an MIS means that is not connected here yet; empty for the others."""
    mis = find_mis(key)
    if mis is None or mis.is_available:
        return ""
    name = "Your MIS" if mis.key == "other" else mis.name
    return (
        f"{name} cannot be connected to Assembly yet. We keep your choice, and nothing is read "
        "from your MIS."
    )


def set_up_words(school_name: str, key: str, *, wants_news: bool) -> str:
    """The confirmation after School Setup."""
    mis = find_mis(key)
    if mis is None or mis.is_available:
        return f"{school_name} is set up. Next, configure its connector."
    later = " We will email you when it can." if wants_news else ""
    return f"{school_name} is set up. {_its_mis(mis)} cannot be connected yet.{later}"


def shared_number_words(number: str, name: str, urn: str) -> str:
    """What it means that a school of the same DfE number is set up."""
    other = f"{name} (URN {urn})" if urn else name
    return (
        f"It shares DfE number {number} with {other}, which is already set up on Assembly. If that "
        "is your school under another name, ask to join it. If not, you can set up your school, "
        "but Xporter on Demand connects one school under each number. Tell "
        f"{HELP}, and we find out whose number it is."
    )


def changing_words(before: str, after: str) -> list[str]:
    """What another MIS means for the school, one sentence each."""
    old, new = find_mis(before), find_mis(after)
    kept = "What we already hold of your school stays as it is."
    if new is None or not new.is_available:
        return [
            f"{label_of(after)} cannot be connected to Assembly yet: Grant Access and Test "
            "Connection will not work until it can.",
            "Access you granted in Xporter on Demand stays in force there. You can withdraw it in "
            "Groupcall School Portal.",
            kept,
        ]
    if old is None or not old.is_available:
        return [
            f"{label_of(after)} is connected through Xporter on Demand. Go to Connector and click "
            "Grant Access next.",
            kept,
        ]
    return [
        "The invitation and the access you granted stay in force: they belong to your school, not "
        "to its MIS.",
        f"Xporter on Demand must be installed for {new.name} too. Until it is, our calls may fail "
        "and the badge may show a problem.",
        kept,
    ]


def invitation_words(problem: errors.InvitationProblem) -> tuple[str, str]:
    """The heading and the sentence for an invitation that opens nothing."""
    match problem:
        case errors.InvitationUsed():
            return (
                "This invitation has been used",
                "It was accepted before, and works once. If that was you, log in to see the "
                "school. If not, ask your colleague to invite you again.",
            )
        case errors.InvitationRevoked():
            return (
                "This invitation was taken back",
                "The school has withdrawn it, and nothing about you was stored. Ask the "
                "colleague who invited you if you think that is a mistake.",
            )
        case errors.InvitationReplaced():
            return (
                "There is a newer invitation",
                "It was sent again, and only the newest link works. Open the latest message from "
                "us and follow the link in that.",
            )
        case errors.InvitationOnHold():
            return (
                "This invitation is on hold",
                "We are checking whose this school is, and nothing about you was stored. The link "
                "works as soon as the school is verified: try it again later.",
            )
        case errors.InvitationExpired(expired_at=when):
            return (
                "This invitation is too old",
                f"It could be accepted until {_at(when)}. Ask the colleague who invited you to "
                "send it again; nothing else is lost.",
            )
    return (
        "This invitation link is not complete",
        "Some of it may have been lost on the way. Copy the whole link from the message into the "
        "address bar, or ask your colleague to send it again.",
    )


def words_for(error: errors.SchoolsError | AccountsError, *, now: datetime) -> str:
    """What to say of an error that belongs to no single field."""
    match error:
        case AccountsError():
            return account_words.words_for(error, now=now)
        case errors.OwnerUnverified():
            return UNVERIFIED
        case errors.OwnershipProblem():
            return _ownership_words(error, now)
        case errors.NotAllowed():
            return "Your role at this school does not permit that. Nothing was changed."
        case errors.SchoolNotInRegister():
            return CHOOSE_SCHOOL
        case errors.SchoolListed(name=name):
            return f"That is the DfE number of {name}. Search for it by name and choose it there."
        case errors.SchoolTaken(school_name=name):
            return f"That is the DfE number of {name}, which is set up already. Check the number."
        case errors.SchoolNotSetUp():
            return "Nobody has set up that school on Assembly. You can do it yourself."
        case errors.NumberShared():
            return (
                "Several schools have this DfE number. Nothing was sent: go back to this page's "
                "list and choose yours."
            )
        case errors.MisUnknown():
            return CHOOSE_MIS
        case errors.RoleUnknown():
            return CHOOSE_ROLE
        case errors.AlreadyMember():
            return "They belong to the school already. You find them in the list of people."
        case errors.RequestNotFound():
            return "That request has been answered already, perhaps by a colleague just now."
        case errors.RequestDeclined(retry_at=when):
            return (
                "The school declined your request. Speak to its owner; you can ask again from "
                f"{_at(when)}."
            )
        case errors.MemberNotFound():
            return "They no longer belong to the school, perhaps since a moment ago."
        case errors.OwnerMustStay():
            return "A school is never without an owner. Transfer the ownership first."
        case errors.InvitationForSomeoneElse(invited_email=email):
            return f"This invitation is for {email}. Log in with that address to accept it."
        case errors.InvitationNeedsNoAccount():
            return "There is an account with this address already. Log in to accept."
        case errors.InvitedTooSoon(retry_at=when):
            return (
                "An invitation went to this address a moment ago. You can send it again "
                f"{wait(when, now)}."
            )
        case errors.InvitationUnknown():
            return "That invitation is no longer open: it was accepted or taken back."
        case errors.InvitationProblem():
            return invitation_words(error)[1]
    return f"That did not work, and nothing was changed. Ask {HELP} if it happens again."


def _ownership_words(error: errors.OwnershipProblem, now: datetime) -> str:
    match error:
        case errors.TooManyUnverified(limit=limit):
            return (
                f"You have {limit} schools that are not verified yet. Show for one of them that it "
                "is yours, under School Details, then set up the next. What you chose is kept."
            )
        case errors.AddressElsewhere(domain=domain):
            return f"The address must end in @{domain}, the domain of your school's website."
        case errors.DomainUnknown():
            return (
                "We know no web domain that belongs to your school alone, or it is verified "
                "already. Connect your MIS, or write to us."
            )
        case errors.ProofLinkSent(retry_at=when):
            return account_words.sent_already(when, now=now)
        case errors.ProofLinkOfSomeoneElse():
            return (
                "This link counts only for the owner who asked for it. Log in as that person, in "
                "this browser, then open it again. Nothing was changed."
            )
        case errors.DisputedAlready():
            return "You have told us already. We check it with the school and email you."
    return (
        "This link has been used, is too old, or a newer one has taken its place. Nothing was "
        "changed. You can send a new one from School Details."
    )


def a_role(role: Role) -> str:
    """The role in a sentence: "an admin"."""
    name = ROLE_NAMES[role].lower()
    return f"{'an' if name[0] in 'ao' else 'a'} {name}"


def _its_mis(mis: Mis) -> str:
    return "Its MIS" if mis.key == "other" else mis.name


def _at(when: datetime) -> str:
    return f"{when:%-d %B %Y at %H:%M} UTC"
