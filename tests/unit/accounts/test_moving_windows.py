"""Hits within moving windows, in memory."""

from __future__ import annotations

from limits import RateLimitItemPerSecond

from assembly_ui.accounts.moving_windows import MovingWindows

THREE_A_MINUTE = RateLimitItemPerSecond(3, 60)


class Seconds:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


async def test_a_full_window_takes_no_more_until_its_oldest_hit_leaves() -> None:
    seconds = Seconds()
    windows = MovingWindows(seconds=seconds)
    for seconds.now in (1000, 1010, 1020):
        assert await windows.hit(THREE_A_MINUTE, "ann")
    assert not await windows.hit(THREE_A_MINUTE, "ann")
    assert await windows.hit(THREE_A_MINUTE, "ben")
    assert await windows.get_window_stats(THREE_A_MINUTE, "ann") == (1060, 0)
    seconds.now = 1060
    assert await windows.hit(THREE_A_MINUTE, "ann")
    assert await windows.get_window_stats(THREE_A_MINUTE, "ann") == (1070, 0)


async def test_a_cleared_key_begins_anew() -> None:
    windows = MovingWindows()
    for _ in range(3):
        await windows.hit(THREE_A_MINUTE, "ann")
    await windows.clear(THREE_A_MINUTE, "ann")
    await windows.clear(THREE_A_MINUTE, "nobody")
    assert (await windows.get_window_stats(THREE_A_MINUTE, "ann")).remaining == 3


async def test_what_has_ended_is_forgotten() -> None:
    seconds = Seconds()
    windows = MovingWindows(seconds=seconds)
    for n in range(50):
        await windows.hit(THREE_A_MINUTE, f"caller {n}")
    seconds.now += 60
    await windows.get_window_stats(THREE_A_MINUTE, "caller 0")
    await windows.hit(THREE_A_MINUTE, "ann")
    assert len(windows) == 1


async def test_no_more_keys_are_kept_than_it_may_and_the_newest_stay() -> None:
    windows = MovingWindows(10)
    for n in range(50):
        await windows.hit(THREE_A_MINUTE, f"caller {n}")
        await windows.hit(THREE_A_MINUTE, "ann")
    assert len(windows) == 10
    assert (await windows.get_window_stats(THREE_A_MINUTE, "ann")).remaining == 0
