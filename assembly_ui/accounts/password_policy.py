"""Which passwords are refused, and how strong the others are.

Rules after NIST SP 800-63B: a minimum length, any character, no composition rules, and a refusal
of what is tried first: common passwords and words about the person or this service, also when
they are dressed up with digits, symbols and letters that look alike.
"""

from __future__ import annotations

import gzip
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from zxcvbn import zxcvbn
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from assembly_ui.accounts.busy import in_pool
from assembly_ui.accounts.errors import (
    FieldProblem,
    Missing,
    NotText,
    PasswordCommon,
    PasswordPersonal,
    PasswordsDiffer,
    PasswordTooShort,
    TooLong,
)
from assembly_ui.jobs import worker_pools

MINIMUM = 8
MAXIMUM = 128
WEAKEST_ACCEPTED = 2
"""Of the scores from 0 to 4. Below it, a million guesses are enough."""

_LIST = Path(__file__).parent / "data" / "common_passwords.txt.gz"
_SERVICE = (
    "assembly",
    "assemble",
    "letsassemble",
    "assembleeducation",
    "platform",
    "schoolbooking",
    "groupcall",
    "xporter",
    "xporterondemand",
    "isams",
    "connector",
    "school",
)
"""What somebody who attacks this service tries first."""
_MOST_WORDS = 60
_SAYS_NOTHING = {"sch", "com", "org", "net", "edu", "www", "the", "and", "gov", "nhs"}
_LONGEST_ORNAMENT = 7
"""So many digits and symbols around a common word leave it a common word."""
_FEWEST_OTHER_LETTERS = 4
"""So many letters beside words of the context make a password of its own."""

# The estimate's time grows steeply with length, and says "strong" long before.
_ESTIMATED = 40
# It tries every reading of every digit and symbol that looks like a letter: six seconds for
# twenty of them at once, and no time at all for four.
_LOOKALIKES = frozenset("4@8({[<369!1|07$5+%2")
_MOST_LOOKALIKES = 4
_READINGS = tuple(
    str.maketrans("@4836905$7+(!1|", "aabeggosstt" + "c" + 3 * letter) for letter in "il"
)


async def check_password(value: object, *, personal: tuple[str, ...] = ()) -> str:
    """Return the password if it may be used.

    `personal` holds words about the person: name, email address, invite code, school.

    Raises:
        NotText, Missing, PasswordTooShort, TooLong, PasswordPersonal, PasswordCommon
        TooBusy: too much is being weighed at this moment.
    """
    password = _of_length(value)
    problem, _ = await in_pool(worker_pools.PASSWORD_STRENGTH, _judge, password, personal)
    if problem is not None:
        raise problem
    return password


def check_same(password: object, confirmation: object) -> str:
    """Return the confirmation if it repeats the password.

    Raises:
        NotText, Missing, PasswordsDiffer
    """
    if not isinstance(confirmation, str):
        raise NotText
    if not confirmation:
        raise Missing
    if confirmation != password:
        raise PasswordsDiffer
    return confirmation


async def measure(password: str, personal: tuple[str, ...] = ()) -> int:
    """From 0 (guessed at once) to 4 (hard); what would be refused is below `WEAKEST_ACCEPTED`.

    Raises:
        TooBusy
    """
    if not password:
        return 0
    _, score = await in_pool(worker_pools.PASSWORD_STRENGTH, _judge, password, personal)
    return min(score, WEAKEST_ACCEPTED - 1) if len(password) < MINIMUM else score


def _of_length(value: object) -> str:
    if not isinstance(value, str):
        raise NotText
    if not value:
        raise Missing
    if len(value) < MINIMUM:
        raise PasswordTooShort(MINIMUM)
    if len(value) > MAXIMUM:
        raise TooLong(MAXIMUM)
    return value


def _judge(password: str, personal: tuple[str, ...]) -> tuple[FieldProblem | None, int]:
    """Why the password is refused, if it is, and its strength."""
    if _is_made_of_context(password, personal):
        return PasswordPersonal(), 0
    if _is_common(password):
        return PasswordCommon(), 0
    words = [*_SERVICE, *_words_of(personal), *(word for word in personal if word)]
    score = int(zxcvbn(_estimable(password), user_inputs=words[:_MOST_WORDS])["score"])
    return (PasswordCommon() if score < WEAKEST_ACCEPTED else None), score


def _is_common(password: str) -> bool:
    text = _folded(password[:MAXIMUM])
    return text in _common() or any(
        core in _common() and len(core) > 2 and len(text) - len(core) <= _LONGEST_ORNAMENT
        for core in _cores(text)
    )


def _is_made_of_context(password: str, personal: Iterable[str]) -> bool:
    """Whether nothing but words of the context is in it, in whatever order and dress."""
    text = _folded(password[:MAXIMUM])
    if text in {_folded(word) for word in personal if word}:
        return True
    words = sorted({*_SERVICE, *_words_of(personal)}, key=len, reverse=True)
    for core in _cores(text):
        letters = "".join(character for character in core if character.isalpha())
        rest = letters
        for word in words:
            rest = rest.replace(word, "")
        ornament = len(text) - len(letters)
        if (
            len(rest) < _FEWEST_OTHER_LETTERS
            and rest != letters
            and (ornament <= _LONGEST_ORNAMENT or len(rest) == len(letters) == 0)
        ):
            return True
    return False


def _words_of(personal: Iterable[str]) -> set[str]:
    """The words in names, addresses and codes, alone and written as one."""
    words: set[str] = set()
    for text in personal:
        parts = [w for w in re.split(r"[\W\d_]+", _folded(text[:500])) if len(w) > 2]
        telling = [word for word in parts if word not in _SAYS_NOTHING]
        words |= {*telling, "".join(telling)}
    return words - {""}


def _cores(text: str) -> Iterator[str]:
    """What is left of a password without its ornaments, in every reading of its look-alikes."""
    for begun in {text, re.sub(r"^[\W\d_]+", "", text)}:
        for ended in {begun, re.sub(r"[\W\d_]+$", "", begun), re.sub(r"\d+\W*$", "", begun)}:
            yield ended
            for reading in _READINGS:
                read = ended.translate(reading)
                yield read
                yield re.sub(r"[\W\d_]+", "", read)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


@cache
def _common() -> frozenset[str]:
    with gzip.open(_LIST, "rt", encoding="utf-8") as lines:
        return frozenset(FREQUENCY_LISTS["passwords"]) | frozenset(map(str.strip, lines))


def _estimable(password: str) -> str:
    """The beginning of a password, with no more look-alikes than the estimate can bear."""
    kept: set[str] = set()
    text = []
    for character in password[:_ESTIMATED]:
        if character in _LOOKALIKES and character not in kept:
            if len(kept) == _MOST_LOOKALIKES:
                character = "~"
            else:
                kept.add(character)
        text.append(character)
    return "".join(text)
