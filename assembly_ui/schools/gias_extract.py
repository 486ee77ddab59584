"""Reading a GIAS extract (`edubasealldataYYYYMMDD.csv`), however it was saved since.

Get Information About Schools writes Windows-1252, commas and 135 columns, inside a zip
archive. People open it in a spreadsheet, which saves another encoding or separator and
takes zeros from numbers. What can be told for certain is put right and counted; what
cannot is refused, or returned as a doubt for a person to decide.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from assembly_ui.schools.dfe_number import (
    ESTABLISHMENT_DIGITS,
    LA_DIGITS,
    is_digits,
)
from assembly_ui.schools.errors import (
    NotAGiasFile,
    RegisterFileCutOff,
    RegisterFileEmpty,
    RegisterFileUnreadable,
)
from assembly_ui.schools.models import School
from assembly_ui.schools.postcodes import read_postcode
from assembly_ui.schools.register_file import COLUMNS, RegisterSchool, clean, tidy

# GIAS's name for each of our columns.
GIAS_COLUMNS = {
    "urn": "URN",
    "la_code": "LA (code)",
    "local_authority": "LA (name)",
    "establishment_number": "EstablishmentNumber",
    "name": "EstablishmentName",
    "type": "TypeOfEstablishment (name)",
    "status": "EstablishmentStatus (name)",
    "phase": "PhaseOfEducation (name)",
    "postcode": "Postcode",
    "town": "Town",
    "website": "SchoolWebsite",
    "telephone": "TelephoneNum",
}
# A file with at least these is meant to be a GIAS extract, though some may be missing.
_TELLING = {"URN", "EstablishmentName"}
_DELIMITERS = (",", ";", "\t", "|")
_LONGEST_URN = 7
_LARGEST_FILE = 500_000_000
"""Bytes. The extract has about 60 million."""

_FLOAT = re.compile(r"([0-9]+)\.0+")
_QUOTED_FOR_EXCEL = re.compile(r'=?"?\'?(.*?)"?')
_LOST_DIGITS = re.compile(r"[0-9](?:\.[0-9]+)?E\+[0-9]+", re.IGNORECASE)
_MAX_LENGTHS: dict[str, int] = {
    name: School.__table__.c[name].type.length  # type: ignore[attr-defined]
    for name in COLUMNS
    if name != "status"
}


class DoubtKind(StrEnum):
    """What may be wrong with an extract as a whole; see `register_comparison` for the rest."""

    UNFINISHED = "unfinished"
    LOST_LETTERS = "lost_letters"
    REPEATED = "repeated"
    NO_SCHOOLS = "no_schools"
    ODD_POSTCODES = "odd_postcodes"
    ODD_NUMBERS = "odd_numbers"
    GONE = "gone"
    CLOSED = "closed"
    EMPTIED = "emptied"
    RENAMED = "renamed"
    MOVED = "moved"
    RENUMBERED = "renumbered"
    SHARED_NUMBERS = "shared_numbers"


@dataclass(frozen=True)
class Doubt:
    """Something a person has to look at: `count` of `total`, and a few of them.

    `column` names the emptied one.
    """

    kind: DoubtKind
    count: int
    total: int
    examples: list[str] = field(default_factory=list)
    column: str = ""


@dataclass
class Extract:
    """The `schools` of an extract by URN, how the file was saved, and what was put right.

    `skipped`: rows that are no school. `blanked`: values that only say that there is none, or
    cannot be one. `restored`: numbers whose leading zeros were lost. `decoded`: values that
    had been read in another encoding before.
    """

    encoding: str
    schools: dict[str, RegisterSchool] = field(default_factory=dict)
    skipped: int = 0
    blanked: int = 0
    restored: int = 0
    decoded: int = 0
    repeated: list[str] = field(default_factory=list)
    lost_letters: list[str] = field(default_factory=list)
    odd_postcodes: list[str] = field(default_factory=list)
    odd_numbers: list[str] = field(default_factory=list)
    is_finished: bool = True

    @property
    def doubts(self) -> list[Doubt]:
        """What in the file alone is more than a slip."""
        rows = len(self.schools) + self.skipped
        found = []
        if not self.is_finished:
            found.append(Doubt(DoubtKind.UNFINISHED, 1, 1))
        if self.lost_letters:
            found.append(_doubt(DoubtKind.LOST_LETTERS, self.lost_letters, rows))
        if self.repeated:
            found.append(_doubt(DoubtKind.REPEATED, self.repeated, rows))
        for kind, odd in (
            (DoubtKind.ODD_POSTCODES, self.odd_postcodes),
            (DoubtKind.ODD_NUMBERS, self.odd_numbers),
        ):
            if len(odd) > max(1, rows // 100):
                found.append(_doubt(kind, odd, rows))
        if self.skipped > max(1, rows // 100):
            found.append(Doubt(DoubtKind.NO_SCHOOLS, self.skipped, rows))
        return found


def _doubt(kind: DoubtKind, found: list[str], total: int) -> Doubt:
    return Doubt(kind, len(found), total, found[:3])


def read_extract(file: Path) -> Extract:
    """Every school of the extract in `file`, a CSV or the zip archive it comes in.

    Raises:
        NotAGiasFile: the columns are not those of an extract; `missing` names them.
        RegisterFileCutOff: it ends within a row.
        RegisterFileEmpty: it holds no school.
        RegisterFileUnreadable: it cannot be opened or is not such a text.
    """
    text, encoding = _decode(file, _content(file))
    extract = Extract(encoding, is_finished=text.endswith(("\n", "\r")))
    for number, row in _rows(file, text):
        _add(extract, row, number)
    if not extract.schools:
        raise RegisterFileEmpty(file)
    return extract


def _content(file: Path) -> bytes:
    try:
        if file.stat().st_size > _LARGEST_FILE:
            raise RegisterFileUnreadable(file, "it is larger than any extract")
        if not zipfile.is_zipfile(file):
            return file.read_bytes()
        with zipfile.ZipFile(file) as archive:
            inside = [one for one in archive.infolist() if one.filename.lower().endswith(".csv")]
            if len(inside) != 1:
                raise RegisterFileUnreadable(file, f"it holds {len(inside)} CSV files, not one")
            if inside[0].file_size > _LARGEST_FILE:
                raise RegisterFileUnreadable(file, "it is larger than any extract")
            return archive.read(inside[0])
    except zipfile.BadZipFile as error:
        raise RegisterFileUnreadable(file, str(error)) from error
    except (OSError, RuntimeError, NotImplementedError) as error:
        raise RegisterFileUnreadable(
            file, getattr(error, "strerror", None) or str(error)
        ) from error


def _decode(file: Path, raw: bytes) -> tuple[str, str]:
    """The text and how it was encoded. Text with accents is UTF-8 only if it is all over."""
    for mark, encoding, name in (
        (b"\xef\xbb\xbf", "utf-8-sig", "UTF-8"),
        (b"\xff\xfe", "utf-16", "UTF-16"),
        (b"\xfe\xff", "utf-16", "UTF-16"),
    ):
        if raw.startswith(mark):
            return _strictly(file, raw, encoding), name
    if b"\x00" in raw[:2]:
        return _strictly(file, raw, "utf-16-be" if raw[:1] == b"\x00" else "utf-16-le"), "UTF-16"
    try:
        return raw.decode("utf-8"), "plain ASCII" if raw.isascii() else "UTF-8"
    except UnicodeDecodeError as error:
        is_cut = error.reason == "unexpected end of data" and error.end == len(raw)
        if is_cut and not raw[: error.start].isascii():
            raise RegisterFileCutOff(file, raw.count(b"\n") + 1) from error
    return _strictly(file, raw, "cp1252"), "Windows-1252"


def _strictly(file: Path, raw: bytes, encoding: str) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        if encoding.startswith("utf-16") and error.end >= len(raw) - 1:
            raise RegisterFileCutOff(file, line) from error
        raise RegisterFileUnreadable(file, f"line {line} holds no text") from error


def _rows(file: Path, text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """The row number in the file and our columns of every row."""
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        header = next((row for row in rows if row and not _is_separator_line(row)), [])
        places = _places(file, header)
        for row in rows:
            if not any(row):
                continue
            if len(row) != len(header):
                raise _wrong_length(file, len(row) < len(header), rows, text)
            yield rows.line_num, {name: row[place] for name, place in places.items()}
    except csv.Error as error:
        if "unexpected end of data" in str(error):
            raise RegisterFileCutOff(file, rows.line_num) from error
        raise RegisterFileUnreadable(file, f"line {rows.line_num}: {error}") from error


def _wrong_length(file: Path, is_short: bool, rows: object, text: str) -> Exception:
    line: int = rows.line_num  # type: ignore[attr-defined]
    if is_short and not any(row.strip() for row in text.splitlines()[line:]):
        return RegisterFileCutOff(file, line)
    return RegisterFileUnreadable(
        file, f"line {line} has {'fewer' if is_short else 'more'} columns than the first line"
    )


def _delimiter(text: str) -> str:
    """The separator with which the first lines name most columns."""
    head = text[:20_000].splitlines()[:2]

    def named(delimiter: str) -> int:
        return sum(_key(name) in _KEYS for line in head for name in line.split(delimiter))

    return max(_DELIMITERS, key=named)


def _is_separator_line(row: list[str]) -> bool:
    # Spreadsheets are told the separator by a line of its own.
    return "".join(row).strip().casefold().startswith("sep=")


def _key(name: str) -> str:
    """A column's name without case, spaces and marks."""
    return "".join(sign for sign in name.casefold() if sign.isalnum())


