"""The management information systems a school may name, iSAMS first.

The codes are what data answers call them; only SIMS's is attested.
"""

from __future__ import annotations

CATALOGUE = {
    "isams": "iSAMS",
    "arbor": "Arbor",
    "cmis": "CMIS",
    "pupilasset": "Pupil Asset",
    "simsnet": "SIMS",
}


def name_of(code: str) -> str:
    """What people call it."""
    return CATALOGUE.get(code, code)
