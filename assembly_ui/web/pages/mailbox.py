"""The demo's mailbox: every message, as its recipient finds it.

What is shown follows from the address alone (`to`, `page`, `message`), so a
message can be linked to, and Back and a reload work as people expect. Without
`message` the newest one is open, and a newer one takes its place by itself.
"""

from __future__ import annotations

import reflex as rx

from assembly_ui.accounts.errors import Throttled
from assembly_ui.accounts.throttles import Deed
from assembly_ui.mail.errors import MailUnknown
from assembly_ui.mail.mailbox import MailPage, addresses, clear_mail, list_mail, open_mail
from assembly_ui.pubsub.topics import MAILBOX_TOPIC, Topic
from assembly_ui.services import get_services
from assembly_ui.web import access
from assembly_ui.web.components import (
    ago,
    alert,
    button,
    code_block,
    details,
    empty,
    facts,
    link,
    link_button,
    p,
    row,
    small,
    stack,
)
from assembly_ui.web.focus import move_focus
from assembly_ui.web.layout import public_page
from assembly_ui.web.live import Live, tabs
from assembly_ui.web.mailbox_view import (
    NOTHING,
    ROUTE,
    SANDBOX,
    Button,
    Line,
    Opened,
    count_of,
    href,
    line,
    neighbours,
    opened,
)
from assembly_ui.web.notice import notify, page_changed
from assembly_ui.web.page import Page

LONGEST_ADDRESS = 254


class MailboxState(Live, rx.State):
    """Screen values of the mailbox. They change by themselves."""

    loaded: bool = False
    too_often: bool = False
    address: str = ""
    addresses: list[str] = []
    lines: list[Line] = []
    total: str = ""
    newer: str = ""
    older: str = ""
    opened: Opened = NOTHING
    links: list[Button] = []
    gone: bool = False
    clearing: bool = False

    @access.public
    async def load(self):
        """Show what the address asks for, and keep showing it."""
        await page_changed(self)
        tabs.unwatch(self)
        tabs.watch_public(self, MAILBOX_TOPIC)
        self.clearing, before = False, self.opened["id"]
        if await self._within_limits():
            await self._show(None)
        # A message just chosen is read next; a reconnected tab keeps its focus.
        changed = before and self.opened["id"] and self.opened["id"] != before
        return move_focus("opened") if changed and self._asked("message") else None

    @access.public
    async def choose_address(self, address: str):
        """Show the messages of one address, or everyone's."""
        return rx.redirect(href(to=address))

    @access.public
    async def ask_to_clear(self):
        """Clearing cannot be undone, so ask first."""
        self.clearing = True

    @access.public
    async def keep(self):
        """Do not clear after all."""
        self.clearing = False
        return move_focus("clear-all")

    @access.public
    async def clear(self):
        """Throw away what the list shows, all its pages."""
        self.clearing = False
        if await self._within_limits():
            count = await clear_mail(get_services().database, to=self.address)
            await notify(self, f"{count_of(count)} cleared.")
        return move_focus("main")

    @access.public
    async def leave(self):
        """The page was left."""
        tabs.unwatch(self)

    @classmethod
    async def _read(cls, topic: Topic) -> None:
        # Every tab looks at another address or page, so each reads its own.
        return None

    async def _show(self, seen: None) -> None:
        services, to = get_services(), self._asked("to")[:LONGEST_ADDRESS]
        page = access.clean(int, self._asked("page") or 1)
        self.address, self.addresses = to, await addresses(services.database)
        listed = await list_mail(services.database, to=to, page=page)
        self.lines = [line(envelope, to, listed.page) for envelope in listed.envelopes]
        self.total = count_of(listed.total)
        self.newer, self.older = neighbours(listed, to)
        await self._open(listed)
        self.loaded = True

    async def _open(self, listed: MailPage) -> None:
        asked = access.clean(int, self._asked("message"))
        wanted = asked or (listed.envelopes[0].id if listed.envelopes else 0)
        try:
            mail = await open_mail(get_services().database, mail_id=wanted)
        except MailUnknown:
            self.gone, self.opened, self.links = bool(asked), NOTHING, []
            return
        self.gone, self.opened = False, opened(mail)
        self.links = [Button(text=link.text, href=link.href) for link in mail.links]

    async def _within_limits(self) -> bool:
        try:
            await get_services().throttles.hit(Deed.API, caller=access.client_ip(self))
        except Throttled:
            self.too_often = True
        else:
            self.too_often = False
        return not self.too_often

    def _asked(self, name: str) -> str:
        return access.clean(str, self.router.url.query_parameters.get(name))


def _tools() -> rx.Component:
    s = MailboxState
    choice = rx.el.select(
        rx.el.option("Everyone", value=""),
        rx.foreach(s.addresses, lambda a: rx.el.option(a, value=a, key=a)),
        id="address",
        value=s.address,
        on_change=s.choose_address,
        class_name="input",
    )
    count = rx.el.span(s.total, role="status", class_name="muted small")
    clear = button("Clear all", kind="quiet", on_click=s.ask_to_clear, id="clear-all")
    return stack(
        rx.el.div(
            rx.el.label("Messages for", html_for="address", class_name="field-label"),
            choice,
            class_name="field",
        ),
        row(count, clear, spread=True),
        rx.cond(s.clearing, _really(), rx.fragment()),
        gap="tight",
    )


