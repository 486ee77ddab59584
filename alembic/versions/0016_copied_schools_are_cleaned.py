"""Schools copied from the register before it was cleaned lose words such as N/A"""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

COPIED = (
    "la_code",
    "establishment_number",
    "local_authority",
    "postcode",
    "town",
    "phase",
    "type",
    "website",
    "telephone",
)
# The words as the register leaves them out at this revision.
NOTHING = frozenset(
    (
        *("nan", "nat", "none", "null", "(null)", "nil", "undefined", "n/a", "na", "<na>"),
        *("#n/a", "#ref!", "#value!", "#name?", "tbc", "tba"),
    )
)
LOST_ZERO = re.compile(r"[1-9][0-9]{9}")

SCHOOLS = sa.table(
    "schools",
    sa.column("id", sa.Integer()),
    sa.column("urn", sa.String()),
    *(sa.column(name, sa.String()) for name in COPIED),
)


def upgrade() -> None:
    connection = op.get_bind()
    query = sa.select(SCHOOLS).where(SCHOOLS.c.urn.is_not(None))
    for school in connection.execute(query).mappings().all():
        cleaned = {name: _cleaned(name, school[name]) for name in COPIED}
        changed = {name: value for name, value in cleaned.items() if value != school[name]}
        if changed:
            connection.execute(
                sa.update(SCHOOLS).where(SCHOOLS.c.id == school["id"]).values(changed)
            )


def downgrade() -> None:
    """The values were never right."""


def _cleaned(column: str, value: str) -> str:
    text = value.strip()
    if text.casefold() in NOTHING or not any(character.isalnum() for character in text):
        return ""
    if column == "website" and "." not in text:
        return ""
    if column == "telephone" and LOST_ZERO.fullmatch(text):
        return f"0{text}"
    return value
