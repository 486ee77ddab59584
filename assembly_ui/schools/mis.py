"""The catalogue of management information systems (MIS) a school may name.

Each MIS is reached either through Xporter on Demand (XoD), which works here,
or by a connection of its own, which is recorded and not available yet.
"""

from __future__ import annotations

from dataclasses import dataclass

from assembly_ui.schools.errors import MisUnknown

_VIA_XPORTER = " (via Xporter on Demand)"


@dataclass(frozen=True)
class Mis:
    """One choice of the list. `key` is what the database keeps, for ever."""

    key: str
    name: str
    via_xporter: bool = False

    @property
    def label(self) -> str:
        """How the list shows it."""
        return self.name + _VIA_XPORTER if self.via_xporter else self.name

    @property
    def is_available(self) -> bool:
        """Whether a school with this MIS can go on to the connector."""
        return self.via_xporter

    @property
    def connector_title(self) -> str:
        """The heading of the Connector page."""
        return f"{self.name} XoD Connector" if self.via_xporter else f"{self.name} Connector"


CATALOGUE = (
    Mis("isams-xod", "iSAMS", via_xporter=True),
    Mis("arbor-xod", "Arbor", via_xporter=True),
    Mis("cmis-xod", "CMIS", via_xporter=True),
    Mis("pupil-asset-xod", "Pupil Asset", via_xporter=True),
    Mis("sims-xod", "SIMS", via_xporter=True),
    Mis("arbor", "Arbor"),
    Mis("bromcom", "Bromcom"),
    Mis("progresso", "Progresso"),
    Mis("sims", "SIMS"),
    Mis("other", "Another MIS"),
)

_BY_KEY = {mis.key: mis for mis in CATALOGUE}


def find_mis(key: str) -> Mis | None:
    """The MIS with this key."""
    return _BY_KEY.get(key)


def parse_mis(value: object) -> Mis:
    """The MIS of the catalogue that `value` names.

    Raises:
        MisUnknown
    """
    mis = find_mis(value) if isinstance(value, str) else None
    if mis is None:
        raise MisUnknown
    return mis


def label_of(key: str) -> str:
    """How the list shows the MIS; a key that is no longer known shows as itself."""
    mis = find_mis(key)
    return mis.label if mis else key


def is_via_xporter(key: str) -> bool:
    """Whether the MIS is reached through Xporter on Demand."""
    mis = find_mis(key)
    return mis is not None and mis.via_xporter


def connector_title(key: str) -> str:
    """The heading of the Connector page; the name of the MIS leads."""
    mis = find_mis(key)
    return mis.connector_title if mis else "Connector"
