"""The search index over the register, in memory; built once, read by many.

Every word of a query must be found in a school's name, town, local authority,
postcode or numbers, whole or as the beginning of a word. What else the query may
mean is tried next (see `register_query`). Only when no school has all the words may
they be misspelt, and only then may some be missing.
Scores are constants and not statistics, so that the order can be explained:
open before closed, the whole name, its beginning, then where words were found;
among equals the shorter name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log
from string import ascii_lowercase

import tantivy
from tantivy import Occur, Query

from assembly_ui.schools.register_file import RegisterSchool
from assembly_ui.schools.register_query import readings_of
from assembly_ui.schools.register_text import compact, index_words, one_form, words

_OPEN, _WHOLE_NAME, _NAME_BEGINS, _NUMBER = 10_000.0, 2_000.0, 1_000.0, 3_000.0
_OUTWARD = 1_500.0
_PLACES = {"name": 10.0, "town": 6.0, "authority": 5.0, "postcode": 8.0}
_WHOLE_WORD_BONUS = 1.0
_START_LETTERS = 3
"""Beginnings of names this short are indexed as words: thousands of names share one."""
_NUMBER_DIGITS = 6
"""Digits of the shortest number of a school, the URN."""
_INDEX_BYTES = 50_000_000


@dataclass(frozen=True)
class Hits:
    """Places in the list of schools, best first, the words that found them, and how."""

    places: list[int]
    words: list[str]
    misspelt: bool = False


class RegisterIndex:
    """Answers a query with places in the list of schools it was built from."""

    def __init__(self, schools: Sequence[RegisterSchool]) -> None:
        self._schema = _schema()
        self._index = _built(self._schema, schools)
        self._searcher = self._index.searcher()

    def search(self, query: str, limit: int) -> Hits:
        """At most `limit` places. Nothing searchable in `query` finds nothing."""
        meant = readings_of(query)
        if not meant.words:
            return Hits([], [])
        for looked_for in meant.in_order:
            if found := self._find(self._exactly(looked_for), limit):
                return Hits(found, looked_for)
        for looked_for in meant.with_slips:
            if found := self._find(self._all(looked_for, misspelt=True), limit):
                return Hits(found, looked_for, misspelt=True)
        for looked_for in meant.last:
            if found := self._find(self._exactly(looked_for), limit):
                return Hits(found, looked_for)
        return Hits(self._find(self._most(meant.words), limit), meant.words, misspelt=True)

    def _find(self, query: Query | None, limit: int) -> list[int]:
        if query is None:
            return []
        is_open = _scored(self._term("open", "yes"), _OPEN)
        scored = Query.boolean_query([(Occur.Must, query), (Occur.Should, is_open)])
        found = self._searcher.search(scored, limit, count=False)
        addresses = [address for _, address in found.hits]
        return [int(place or 0) for place in self._searcher.fast_field_values("place", addresses)]

    def _exactly(self, looked_for: list[str]) -> Query:
        start, number = one_form(looked_for), "".join(looked_for)
        named = [_scored(self._term("whole", start), _WHOLE_NAME)]
        if len(start) <= _START_LETTERS:
            named.append(_scored(self._term("start", start), _NAME_BEGINS))
        else:
            named.append(_scored(self._begins("whole", start), _NAME_BEGINS))
        if len(number) == 1:
            # One letter begins some word of nearly every record: names will do.
            return _any(named)
        return _any([*named, self._all(looked_for), *self._numbered(looked_for, number)])

    def _numbered(self, looked_for: list[str], number: str) -> list[Query]:
        if not any(character.isdigit() for character in number):
            return []
        # "E1" and "E1 4" ask for E1 before E14 and E11.
        district = [(Occur.Must, self._term("outward", looked_for[0]))]
        district += [(Occur.Must, self._begins("postcode", word)) for word in looked_for[1:]]
        return [
            _scored(Query.boolean_query(district), _OUTWARD),
            _scored(self._term("number", number), _NUMBER),
            _scored(self._begins("number", number), _NAME_BEGINS),
        ]

    def _all(self, looked_for: list[str], *, misspelt: bool = False) -> Query:
        return Query.boolean_query(
            [(Occur.Must, self._anywhere(word, misspelt=misspelt)) for word in looked_for]
        )

    def _most(self, looked_for: list[str]) -> Query | None:
        telling = [word for word in looked_for if len(word) > 2]
        if len(telling) < 3:
            return None
        each = [
            (Occur.Should, Query.boost_query(self._anywhere(word, misspelt=True), self._rare(word)))
            for word in telling
        ]
        return Query.boolean_query(each, minimum_number_should_match=-(-len(each) * 2 // 3))

    def _rare(self, word: str) -> float:
        """How much `word` tells: about 1 for "school", about 10 for one of a kind."""
        return log((self._searcher.num_docs + 1) / (self._searcher.doc_freq("name", word) + 1)) + 1

    def _anywhere(self, word: str, *, misspelt: bool) -> Query:
        found = []
        for field, score in _PLACES.items():
            found.append(_scored(self._term(field, word), score + _WHOLE_WORD_BONUS))
            found.append(_scored(self._begins(field, word), score))
            if misspelt and field != "postcode" and (slips := allowed_slips(word)):
                found.append(_scored(self._nearly(field, word, slips), score / 2))
        if word.isdigit() and len(word) >= _NUMBER_DIGITS:
            found.append(_scored(self._term("number", word), _NUMBER))
        return Query.disjunction_max_query(found)

    def _term(self, field: str, word: str) -> Query:
        return Query.term_query(self._schema, field, word, "basic")

    def _begins(self, field: str, word: str) -> Query:
        return Query.fuzzy_term_query(self._schema, field, word, distance=0, prefix=True)

    def _nearly(self, field: str, word: str, distance: int) -> Query:
        return Query.fuzzy_term_query(self._schema, field, word, distance=distance, prefix=True)


def allowed_slips(word: str) -> int:
    """How many letters of `word` may be wrong, missing, added or swapped."""
    return 0 if len(word) < 4 or word.isdigit() else 1 if len(word) < 8 else 2


def _any(queries: list[Query]) -> Query:
    return Query.boolean_query([(Occur.Should, query) for query in queries])


def _scored(query: Query, score: float) -> Query:
    return Query.const_score_query(query, score)


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for field in _PLACES:
        builder.add_text_field(field, tokenizer_name="whitespace", index_option="basic")
    for field in ("whole", "start", "number", "outward", "open"):
        builder.add_text_field(field, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("place", fast=True)
    return builder.build()


def _built(schema: tantivy.Schema, schools: Sequence[RegisterSchool]) -> tantivy.Index:
    index = tantivy.Index(schema)
    # One thread makes one segment in which equals stay in the order they were added.
    writer = index.writer(_INDEX_BYTES, num_threads=1)
    names = [words(school.name) for school in schools]
    for place in sorted(range(len(schools)), key=lambda at: (len(names[at]), names[at])):
        writer.add_document(_document(place, schools[place], names[place]))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    return index


def _document(place: int, school: RegisterSchool, name: list[str]) -> tantivy.Document:
    whole = one_form(name)
    outward, _, inward = school.postcode.lower().partition(" ")
    return tantivy.Document(
        place=place,
        name=index_words(school.name, name),
        whole=whole,
        start=[whole[:letters] for letters in range(1, _START_LETTERS + 1)],
        town=_place_words(school.town),
        authority=_place_words(school.local_authority),
        postcode=f"{outward} {inward} {outward}{inward}",
        # SW1P is a part of SW1 to whoever looks for it.
        outward=[outward, outward.rstrip(ascii_lowercase)],
        number=_numbers(school),
        open="yes" if school.is_open else "no",
    )


def _numbers(school: RegisterSchool) -> list[str]:
    country, _, reference = school.urn.rpartition("-")
    numbers = [compact(school.urn), school.dfe_number]
    if country:
        numbers.append(compact(reference))
    # Wales writes W- before the same seven digits.
    return [*numbers, f"w{school.dfe_number}"] if "Wales" in school.type else numbers


@lru_cache(maxsize=8_192)
def _place_words(text: str) -> str:
    return index_words(text, words(text))
