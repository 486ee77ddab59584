"""From a message to what is sent: subject, HTML and plain text.

Pure and slow (some ten milliseconds), so the outbox calls it beside the loop.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import (
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    select_autoescape,
)
from mjml import mjml2html

from assembly_ui.mail import messages
from assembly_ui.mail.messages import Message
from assembly_ui.mail.words import one_line

UK = ZoneInfo("Europe/London")
LONGEST_SUBJECT = 200
TEXT_WIDTH = 78

RENDERING_ERRORS = (TemplateError, ValueError, TypeError, KeyError)
"""What templates, their filters and MJML raise for values that do not fit."""


@dataclass(frozen=True)
class Rendered:
    """A message as it leaves."""

    subject: str
    html: str
    text: str


def render(message: Message) -> Rendered:
    """Put the message's values into its words.

    Raises:
        TemplateNotFound: there is no such kind of message.
        RENDERING_ERRORS: its values and its template do not fit.
    """
    words = _words()
    subject = one_line(
        words.get_template(f"{message.kind}/subject.txt").render(message.own_values),
        LONGEST_SUBJECT,
    )
    html = words.get_template(f"{message.kind}/body.mjml").render(message.values, subject=subject)
    text = words.get_template(f"{message.kind}/body.txt").render(message.values)
    # Without fonts of its own MJML has those it knows by name fetched from elsewhere.
    return Rendered(subject, mjml2html(html, fonts={}), _wrapped(text.strip()) + "\n")


def uk_time(moment: str) -> str:
    """An ISO 8601 moment as a clock in the United Kingdom shows it."""
    there = datetime.fromisoformat(moment).astimezone(UK)
    return f"{there.day} {there:%B %Y} at {there:%H:%M}"


def _wrapped(text: str) -> str:
    return "\n".join(
        textwrap.fill(line, TEXT_WIDTH, break_long_words=False, break_on_hyphens=False)
        if len(line) > TEXT_WIDTH
        else line
        for line in text.split("\n")
    )


@cache
def _words() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(messages.__file__).parent),
        autoescape=select_autoescape(["mjml"]),
        undefined=StrictUndefined,
    )
    environment.filters["uk_time"] = uk_time
    return environment
