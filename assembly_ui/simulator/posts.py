"""What each form of the portal does when it is sent: one line, one use case."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from assembly_ui.simulator import consent, in_force, queue
from assembly_ui.simulator.stand_in import StandIn


@dataclass(frozen=True)
class Posted:
    """A form, and the link under which it was sent. Nothing in it is trusted."""

    stand_in: StandIn
    token: str
    form: dict[str, list[str]]

    def one(self, name: str) -> str:
        """The last value of a field; "" when it was not sent."""
        return self.form.get(name, [""])[-1]

    def many(self, name: str) -> list[str]:
        """Every value of a field."""
        return self.form.get(name, [])


async def _authority(posted: Posted) -> None:
    use = posted.stand_in
    await consent.confirm_authority(use.database, token=posted.token, now=use.clock())


async def _forward(posted: Posted) -> None:
    use = posted.stand_in
    await consent.forward(
        use.database,
        token=posted.token,
        name=posted.one("name"),
        email=posted.one("email"),
        now=use.clock(),
    )


async def _decline(posted: Posted) -> None:
    use = posted.stand_in
    await consent.decline(use.database, token=posted.token, now=use.clock())


async def _mis(posted: Posted) -> None:
    use = posted.stand_in
    await consent.choose_mis(use.database, token=posted.token, code=posted.one("mis"))


async def _sharing(posted: Posted) -> None:
    use = posted.stand_in
    await consent.choose_scopes(use.database, token=posted.token, ticked=posted.many("scopes"))


async def _people(posted: Posted) -> None:
    use = posted.stand_in
    await consent.choose_people(use.database, token=posted.token, people=posted.one("people"))


async def _summary(posted: Posted) -> None:
    use = posted.stand_in
    await consent.authorise(
        use.database, token=posted.token, seen=posted.one("seen"), now=use.clock()
    )


async def _install(posted: Posted) -> None:
    use = posted.stand_in
    await queue.choose_install(
        use.database,
        token=posted.token,
        choice=posted.one("install"),
        now=use.clock(),
        queue=use.queue_time,
        installing=use.install_time,
    )


async def _again(posted: Posted) -> None:
    use = posted.stand_in
    await consent.start_again(use.database, token=posted.token, now=use.clock())


async def _selection(posted: Posted) -> None:
    use = posted.stand_in
    await in_force.finish_selection(
        use.database, token=posted.token, groups=posted.many("groups"), now=use.clock()
    )


async def _pause(posted: Posted) -> None:
    use = posted.stand_in
    await in_force.pause(use.database, token=posted.token, now=use.clock())


async def _resume(posted: Posted) -> None:
    await in_force.resume(posted.stand_in.database, token=posted.token)


async def _withdraw(posted: Posted) -> None:
    use = posted.stand_in
    await in_force.withdraw(use.database, token=posted.token, now=use.clock())


Post = Callable[[Posted], Awaitable[None]]

AUTHORISE: dict[str, Post] = {
    "authority": _authority,
    "forward": _forward,
    "decline": _decline,
    "mis": _mis,
    "sharing": _sharing,
    "people": _people,
    "summary": _summary,
    "install": _install,
    "again": _again,
}
"""Forms of the walk through an invitation, by the last part of their address."""

PORTAL: dict[str, Post] = {
    "selection": _selection,
    "pause": _pause,
    "resume": _resume,
    "withdraw": _withdraw,
}
"""Forms of the school's portal, for afterwards."""
