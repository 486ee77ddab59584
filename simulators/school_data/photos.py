"""Photos: a small pattern for each person instead of a face; columns are ours.

Pupils are photographed anew every year, staff once.
"""

from __future__ import annotations

import struct
import zlib
from base64 import b64encode
from functools import lru_cache
from hashlib import blake2b

from simulators.school_data.academic_year import AcademicYearData
from simulators.school_data.identifiers import identifiers
from simulators.school_data.identity import Identity, Row, Stamp
from simulators.school_data.staff_members import status_at

CELLS, SCALE = 5, 8


def photo_rows(core: AcademicYearData, at: Stamp) -> list[Row]:
    """The table Photos: pupils on roll and staff who work here."""
    pupils = [
        _row(core.identity, ("Student", "PL", pupil.number), max(pupil.life.joins, core.first))
        for pupil in core.enrolled
        if pupil.life.is_on_roll(at)
    ]
    staff = [
        _row(core.identity, ("Staff", "PWT", member.number), member.holder.starts)
        for member in core.members.values()
        if status_at(member, at) == "Current"
    ]
    return pupils + staff


@lru_cache(maxsize=4000)
def portrait(text: str) -> bytes:
    """A valid PNG of 40 by 40 pixels: a symmetrical pattern of two colours."""
    bits = blake2b(text.encode(), digest_size=8).digest()
    lines = b"".join(_line(bits[row]) * SCALE for row in range(CELLS))
    side = CELLS * SCALE
    header = struct.pack(">IIBBBBB", side, side, 1, 3, 0, 0, 0)
    palette = bytes((238, 238, 238, *bits[5:8]))
    parts = [
        (b"IHDR", header),
        (b"PLTE", palette),
        (b"IDAT", zlib.compress(lines, 1)),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts)


def _row(identity: Identity, who: tuple[str, str, int], taken: Stamp) -> Row:
    kind, prefix, number = who
    named = identifiers(identity, prefix, number)
    return {
        "Id": named["IdaasId"],
        "PersonId": named["Id"],
        "PersonType": kind,
        "PersonExternalId": named["ExternalId"],
        "PersonIdaasId": named["IdaasId"],
        "Photo": b64encode(portrait(f"{named['ExternalId']}/{taken}")).decode(),
        "LastUpdated": taken,
    }


def _line(bits: int) -> bytes:
    """One line of pixels, a bit each, after its filter byte."""
    cells = [bits & 1, bits >> 1 & 1, bits >> 2 & 1, bits >> 1 & 1, bits & 1]
    return bytes((0, *(0xFF * cell for cell in cells)))


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
