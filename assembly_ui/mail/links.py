"""The links of a message, read from its HTML. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser

from assembly_ui.mail.words import one_line

MOST_LINKS = 20
LONGEST_TEXT = 120


@dataclass(frozen=True)
class MailLink:
    """Where a link leads, and what it says."""

    text: str
    href: str


def links_of(html: str) -> list[MailLink]:
    """Every web address the message links to, once each, in reading order.

    The first link to an address gives it its words: messages repeat the
    address of their button in full for programs that show no buttons.
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return [
        MailLink(one_line(text, LONGEST_TEXT) or href, href) for href, text in reader.found.items()
    ]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: dict[str, str] = {}
        self._open = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        href = (dict(attrs).get("href") or "").strip() if tag == "a" else ""
        # Only the web: a `javascript:` link in a message must never become a button.
        web = href.lower().startswith(("https://", "http://"))
        if web and href not in self.found and len(self.found) < MOST_LINKS:
            self.found[href] = ""
            self._open = href

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open:
            self.found[self._open] += data