def _really() -> rx.Component:
    s = MailboxState
    whose = rx.cond(s.address, " for " + s.address, "")
    return alert(
        p("Clear ", s.total, whose, "? What is cleared cannot be brought back."),
        row(
            button("Yes, clear", kind="danger", on_click=s.clear, auto_focus=True),
            button("No, keep", kind="secondary", on_click=s.keep),
        ),
        tone="warning",
        role="group",
        aria_label="Clear all",
    )


def _list() -> rx.Component:
    s = MailboxState
    return rx.el.section(
        _tools(),
        rx.el.ol(rx.foreach(s.lines, _item), class_name="mailbox-list"),
        rx.cond((s.newer != "") | (s.older != ""), _pager(), rx.fragment()),
        class_name="mailbox-side",
        aria_label="Messages",
    )


def _item(item: rx.Var[Line]) -> rx.Component:
    return rx.el.li(
        link(
            rx.el.span(item["subject"], class_name="mailbox-subject"),
            rx.el.span(item["to"], class_name="muted small mailbox-to"),
            rx.el.span(ago(item["received"]), class_name="muted small"),
            href=item["href"],
            class_name="mailbox-item",
            custom_attrs={
                "aria-current": rx.cond(MailboxState.opened["id"] == item["id"], "true", "false")
            },
        ),
        key=item["id"].to_string(),
    )


def _pager() -> rx.Component:
    def step(words: str, href: rx.Var[str]) -> rx.Component:
        return rx.cond(href, link(words, href=href), rx.el.span())

    s = MailboxState
    return rx.el.nav(
        row(step("Newer", s.newer), step("Older", s.older), spread=True), aria_label="Pages"
    )


def _message() -> rx.Component:
    s = MailboxState
    frame = rx.el.iframe(
        src=s.opened["src"],
        title="The message as its recipient sees it",
        sandbox=SANDBOX,
        class_name="mailbox-frame",
        custom_attrs={"data-fits": "true"},
        # A new frame for each message: one that is re-used would fill Back with messages.
        key=s.opened["src"],
    )
    return rx.el.article(
        rx.el.h2(s.opened["subject"], id="opened", tab_index=-1),
        facts(
            ("From", s.opened["sender"]),
            ("To", s.opened["to"]),
            ("Received", ago(s.opened["received"])),
        ),
        rx.cond(s.links.length() > 0, row(rx.foreach(s.links, _link)), rx.fragment()),
        frame,
        details("Text version", code_block(s.opened["text"])),
        class_name="card mailbox-message",
        aria_labelledby="opened",
    )


def _link(item: rx.Var[Button], index: rx.Var[int]) -> rx.Component:
    # Many lead to addresses that are no pages of this app, even when they begin as ours do.
    leads = {"href": item["href"], "key": item["href"], "reload_document": True}
    return rx.cond(
        index == 0,
        link_button(item["text"], **leads),
        link_button(item["text"], kind="secondary", **leads),
    )


def _gone() -> rx.Component:
    return alert(
        p("It was cleared away, or its address is not complete. The others are in the list."),
        title="This message is no longer here",
    )


def _empty() -> rx.Component:
    everyone = rx.cond(
        MailboxState.address,
        link_button("Show everyone’s messages", href=ROUTE, kind="secondary"),
        link_button("Sign up", href="/sign-up"),
    )
    return empty(
        rx.cond(MailboxState.address, "No messages for " + MailboxState.address, "No messages yet"),
        p("Whatever this demo sends by email appears here by itself, within a second."),
        row(everyone),
    )


def _slow_down() -> rx.Component:
    return alert(
        p("Too many requests came from your network. Nothing was lost; try again in a minute."),
        tone="warning",
        title="The mailbox needs a rest",
    )


def _for_programs() -> rx.Component:
    json = link("the newest as JSON", href=f"{ROUTE}/messages.json", reload_document=True)
    return small("For programs: ", json)


def mailbox() -> rx.Component:
    """The page."""
    s = MailboxState
    both = rx.el.div(
        _list(), rx.cond(s.opened["id"] > 0, _message(), _gone()), class_name="mailbox"
    )
    content = rx.cond(
        s.loaded,
        rx.cond(s.lines.length() > 0, both, _empty()),
        p("Looking for messages …", role="status"),
    )
    return public_page(
        rx.el.div(
            rx.cond(s.too_often, _slow_down(), rx.fragment()),
            content,
            _for_programs(),
            rx.el.span(on_unmount=s.leave),
            class_name="stack mailbox-page",
        ),
        heading="Mailbox",
        intro="Every message this demo sends, as its recipient finds it.",
    )


PAGE = Page(
    route=ROUTE,
    title="Mailbox",
    description="Every message the demo sends, as its recipient finds it.",
    content=mailbox,
    on_load=[MailboxState.load],
)
