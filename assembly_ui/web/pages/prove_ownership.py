"""The page behind a link that shows whose a school is. It counts for the owner who asked."""

from __future__ import annotations

import reflex as rx

from assembly_ui.accounts.errors import Throttled
from assembly_ui.accounts.throttles import Deed
from assembly_ui.schools.caller import Caller
from assembly_ui.schools.errors import OwnershipProblem
from assembly_ui.schools.ownership import look_at_proof_link, use_proof_link
from assembly_ui.services import get_services
from assembly_ui.web import access
from assembly_ui.web.components import button, card, link_button, p, row
from assembly_ui.web.layout import public_page
from assembly_ui.web.notice import notify, page_changed
from assembly_ui.web.page import Page
from assembly_ui.web.query import asked
from assembly_ui.web.school_words import words_for
from assembly_ui.web.signed_in import SignedInState, signed_in_as


class ProveOwnershipState(rx.State):
    """What the link would prove, or why it proves nothing."""

    school_name: str = ""
    email: str = ""
    problem: str = ""

    @access.signed_in
    async def load(self, me: Caller):
        """Look at the link, leaving it unused: mail scanners open every link."""
        await page_changed(self)
        self.reset()
        services = get_services()
        try:
            await services.throttles.hit(Deed.CONFIRM, caller=access.client_ip(self))
            seen = await look_at_proof_link(
                services.database,
                token=asked(self, "token"),
                user_id=me.user_id,
                now=services.clock(),
            )
            self.school_name, self.email = seen.school_name, seen.email
        except (OwnershipProblem, Throttled) as error:
            self.problem = words_for(error, now=services.clock())

    @access.signed_in
    async def prove(self, me: Caller):
        """The school is theirs."""
        services = get_services()
        try:
            await services.throttles.hit(Deed.CONFIRM, caller=access.client_ip(self))
            name = await use_proof_link(
                services.database,
                token=asked(self, "token"),
                user_id=me.user_id,
                now=services.clock(),
            )
        except (OwnershipProblem, Throttled) as error:
            self.school_name, self.problem = "", words_for(error, now=services.clock())
            return None
        await notify(self, f"You are the verified owner of {name}.", on_next_page=True)
        return rx.redirect("/schools")


def _ready() -> rx.Component:
    s = ProveOwnershipState
    return card(
        p(
            "This link was sent to ",
            rx.el.strong(s.email),
            " to show that ",
            rx.el.strong(s.school_name),
            " is yours. From then on you can invite colleagues, see who asks to join, and "
            "authorise apps.",
        ),
        row(button("The school is mine", on_click=s.prove, wide=True)),
    )


def _problem() -> rx.Component:
    return card(
        p(ProveOwnershipState.problem, role="status"),
        row(link_button("Your schools", href="/schools", kind="secondary")),
    )


def prove_ownership() -> rx.Component:
    """The page."""
    s = ProveOwnershipState
    return public_page(
        rx.cond(
            s.problem, _problem(), rx.cond(s.school_name, _ready(), p("Looking at your link."))
        ),
        signed_in_as(),
        heading="Show that the school is yours",
    )


PAGE = Page(
    route="/prove-ownership",
    title="Show that the school is yours",
    description="Use the link that was sent to an address at your school.",
    content=prove_ownership,
    on_load=[SignedInState.look, ProveOwnershipState.load],
)
