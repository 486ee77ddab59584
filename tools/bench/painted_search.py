"""School search in Chromium: from a key press until the list that answers it is painted."""

from __future__ import annotations

from functools import partial

from tools.bench.demo import Bench
from tools.bench.rows import Row, at_most, median_of, percentile

AREA = "School search"
BETWEEN_KEYS_MS = 130
"""About 90 words a minute: quicker than most people type."""
TYPED = (
    ("st marys catholic", "westminster school", "EC4M 9AD"),
    ("manchestr grammar", "tower hamlets", "SL4 6DW"),
    ("kings college", "harow school", "201/6007"),
)
"""One round each: a name, a place or a typo, a postcode or a number."""
WATCH = """
() => {
  const input = document.getElementById("school");
  const list = document.getElementById("school-list");
  window.painted = [];
  const pressed = new Map();
  let last = input.value.trim();
  let at = 0;
  addEventListener("keydown", () => { at = performance.now(); }, true);
  // After the text has changed, and before anyone else hears of it.
  addEventListener("input", () => {
    const text = input.value.trim();
    if (text === last) return;
    last = text;
    pressed.delete(text);
    if (text) pressed.set(text, at);
  }, true);
  new MutationObserver(() => {
    const keys = [...pressed.keys()];
    // Keys overtaken by later ones have their answer in the later one's.
    const answered = keys.slice(0, keys.indexOf(list.dataset.asked) + 1);
    const times = answered.map((text) => pressed.get(text));
    answered.forEach((text) => pressed.delete(text));
    // A task after the next frame's callbacks: the frame is painted by then.
    requestAnimationFrame(() => setTimeout(() => {
      times.forEach((from) => painted.push(performance.now() - from));
    }));
  }).observe(list, { attributes: true, attributeFilter: ["data-asked"] });
  window.unanswered = () => pressed.size;
}
"""


async def measure(bench: Bench) -> list[Row]:
    """Type, and let the page itself look at its clock."""
    async with bench.someone(signed_in=True) as person:
        await person.goes_to("/school-setup")
        field = person.page.locator("#school")
        await field.click()
        await person.page.evaluate(WATCH)
        rounds = []
        for texts in TYPED:
            for text in texts:
                await field.fill("")
                await field.press_sequentially(text, delay=BETWEEN_KEYS_MS)
                await person.page.wait_for_function("() => unanswered() === 0")
            rounds.append(await person.page.evaluate("() => painted.splice(0)"))
    half, most = (median_of(rounds, partial(percentile, share=share)) for share in (0.5, 0.95))
    return [
        at_most(
            AREA,
            f"key press to list painted, {sum(map(len, rounds))} keys, p95",
            most,
            80,
            "ms",
            shown=f"{most:.0f} ms (p50 {half:.0f})",
            why="Chromium, the server and the typist share the same cores.",
        )
    ]
