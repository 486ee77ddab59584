"""The service's JSON, read leniently: members may be missing, null, unknown, oddly cased.

Shapes: facts file, sections 2, 3 and 6; those of the tables are in `rows`. Names are
compared without case and underscores, since recordings and documents disagree
(`DateofBirth`). Values of a wrong type become "nothing", never an error; only an answer
that is not an object at all, or lacks its table, has the wrong shape.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

from assembly_ui.xporter.errors import WrongShape

LONGEST_DETAIL = 200
_TRUE, _FALSE = {"1", "true", "t", "yes", "y"}, {"0", "false", "f", "no", "n"}
_TAG = re.compile(r"<[^>]*>")
# Secrets are GUIDs and tokens long base64; no ordinary word has 24 letters.
_SECRET_LIKE = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[\w+/=\-.]{24,}")
_DAY_FIRST = re.compile(r"^(\d\d)[-/](\d\d)[-/](\d{4})")
_NOT_PRINTED = re.compile(r"[\x00-\x1f\x7f-\x9f\s]+")


@lru_cache(maxsize=4096)
def same_name(name: str) -> str:
    """A member name without what its spellings differ in."""
    return name.replace("_", "").replace("-", "").casefold()


def text(value: object) -> str:
    """A string, whatever scalar came; "" for null and for what is no scalar.

    Without what no database keeps: NUL, and halves of surrogate pairs.
    """
    if type(value) is str and value.isprintable() and value.isascii():
        return value.strip()
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value).replace("\x00", "").encode(errors="ignore").decode().strip()


def flag(value: object) -> bool | None:
    """True or False from a boolean, 0/1 or a word; None when it says neither."""
    word = str(value).strip().casefold()
    return True if word in _TRUE else False if word in _FALSE else None


def whole(value: object) -> int | None:
    """A whole number from a number or its digits; None otherwise."""
    try:
        return int(text(value).replace(",", ""))
    except ValueError:
        return None


def moment(value: object, zone: tzinfo = UTC) -> datetime | None:
    """A time in UTC; None for null, for what is no time, and for year 1 (".NET null").

    Up to 7 fractional digits occur; those beyond microseconds are dropped. A time
    without zone is taken as `zone`.
    """
    try:
        read = datetime.fromisoformat(text(value))
        return _aware(read, zone).astimezone(UTC) if read.year > 1 else None
    except (ValueError, OverflowError):
        return None


def wall_time(value: object) -> datetime | None:
    """A time as the clock on the school's wall shows it, without zone; None as in `moment`."""
    try:
        read = datetime.fromisoformat(text(value))
        return read.replace(tzinfo=None) if read.year > 1 else None
    except ValueError:
        return None


def day(value: object) -> date | None:
    """A date from yyyy-MM-dd, dd-MM-yyyy or a time; None otherwise and for year 1.

    The day comes first in one documented example alone (TimetableDayInstances).
    """
    said = text(value)
    try:
        read = date.fromisoformat(_DAY_FIRST.sub(r"\3-\2-\1", said[:10]))
    except ValueError:
        return None
    return read if read.year > 1 else None


def _aware(read: datetime, zone: tzinfo) -> datetime:
    return read if read.tzinfo else read.replace(tzinfo=zone)


def names(value: object) -> tuple[str, ...]:
    """Names from a list or a comma-separated string, in order, each once."""
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, Sequence):
        return ()
    return tuple(dict.fromkeys(name for part in parts if (name := text(part))))


def objects(value: object) -> tuple[Mapping[str, Any], ...]:
    """The objects of a list; nothing else of it, and none of what is no list."""
    found = value if isinstance(value, list | tuple) else ()
    return tuple(one for one in found if isinstance(one, Mapping))


def said(value: object, hide: Sequence[str] = ()) -> str:
    """What the service said, fit for logs and screens.

    One line without markup, at most 200 characters, with `hide` and everything
    that looks like a secret or a token taken out.
    """
    line = text(value)
    for secret in filter(None, hide):
        line = line.replace(secret, "[hidden]")
    line = _NOT_PRINTED.sub(" ", _TAG.sub(" ", line))
    return _SECRET_LIKE.sub("[hidden]", line).strip()[:LONGEST_DETAIL]


Text = Annotated[str, BeforeValidator(text)]
Flag = Annotated[bool | None, BeforeValidator(flag)]
Whole = Annotated[int | None, BeforeValidator(whole)]
Names = Annotated[tuple[str, ...], BeforeValidator(names)]
Day = Annotated[date | None, BeforeValidator(day)]
WallTime = Annotated[datetime | None, BeforeValidator(wall_time)]


def members(value: object) -> dict[str, Any]:
    """The members of an object by `same_name`; of two spellings the one that says something.

    Raises:
        WrongShape: not an object.
    """
    if not isinstance(value, Mapping):
        raise WrongShape
    found: dict[str, Any] = {}
    for name, member in value.items():
        if found.get(same_name(str(name))) is None:
            found[same_name(str(name))] = member
    return found


class Wire(BaseModel):
    """An object of the service. Fields are found by `same_name`, all have defaults."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _any_spelling(cls, value: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise WrongShape
        found: dict[str, Any] = {}
        for field, spellings in _spellings(cls, tuple(value)):
            for name in spellings:
                if (member := value[name]) is not None:
                    found[field] = member
                    break
        return found

    @classmethod
    def read(cls, value: object) -> Self:
        """Read an object.

        Raises:
            WrongShape: not an object.
        """
        return cls.model_validate(value)

    @classmethod
    def read_all(cls, values: object) -> list[Self]:
        """Read the objects of a list; anything else in it is left out."""
        return [cls.read(value) for value in objects(values)]


@lru_cache(maxsize=1024)
def _spellings(kind: type[Wire], names: tuple[str, ...]) -> list[tuple[str, tuple[str, ...]]]:
    """The fields of a kind, each with the names that are it. Rows of a table share theirs."""
    by_name: dict[str, list[str]] = {}
    for name in names:
        by_name.setdefault(same_name(str(name)), []).append(name)
    fields = ((field, by_name.get(same_name(field))) for field in kind.model_fields)
    return [(field, tuple(spellings)) for field, spellings in fields if spellings]


class TokenAnswer(Wire):
    """GetToken."""

    token: Text = ""
    expires: Text = ""


class RegisteredSchool(Wire):
    """One of `Schools` in the answer of SchoolRegister."""

    lea_code: Text = ""
    dfes_code: Text = ""
    status: Text = ""
    message: Text = ""


def table(answer: Mapping[str, Any], name: str) -> list[Any]:
    """The rows of the table that was asked for.

    Raises:
        WrongShape: the answer has no such member, or it is no table.
    """
    if same_name(name) not in members(answer):
        raise WrongShape
    return rows(answer, name)


def rows(answer: Mapping[str, Any], name: str) -> list[Any]:
    """The rows of a table; none when the table is missing or null.

    A lone object counts as a table of one row.

    Raises:
        WrongShape: the member is neither.
    """
    found = members(answer).get(same_name(name))
    if found is None:
        return []
    if isinstance(found, Mapping):
        return [found]
    if not isinstance(found, list):
        raise WrongShape
    return [row for row in found if row]
