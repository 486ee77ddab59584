"""Whatever people call themselves, a message has one recipient and only our own headers."""

from __future__ import annotations

import re

import pytest

from assembly_ui.accounts.emails import parse_email
from assembly_ui.accounts.errors import FieldProblem
from assembly_ui.mail.addresses import plain_address
from assembly_ui.mail.errors import AddressMalformed
from assembly_ui.mail.messages import DECLARATIONS, Message
from assembly_ui.mail.render import render
from assembly_ui.mail.transports import SmtpTransport
from tests.factories.mail import TO, a_message, kinds
from tests.integration.mail.smtp_server import SmtpServer

HEADERS = {
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "MIME-Version",
    "Content-Type",
}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT")
BENT = [
    "Ann\r\nBcc: everyone@kings.sch.uk",
    "Ann\nBcc: everyone@kings.sch.uk\n\nBuy this",
    "Ann\r\n.\r\nMAIL FROM:<evil@evil.example>\r\nRCPT TO:<everyone@kings.sch.uk>\r\nDATA\r\n",
    "=?utf-8?q?Ann=0D=0ABcc:_everyone=40kings.sch.uk?=",
    "Ann\u2028Bcc: everyone@kings.sch.uk",
    "Ann\x0bBcc: everyone@kings.sch.uk",
    "Ann\x00",
    "<everyone@kings.sch.uk>",
]


def _bent(kind: str, text: str) -> Message:
    """A message of the kind with the text in place of everything that people type."""
    kept = a_message(kind)
    values = {
        name: value if _is_made_by_us(name, value) else text for name, value in kept.values.items()
    }
    return Message(kind, kept.to, values)


def _is_made_by_us(name: str, value: str) -> bool:
    """Links, addresses that were checked, and moments; nothing at all stays nothing."""
    return not value or "href" in name or "email" in name or bool(_MOMENT.match(value))


@pytest.mark.parametrize("text", BENT, ids=repr)
async def test_no_name_adds_a_header_a_recipient_or_a_message(text: str) -> None:
    async with SmtpServer().serving() as sink:
        transport = SmtpTransport("127.0.0.1", sink.port, "", "", starttls=False)
        for kind in kinds():
            rendered = render(_bent(kind, text))
            await transport.send(
                message_id="outbox-1",
                sender="Assembly <no-reply@assembly.education>",
                to=TO,
                subject=rendered.subject,
                html=rendered.html,
                text=rendered.text,
            )
    assert len(sink.messages) == len(DECLARATIONS)
    assert set(sink.recipients) == {TO}
    assert set(sink.senders) == {"no-reply@assembly.education"}
    for message in sink.messages:
        assert set(message.keys()) <= HEADERS
        assert len(message.keys()) == len(set(message.keys()))
        assert message["To"] == TO


@pytest.mark.parametrize(
    "address",
    [
        "=?utf-8?q?a=0D=0ABcc=3A_b?=@evil.example",
        "=?utf-8?b?YQ0KQmNjOiBi?=@evil.example",
        "a=?utf-8?q?=2C?=@evil.example",
        "ann@kings.sch.uk,everyone@kings.sch.uk",
        "ann@kings.sch.uk\r\nBcc: everyone@kings.sch.uk",
        "Ann <ann@kings.sch.uk>",
        '"ann@kings.sch.uk, "@evil.example',
        "ann@[127.0.0.1]",
        "ann%everyone@kings.sch.uk@evil.example",
    ],
)
def test_no_address_hides_another(address: str) -> None:
    with pytest.raises(FieldProblem):
        parse_email(address)
    with pytest.raises(AddressMalformed):
        plain_address(address)
