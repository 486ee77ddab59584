"""Email addresses: is it one, does its domain take mail, was it mistyped?"""

from __future__ import annotations

from email_validator import EmailNotValidError, validate_email

from assembly_ui.accounts.errors import EmailMalformed, EmailUndeliverable
from assembly_ui.accounts.fields import required
from assembly_ui.accounts.mail_domains import MAIL_DOMAINS
from assembly_ui.mail.addresses import ENCODED_WORD

EMAIL_LIMIT = 254


def parse_email(value: object) -> str:
    """The address in the one spelling we keep: lower case, ASCII domain.

    Raises:
        Missing, NotText, TooLong, EmailMalformed
    """
    text = required(value, EMAIL_LIMIT)
    if ENCODED_WORD in text:
        raise EmailMalformed
    try:
        # Names ending in .test are refused otherwise; whether a domain exists
        # is the question of `check_deliverable`, not of the syntax.
        parsed = validate_email(
            text,
            check_deliverability=False,
            allow_smtputf8=False,
            strict=True,
            test_environment=True,
        )
    except EmailNotValidError:
        raise EmailMalformed from None
    return (parsed.ascii_email or parsed.normalized).lower()


async def check_deliverable(email: str) -> None:
    """Ask DNS whether the domain takes mail. No answer counts as yes.

    Raises:
        EmailUndeliverable
    """
    domain = email.rpartition("@")[2]
    if await MAIL_DOMAINS.takes_mail(domain) is False:
        raise EmailUndeliverable(domain)


async def usable_email(value: object, *, deliverable: bool) -> str:
    """`parse_email`, and `check_deliverable` too where mail really leaves.

    Raises:
        Missing, NotText, TooLong, EmailMalformed, EmailUndeliverable
    """
    email = parse_email(value)
    if deliverable:
        await check_deliverable(email)
    return email
