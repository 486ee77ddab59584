"""The links of a message become buttons; nothing else does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assembly_ui.mail.links import MOST_LINKS, MailLink, links_of


def test_links_are_found_in_reading_order_with_their_words() -> None:
    html = '<a href="https://a.test/?x=1&amp;y=2"> Log \n in </a><p><A HREF=http://b.test>B</A></p>'
    assert links_of(html) == [
        MailLink("Log in", "https://a.test/?x=1&y=2"),
        MailLink("B", "http://b.test"),
    ]


def test_the_first_link_to_an_address_names_it() -> None:
    html = '<a href="http://a.test">Confirm</a> or <a href="http://a.test">http://a.test</a>'
    assert links_of(html) == [MailLink("Confirm", "http://a.test")]


def test_words_inside_other_elements_count() -> None:
    html = '<a href="http://a.test"><b>Go</b> &amp; <i>see</i></a> after'
    assert links_of(html) == [MailLink("Go & see", "http://a.test")]


def test_a_link_without_words_is_named_by_its_address() -> None:
    assert links_of('<a href="http://a.test"></a>') == [MailLink("http://a.test", "http://a.test")]


@pytest.mark.parametrize(
    "href",
    [
        "javascript:alert(1)",
        " JavaScript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,<script>",
        "mailto:help@assembly.education",
        "/relative",
        "//evil.example",
        "",
    ],
)
def test_only_web_addresses_become_links(href: str) -> None:
    assert links_of(f'<a href="{href}">Go</a>') == []


def test_a_message_of_nothing_but_links_is_cut() -> None:
    html = "".join(f'<a href="http://a.test/{n}">{n}</a>' for n in range(1000))
    assert len(links_of(html)) == MOST_LINKS


@given(html=st.text() | st.text(alphabet="<>a href=\"'/!-&;x"))
def test_any_text_can_be_read(html: str) -> None:
    assert all(link.href.lower().startswith("http") for link in links_of(html))
