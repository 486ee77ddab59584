"""What a school's MIS holds at a moment: believable, repeatable, about no real person.

`school_at(identity, at)` gives the tables of a fictitious independent school. The
same identity and moment give the same rows in every process, whatever was asked
before: nothing is simulated step by step, every fact follows from the identity.
Columns are those of Xporter on Demand, section 7.3 of the facts; where they are
silent, the module that makes the table says that its columns are ours.
"""

from __future__ import annotations

from simulators.school_data.identity import Identity, Row, Window
from simulators.school_data.snapshot import TABLES, Snapshot, school_at

__all__ = ["TABLES", "Identity", "Row", "Snapshot", "Window", "school_at"]
