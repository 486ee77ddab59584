"""From the catalogue of scopes to the lines of the Scopes page. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypedDict

from assembly_ui.apps.holders import Holder
from assembly_ui.scopes.catalogue import Scope
from assembly_ui.web.apps_view import app_href
from assembly_ui.web.in_pages import contains
from assembly_ui.web.scopes_view import FieldShown, fields_of, figures_of, summary_of

HELD = "held"
SHOW_CHOICES = [("", "All scopes"), (HELD, "Only those an app may read")]

Holders = Mapping[str, Sequence[Holder]]


class HolderShown(TypedDict):
    """An app that may read a scope."""

    name: str
    href: str
    since: str


class ScopeLine(TypedDict):
    """A line of the list. `area` stands above the first line of each area on a page."""

    name: str
    area: str
    title: str
    summary: str
    figures: str
    has_fields: bool
    fields: list[FieldShown]
    holders: list[HolderShown]


def found(scopes: Iterable[Scope], holders: Holders, *, containing: str, held: bool) -> list[Scope]:
    """The scopes in question, area by area."""
    wanted = [
        scope
        for scope in scopes
        if (not held or holders.get(scope.name)) and _matches(scope, holders, containing)
    ]
    areas = list(dict.fromkeys(scope.area for scope in wanted))
    return sorted(wanted, key=lambda scope: areas.index(scope.area))


def lines(scopes: Sequence[Scope], holders: Holders, counts: Mapping[str, int]) -> list[ScopeLine]:
    """The lines of one page."""
    before = ["", *(scope.area for scope in scopes)]
    return [
        ScopeLine(
            name=scope.name,
            area=scope.area if scope.area != above else "",
            title=scope.title,
            summary=summary_of(scope),
            # Of what nobody may read nothing is kept that could be counted.
            figures=figures_of(scope, counts if holders.get(scope.name) else {}),
            has_fields=bool(scope.fields),
            fields=fields_of(scope),
            holders=[_holder(holder) for holder in holders.get(scope.name, ())],
        )
        for scope, above in zip(scopes, before, strict=False)
    ]


def total_words(count: int, holders: Holders) -> str:
    """How many there are, and how many of all are shared."""
    shared = sum(1 for found in holders.values() if found)
    listed = f"{count} scope{'' if count == 1 else 's'} listed"
    if not shared:
        return f"{listed}. None is shared with anybody."
    return f"{listed}. {shared} {'is' if shared == 1 else 'are'} shared with an app."


def _matches(scope: Scope, holders: Holders, containing: str) -> bool:
    names = [holder.name for holder in holders.get(scope.name, ())]
    words = [field.words for field in scope.fields]
    figures = figures_of(scope, {})
    texts = (scope.name, scope.title, scope.summary, scope.area, figures, *words, *names)
    return contains(containing, *texts)


def _holder(holder: Holder) -> HolderShown:
    return HolderShown(name=holder.name, href=app_href(holder.slug), since=holder.since.isoformat())
