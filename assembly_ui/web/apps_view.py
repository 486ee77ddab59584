"""From apps to what the Apps pages show. Pure: no State, no database."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TypedDict
from urllib.parse import urlencode

from assembly_ui.apps.catalogue import AppView, Held
from assembly_ui.scopes.asking import with_dependencies
from assembly_ui.web.apps_words import counted_scopes, list_of
from assembly_ui.web.scopes_view import ScopeShown, shown, titles


class AppShown(TypedDict):
    """Who an app is, and where to read more; empty texts where it says nothing."""

    slug: str
    name: str
    summary: str
    description: str
    purpose: str
    website: str
    support: str
    privacy_policy: str
    install: str


class AppLine(TypedDict):
    """A line of the list of apps."""

    slug: str
    name: str
    summary: str
    href: str
    since: str
    state: str
    """"authorised", "asked" or ""."""


class HeldShown(TypedDict):
    """What the school allows an app, and since when; `since` is empty while nothing."""

    since: str
    by: str
    changed: str
    used: str
    sets: str
    until: str


NOBODY = AppShown(
    slug="",
    name="",
    summary="",
    description="",
    purpose="",
    website="",
    support="",
    privacy_policy="",
    install="",
)
NOTHING = HeldShown(since="", by="", changed="", used="", sets="", until="")


def app_shown(view: AppView) -> AppShown:
    """An app."""
    return AppShown(
        slug=view.slug,
        name=view.name,
        summary=view.summary,
        description=view.description,
        purpose=view.purpose,
        website=own_page(view.website_uri),
        support=own_page(view.support_uri),
        privacy_policy=own_page(view.privacy_policy_uri),
        install=own_page(view.install_uri),
    )


def app_href(slug: str) -> str:
    """The page of an app."""
    return f"/app?{urlencode({'name': slug})}"


def app_line(view: AppView, *, asking: str) -> AppLine:
    """An app in the list. `asking` is the slug of the one whose request waits."""
    held = view.authorisation
    state = "asked" if view.slug == asking else "authorised" if held else ""
    return AppLine(
        slug=view.slug,
        name=view.name,
        summary=view.summary,
        href=app_href(view.slug),
        since=held.granted_at.isoformat() if held else "",
        state=state,
    )


def held_shown(held: Held | None) -> HeldShown:
    """What is allowed, for the head of the app's page."""
    if held is None:
        return NOTHING
    return HeldShown(
        since=held.granted_at.isoformat(),
        by=held.granted_by_name,
        changed=_iso(held.changed_at),
        used=_iso(held.last_used_at),
        sets=counted_scopes(len(held.scopes)),
        until=f"{held.ends_at:%-d %B %Y}" if held.ends_at else "",
    )


def required_shown(view: AppView, counts: Mapping[str, int]) -> list[ScopeShown]:
    """What the app needs: what was allowed, or what it says it is going to ask for."""
    held = view.authorisation
    if held is None:
        asked = with_dependencies(view.required_scopes)
        return shown(asked, counts=counts, beside=asked)
    needed = with_dependencies(held.required_scopes)
    brought = set(held.scopes) - needed - set(held.offered_scopes)
    notes = dict.fromkeys(brought, "Comes with an optional one")
    return shown(needed | brought, counts=counts, notes=notes, beside=held.scopes)


def optional_shown(view: AppView, counts: Mapping[str, int]) -> list[ScopeShown]:
    """What may be shared besides, ticked where it is."""
    held = view.authorisation
    offered = held.offered_scopes if held else view.optional_scopes
    beside = with_dependencies(held.required_scopes if held else view.required_scopes)
    return shown(
        set(offered) - beside,
        counts=counts,
        held=held.scopes if held else (),
        beside=beside,
    )


def change_words(held: Held, ticked: Collection[str]) -> tuple[list[str], list[str]]:
    """The titles of the scopes that would be added, and of those taken away."""
    after = with_dependencies([*held.required_scopes, *ticked])
    before = set(held.scopes)
    return titles(after - before), titles(before - after)


def difference_words(name: str, *, new: int, gone: int) -> str:
    """What a request changes for an app that has access already."""
    parts = [
        f"asks for {counted_scopes(new)} more" if new else "",
        f"does not ask for {counted_scopes(gone)} any more" if gone else "",
    ]
    said = list_of([part for part in parts if part])
    if not said:
        return f"{name} asks for what it has already. Authorising it again shares nothing more."
    return f"{name} {said}." + (" What is new is marked." if new else "")


def own_page(address: str) -> str:
    """An address people may be sent to, as the app registered it; else nothing."""
    return address if address.startswith(("https://", "http://", "mailto:")) else ""


def _iso(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
