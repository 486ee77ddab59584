"""A page that changes by itself takes neither a press nor the keyboard's place away."""

from __future__ import annotations

from playwright.async_api import Locator, Page, expect

from tests.journeys import steps
from tests.journeys.conftest import SessionOf

_MOVE_DOWN = """() => {
    const above = document.createElement('div');
    above.style.height = '120px';
    document.querySelector('main').prepend(above);
}"""


async def _holds_down(page: Page, element: Locator) -> tuple[float, float]:
    """Press the mouse's button on an element, without letting go; where that was."""
    await element.scroll_into_view_if_needed()
    box = await element.bounding_box()
    assert box
    at = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    await page.mouse.move(*at)
    await page.mouse.down()
    return at


async def test_a_press_counts_for_what_it_began_on_though_the_page_moves(
    someone: SessionOf,
) -> None:
    james = await someone()
    page = james.page
    await james.goes_to("/sign-up")
    shows = page.locator("[data-shows-password]").first
    await _holds_down(page, shows)
    await page.evaluate(_MOVE_DOWN)
    await page.mouse.up()
    await expect(shows).to_have_text("Hide")
    # Links too.
    await _holds_down(page, page.get_by_role("link", name="Log in").last)
    await page.evaluate(_MOVE_DOWN)
    await page.mouse.up()
    await james.sees_heading("Log in")


async def test_a_press_that_is_dragged_off_before_letting_go_is_none(someone: SessionOf) -> None:
    james = await someone()
    page = james.page
    await james.goes_to("/sign-up")
    shows = page.locator("[data-shows-password]").first
    x, y = await _holds_down(page, shows)
    await page.mouse.move(x, y + 60)
    await page.mouse.up()
    # A press elsewhere is not taken for the one that was given up.
    await page.get_by_role("heading", level=1).click()
    await expect(shows).to_have_text("Show")


async def test_the_focus_stays_on_the_page_when_what_has_it_goes(someone: SessionOf) -> None:
    james = await someone()
    seeded = james.server.seed("awaiting-invitation")
    await steps.log_in(james, seeded["email"], seeded["password"])
    await james.goes_to("/connector")
    await james.clicks("Grant Access")
    dismiss = james.page.get_by_role("button", name="Dismiss")
    await dismiss.focus()
    await james.page.keyboard.press("Enter")
    await expect(dismiss).to_have_count(0)
    await expect(james.page.get_by_role("heading", level=1)).to_be_focused()
    # A notice is of one page: it goes when the person leads on, whatever has the focus.
    await james.clicks("Grant Access")
    await dismiss.focus()
    await james.page.evaluate(
        "document.querySelector('a[href=\"/users\"]').dispatchEvent("
        "new MouseEvent('click', {bubbles: true, cancelable: true}))"
    )
    await james.sees_heading("Users")
    await expect(james.page.get_by_role("heading", level=1)).to_be_focused()
