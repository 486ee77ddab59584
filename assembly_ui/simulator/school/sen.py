"""The table SEN: what pupils need, and which provision they have, from when to when.

The catalogue of the service names the endpoint's parameters alone (StudentId,
SENProvision, SENTypeRank, Active); the other columns are ours.
"""

from __future__ import annotations

from collections.abc import Iterator

from assembly_ui.simulator.school.codes import identifiers
from assembly_ui.simulator.school.core import Core
from assembly_ui.simulator.school.identity import Row, Stamp
from assembly_ui.simulator.school.pupils import Pupil

PROVISIONS = {"K": "SEN support", "E": "Education, health and care plan"}
TYPES = (
    ("SPLD", "Specific learning difficulty"),
    ("SLCN", "Speech, language and communication needs"),
    ("ASD", "Autistic spectrum disorder"),
    ("SEMH", "Social, emotional and mental health"),
    ("MLD", "Moderate learning difficulty"),
    ("HI", "Hearing impairment"),
)
"""Codes of the school census."""

SECOND_NEED = 4
"""One in so many pupils with a need has another."""


def sen_rows(core: Core, at: Stamp) -> list[Row]:
    """A row for each need and provision of the pupils on roll."""
    return [
        row
        for pupil in core.enrolled
        if pupil.life.is_on_roll(at)
        for row in _rows(core, pupil, at)
    ]


def _rows(core: Core, pupil: Pupil, at: Stamp) -> Iterator[Row]:
    named = identifiers(core.identity, "PL", pupil.number)
    for turn, (provision, since, until) in enumerate(_provisions(pupil, at)):
        for rank, (code, name) in enumerate(_needs(pupil), start=1):
            yield {
                "Id": f"{named['Id']}.{turn + 1}.{rank}",
                "StudentId": named["Id"],
                "StudentExternalId": named["ExternalId"],
                "StudentIdaasId": named["IdaasId"],
                "SENProvision": provision,
                "SENProvisionDescription": PROVISIONS[provision],
                "SENType": code,
                "SENTypeDescription": name,
                "SENTypeRank": rank,
                "StartDate": since[:10],
                "EndDate": until[:10] if until else None,
                "Active": int(not until),
                "LastUpdated": until or since,
            }


def _provisions(pupil: Pupil, at: Stamp) -> list[tuple[str, Stamp, Stamp]]:
    """Each provision with its first and last moment; the last one has no end."""
    joined, moved = pupil.life.joins, pupil.sen_moves
    if moved is None or moved[0] > at:
        return [(pupil.sen, joined, "")] if pupil.sen else []
    before = [(pupil.sen, joined, moved[0])] if pupil.sen else []
    return [*before, (moved[1], moved[0], "")]


def _needs(pupil: Pupil) -> list[tuple[str, str]]:
    first = pupil.number % len(TYPES)
    second = (first + 1 + pupil.number // len(TYPES) % (len(TYPES) - 1)) % len(TYPES)
    has_second = pupil.number // 7 % SECOND_NEED == 0
    return [TYPES[first], TYPES[second]] if has_second else [TYPES[first]]
