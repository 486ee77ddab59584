"""One plain email address, fit to stand in a header and in an envelope."""

from __future__ import annotations

from email_validator import EmailNotValidError, validate_email

from assembly_ui.mail.errors import AddressMalformed

ENCODED_WORD = "=?"
"""How an encoded word begins (RFC 2047), which programs decode into other characters."""


def plain_address(value: object) -> str:
    """`value`, if it is one email address and nothing else.

    Raises:
        AddressMalformed
    """
    if not isinstance(value, str) or ENCODED_WORD in value:
        raise AddressMalformed
    try:
        parsed = validate_email(
            value, check_deliverability=False, allow_smtputf8=False, test_environment=True
        )
    except EmailNotValidError:
        raise AddressMalformed from None
    return parsed.ascii_email or parsed.normalized
