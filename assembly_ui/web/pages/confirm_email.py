"""Confirm email address: what a browser shows while its sign-up waits for the link."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import reflex as rx

from assembly_ui.accounts.confirmation_mail import sign_up_topic
from assembly_ui.accounts.emails import parse_email
from assembly_ui.accounts.errors import (
    AccountsError,
    FieldProblem,
    SignUpConfirmed,
    SignUpUnknown,
    Throttled,
)
from assembly_ui.accounts.throttles import Deed
from assembly_ui.accounts.tokens import hash_token
from assembly_ui.accounts.waiting import Waiting, correct_address, look, look_by_hash, resend
from assembly_ui.mail.delivery import Delivery
from assembly_ui.pubsub.topics import Topic
from assembly_ui.services import get_services
from assembly_ui.web import access
from assembly_ui.web.account_words import field_words, sent_already, words_for
from assembly_ui.web.components import alert, button, card, details, link, p, row, submit
from assembly_ui.web.components.account_forms import account_form, email_field, ways_on
from assembly_ui.web.components.countdown import countdown
from assembly_ui.web.focus import move_focus
from assembly_ui.web.layout import public_page
from assembly_ui.web.live import Live, tabs
from assembly_ui.web.notice import notify, page_changed
from assembly_ui.web.page import Page
from assembly_ui.web.ticket import ticket_of
from assembly_ui.web.typed import typed_in

FORM = "correct-address"

# A message with a link is given up once the link is out of date, the message to the owner
# of an account is not; shown alike, neither tells which of them was sent.
_TROUBLE = {
    Delivery.REFUSED: "refused",
    Delivery.DELAYED: "late",
    Delivery.GIVEN_UP: "late",
}


class ConfirmEmailState(Live, rx.State):
    """Screen values of the waiting page. They change by themselves."""

    email: str = ""
    resend_at: str = ""
    confirmed: bool = False
    sending: bool = False
    correcting: bool = False
    error: str = ""
    trouble: str = ""
    domain: str = ""

    @access.public
    async def load(self):
        """Show this browser's sign-up, and keep showing it."""
        await page_changed(self)
        self.sending = self.correcting = False
        self.error = ""
        tabs.unwatch(self)
        ticket = await ticket_of(self)
        try:
            await self._show(await look(get_services().database, ticket=ticket))
            tabs.watch_public(self, sign_up_topic(hash_token(ticket)))
        except SignUpUnknown:
            self.email = self.resend_at = self.trouble = self.domain = ""
            self.confirmed = False

    @access.public
    async def resend(self):
        """Send the message again."""
        self.sending = True
        yield
        try:
            seen = await self._resend()
            await self._show(seen)
            await notify(
                self,
                f"We have sent another message to {seen.email}. Use the link in that one: those "
                "before it no longer work.",
            )
        except Throttled as error:
            await notify(self, sent_already(error.retry_at, now=get_services().clock()), "warning")
        except AccountsError as error:
            await self._explain(error)
        finally:
            self.sending = False

    @access.public
    async def correct(self, form: dict):
        """Go on with another address."""
        self.correcting, self.error = True, ""
        yield
        try:
            seen = await self._correct(form.get("email", ""))
            await self._show(seen)
            await notify(self, f"We have sent the message to {seen.email} instead.")
        except FieldProblem as problem:
            self.error = field_words("email", problem)
            yield move_focus("email")
        except AccountsError as error:
            await self._explain(error)
        finally:
            self.correcting = False

    @access.public
    async def move_on(self):
        """The link was followed, here or elsewhere: lead on to logging in."""
        self.confirmed = False
        try:
            seen = await look(get_services().database, ticket=await ticket_of(self))
        except SignUpUnknown:
            return None
        if not seen.is_confirmed:
            return None
        await notify(
            self, words_for(SignUpConfirmed(), now=get_services().clock()), on_next_page=True
        )
        return rx.redirect("/log-in")

    @access.public
    async def leave(self):
        """The page was left."""
        tabs.unwatch(self)

    @classmethod
    async def _read(cls, topic: Topic) -> Waiting:
        return await look_by_hash(get_services().database, ticket_hash=topic.partition(":")[2])

    async def _show(self, seen: Waiting) -> None:
        self.email = seen.email
        self.resend_at = seen.resend_at.isoformat()
        self.confirmed = seen.is_confirmed
        self.domain = seen.email.rpartition("@")[2]
        self.trouble = _TROUBLE.get(seen.delivery, "")

    async def _resend(self) -> Waiting:
        services, ticket = get_services(), await ticket_of(self)
        await services.throttles.hit(Deed.CHANGE, caller=access.client_ip(self))
        seen = await look(services.database, ticket=ticket)
        await self._count(seen.email)
        if not seen.is_confirmed and services.clock() >= seen.resend_at:
            await self._count_message(seen.email)
        return await resend(services.database, ticket=ticket, now=services.clock(), **_link())

    async def _correct(self, email: str) -> Waiting:
        services, ticket = get_services(), await ticket_of(self)
        await self._count(email)
        seen = await look(services.database, ticket=ticket)
        if not seen.is_confirmed and parse_email(email) != seen.email:
            await self._count_message(email)
        return await correct_address(
            services.database,
            ticket=ticket,
            email=email,
            check_dns=services.settings.asks_dns,
            now=services.clock(),
            **_link(),
        )

    async def _count(self, email: str) -> None:
        caller = access.client_ip(self)
        await get_services().throttles.hit(Deed.RESEND, caller=caller, address=email)

    async def _count_message(self, email: str) -> None:
        """A mailbox is sent so many messages of sign-ups, whichever way they are asked for.

        Counted only if one is about to leave: else a stranger could keep others from getting
        their first one.
        """
        await get_services().throttles.hit(Deed.SIGN_UP, mailbox=email)

    async def _explain(self, error: AccountsError) -> None:
        await notify(self, words_for(error, now=get_services().clock()), "warning")


