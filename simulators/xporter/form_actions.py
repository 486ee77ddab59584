"""What each form of the portal does when it is sent: one line, one use case."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from simulators.xporter import consent, install_queue, sharing
from simulators.xporter.simulator import XporterSimulator


@dataclass(frozen=True)
class FormAction:
    """A form, and the link under which it was sent. Nothing in it is trusted."""

    stand_in: XporterSimulator
    token: str
    form: dict[str, list[str]]

    def one(self, name: str) -> str:
        """The last value of a field; "" when it was not sent."""
        return self.form.get(name, [""])[-1]

    def many(self, name: str) -> list[str]:
        """Every value of a field."""
        return self.form.get(name, [])


async def _authority(posted: FormAction) -> None:
    use = posted.stand_in
    await consent.confirm_authority(use.database, token=posted.token, now=use.clock())


async def _forward(posted: FormAction) -> None:
    use = posted.stand_in
    await consent.forward(
        use.database,
        token=posted.token,
        name=posted.one("name"),
        email=posted.one("email"),
        now=use.clock(),
    )


async def _decline(posted: FormAction) -> None:
    use = posted.stand_in
    await consent.decline(use.database, token=posted.token, now=use.clock())


async def _mis(posted: FormAction) -> None:
    use = posted.stand_in
    await consent.choose_mis(use.database, token=posted.token, code=posted.one("mis"))


async def _sharing(posted: FormAction) -> None:
    use = posted.stand_in
    await consent.choose_scopes(use.database, token=posted.token, ticked=posted.many("scopes"))


async def _people(posted: FormAction) -> None:
    use = posted.stand_in
    await consent.choose_people(use.database, token=posted.token, people=posted.one("people"))


async def _summary(posted: FormAction) -> None:
    use = posted.stand_in
    await consent.authorise(
        use.database, token=posted.token, seen=posted.one("seen"), now=use.clock()
    )


async def _install(posted: FormAction) -> None:
    use = posted.stand_in
    await install_queue.choose_install(
        use.database,
        token=posted.token,
        choice=posted.one("install"),
        now=use.clock(),
        queue=use.queue_time,
        installing=use.install_time,
    )


async def _again(posted: FormAction) -> None:
    use = posted.stand_in
    await consent.start_again(use.database, token=posted.token, now=use.clock())


async def _selection(posted: FormAction) -> None:
    use = posted.stand_in
    await sharing.finish_selection(
        use.database, token=posted.token, groups=posted.many("groups"), now=use.clock()
    )


async def _pause(posted: FormAction) -> None:
    use = posted.stand_in
    await sharing.pause(use.database, token=posted.token, now=use.clock())


async def _resume(posted: FormAction) -> None:
    await sharing.resume(posted.stand_in.database, token=posted.token)


async def _withdraw(posted: FormAction) -> None:
    use = posted.stand_in
    await sharing.withdraw(use.database, token=posted.token, now=use.clock())


Post = Callable[[FormAction], Awaitable[None]]

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
