"""Fewer and shorter pauses of the process.

Python now and then looks through everything it holds for what refers to itself
and to nothing else. With hundreds of tabs open that stops the event loop for a
third of a second, in the middle of whatever is being pushed. What is there once
the product has started stays for good, so it is never looked through again; and
the rest is looked through less often, since States end without going in circles.
"""

from __future__ import annotations

import gc

NEW_OBJECTS = 20_000
"""How many more objects than before make Python look through the new ones."""


def keep_short() -> None:
    """To be called once everything is loaded."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, 20, 100)