def _link() -> dict[str, Any]:
    services = get_services().settings
    return {"address": services.address, "link_life": timedelta(hours=services.confirm_link_hours)}


def _thanks() -> rx.Component:
    return p(
        "Thanks for signing up to Assembly, a message with a confirmation link has been sent to "
        "your email address. Please ",
        rx.el.strong("check your mailbox"),
        " and follow the link to activate your account.",
    )


def _waiting() -> rx.Component:
    s = ConfirmEmailState
    return card(
        rx.match(s.trouble, ("refused", _refused()), ("late", _late()), _sent()),
        row(
            button(
                "Send it again",
                id="resend",
                kind="secondary",
                on_click=s.resend,
                busy=s.sending,
                wide=True,
            ),
            countdown("You can send it again", s.resend_at, holds="resend"),
        ),
        # Once refused, the address is the likeliest thing to be wrong.
        rx.cond(
            s.trouble == "refused",
            _correction(),
            details("This is not my address", _correction()),
        ),
        aria_label="Your message",
    )


def _sent() -> rx.Component:
    return p("We sent it to ", _address(), ". Look in the spam folder too.")


def _refused() -> rx.Component:
    s = ConfirmEmailState
    return alert(
        p("The mail server of ", s.domain, " refused our message to ", _address(), "."),
        p(
            "Your sign-up is kept. Correct the address below. If it is right, ask whoever runs "
            "your mail to let our messages in, then send it again."
        ),
        tone="warning",
        title="The message was not delivered",
        role="alert",
    )


def _late() -> rx.Component:
    return alert(
        p("Our message to ", _address(), " has not been delivered yet. Your sign-up is kept."),
        p("Check the address, or send the message again."),
        tone="warning",
        title="The message is delayed",
        role="status",
    )


def _address() -> rx.Component:
    return rx.el.strong(ConfirmEmailState.email, id="sent-to")


def _correction() -> rx.Component:
    s = ConfirmEmailState
    return account_form(
        email_field(
            hint="We send a new link there. The one we sent before no longer works.",
            error=s.error,
        ),
        row(submit("Change address", busy=s.correcting)),
        id=FORM,
        on_submit=s.correct(typed_in(FORM)),
    )


def _links() -> rx.Component:
    return ways_on(
        link("Already confirmed?", href="/log-in"),
        link("Not received confirmation email?", href="/resend-confirmation"),
        link("Forgotten password?", href="/forgotten-password"),
    )


def _confirm_email() -> rx.Component:
    s = ConfirmEmailState
    return public_page(
        _thanks(),
        rx.cond(s.email, _waiting(), rx.fragment()),
        _links(),
        rx.cond(s.confirmed, rx.el.span(on_mount=s.move_on), rx.fragment()),
        rx.el.span(on_unmount=s.leave),
        heading="Confirm email address",
    )


PAGE = Page(
    route="/confirm-email",
    title="Confirm email address",
    description="Follow the link in the message we sent you to activate your account.",
    content=_confirm_email,
    on_load=[ConfirmEmailState.load],
)
