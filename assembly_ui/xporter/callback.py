"""The authorisation callback: what a school granted, as the service posts it to us.

Members are compared without case, underscores and hyphens. Some have several names:
documents name those about installation without spelling them, a callback recorded from
the real service has `installcomplete`. Nothing here is believed: whoever receives the
callback verifies the secret with a token before using it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from assembly_ui.xporter import wire
from assembly_ui.xporter.errors import CallbackUnreadable

LONGEST_BODY = 32_768
MOST_MEMBERS = 50
LONGEST_SECRET = 200
LONGEST_WORDS = 300
MOST_SCOPES = 200


SECRET = ("schoolSecret",)
ESTAB = ("schoolId",)
SCHOOL_NAME = ("schoolName",)
SCHOOL_EMAIL = ("schoolEmail",)
SCOPES_ASKED = ("templateScopes",)
SCOPES_GRANTED = ("scopes",)
PARTNER_ID = ("partnerId",)
INSTALLED = ("xodInstalled", "installed")
INSTALL_COMPLETED = ("installComplete", "installCompleted")
"""Names of the form's members, those seen first."""


@dataclass(frozen=True)
class AuthorisationCallback:
    """What the callback claims. `installed` and `install_completed` are None when unsaid."""

    estab: str
    secret: str = field(repr=False)
    school_name: str = ""
    school_email: str = ""
    scopes_asked: tuple[str, ...] = ()
    scopes_granted: tuple[str, ...] = ()
    installed: bool | None = None
    install_completed: bool | None = None
    partner_id: str = ""


def parse_body(body: bytes) -> AuthorisationCallback:
    """Read the posted bytes of a url-encoded form.

    Raises:
        CallbackUnreadable: see `parse_form`; also a body of over 32 KB or 50 members.
    """
    if len(body) > LONGEST_BODY:
        raise CallbackUnreadable("body: too long")
    try:
        # Latin-1 keeps every byte; percent-escapes are then read as UTF-8.
        pairs = parse_qsl(body.decode("latin-1"), max_num_fields=MOST_MEMBERS)
    except ValueError:
        pairs = None
    if pairs is None:
        raise CallbackUnreadable("body: too many members")
    return parse_form(pairs)


def parse_form(pairs: Iterable[tuple[str, object]]) -> AuthorisationCallback:
    """Read the members of a form.

    Raises:
        CallbackUnreadable: the secret or the estab is missing, given twice with
            different values, too long, or cannot be one.
    """
    form = _Form(pairs)
    return AuthorisationCallback(
        estab=_estab(form.needed(ESTAB)),
        secret=_secret(form.needed(SECRET)),
        school_name=form.words(SCHOOL_NAME),
        school_email=form.words(SCHOOL_EMAIL),
        scopes_asked=wire.names(form.first(SCOPES_ASKED))[:MOST_SCOPES],
        scopes_granted=wire.names(form.first(SCOPES_GRANTED))[:MOST_SCOPES],
        installed=form.flag(INSTALLED),
        install_completed=form.flag(INSTALL_COMPLETED),
        partner_id=form.words(PARTNER_ID),
    )


class _Form:
    def __init__(self, pairs: Iterable[tuple[str, object]]) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            if said := wire.text(value):
                self._values.setdefault(wire.same_name(name), []).append(said)

    def every(self, names: tuple[str, ...]) -> list[str]:
        return [value for name in names for value in self._values.get(wire.same_name(name), [])]

    def first(self, names: tuple[str, ...]) -> str:
        return next(iter(self.every(names)), "")

    def flag(self, names: tuple[str, ...]) -> bool | None:
        said = {wire.flag(value) for value in self.every(names)} - {None}
        # Two names that contradict each other: the later state is the one that is reached.
        return True in said if said else None

    def words(self, names: tuple[str, ...]) -> str:
        printable = (letter for letter in self.first(names) if letter.isprintable())
        return "".join(printable)[:LONGEST_WORDS]

    def needed(self, names: tuple[str, ...]) -> str:
        values = set(self.every(names))
        if not values:
            raise CallbackUnreadable(f"{names[0]}: missing")
        if len(values) > 1:
            raise CallbackUnreadable(f"{names[0]}: repeated")
        return values.pop()


def _estab(value: str) -> str:
    if not (len(value) == 7 and value.isascii() and value.isdecimal()):
        raise CallbackUnreadable("schoolId: not 7 digits")
    return value


def _secret(value: str) -> str:
    if len(value) > LONGEST_SECRET:
        raise CallbackUnreadable("schoolSecret: too long")
    if not (value.isascii() and value.isprintable()):
        raise CallbackUnreadable("schoolSecret: not plain text")
    return value
