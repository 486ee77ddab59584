"""The register as a file: one compressed CSV, read and written whole.

What a record means and how it is searched lives in `register`.
"""

from __future__ import annotations

import csv
import gzip
import io
import os
import re
import tempfile
import unicodedata
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from assembly_ui.schools.dfe_number import dfe_number_of

SHIPPED = Path(__file__).parent / "data" / "register.csv.gz"
IMPORTED_NAME = "register.csv.gz"
PREVIOUS_NAME = "register.previous.csv.gz"
"""The imported register before the one in force, for undoing an import."""

# Windows-1252 punctuation that reached the sources undecoded (0x92 is ’).
_UNDECODED = {code: bytes([code]).decode("cp1252", "ignore") or " " for code in range(0x80, 0xA0)}


@dataclass(frozen=True, slots=True)
class RegisterSchool:
    """One school as the register knows it. Unknown fields are empty.

    `urn` is the 6-digit URN, or `W-`, `SEED-`, `NI-` and the number its own
    country gave it.
    """

    urn: str
    la_code: str
    establishment_number: str
    name: str
    local_authority: str
    postcode: str
    town: str
    phase: str
    type: str
    status: str
    website: str
    telephone: str

    @property
    def dfe_number(self) -> str:
        """The 7 digits Xporter on Demand calls `estab`; empty when there are none."""
        return dfe_number_of(self.la_code, self.establishment_number)

    @property
    def is_open(self) -> bool:
        """Whether the school is open; not known counts as open."""
        return not self.status.casefold().startswith(("closed", "proposed"))


COLUMNS = tuple(field.name for field in fields(RegisterSchool))


# What spreadsheets, databases and programs write where there is no value.
_NOTHING = frozenset(
    (
        *("nan", "nat", "none", "null", "(null)", "nil", "undefined", "n/a", "na", "<na>"),
        *("#n/a", "#ref!", "#value!", "#name?", "tbc", "tba"),
    )
)
_LOST_ZERO = re.compile(r"[1-9][0-9]{9}")
"""A telephone number in the United Kingdom without the zero it begins with."""


def school_from(row: Mapping[str, str]) -> RegisterSchool:
    """A record from a mapping of `COLUMNS`, each value cleaned."""
    return RegisterSchool(*(clean(column, row.get(column) or "") for column in COLUMNS))


def clean(column: str, value: str) -> str:
    """`value` tidied; empty when it only says that there is none."""
    text = tidy(value)
    if text.casefold() in _NOTHING or not any(character.isalnum() for character in text):
        return ""
    if column == "website" and "." not in text:
        return ""
    if column == "telephone" and _LOST_ZERO.fullmatch(text):
        return f"0{text}"
    return text


def tidy(value: str) -> str:
    """One line of composed characters with single spaces, none of them unseen."""
    text = " ".join(unicodedata.normalize("NFC", value.translate(_UNDECODED)).split())
    if text.isprintable():
        return text
    return "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cf", "Cs"))


def read_register(path: Path) -> list[RegisterSchool]:
    """Every record of a file written by `write_register`.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is not a register file, or not a complete one.
    """
    try:
        with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
            rows = csv.reader(file)
            if tuple(next(rows, ())) == COLUMNS:
                return [RegisterSchool(*row) for row in rows]
    except (EOFError, zlib.error, gzip.BadGzipFile, UnicodeDecodeError, csv.Error, TypeError):
        raise ValueError(f"{path} is damaged") from None
    raise ValueError(f"{path} is not a register file")


def read_in_force(data_dir: Path, *, shipped: Path = SHIPPED) -> list[RegisterSchool]:
    """The register imported into `data_dir`, or the shipped one.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is not a register file, or not a complete one.
    """
    imported = data_dir / IMPORTED_NAME
    if not imported.exists():
        return read_register(shipped)
    # An earlier version may have imported what is left out today.
    return [
        school_from(dict(zip(COLUMNS, astuple(school), strict=True)))
        for school in read_register(imported)
    ]


def write_register(path: Path, schools: Iterable[RegisterSchool]) -> None:
    """Replace the file at `path` in one step: readers see the old or the new, never half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".register-")
    try:
        with os.fdopen(handle, "wb") as raw:
            raw.write(_compressed(schools))
            raw.flush()
            os.fsync(raw.fileno())
            # The server may run as somebody else than whoever imports.
            os.fchmod(raw.fileno(), 0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _compressed(schools: Iterable[RegisterSchool]) -> bytes:
    text = io.StringIO(newline="")
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    rows.writerows(astuple(school) for school in schools)
    # Time zero in the header: the same schools give the same bytes.
    return gzip.compress(text.getvalue().encode(), mtime=0)
