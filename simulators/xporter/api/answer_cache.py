"""Answers that were made are kept for a while, by what decides them.

Whoever reads page after page, or the same twice, pays once. Making one keeps a
processor busy for a second at worst, so it happens in a thread, one at a time.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor

from simulators.xporter.api.data_query import DataQuery
from simulators.xporter.api.tables import Tables, tables_of
from simulators.xporter.api.view import View

MOST_LETTERS = 64_000_000


class AnswerCache:
    """The answers made last, up to so many letters of JSON."""

    def __init__(self, most_letters: int = MOST_LETTERS) -> None:
        self._most = most_letters
        self._letters = 0
        self._kept: OrderedDict[tuple[View, DataQuery], tuple[Tables, int]] = OrderedDict()
        # Of its own: whoever logs in meanwhile finds the common threads free.
        self._maker = ThreadPoolExecutor(1, thread_name_prefix="answers")

    async def tables(self, view: View, question: DataQuery) -> Tables:
        """The tables of an answer, made now or before."""
        if found := self._find(view, question):
            return found
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._maker, self._make, view, question)

    def _find(self, view: View, question: DataQuery) -> Tables | None:
        key = view, question
        try:
            self._kept.move_to_end(key)
            return self._kept[key][0]
        except KeyError:
            return None

    def _make(self, view: View, question: DataQuery) -> Tables:
        if found := self._find(view, question):
            return found
        made = tables_of(view, question)
        size = sum(len(line.text) for lines in made.values() for line in lines)
        self._kept[view, question] = made, size
        self._letters += size
        while self._letters > self._most and len(self._kept) > 1:
            _, (_, dropped) = self._kept.popitem(last=False)
            self._letters -= dropped
        return made


ANSWERS = AnswerCache()
"""Shared by all stand-ins of a process: what decides an answer is in its key."""
