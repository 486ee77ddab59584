"""A browser without scripts: follows links, fills in forms, keeps cookies."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

import httpx

_VOID = {"meta", "link", "img", "input", "br", "hr"}


@dataclass
class Form:
    """A form as it stands on the page, with the values already in it."""

    action: str
    values: list[tuple[str, str]] = field(default_factory=list)
    offered: list[tuple[str, str]] = field(default_factory=list)
    buttons: dict[str, tuple[str, str]] = field(default_factory=dict)


@dataclass
class Page:
    """What a page says and offers."""

    title: str = ""
    h1: list[str] = field(default_factory=list)
    h2: list[str] = field(default_factory=list)
    text: str = ""
    links: dict[str, str] = field(default_factory=dict)
    forms: list[Form] = field(default_factory=list)
    tags: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self._open: list[tuple[str, dict[str, str | None], list[str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.page.tags.append((tag, given))
        if tag == "form":
            self.page.forms.append(Form(given.get("action") or ""))
        if tag == "input" and given.get("name"):
            self._input(given)
        if tag not in _VOID:
            self._open.append((tag, given, []))

    def _input(self, given: dict[str, str | None]) -> None:
        pair = (given["name"] or "", given.get("value") or "")
        form = self.page.forms[-1]
        if given.get("type") in ("radio", "checkbox"):
            form.offered.append(pair)
            if "checked" not in given:
                return
        form.values.append(pair)

    def handle_data(self, data: str) -> None:
        self.page.text += data
        for _, _, said in self._open:
            said.append(data)

    def handle_endtag(self, tag: str) -> None:
        name, given, said = self._open.pop()
        assert name == tag, f"<{name}> is closed by </{tag}>"
        words = " ".join("".join(said).split())
        match tag:
            case "title":
                self.page.title = words
            case "h1":
                self.page.h1.append(words)
            case "h2":
                self.page.h2.append(words)
            case "a":
                self.page.links[words] = given.get("href") or ""
            case "button":
                pressed = (given.get("name") or "", given.get("value") or "")
                self.page.forms[-1].buttons[words] = pressed

    def close(self) -> None:
        super().close()
        assert not self._open
        self.page.text = " ".join(self.page.text.split())


def read(html: str) -> Page:
    """The page in this HTML; its tags must be balanced."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.page


class Browser:
    """One person's window."""

    def __init__(self, web: httpx.AsyncClient) -> None:
        self._web = web
        self.page = Page()
        self.status = 0
        self.path = ""
        self.headers = httpx.Headers()

    @property
    def h1(self) -> str:
        """The page's one main heading."""
        (heading,) = self.page.h1
        return heading

    async def open(self, address: str) -> None:
        """Type an address, or follow a link."""
        self._show(await self._web.get(_below(address, self._web), follow_redirects=True))

    async def follow(self, link: str) -> None:
        """Choose a link by its words."""
        await self.open(self.page.links[link])

    async def press(self, button: str, **filled: str | list[str]) -> None:
        """Fill in the form around a button and press it."""
        form = next(form for form in self.page.forms if button in form.buttons)
        await self.post(form.action, self._sent(form, button, filled))

    async def post(self, address: str, sent: list[tuple[str, str]]) -> None:
        """Send a form, answered by a redirect that is followed."""
        answer = await self._web.post(
            _below(address, self._web),
            content=str(httpx.QueryParams(sent)),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
        assert answer.status_code in (303, 404, 422), answer.text
        self._show(answer)
        if answer.status_code == 303:
            await self.open(answer.headers["Location"])

    def _sent(
        self, form: Form, button: str, filled: dict[str, str | list[str]]
    ) -> list[tuple[str, str]]:
        kept = [pair for pair in form.values if pair[0] not in filled]
        typed = [
            (name, value)
            for name, given in filled.items()
            for value in ([given] if isinstance(given, str) else given)
        ]
        return [pair for pair in [*kept, *typed, form.buttons[button]] if pair[0]]

    def _show(self, answer: httpx.Response) -> None:
        self.status, self.path = answer.status_code, answer.url.path
        self.headers = answer.headers
        self.page = read(answer.text)


def _below(address: str, web: httpx.AsyncClient) -> str:
    """The address as the client wants it: relative to where it is mounted."""
    parts = urlsplit(address)
    path = parts.path.removeprefix(web.base_url.path.rstrip("/"))
    return f"{path}?{parts.query}" if parts.query else path
