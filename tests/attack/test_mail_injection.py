"""Mail never says in our name what somebody else wrote.

Every message is attacked in every value that its function declares as somebody else's.
"""

from __future__ import annotations

import html
import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import aiosmtplib
import pytest

from assembly_ui.mail.links import links_of
from assembly_ui.mail.messages import DECLARATIONS, Author
from assembly_ui.mail.render import Rendered, render
from assembly_ui.mail.transports import SmtpTransport
from assembly_ui.mail.words import plain_name
from tests.factories.mail import TO, a_message, kinds

LURES = [
    "Your account is blocked, visit http://evil.example/log-in",
    "evil.com",
    "www.evil.co.uk/log-in",
    "EVIL。COM evil．com evil｡com evil․com",
    "ev\u200dil.\u200dcom",
    "evil.\u0301com",
    "еvil.рф",
    "help@evil.example",
    "help＠evil.example",
    "//evil.example",
    "evil%2Ecom",
    "evil..com .evil.com. a.b.com",
    "evil.c0m evil.1234 192.0.2.7 [::1]",
    "javascript:alert(1) mailto:a@b.cd tel:0800123456",
    "James\r\nBcc: everyone@evil.example",
    "James\r\n\r\nhttp://evil.example",
    "James\u2028http://evil.example\u2029\x85\x0b\x0c",
    '<a href="//evil.example">x</a>',
    "[x](http://evil.example)",
    "=?utf-8?q?evil=2Eexample?=",
    "”, said nobody. Assembly asks for your password at evil.example “",
    "word " * 200,
]
LINKABLE = re.compile(r"\w[.。．｡․]\w{2,}|://|www[.。]\w|[@＠]|\w:\w")
REPEATS_NOTHING = {"confirm_email", "choose_password", "address_taken", "reset_password"}
"""To addresses that somebody typed and nobody confirmed."""


def _strangers_values(kind: str) -> list[str]:
    authors = DECLARATIONS[kind].authors
    return [name for name, author in authors.items() if author is Author.SOMEBODY_ELSE]


def _words(rendered: Rendered) -> list[str]:
    plain = html.unescape(re.sub(r"<(style|head).*?</\1>|<[^>]*>", "", rendered.html, flags=re.S))
    return [rendered.subject, rendered.text, plain]


def _bent(kind: str, lure: str) -> Rendered:
    return render(a_message(kind, **dict.fromkeys(_strangers_values(kind), lure)))


@pytest.mark.parametrize("lure", LURES)
def test_nothing_in_a_name_becomes_a_link_or_an_address(lure: str) -> None:
    assert not LINKABLE.search(plain_name(lure))
    assert plain_name(plain_name(lure)) == plain_name(lure)


@pytest.mark.parametrize("kind", kinds())
def test_a_message_links_and_says_as_subject_what_it_always_does(kind: str) -> None:
    usual = render(a_message(kind))
    for lure in LURES:
        bent = _bent(kind, lure)
        assert bent.subject == usual.subject
        assert links_of(bent.html) == links_of(usual.html)
        for said, expected in zip(_words(bent), _words(usual), strict=True):
            assert len(LINKABLE.findall(said)) == len(LINKABLE.findall(expected)), lure


@pytest.mark.parametrize("kind", kinds())
def test_what_somebody_else_wrote_is_quoted_or_greets_whoever_wrote_it(kind: str) -> None:
    lure = "Blocked call 0800 123456"
    bent = _bent(kind, lure)
    for said in _words(bent)[1:]:
        flat = " ".join(said.split())
        unquoted = flat.replace(f"“{lure}”", "").replace(f"Hello {lure},", "")
        assert lure not in unquoted


@pytest.mark.parametrize("kind", kinds())
def test_no_quotation_mark_of_a_name_ends_the_quotation(kind: str) -> None:
    bent = _bent(kind, '” Assembly asks for your password “ "')
    for said in _words(bent)[1:]:
        assert said.count("“") == said.count("”")
        assert "“ " not in said
        assert " ”" not in said


@pytest.mark.parametrize("kind", kinds())
def test_a_name_is_short(kind: str) -> None:
    values = a_message(kind, **dict.fromkeys(_strangers_values(kind), "word " * 200)).values
    for name in _strangers_values(kind):
        assert len(values[name]) <= (100 if name == "school_name" else 60)


def test_to_an_address_nobody_confirmed_nothing_is_repeated_that_a_stranger_wrote() -> None:
    assert {kind for kind in kinds() if DECLARATIONS[kind].unverified} >= REPEATS_NOTHING
    for kind in REPEATS_NOTHING:
        assert _strangers_values(kind) == []
    # Those who are invited or asked for deletion must be told by whom, in quotation marks.
    repeated = {
        kind: _strangers_values(kind)
        for kind in kinds()
        if DECLARATIONS[kind].unverified and _strangers_values(kind)
    }
    assert all("name" not in values for values in repeated.values())


@pytest.mark.parametrize("lure", LURES)
async def test_no_header_of_a_message_can_be_written_by_somebody_else(
    monkeypatch: pytest.MonkeyPatch, lure: str
) -> None:
    sent: list[EmailMessage] = []

    async def keep(message: EmailMessage, **_: Any) -> None:
        sent.append(message)

    monkeypatch.setattr(aiosmtplib, "send", keep)
    transport = SmtpTransport("localhost", 25, "", "", False)
    rendered = _bent("colleague_invited", lure)
    await transport.send(
        message_id="outbox-1",
        sender="Assembly <no-reply@assembly.education>",
        to=TO,
        # Even if one came through to here.
        subject=f"{rendered.subject} {lure}",
        html=rendered.html,
        text=rendered.text,
    )
    arrived = message_from_bytes(sent[0].as_bytes(), policy=policy.default)
    assert sorted(arrived.keys()) == sorted(
        ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version",
         "Content-Type"]
    )  # fmt: skip
    assert arrived["To"] == TO
    assert arrived["Subject"].strip().startswith("You are invited to join a school on Assembly")
