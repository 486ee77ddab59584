"""The terms of service."""

from __future__ import annotations

import reflex as rx

from assembly_ui.web import access
from assembly_ui.web.components import card, link, p, small, stack
from assembly_ui.web.layout import public_page
from assembly_ui.web.notice import page_changed
from assembly_ui.web.page import Page

HELP = "help@assembly.education"
DATE = "23 November 2026"
LICENCE = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"

SECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "Who these terms are between",
        (
            "“We” are Assembly, who run the Assembly Platform. “You” are the school that signs up, "
            "and the people who use the platform for it.",
            "Whoever signs a school up confirms that the school allows them to, and becomes its "
            "owner on the platform. The owner decides who else may act for the school there.",
        ),
    ),
    (
        "What the platform does",
        (
            "The platform reads data from your school's management information system (MIS) "
            "through Xporter on Demand, a service of Groupcall, and passes on to apps what your "
            "school has authorised each of them to have.",
            "Whilst we are in Beta only invited schools can sign up, parts of the platform may "
            "change, and some are not there yet. The platform is free of charge for schools.",
        ),
    ),
    (
        "Your data stays yours",
        (
            "Your school is the controller of its data, and we process it on your behalf and on "
            "your instructions: the accesses you grant and the apps you authorise on the platform.",
            "Before an app is authorised we read nothing from the MIS but your school's name and "
            "identifiers. Afterwards we read only what the authorised apps may have.",
            "We do not sell data, we do not use it for advertising, and we do not pass it on to "
            "anyone but the apps you authorise, unless the law obliges us to.",
        ),
    ),
    (
        "Taking access back",
        (
            "You can revoke an app's authorisation on the platform, and our access in Xporter on "
            "Demand, at any time. Either works at once for everything that is read from then on.",
            "What an app has received by then is between your school and the app. We pass a "
            "request for its deletion on to the app.",
        ),
    ),
    (
        "Keeping it safe",
        (
            "We encrypt data on its way and the keys to it at rest, keep a record of who did what, "
            "and let our own people see school data only where help you asked for needs it.",
            "If we learn of a breach that concerns your school's data we tell the school's owner "
            "without undue delay, and no later than 48 hours after.",
            "Keep your password to yourself, use your own account, and tell us at once if you "
            "think somebody else uses it.",
        ),
    ),
    (
        "What you may not do",
        (
            "Sign up for a school that has not asked you to, look for ways to other schools' data, "
            "overload the platform, or use it against the law. We may suspend an account while we "
            "look into such a thing, and tell its owner why.",
        ),
    ),
    (
        "What we keep about the people who use the platform",
        (
            "Your name, your email address, a password in a form nobody can read back, the "
            "browsers you are logged in with, and what you did on the platform for your school. "
            "We need these to run it, and keep them while you have an account and for one year "
            "after, unless the law asks for longer.",
            "We set one cookie, which keeps you logged in, and keep a note in your browser by "
            "which we recognise it while you confirm your email address. Neither follows you "
            "anywhere else.",
            "You may ask us for a copy of what we keep about you, to correct it, or to delete it, "
            "and you may complain to the Information Commissioner's Office.",
        ),
    ),
    (
        "If something goes wrong",
        (
            "We run the platform with reasonable care and skill, but cannot promise that it, the "
            "MIS, Xporter on Demand or an app is there at every moment or free of mistakes. Do not "
            "make it the only place where your school's data is kept.",
            "Nothing in these terms limits what the law does not allow to be limited. Apart from "
            "that, neither of us owes the other for losses that could not have been foreseen.",
        ),
    ),
    (
        "Ending",
        (
            "You can leave at any time: tell us, and we close the school's account, stop reading "
            "from its MIS at once and delete what we hold of its data within 30 days.",
            "We may end the agreement with three months' notice, or at once if these terms are "
            "seriously broken.",
        ),
    ),
    (
        "Changes to these terms",
        (
            "When we change them we tell the owner of every school by email at least 30 days "
            "before. Whoever does not agree can leave before they begin to apply.",
            "The law of England and Wales applies.",
        ),
    ),
)

ATTRIBUTION = (
    "Contains public sector information licensed under the ",
    " (Department for Education: Get Information About Schools and Compare School Performance; "
    "Ofsted; Welsh Government; Scottish Government; Department of Education NI).",
)


class TermsState(rx.State):
    """Nothing is on the screen that changes."""

    @access.public
    async def load(self):
        """Take away what the page before had to say."""
        await page_changed(self)


def _section(title: str, paragraphs: tuple[str, ...]) -> rx.Component:
    return rx.el.section(
        rx.el.h2(title), *[p(words) for words in paragraphs], class_name="stack stack-tight"
    )


def _questions() -> rx.Component:
    return rx.el.section(
        rx.el.h2("Questions"),
        p("Ask us at ", link(HELP, href=f"mailto:{HELP}"), "."),
        class_name="stack stack-tight",
    )


def _register() -> rx.Component:
    before, after = ATTRIBUTION
    return rx.el.section(
        rx.el.h2("The school register"),
        small(before, link("Open Government Licence v3.0", href=LICENCE), after),
        class_name="stack stack-tight",
    )


def _terms() -> rx.Component:
    return public_page(
        card(
            stack(
                *[_section(*section) for section in SECTIONS],
                _questions(),
                _register(),
                gap="wide",
            )
        ),
        heading="Terms of service",
        intro=f"Of the Assembly Platform, as of {DATE}",
    )


PAGE = Page(
    route="/terms",
    title="Terms of service",
    description="The terms under which schools use the Assembly Platform.",
    content=_terms,
    on_load=[TermsState.load],
)
