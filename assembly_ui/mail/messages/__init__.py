"""Every message of the product: one function here, one folder of words beside it.

The declaration above each function says whom the message goes to, whether an
address that nobody has confirmed may get it (such a message must tell a
stranger what to do), and whether it names the moment its link expires.

Every value says who writes it. What somebody else writes (`UntrustedText`: names of people,
schools and apps) stands in quotation marks in the body, cannot become a link or an address,
and never comes into a subject. To somebody who has not confirmed an address nothing is
repeated that whoever typed the address wrote.

To add a message: write its function, and a folder of the same name with
`subject.txt`, `body.mjml` and `body.txt` that use the values by name. Give the
tests an example in tests/factories/mail.py; they check the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Annotated, TypeVar, get_origin, get_type_hints

from assembly_ui.mail.addresses import plain_address
from assembly_ui.mail.errors import HrefNotAbsolute
from assembly_ui.mail.words import LONGEST_NAME, one_line, plain_name

LONGEST_HREF = 2000
MOST_LINES = 200
LONGEST_SCHOOL_NAME = 100
"""The longest of the register has 96 characters."""


class Author(Enum):
    """Who writes a value."""

    US = "us"
    SOMEBODY_ELSE = "somebody else"
    ADDRESS = "an email address"


OwnText = Annotated[str, Author.US]
UntrustedText = Annotated[str, Author.SOMEBODY_ELSE]
EmailAddress = Annotated[str, Author.ADDRESS]


@dataclass(frozen=True)
class Message:
    """A message yet to be rendered. Times in `values` are ISO 8601.

    Raises:
        AddressMalformed, HrefNotAbsolute: it could be bent into another message.
    """

    kind: str
    to: str
    values: dict[str, str]

    def __post_init__(self) -> None:
        object.__setattr__(self, "to", plain_address(self.to))
        declared = DECLARATIONS.get(self.kind)
        authors = declared.authors if declared else {}
        values = {
            name: _value(name, value, authors.get(name, Author.SOMEBODY_ELSE))
            for name, value in self.values.items()
        }
        object.__setattr__(self, "values", values)

    @property
    def own_values(self) -> dict[str, str]:
        """Those that nobody else writes: all that a subject may hold."""
        authors = DECLARATIONS[self.kind].authors
        return {name: v for name, v in self.values.items() if authors.get(name) is Author.US}


@dataclass(frozen=True)
class Declaration:
    """What is promised of a kind of message."""

    recipient: str
    unverified: bool
    shows_expiry: bool
    authors: dict[str, Author]


DECLARATIONS: dict[str, Declaration] = {}

_Function = TypeVar("_Function", bound=Callable[..., Message])


def _declare(
    *, recipient: str, unverified: bool = False, shows_expiry: bool = False
) -> Callable[[_Function], _Function]:
    def declared(function: _Function) -> _Function:
        DECLARATIONS[function.__name__] = Declaration(
            recipient, unverified, shows_expiry, _authors_of(function)
        )
        return function

    return declared


def _authors_of(function: Callable[..., Message]) -> dict[str, Author]:
    """Who writes each value of a message, as its function declares it.

    Raises:
        TypeError: it does not say so of a text.
    """
    hints = get_type_hints(function, include_extras=True)
    found = {}
    for name, hint in hints.items():
        if name in ("to", "return"):
            continue
        if get_origin(hint) is Annotated:
            found[name] = hint.__metadata__[0]
        elif hint is datetime or name.endswith("href"):
            found[name] = Author.US
        elif get_origin(hint) is not None:
            # Lines of our own: titles of scopes.
            found[f"{name}_lines"] = Author.US
        else:
            raise TypeError(f"{function.__name__}: is {name} OwnText or UntrustedText?")
    return found


@_declare(recipient="who signed up", unverified=True, shows_expiry=True)
def confirm_email(*, to: str, href: str, expires_at: datetime) -> Message:
    """Confirm the address and so activate the account."""
    values = {"href": href, "expires_at": expires_at.isoformat()}
    return Message("confirm_email", to, values)


@_declare(recipient="who has an account already", unverified=True)
def address_taken(*, to: str, log_in_href: str, reset_href: str) -> Message:
    """Someone tried to sign up with an address that has an account."""
    values = {"log_in_href": log_in_href, "reset_href": reset_href}
    return Message("address_taken", to, values)


@_declare(recipient="who forgot a password", unverified=True, shows_expiry=True)
def reset_password(*, to: str, href: str, expires_at: datetime) -> Message:
    """Choose a new password."""
    values = {"href": href, "expires_at": expires_at.isoformat()}
    return Message("reset_password", to, values)


@_declare(recipient="who forgot a password before confirming", unverified=True, shows_expiry=True)
def choose_password(*, to: str, href: str, expires_at: datetime) -> Message:
    """Confirm the address and choose the name and password of its account."""
    return Message("choose_password", to, {"href": href, "expires_at": expires_at.isoformat()})


@_declare(recipient="whose password was changed")
def password_changed(*, to: str, name: UntrustedText, help_email: OwnText) -> Message:
    """The password was changed, by its owner one hopes."""
    return Message("password_changed", to, {"name": name, "help_email": help_email})


@_declare(recipient="the colleague who is invited", unverified=True, shows_expiry=True)
def colleague_invited(
    *,
    to: str,
    school_name: UntrustedText,
    invited_by: UntrustedText,
    role: OwnText,
    href: str,
    expires_at: datetime,
) -> Message:
    """Join a school as an admin or a viewer."""
    values = {
        "school_name": school_name,
        "invited_by": invited_by,
        "role": role,
        "href": href,
        "expires_at": expires_at.isoformat(),
    }
    return Message("colleague_invited", to, values)


@_declare(recipient="the owner of the school")
def join_requested(
    *,
    to: str,
    name: UntrustedText,
    school_name: UntrustedText,
    person_name: UntrustedText,
    person_email: EmailAddress,
    href: str,
) -> Message:
    """Someone asks to join a school that has an owner."""
    values = {
        "name": name,
        "school_name": school_name,
        "person_name": person_name,
        "person_email": person_email,
        "href": href,
    }
    return Message("join_requested", to, values)


@_declare(recipient="the owner of the school")
def join_requested_unverified(
    *, to: str, name: UntrustedText, school_name: UntrustedText, href: str
) -> Message:
    """Someone asks to join a school whose owner may be anybody, so it does not say who."""
    return Message(
        "join_requested_unverified",
        to,
        {"name": name, "school_name": school_name, "href": href},
    )


@_declare(recipient="an address at the school's own domain", unverified=True, shows_expiry=True)
def prove_ownership(
    *,
    to: str,
    school_name: UntrustedText,
    owner_email: EmailAddress,
    href: str,
    expires_at: datetime,
) -> Message:
    """Show that a school is yours, by a link that counts for its owner only."""
    values = {
        "school_name": school_name,
        "owner_email": owner_email,
        "href": href,
        "expires_at": expires_at.isoformat(),
    }
    return Message("prove_ownership", to, values)


@_declare(recipient="the owner of the school")
def ownership_confirmed(
    *, to: str, name: UntrustedText, school_name: UntrustedText, href: str, alone: OwnText
) -> Message:
    """An operator has checked that the school is theirs. `alone`: "yes" if nobody else stays."""
    values = {"name": name, "school_name": school_name, "href": href, "alone": alone}
    return Message("ownership_confirmed", to, values)


@_declare(recipient="who owned the school before")
def ownership_ended(
    *, to: str, name: UntrustedText, school_name: UntrustedText, help_email: OwnText
) -> Message:
    """Somebody else has shown that the school is theirs; it does not say who."""
    return Message(
        "ownership_ended",
        to,
        {"name": name, "school_name": school_name, "help_email": help_email},
    )


@_declare(recipient="who belonged to a school that has another owner now")
def membership_ended(
    *, to: str, name: UntrustedText, school_name: UntrustedText, help_email: OwnText
) -> Message:
    """The school turned out to be somebody else's, who chooses its people anew."""
    return Message(
        "membership_ended",
        to,
        {"name": name, "school_name": school_name, "help_email": help_email},
    )


