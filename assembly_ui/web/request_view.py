"""From a Data Access Request to what its page shows. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

from assembly_ui.apps.catalogue import Held
from assembly_ui.apps.requests import RequestView
from assembly_ui.scopes.asking import with_dependencies
from assembly_ui.web.apps_view import AppShown, difference_words, own_page
from assembly_ui.web.apps_words import notes
from assembly_ui.web.scopes_view import ScopeShown, shown


class Asked(TypedDict):
    """What is asked for. `difference` is empty unless something is held already."""

    required: list[ScopeShown]
    optional: list[ScopeShown]
    going: list[ScopeShown]
    difference: str


def app_of(request: RequestView) -> AppShown:
    """Who is asking."""
    return AppShown(
        slug=request.slug,
        name=request.app_name,
        summary=request.summary,
        description=request.description,
        purpose=request.purpose,
        website=own_page(request.website_uri),
        support=own_page(request.support_uri),
        privacy_policy=own_page(request.privacy_policy_uri),
        install="",
    )


def asked_of(request: RequestView, held: Held | None, counts: Mapping[str, int]) -> Asked:
    """What is asked for, beside what the app may read already."""
    required = with_dependencies(request.required)
    optional = set(request.optional) - required
    asked = required | with_dependencies(optional)
    has = frozenset(held.scopes) if held else frozenset[str]()
    known = has.union(held.offered_scopes) if held else has
    said = notes(asked, has, known) if held else {}
    new, going = len(asked - known), has - asked
    return Asked(
        required=shown(required, counts=counts, notes=said, beside=required),
        # Nothing is ticked in advance, but what is shared already stays ticked.
        optional=shown(optional, counts=counts, notes=said, held=has, beside=required),
        going=shown(going, counts=counts, beside=going),
        difference=difference_words(request.app_name, new=new, gone=len(going)) if held else "",
    )
