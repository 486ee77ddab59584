"""accounts know their owner"""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0010"
down_revision = "0007"
branch_labels = None
depends_on = None

_MOMENT = sqlmodel.sql.sqltypes.UTCDateTime


def _words(name: str, length: int, default: str | None = None) -> sa.Column:
    kind = sqlmodel.sql.sqltypes.AutoString(length=length)
    return sa.Column(name, kind, nullable=False, server_default=default)


def upgrade() -> None:
    """Add what this revision adds."""
    with op.batch_alter_table("sign_ups", schema=None) as batch_op:
        batch_op.add_column(_words("request_token_hash", 64, ""))
    with op.batch_alter_table("log_in_sessions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("authenticated_at", _MOMENT(), nullable=True))
    op.execute("UPDATE log_in_sessions SET authenticated_at = created_at")

    op.create_table(
        "known_devices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        _words("token_hash", 64),
        sa.Column("created_at", _MOMENT(), nullable=False),
        sa.Column("last_used_at", _MOMENT(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_known_devices_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_known_devices")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_known_devices_token_hash")),
    )
    with op.batch_alter_table("known_devices", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_known_devices_user_id"), ["user_id"], unique=False)

    # Accounts that nobody has confirmed hold requests of apps that anybody may have brought.
    op.execute(
        "UPDATE access_requests SET user_id = NULL WHERE user_id IN"
        " (SELECT id FROM users WHERE confirmed_at IS NULL)"
    )


def downgrade() -> None:
    """Take it away again."""
    op.drop_table("known_devices")
    with op.batch_alter_table("log_in_sessions", schema=None) as batch_op:
        batch_op.drop_column("authenticated_at")
    with op.batch_alter_table("sign_ups", schema=None) as batch_op:
        batch_op.drop_column("request_token_hash")
