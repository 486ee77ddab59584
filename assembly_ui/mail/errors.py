"""What can go wrong in the room of mail. Errors carry data, never wording.

MailError
├── MessageProblem            a message that must not be written
│   ├── AddressMalformed
│   └── HrefNotAbsolute       (name)
├── NotDelivered              (reason) a transport could not hand a message over
│   ├── TryLater
│   └── Refused               no second attempt will change it
│       └── RecipientRefused  the mail server takes no mail for this address
└── MailUnknown               the mailbox holds no such message

`reason` is kept and shown to operators: it never holds an address or a secret.
"""

from __future__ import annotations


class MailError(Exception):
    """Anything this room refuses."""


class MessageProblem(MailError):
    """A message that must not be written."""


class AddressMalformed(MessageProblem):
    """Not one plain email address."""


class HrefNotAbsolute(MessageProblem):
    """A link that is not a full http address; `name` says which."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class NotDelivered(MailError):
    """A transport could not hand a message over."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TryLater(NotDelivered):
    """It may work another time."""


class Refused(NotDelivered):
    """The receiving side will never take this message."""


class RecipientRefused(Refused):
    """The mail server takes no mail for this address."""


class MailUnknown(MailError):
    """The mailbox holds no such message."""
