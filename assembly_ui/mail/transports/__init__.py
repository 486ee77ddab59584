"""Ways for a message to leave: by SMTP, or into the demo's own mailbox."""

from assembly_ui.mail.transports.contract import Transport
from assembly_ui.mail.transports.mailbox import MailboxTransport
from assembly_ui.mail.transports.smtp import SmtpTransport

__all__ = ["MailboxTransport", "SmtpTransport", "Transport"]
