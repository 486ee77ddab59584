"""Choosing which assessment, facet and subject an aspect of the MIS is, and taking it back."""

from __future__ import annotations

import reflex as rx

from assembly_ui.schools.caller import Caller
from assembly_ui.schools.errors import SchoolsError
from assembly_ui.services import get_services
from assembly_ui.sync.assessments import NOTHING, choose_assessment, get_aspect
from assembly_ui.sync.choices import undo
from assembly_ui.sync.mapping.making import Meaning
from assembly_ui.sync.mapping_errors import MappingChanged, MappingError
from assembly_ui.web import access
from assembly_ui.web.components import button, muted, row, select_field, small, stack
from assembly_ui.web.components.dialog import dialog
from assembly_ui.web.components.mapping import conflict, undo_notice
from assembly_ui.web.data_view import (
    ASSESSMENT_CHOICES,
    FACET_CHOICES,
    NONE,
    RESULT_SUBJECT_CHOICES,
    chosen_code,
    meaning_words,
)
from assembly_ui.web.data_words import changed_meanwhile, mapped_words, mapping_words
from assembly_ui.web.notice import notify

WHAT = "assessment"


class AssessmentMappingState(rx.State):
    """The aspect the dialog is about, and the change that can be taken back."""

    key: str = ""
    name: str = ""
    scale: str = ""
    assessment: str = NONE
    facet: str = "achieved"
    subject: str = NONE
    suggested: str = ""
    is_chosen: bool = False
    changed: str = ""
    told: str = ""
    _seen: dict[str, str] | None = None
    _change_id: int = 0

    @access.admin
    async def open(self, me: Caller, key: str):
        """Ask what it is."""
        try:
            await self._look(me, key)
        except MappingError as error:
            await notify(self, mapping_words(error), "warning")
            return
        self.key, self.changed = key, ""

    @access.public
    async def close(self):
        """Change nothing after all; the page begins without a question."""
        self.reset()

    @access.admin
    async def dismiss(self, me: Caller):
        """Close the dialog."""
        self.key = ""

    @access.admin
    async def forget(self, me: Caller):
        """Take the confirmation away."""
        self.told = ""

    @access.admin
    async def choose_assessment(self, me: Caller, key: str):
        """Choose another assessment; it is mapped by Save."""
        self.assessment = key

    @access.admin
    async def choose_facet(self, me: Caller, facet: str):
        """Choose another facet."""
        self.facet = facet

    @access.admin
    async def choose_subject(self, me: Caller, code: str):
        """Choose another subject."""
        self.subject = code

    @access.admin
    async def save(self, me: Caller):
        """Map it so."""
        key = chosen_code(self.assessment)
        meaning = Meaning(key, self.facet, chosen_code(self.subject)) if key else NOTHING
        await self._map(me, meaning)

    @access.admin
    async def use_suggestion(self, me: Caller):
        """Map it as we suggest, from now on."""
        await self._map(me, None)

    @access.admin
    async def undo(self, me: Caller):
        """Take the last change back."""
        services, self.told = get_services(), ""
        try:
            await undo(
                services.database,
                school_id=me.school_id,
                by_user_id=me.user_id,
                change_id=self._change_id,
                now=services.clock(),
            )
            await notify(self, "That is undone. It is mapped as it was before.")
        except (MappingError, SchoolsError) as error:
            await notify(self, mapping_words(error), "warning")

    async def _map(self, me: Caller, meaning: Meaning | None) -> None:
        services = get_services()
        try:
            change = await choose_assessment(
                services.database,
                school_id=me.school_id,
                by_user_id=me.user_id,
                key=self.key,
                meaning=meaning,
                seen=self._seen,
                now=services.clock(),
            )
        except MappingChanged as error:
            self.changed = changed_meanwhile(error, what=WHAT)
            await self._look(me, self.key)
            return
        except (MappingError, SchoolsError) as error:
            await notify(self, mapping_words(error), "warning")
            self.key = ""
            return
        now = (self.suggested or "nothing") if meaning is None else meaning_words(meaning)
        self._change_id, self.key, self.told = change or 0, "", ""
        if change is None:
            await notify(self, mapped_words(self.name, now, changed=False), "info")
        else:
            # On a phone both would stand in the same place.
            await notify(self, "")
            self.told = mapped_words(self.name, now, changed=True)

    async def _look(self, me: Caller, key: str) -> None:
        view = await get_aspect(get_services().database, school_id=me.school_id, key=key)
        meaning = view.meaning or view.suggested or Meaning("")
        self.name, self.scale = view.name or view.key, view.grade_set or view.kind
        self.assessment = view.meaning.assessment if view.meaning else NONE
        self.facet, self.subject = meaning.facet, meaning.subject or NONE
        self.suggested = meaning_words(view.suggested) if view.suggested else ""
        self.is_chosen, self._seen = view.chosen is not None, view.choice


def mapping_dialog() -> rx.Component:
    """The dialog, while it is about an aspect."""
    s = AssessmentMappingState
    ours = rx.cond(
        s.suggested,
        small("We suggest ", rx.el.strong(s.suggested), "."),
        small("We have no suggestion for it."),
    )
    back = button("Use our suggestion", kind="secondary", on_click=s.use_suggestion, wide=True)
    more = rx.fragment(
        select_field(
            "facet",
            "What a result says",
            FACET_CHOICES,
            placeholder="",
            value=s.facet,
            on_change=s.choose_facet,
        ),
        select_field(
            "result-subject",
            "Assembly subject",
            RESULT_SUBJECT_CHOICES,
            placeholder="",
            value=s.subject,
            on_change=s.choose_subject,
        ),
    )
    return dialog(
        stack(
            rx.cond(s.scale, muted("Grades in your MIS: ", s.scale), rx.fragment()),
            conflict(s.changed),
            select_field(
                "assessment",
                "Assembly assessment",
                ASSESSMENT_CHOICES,
                placeholder="",
                value=s.assessment,
                on_change=s.choose_assessment,
            ),
            rx.cond(s.assessment == NONE, rx.fragment(), more),
            ours,
            small("Apps see it after a sync, which begins when you save."),
            row(
                button("Save", on_click=s.save, wide=True),
                rx.cond(s.is_chosen, back, rx.fragment()),
                button("Cancel", kind="secondary", on_click=s.dismiss, wide=True),
            ),
        ),
        title=s.name,
        shown=s.key != "",
        on_dismiss=s.dismiss,
    )


def taken_back() -> rx.Component:
    """What was just mapped, with one press that takes it back."""
    s = AssessmentMappingState
    return undo_notice(s.told, on_undo=s.undo, on_dismiss=s.forget)
