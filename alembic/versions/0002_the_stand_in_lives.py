"""the stand in lives"""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sqlmodel.sql.sqltypes.AutoString(length=length), nullable=False)


def _new_text(name: str, length: int) -> sa.Column[str]:
    # Rows that are there already get the empty word.
    kind = sqlmodel.sql.sqltypes.AutoString(length=length)
    return sa.Column(name, kind, nullable=False, server_default="")


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sqlmodel.sql.sqltypes.UTCDateTime(), nullable=nullable)


def upgrade() -> None:
    """Add what this revision adds."""
    with op.batch_alter_table("simulator_sharings", schema=None) as batch_op:
        batch_op.add_column(_new_text("auth_params", 300))
        batch_op.add_column(_new_text("mis_estab", 7))
        batch_op.add_column(_new_text("mis_school_name", 200))
        batch_op.add_column(sa.Column("pupils", sa.Integer(), nullable=True))
    with op.batch_alter_table("simulator_callbacks", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("held", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(_moment("dropped_at", nullable=True))
        batch_op.add_column(_new_text("url", 500))
    op.create_table(
        "simulator_faults",
        sa.Column("id", sa.Integer(), nullable=False),
        _text("fault", 40),
        _text("estab", 7),
        _text("endpoint", 60),
        sa.Column("seconds", sa.Float(), nullable=True),
        _text("words", 300),
        sa.Column("calls_left", sa.Integer(), nullable=True),
        _moment("until", nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_simulator_faults")),
    )
    op.create_table(
        "simulator_tracked",
        _text("hash", 32),
        _text("relying_party", 200),
        _text("estab", 7),
        sa.Column("standing", sa.JSON(), nullable=False),
        _moment("asked_at"),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_simulator_tracked")),
    )
    with op.batch_alter_table("simulator_tracked", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_simulator_tracked_asked_at"), ["asked_at"])
    op.create_table(
        "simulator_lead",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_simulator_lead")),
    )
    op.create_table(
        "simulator_used",
        sa.Column("id", sa.Integer(), nullable=False),
        _text("relying_party", 200),
        _text("estab", 7),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_simulator_used")),
        sa.UniqueConstraint(
            "relying_party", "estab", "day", name=op.f("uq_simulator_used_relying_party_estab_day")
        ),
    )
    op.create_table(
        "simulator_calls",
        sa.Column("id", sa.Integer(), nullable=False),
        _text("tracking_id", 60),
        _text("relying_party", 200),
        _text("estab", 7),
        _text("endpoint", 60),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("milliseconds", sa.Float(), nullable=False),
        _moment("at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_simulator_calls")),
    )
    with op.batch_alter_table("simulator_calls", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_simulator_calls_estab"), ["estab"])
        batch_op.create_index(batch_op.f("ix_simulator_calls_tracking_id"), ["tracking_id"])


def downgrade() -> None:
    """Take it away again."""
    for table in (
        "simulator_calls",
        "simulator_used",
        "simulator_lead",
        "simulator_tracked",
        "simulator_faults",
    ):
        op.drop_table(table)
    with op.batch_alter_table("simulator_callbacks", schema=None) as batch_op:
        batch_op.drop_column("url")
        batch_op.drop_column("dropped_at")
        batch_op.drop_column("held")
    with op.batch_alter_table("simulator_sharings", schema=None) as batch_op:
        for name in ("pupils", "mis_school_name", "mis_estab", "auth_params"):
            batch_op.drop_column(name)
