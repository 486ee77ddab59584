"""Ownership is proved"""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# Xporter on Demand has answered for these as the right school. A number that two schools
# share proves nothing of either.
CONNECTED = """
UPDATE schools SET
    owner_verified_at = (SELECT first_connected_at FROM connections c WHERE c.school_id = schools.id),
    owner_verified_by = 'connection'
WHERE id IN (
    SELECT school_id FROM connections
    WHERE school_matches AND authorised_at IS NOT NULL AND first_connected_at IS NOT NULL
) AND NOT EXISTS (
    SELECT 1 FROM schools other
    WHERE other.id <> schools.id
    AND other.la_code = schools.la_code
    AND other.establishment_number = schools.establishment_number
)
"""


def upgrade() -> None:
    """Make it so. Who is unverified is decided at the next start, by the settings."""
    with op.batch_alter_table("schools", schema=None) as batch_op:
        batch_op.add_column(_moment("owner_unverified_since", nullable=True))
        batch_op.add_column(_moment("owner_verified_at", nullable=True))
        batch_op.add_column(
            sa.Column(
                "owner_verified_by",
                sqlmodel.sql.sqltypes.AutoString(length=20),
                nullable=False,
                server_default="",
            )
        )
        batch_op.create_index(
            batch_op.f("ix_schools_owner_unverified_since"),
            ["owner_unverified_since"],
            unique=False,
        )
    op.execute(CONNECTED)
    op.create_table(
        "ownership_links",
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("email", sqlmodel.sql.sqltypes.AutoString(length=254), nullable=False),
        sa.Column("token_hash", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        _moment("sent_at"),
        _moment("expires_at"),
        *_belongs("ownership_links"),
        sa.PrimaryKeyConstraint("school_id", name=op.f("pk_ownership_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_ownership_links_token_hash")),
    )
    op.create_table(
        "ownership_disputes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        _moment("created_at"),
        _moment("closed_at", nullable=True),
        *_belongs("ownership_disputes"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ownership_disputes")),
    )
    with op.batch_alter_table("ownership_disputes", schema=None) as batch_op:
        for column in ("school_id", "user_id"):
            batch_op.create_index(
                batch_op.f(f"ix_ownership_disputes_{column}"), [column], unique=False
            )


def downgrade() -> None:
    """Take it back."""
    op.drop_table("ownership_disputes")
    op.drop_table("ownership_links")
    with op.batch_alter_table("schools", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_schools_owner_unverified_since"))
        batch_op.drop_column("owner_verified_by")
        batch_op.drop_column("owner_verified_at")
        batch_op.drop_column("owner_unverified_since")


def _moment(name: str, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sqlmodel.sql.sqltypes.UTCDateTime(), nullable=nullable)


def _belongs(table: str) -> tuple[sa.ForeignKeyConstraint, sa.ForeignKeyConstraint]:
    return (
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f(f"fk_{table}_school_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f(f"fk_{table}_user_id")),
    )
