"""From a message to subject, HTML and text, whatever its values are."""

from __future__ import annotations

import re
import unicodedata
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assembly_ui.mail import messages
from assembly_ui.mail.links import links_of
from assembly_ui.mail.messages import DECLARATIONS, Author
from assembly_ui.mail.render import LONGEST_SUBJECT, Rendered, render, uk_time
from tests.factories.mail import HELP, HREF, NAME, a_message, kinds

HOSTILE = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        [
            "<script>alert(1)</script>",
            '"><img src=x onerror=alert(1)>',
            "</mj-text></mjml>",
            "<!-- ",
            "]]> <![endif]-->",
            "{{ 7 * 7 }} {% raw %}",
            "&lt;b&gt; &amp;amp;",
            "James\r\nBcc: everyone@kings.sch.uk",
            "‮drawkcab",
            "محمد علي",
            "👩‍🏫🏳️‍🌈",
            "x" * 5000,
        ]
    ),
).map(lambda text: "N" + text)  # never empty: an empty name greets in fewer words

WORDS = {
    kind: [name for name, author in declared.authors.items() if author is Author.SOMEBODY_ELSE]
    for kind, declared in DECLARATIONS.items()
}
STRANGERS = [kind for kind, declared in DECLARATIONS.items() if declared.unverified]


class _Structure(HTMLParser):
    """The elements of a page with the names of their attributes, and its words."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[object] = []
        self.words = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, [name for name, _ in attrs]))

    def handle_endtag(self, tag: str) -> None:
        self.elements.append(tag)

    def handle_comment(self, data: str) -> None:
        self.elements.append(("comment", data))

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.mark.parametrize("kind", WORDS)
@settings(max_examples=60, deadline=None)
@given(hostile=HOSTILE)
def test_no_value_becomes_markup_or_a_second_line_of_the_subject(kind: str, hostile: str) -> None:
    plain = render(a_message(kind))
    message = a_message(kind, **dict.fromkeys(WORDS[kind], hostile))
    bent = render(message)
    assert _Structure(bent.html).elements == _Structure(plain.html).elements
    words = _Structure(bent.html).words
    assert all(message.values[name] in words for name in WORDS[kind])
    assert bent.subject == " ".join(bent.subject.split())
    assert not any(unicodedata.category(character) == "Cc" for character in bent.subject)
    assert len(bent.subject) <= LONGEST_SUBJECT
    assert links_of(bent.html) == links_of(plain.html)


@pytest.mark.parametrize("kind", kinds())
def test_html_and_text_say_the_same(kind: str) -> None:
    rendered = render(a_message(kind))
    words = _squeezed(_Structure(rendered.html).words)
    for line in rendered.text.split("\n\n"):
        said = _squeezed(line.split("\nhttp")[0].strip())
        if said.startswith(("--", "http")):
            continue
        # A button says in HTML what the line above its address says in text.
        assert said.rstrip(":").casefold() in words.casefold(), said


@pytest.mark.parametrize("kind", kinds())
def test_every_link_stands_in_the_text_too(kind: str) -> None:
    rendered = render(a_message(kind))
    for link in links_of(rendered.html):
        assert link.href in rendered.text.split()


@pytest.mark.parametrize("kind", kinds())
def test_the_expiry_is_told_in_uk_time_when_there_is_one(kind: str) -> None:
    told = "until 24 November 2026 at 09:12 UK time"
    for words in _both(render(a_message(kind))):
        assert (told in words) == DECLARATIONS[kind].shows_expiry


@pytest.mark.parametrize("kind", STRANGERS)
def test_whoever_did_not_ask_for_it_is_told_that_nothing_need_be_done(kind: str) -> None:
    for words in _both(render(a_message(kind))):
        assert "you need not do anything" in words


@pytest.mark.parametrize(
    ("kind", "button"),
    [
        ("confirm_email", "Confirm my email address"),
        ("address_taken", "Log in"),
        ("reset_password", "Choose a new password"),
        ("choose_password", "Choose a password"),
        ("colleague_invited", "Accept the invitation"),
        ("join_requested", "See the request"),
        ("join_approved", "Open Assembly"),
    ],
)
def test_the_first_link_is_the_one_button(kind: str, button: str) -> None:
    first, *rest = links_of(render(a_message(kind)).html)
    assert (first.text, first.href) == (button, HREF)
    assert len(rest) == (kind == "address_taken")


@pytest.mark.parametrize("kind", ["password_changed", "join_declined"])
def test_help_is_named_where_something_may_be_wrong(kind: str) -> None:
    rendered = render(a_message(kind))
    assert f"mailto:{HELP}" in rendered.html
    assert HELP in rendered.text


def test_a_person_without_a_name_is_greeted_without_one() -> None:
    rendered = render(a_message("password_changed", name=""))
    assert rendered.text.startswith("Hello,\n")
    assert "Hello," in _squeezed(_Structure(rendered.html).words)


def test_a_person_without_a_name_asks_by_address() -> None:
    rendered = render(a_message("join_requested", person_name=""))
    assert "Somebody at amina.khan@kings.sch.uk asks to join" in _squeezed(rendered.text)


@pytest.mark.parametrize(
    ("role", "words"),
    [
        ("admin", "As an admin you can do everything there but transfer its ownership."),
        ("viewer", "As a viewer you can look at everything there and change nothing."),
    ],
)
def test_an_invitation_says_what_its_role_may_do(role: str, words: str) -> None:
    for said in _both(render(a_message("colleague_invited", role=role))):
        assert words in said


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        ("2026-11-24T09:12:00+00:00", "24 November 2026 at 09:12"),
        ("2026-07-01T23:30:00+00:00", "2 July 2026 at 00:30"),
        ("2026-07-01T23:30:00+02:00", "1 July 2026 at 22:30"),
        ("2026-03-29T00:59:59+00:00", "29 March 2026 at 00:59"),
        ("2026-03-29T01:00:00+00:00", "29 March 2026 at 02:00"),
    ],
)
def test_moments_are_shown_as_a_clock_in_the_uk_shows_them(moment: str, shown: str) -> None:
    assert uk_time(moment) == shown


def test_colours_are_those_of_the_pages() -> None:
    tokens = Path("assets/styles/tokens.css").read_text()
    layout = (Path(messages.__file__).parent / "layout.mjml").read_text()
    used = set(re.findall(r"#[0-9a-f]{6}\b", layout))
    assert used
    assert used <= set(re.findall(r"#[0-9a-f]{6}\b", tokens))


def test_nothing_is_loaded_from_anywhere() -> None:
    for kind in kinds():
        html = render(a_message(kind)).html
        assert not re.search(r"<(?:img|link|script|iframe)\b|@import|url\(", html)


def test_text_lines_stay_short_unless_they_are_addresses() -> None:
    rendered = render(a_message("colleague_invited", school_name=f"{NAME} " * 12))
    assert all(len(line) <= 78 for line in rendered.text.split("\n") if "http" not in line)


def _both(rendered: Rendered) -> tuple[str, str]:
    return _squeezed(_Structure(rendered.html).words), _squeezed(rendered.text)


def _squeezed(text: str) -> str:
    return " ".join(text.split())