@_declare(recipient="the operators")
def ownership_disputed(
    *,
    to: str,
    school_name: UntrustedText,
    urn: OwnText,
    owner_name: UntrustedText,
    owner_email: EmailAddress,
    verified_by: OwnText,
    person_name: UntrustedText,
    person_email: EmailAddress,
) -> Message:
    """Somebody says that a school belongs to the wrong person: both sides, for operators only."""
    values = {
        "school_name": school_name,
        "urn": urn,
        "owner_name": owner_name,
        "owner_email": owner_email,
        "verified_by": verified_by,
        "person_name": person_name,
        "person_email": person_email,
    }
    return Message("ownership_disputed", to, values)


@_declare(recipient="who asked to join")
def join_approved(
    *, to: str, name: UntrustedText, school_name: UntrustedText, href: str
) -> Message:
    """The owner said yes."""
    return Message("join_approved", to, {"name": name, "school_name": school_name, "href": href})


@_declare(recipient="who asked to join")
def join_declined(
    *, to: str, name: UntrustedText, school_name: UntrustedText, help_email: OwnText
) -> Message:
    """The owner said no."""
    values = {"name": name, "school_name": school_name, "help_email": help_email}
    return Message("join_declined", to, values)


@_declare(recipient="the owner before, and the new one")
def ownership_transferred(
    *, to: str, name: UntrustedText, school_name: UntrustedText, new_owner: UntrustedText
) -> Message:
    """A school has a new owner."""
    values = {"name": name, "school_name": school_name, "new_owner": new_owner}
    return Message("ownership_transferred", to, values)


@_declare(recipient="the owner and the admins of the school")
def connection_problem(
    *,
    to: str,
    name: UntrustedText,
    school_name: UntrustedText,
    since: datetime,
    href: str,
    help_email: OwnText,
) -> Message:
    """The connection worked before, and calls have been failing for a while."""
    values = _of_trouble(name, school_name, since, href, help_email)
    return Message("connection_problem", to, values)


