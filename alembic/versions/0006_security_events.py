"""Security events are counted"""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def _text(name: str, length: int, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sqlmodel.sql.sqltypes.AutoString(length=length), nullable=nullable)


def _moment(name: str) -> sa.Column:
    return sa.Column(name, sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False)


def upgrade() -> None:
    """Add what this revision adds."""
    op.create_table(
        "security_events",
        sa.Column("id", sa.Integer(), nullable=False),
        _text("key", 64),
        _text("event", 40),
        _text("outcome", 12),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("school_id", sa.Integer(), nullable=True),
        _text("client_id", 64),
        _text("subject", 32),
        _text("ip", 64),
        sa.Column("is_many", sa.Boolean(), nullable=False),
        _moment("first_at"),
        _moment("last_at"),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_security_events")),
        sa.UniqueConstraint("key", name=op.f("uq_security_events_key")),
    )
    for column in ("event", "school_id", "last_at"):
        name = op.f(f"ix_security_events_{column}")
        op.create_index(name, "security_events", [column], unique=False)
    with op.batch_alter_table("audit_entries", schema=None) as batch_op:
        batch_op.add_column(_text("ip", 64, nullable=True))


def downgrade() -> None:
    """Take it away again."""
    with op.batch_alter_table("audit_entries", schema=None) as batch_op:
        batch_op.drop_column("ip")
    op.drop_table("security_events")
