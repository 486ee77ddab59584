"""A person of two schools, with a tab for each: no tab acts on the school that another one chose.

All tabs of a log-in look at one school. Whoever switches in one of them must not, in another
that shows the first school still, remove a member of the second.
"""

from __future__ import annotations

from assembly_ui.accounts.people import find_person
from assembly_ui.schools.caller import find_caller
from assembly_ui.schools.membership import switch_school
from assembly_ui.web.shell import ShellState
from tests.attack.in_process import OWNER, Site, site
from tests.attack.surface import Handler
from tests.factories.accounts import cheap_bcrypt
from tests.factories.schools import a_school
from tests.factories.states import went_to

__all__ = ["cheap_bcrypt", "site"]

OF_A_SCHOOL = {"member", "admin", "owner"}


async def test_no_handler_of_a_tab_acts_on_the_school_that_another_tab_switched_to(
    site: Site, handlers: dict[str, Handler]
) -> None:
    tab = site.tab("/connector", signed_in=True)
    await tab.send(ShellState.enter)
    assert (await tab.state(ShellState)).school_name
    await _switch_in_another_tab(site)
    # What enters a school is how a tab comes to show another one.
    entering = f"{ShellState.get_full_name()}.enter"
    tried = [one for one in handlers.values() if one.access in OF_A_SCHOOL and one.name != entering]
    assert tried
    acted = {}
    for handler in tried:
        answers = await site.send(tab, handler, dict.fromkeys(handler.arguments, "1"))
        if went_to(answers) != ["/schools"]:
            acted[handler.name] = answers
    assert not acted


async def _switch_in_another_tab(site: Site) -> None:
    database, now = site.parts.database, site.parts.clock()
    owner = await find_person(database, OWNER)
    me = await find_caller(database, token=site.owner_token, now=now)
    assert owner is not None
    assert me is not None
    other = await a_school(database, now=now, owner=owner, name="Queen's School", urn="123457")
    await switch_school(
        database, session_id=me.session_id, user_id=me.user_id, school_id=other.id or 0
    )