@_declare(recipient="the owner and the admins of the school")
def access_withdrawn(
    *,
    to: str,
    name: UntrustedText,
    school_name: UntrustedText,
    since: datetime,
    href: str,
    help_email: OwnText,
) -> Message:
    """Xporter on Demand no longer accepts our access to the school's data."""
    return Message("access_withdrawn", to, _of_trouble(name, school_name, since, href, help_email))


@_declare(recipient="the owner and the admins of the school")
def access_paused(
    *,
    to: str,
    name: UntrustedText,
    school_name: UntrustedText,
    since: datetime,
    href: str,
    help_email: OwnText,
) -> Message:
    """Sharing has been paused for a day."""
    return Message("access_paused", to, _of_trouble(name, school_name, since, href, help_email))


@_declare(recipient="the owner and the admins of the school")
def wrong_school(
    *,
    to: str,
    name: UntrustedText,
    school_name: UntrustedText,
    since: datetime,
    href: str,
    help_email: OwnText,
    found: UntrustedText,
) -> Message:
    """The MIS belongs to another school than the one that was chosen."""
    values = _of_trouble(name, school_name, since, href, help_email) | {"found": found}
    return Message("wrong_school", to, values)


@_declare(recipient="the owner and the admins of the school")
def connection_recovered(
    *, to: str, name: UntrustedText, school_name: UntrustedText, href: str
) -> Message:
    """The trouble that was told of is over."""
    values = {"name": name, "school_name": school_name, "href": href}
    return Message("connection_recovered", to, values)


@_declare(recipient="the owner and the admins of the school")
def changes_held(
    *,
    to: str,
    name: UntrustedText,
    school_name: UntrustedText,
    since: datetime,
    new_year: OwnText,
    href: str,
    help_email: OwnText,
) -> Message:
    """A sync found too much changed to apply it unseen. `new_year`: "yes" if students moved up."""
    values = _of_trouble(name, school_name, since, href, help_email)
    return Message("changes_held", to, values | {"new_year": new_year})


@_declare(recipient="the owner and the admins of the school")
def access_receipt(
    *,
    to: str,
    name: UntrustedText,
    school_name: UntrustedText,
    app_name: UntrustedText,
    what: OwnText,
    by: UntrustedText,
    at: datetime,
    held: Iterable[str],
    added: Iterable[str],
    removed: Iterable[str],
    href: str,
    help_email: OwnText,
) -> Message:
    """What an app may read of the school was given, changed or taken back.

    `what` is one of authorised, changed, revoked, ended_by_app, deletion_asked; `by` is
    empty when the app itself did it.
    """
    values = {
        "name": name,
        "school_name": school_name,
        "app_name": app_name,
        "what": what,
        "by": by,
        "at": at.isoformat(),
        "held_lines": _lines(held),
        "added_lines": _lines(added),
        "removed_lines": _lines(removed),
        "href": href,
        "help_email": help_email,
    }
    return Message("access_receipt", to, values)


@_declare(recipient="the people behind an app, at the address it gave", unverified=True)
def deletion_requested(
    *,
    to: str,
    app_name: UntrustedText,
    school_name: UntrustedText,
    urn: OwnText,
    person_name: UntrustedText,
    person_email: EmailAddress,
    since: datetime,
    until: datetime,
    held: Iterable[str],
    support_page: OwnText,
    help_email: OwnText,
) -> Message:
    """A school that revoked access asks for what was read before to be deleted.

    `support_page` is given when the message goes to our help desk instead, to pass on.
    """
    values = {
        "app_name": app_name,
        "school_name": school_name,
        "urn": urn,
        "person_name": person_name,
        "person_email": person_email,
        "since": since.isoformat(),
        "until": until.isoformat(),
        "held_lines": _lines(held),
        "support_page": support_page,
        "help_email": help_email,
    }
    return Message("deletion_requested", to, values)


def _lines(things: Iterable[str]) -> str:
    return "\n".join(things)


def _of_trouble(
    name: str, school_name: str, since: datetime, href: str, help_email: str
) -> dict[str, str]:
    return {
        "name": name,
        "school_name": school_name,
        "since": since.isoformat(),
        "href": href,
        "help_email": help_email,
    }


def _value(name: str, value: str, author: Author) -> str:
    if name.endswith("_lines"):
        return _lines(one_line(line) for line in value.splitlines()[:MOST_LINES])
    if author is Author.ADDRESS:
        return plain_address(value)
    if author is Author.SOMEBODY_ELSE and not name.endswith("href"):
        return plain_name(value, LONGEST_SCHOOL_NAME if name == "school_name" else LONGEST_NAME)
    if not name.endswith("href"):
        return one_line(value)
    absolute = value.startswith(("https://", "http://")) and len(value) <= LONGEST_HREF
    if not absolute or one_line(value, LONGEST_HREF) != value or " " in value:
        raise HrefNotAbsolute(name)
    return value