_KEYS = {_key(name): name for name in GIAS_COLUMNS.values()}


def _places(file: Path, header: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    if not any(name.strip() for name in header):
        raise RegisterFileEmpty(file)
    for place, name in enumerate(header):
        known = _KEYS.get(_key(name))
        if known in found:
            raise RegisterFileUnreadable(file, f"it has the column {known} twice")
        if known:
            found[known] = place
    if missing := [name for name in GIAS_COLUMNS.values() if name not in found]:
        raise NotAGiasFile(file, missing, is_extract=found.keys() >= _TELLING)
    return {ours: found[theirs] for ours, theirs in GIAS_COLUMNS.items()}


def _add(extract: Extract, row: dict[str, str], number: int) -> None:
    values = {column: _value(extract, column, row[column]) for column in COLUMNS}
    urn, name = values["urn"], values["name"]
    if not (is_digits(urn) and len(urn) <= _LONGEST_URN and name):
        extract.skipped += 1
        return
    if "�" in "".join(values.values()):
        extract.lost_letters.append(f"{name} ({urn})")
    school = RegisterSchool(**values)
    if values["establishment_number"] and values["la_code"] and not school.dfe_number:
        extract.odd_numbers.append(
            f"{name} ({urn}): {school.la_code} {school.establishment_number}"
        )
    if school.postcode and not read_postcode(school.postcode):
        extract.odd_postcodes.append(f"{name} ({urn}): {school.postcode}")
    known = extract.schools.get(urn)
    if known and known != school:
        extract.repeated.append(f"{name} ({urn}), line {number}")
        if known.is_open and not school.is_open:
            return
    extract.schools[urn] = school


def _value(extract: Extract, column: str, written: str) -> str:
    text = _redecoded(written)
    extract.decoded += text != written
    text = tidy(text)
    if text[:1] in ("=", "'") and (quoted := _QUOTED_FOR_EXCEL.fullmatch(text)):
        text = quoted[1]
    if column in ("urn", "la_code", "establishment_number", "telephone"):
        text = _number(extract, column, text)
    value = clean(column, text)
    if column == "postcode":
        value = read_postcode(value) or value
    if len(value) > _MAX_LENGTHS.get(column, len(value)):
        value = ""
    extract.blanked += bool(text) and not value
    return value


def _number(extract: Extract, column: str, text: str) -> str:
    if as_float := _FLOAT.fullmatch(text):
        text = as_float[1]
    if _LOST_DIGITS.fullmatch(text):
        return "none"
    digits = {"la_code": LA_DIGITS, "establishment_number": ESTABLISHMENT_DIGITS}.get(column)
    if digits is None or not is_digits(text):
        return text
    if not text.strip("0"):
        # The local authority "Does not apply" has the code 000.
        return ""
    extract.restored += len(text) < digits
    return text.zfill(digits)


def _redecoded(text: str) -> str:
    """`text` as it was before UTF-8 was read as Windows-1252, which leaves "Ã©" for "é"."""
    while not text.isascii():
        try:
            before = text.encode("cp1252").decode("utf-8")
        except UnicodeError:
            return text
        text = before
    return text
