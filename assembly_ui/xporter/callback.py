"""The authorisation callback: what a school granted, as the service posts it to us.

Form members: facts file, section 4. The names of the two about installation are
inferred, so they are arguments. Nothing here is believed: whoever receives the
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


@dataclass(frozen=True)
class CallbackNames:
    """Names of form members, compared without case and underscores.

    The last two are inferred (facts file, gap 1); the others are documented.
    """

    secret: str = "schoolSecret"
    estab: str = "schoolId"
    school_name: str = "schoolName"
    school_email: str = "schoolEmail"
    scopes_asked: str = "templateScopes"
    scopes_granted: str = "scopes"
    partner_id: str = "partnerId"
    installed: str = "xodInstalled"
    install_completed: str = "installCompleted"


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


def parse_body(body: bytes, names: CallbackNames | None = None) -> AuthorisationCallback:
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
    return parse_form(pairs, names)


def parse_form(
    pairs: Iterable[tuple[str, object]], names: CallbackNames | None = None
) -> AuthorisationCallback:
    """Read the members of a form.

    Raises:
        CallbackUnreadable: the secret or the estab is missing, given twice with
            different values, too long, or cannot be one.
    """
    names = names or CallbackNames()
    form = _Form(pairs)
    return AuthorisationCallback(
        estab=_estab(form.needed(names.estab)),
        secret=_secret(form.needed(names.secret)),
        school_name=form.words(names.school_name),
        school_email=form.words(names.school_email),
        scopes_asked=wire.names(form.first(names.scopes_asked))[:MOST_SCOPES],
        scopes_granted=wire.names(form.first(names.scopes_granted))[:MOST_SCOPES],
        installed=wire.flag(form.first(names.installed)),
        install_completed=wire.flag(form.first(names.install_completed)),
        partner_id=form.words(names.partner_id),
    )


class _Form:
    def __init__(self, pairs: Iterable[tuple[str, object]]) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            if said := wire.text(value):
                self._values.setdefault(wire.same_name(name), []).append(said)

    def first(self, name: str) -> str:
        return self._values.get(wire.same_name(name), [""])[0]

    def words(self, name: str) -> str:
        printable = (letter for letter in self.first(name) if letter.isprintable())
        return "".join(printable)[:LONGEST_WORDS]

    def needed(self, name: str) -> str:
        values = set(self._values.get(wire.same_name(name), []))
        if not values:
            raise CallbackUnreadable(f"{name}: missing")
        if len(values) > 1:
            raise CallbackUnreadable(f"{name}: repeated")
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
