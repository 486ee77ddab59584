"""A message is one function, one declaration and one folder, and cannot be bent."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from assembly_ui.mail import messages
from assembly_ui.mail.errors import AddressMalformed, HrefNotAbsolute
from assembly_ui.mail.messages import DECLARATIONS, Message
from tests.factories.mail import HREF, a_message, kinds

FOLDER = Path(messages.__file__).parent


def test_every_message_function_is_declared_and_every_declaration_has_its_folder() -> None:
    functions = {
        name
        for name, value in inspect.getmembers(messages, inspect.isfunction)
        if value.__module__ == messages.__name__ and not name.startswith("_")
    }
    folders = {path.name for path in FOLDER.iterdir() if (path / "subject.txt").is_file()}
    assert functions == folders == set(DECLARATIONS)


@pytest.mark.parametrize("kind", kinds())
def test_a_folder_holds_subject_html_and_text(kind: str) -> None:
    held = {path.name for path in (FOLDER / kind).iterdir()}
    assert held == {"subject.txt", "body.mjml", "body.txt"}


@pytest.mark.parametrize("kind", kinds())
def test_a_message_knows_its_kind_and_keeps_plain_text_only(kind: str) -> None:
    message = a_message(kind)
    assert message.kind == kind
    assert all(isinstance(value, str) for value in message.values.values())


@pytest.mark.parametrize("kind", kinds())
def test_what_expires_is_what_was_declared_to(kind: str) -> None:
    assert ("expires_at" in a_message(kind).values) == DECLARATIONS[kind].shows_expiry


@pytest.mark.parametrize(
    "address",
    [
        "",
        "james",
        "james@kings.sch.uk, other@kings.sch.uk",
        "james@kings.sch.uk\nBcc: other@kings.sch.uk",
        "james@kings.sch.uk\r\n\r\nHello",
        "James <james@kings.sch.uk>",
        "james@kings.sch.uk\0",
        '"james\n"@kings.sch.uk',
        "james@[127.0.0.1]",
        "x" * 300 + "@kings.sch.uk",
        None,
        12,
    ],
)
def test_only_one_plain_address_can_be_written_to(address: object) -> None:
    with pytest.raises(AddressMalformed):
        a_message(to=address)


@pytest.mark.parametrize(
    "href",
    [
        "",
        "/confirm?token=x",
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil.example",
        "http://localhost/ x",
        "http://localhost/\nx",
        "http://localhost/\u202ex",
        "http://localhost/" + "x" * 3000,
    ],
)
@pytest.mark.parametrize("kind", ["confirm_email", "colleague_invited"])
def test_links_are_whole_web_addresses_or_refused(kind: str, href: str) -> None:
    with pytest.raises(HrefNotAbsolute):
        a_message(kind, href=href)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("James Walters", "James Walters"),
        ("James\r\nBcc: all@kings.sch.uk", "James Bcc all kings. sch. uk"),
        ("James\0\x1b[31m", "James 31m"),
        ("\u202eevil\u2066 name", "evil name"),
        ("محمد علي", "محمد علي"),
        ("👩‍🏫 Ysgol Ŵ", "Ysgol Ŵ"),
        ("O’Brien-Smith (St. Mary’s C.P. & R.C.)", "O’Brien-Smith (St. Mary’s C.P. & R.C.)"),
        ("visit http://evil.example/x", "visit http //evil. example/x"),
        ("lone \ud800 surrogate", "lone surrogate"),
        ("<b>James</b>", "b James /b"),
        (" \n ", ""),
        ("x" * 1_000_000, "x" * 59 + "…"),
    ],
)
def test_what_somebody_else_writes_is_one_line_of_what_names_are_made_of(
    given: str, kept: str
) -> None:
    assert a_message("password_changed", name=given).values["name"] == kept


def test_links_are_kept_exactly() -> None:
    assert a_message().values["href"] == HREF


def test_a_message_from_the_database_is_checked_again() -> None:
    with pytest.raises(AddressMalformed):
        Message("confirm_email", "a@b.test\nBcc: c@d.test", {})


def test_a_message_that_does_not_say_who_writes_a_value_is_refused() -> None:
    def new_message(*, to: str, word: str) -> Message:
        raise NotImplementedError

    with pytest.raises(TypeError, match="is word OwnText or UntrustedText"):
        messages._declare(recipient="nobody")(new_message)
    assert "new_message" not in DECLARATIONS
