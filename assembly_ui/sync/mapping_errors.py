"""What can go wrong when somebody maps what the MIS calls a thing.

MappingError
├── NotOfTheMis        the MIS has nothing of this key
├── NotInCatalogue     no Assembly subject, assessment or facet of this name
├── MappingChanged     somebody chose otherwise meanwhile: `now` (None: our suggestion), `by_name`
└── ChangeUnknown      no such change of the school, or it is undone already
"""

from __future__ import annotations


class MappingError(Exception):
    """Anything that is refused of a mapping."""


class NotOfTheMis(MappingError):
    """There is nothing of this key."""


class NotInCatalogue(MappingError):
    """Assembly knows nothing of this name."""


class MappingChanged(MappingError):
    """It is not mapped any more as the person saw it."""

    def __init__(self, now: dict[str, str] | None, by_name: str) -> None:
        super().__init__(now)
        self.now, self.by_name = now, by_name


class ChangeUnknown(MappingError):
    """Nothing to undo."""
