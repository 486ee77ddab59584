"""Not received the confirmation email: have it sent to an address that is typed in."""

from __future__ import annotations

from datetime import timedelta

import reflex as rx

from assembly_ui.accounts.errors import FieldProblem, Throttled
from assembly_ui.accounts.throttles import Deed
from assembly_ui.accounts.waiting import resend_to
from assembly_ui.services import get_services
from assembly_ui.web import access
from assembly_ui.web.account_words import field_words, words_for
from assembly_ui.web.components import alert, card, link, p, row, submit
from assembly_ui.web.components.account_forms import account_form, email_field, ways_on
from assembly_ui.web.components.targeted import targeted
from assembly_ui.web.even_time import in_even_time
from assembly_ui.web.focus import move_focus
from assembly_ui.web.layout import public_page
from assembly_ui.web.notice import page_changed
from assembly_ui.web.page import Page
from assembly_ui.web.ticket import ticket_of
from assembly_ui.web.typed import typed_in

FORM = "resend-confirmation"


class ResendConfirmationState(rx.State):
    """Screen values of the page."""

    sent_to: str = ""
    error: str = ""
    refusal: str = ""
    busy: bool = False

    @access.public
    async def load(self):
        """Begin afresh."""
        await page_changed(self)
        self.reset()

    @access.public
    async def submit(self, form: dict):
        """Send it; the answer is the same whoever the address belongs to."""
        self.reset()
        self.busy = True
        yield
        try:
            self.sent_to = await in_even_time(self._resend(form.get("email", "")))
            yield move_focus("sent")
        except FieldProblem as problem:
            self.error = field_words("email", problem)
            yield move_focus("email")
        except Throttled as error:
            self.refusal = words_for(error, now=get_services().clock())
        finally:
            self.busy = False

    async def _resend(self, email: str) -> str:
        services = get_services()
        await services.throttles.hit(Deed.RESEND, caller=access.client_ip(self), address=email)
        return await resend_to(
            services.database,
            email=email,
            ticket=await ticket_of(self),
            address=services.settings.address,
            link_life=timedelta(hours=services.settings.confirm_link_hours),
            may_mail=await services.throttles.allows(Deed.RESEND, mailbox=email),
            now=services.clock(),
        )


def _sent() -> rx.Component:
    s = ResendConfirmationState
    return alert(
        p(
            "If ",
            rx.el.strong(s.sent_to),
            " waits to be confirmed, a message with a new link is on its way there. It can take "
            "a minute; look in the spam folder too. A link you have already works as well.",
        ),
        p("Nothing there? Check the address below, or ", link("sign up", href="/sign-up"), "."),
        tone="success",
        title="Check your mailbox",
        id="sent",
        tab_index=-1,
    )


def _resend_confirmation() -> rx.Component:
    s = ResendConfirmationState
    form = account_form(
        email_field(hint="The address you signed up with.", error=s.error),
        row(submit("Send it again", busy=s.busy)),
        id=FORM,
        on_submit=s.submit(typed_in(FORM)),
    )
    return public_page(
        targeted(
            "not-confirmed",
            p(
                "Your email address is not confirmed yet. Follow the link in the message we sent "
                "you, then log in. If it is lost, have it sent again here."
            ),
            tone="warning",
        ),
        rx.cond(s.sent_to, _sent(), rx.fragment()),
        rx.cond(s.refusal, alert(s.refusal, tone="warning", role="alert"), rx.fragment()),
        card(form),
        ways_on(
            link("Mistyped your address?", href="/confirm-email"),
            link("Already confirmed?", href="/log-in"),
            link("Forgotten password?", href="/forgotten-password"),
        ),
        heading="Not received confirmation email?",
    )


PAGE = Page(
    route="/resend-confirmation",
    title="Not received confirmation email?",
    description="Have the message with your confirmation link sent again.",
    content=_resend_confirmation,
    on_load=[ResendConfirmationState.load],
)
