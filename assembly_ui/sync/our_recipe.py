"""How Assembly's scopes become queries, and their rows records."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from assembly_ui.db.database import Session
from assembly_ui.scopes.seeing import kinds_of, visible
from assembly_ui.scopes.sources import needs
from assembly_ui.sync.choices import ASSESSMENTS, SUBJECTS, read_choices
from assembly_ui.sync.comparing import Comparison, Kept
from assembly_ui.sync.in_force import read_chosen
from assembly_ui.sync.mapping import KINDS, aspects_wanted
from assembly_ui.sync.mapping.assessments import STRUCTURE
from assembly_ui.sync.recipe import Need, Recipe, Scopes
from assembly_ui.sync.rollover import is_rollover


def our_recipe() -> Recipe:
    """The scopes of `scopes.catalogue` and the kinds of `sync.mapping`."""
    return Recipe(
        needs=_needs,
        looks_at=frozenset({STRUCTURE}),
        kinds=KINDS,
        kinds_of=kinds_of,
        visible=visible,
        chosen=read_chosen,
        choices=_choices,
        is_rollover=_is_rollover,
    )


def _needs(scopes: Scopes, today: date, chosen: Any) -> tuple[Need, ...]:
    return needs(scopes, today, aspects=aspects_wanted(chosen, scopes))


def _is_rollover(kind: str, before: Mapping[int, Kept], found: Comparison) -> bool:
    return kind == "student" and is_rollover(before, found)


async def _choices(session: Session, school_id: int) -> Any:
    return [
        await read_choices(session, mapped, school_id=school_id)
        for mapped in (SUBJECTS, ASSESSMENTS)
    ]
