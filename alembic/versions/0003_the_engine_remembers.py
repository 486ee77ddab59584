"""the engine remembers"""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TIMES = (
    "secret_at",
    "secret_unreadable_at",
    "token_expires_at",
    "collected_at",
    "trouble_told_at",
    "recovery_told_at",
    "notice_due_at",
)
WORDS = {"scopes_asked": 2000, "trouble_told": 20}
INDEXED = ("watched_at", "leased_until", "notice_due_at")


def _moment(name: str, nullable: bool = True) -> sa.Column:
    return sa.Column(name, sqlmodel.sql.sqltypes.UTCDateTime(), nullable=nullable)


def _words(name: str, length: int) -> sa.Column:
    kind = sqlmodel.sql.sqltypes.AutoString(length=length)
    return sa.Column(name, kind, nullable=False)


def upgrade() -> None:
    """Add what this revision adds."""
    with op.batch_alter_table("connections", schema=None) as batch_op:
        for name in TIMES:
            batch_op.add_column(_moment(name))
        for name, length in WORDS.items():
            kind = sqlmodel.sql.sqltypes.AutoString(length=length)
            batch_op.add_column(sa.Column(name, kind, nullable=False, server_default=""))
        batch_op.add_column(
            sa.Column("token_encrypted", sa.Text(), nullable=False, server_default="")
        )
        for name in INDEXED:
            batch_op.create_index(batch_op.f(f"ix_connections_{name}"), [name], unique=False)

    op.create_table(
        "service_health",
        sa.Column("id", sa.Integer(), nullable=False),
        _moment("failing_since"),
        _words("failing_kind", 60),
        sa.Column("failed_schools", sa.JSON(), nullable=False),
        _moment("opened_at"),
        _moment("closed_at"),
        sa.Column("probes", sa.Integer(), nullable=False),
        _moment("fine_at"),
        _moment("due_at"),
        _moment("leased_until"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_health")),
    )
    op.create_table(
        "reconciliations",
        sa.Column("id", sa.Integer(), nullable=False),
        _moment("done_at"),
        sa.Column("failures", sa.Integer(), nullable=False),
        _moment("due_at"),
        _moment("leased_until"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliations")),
    )
    op.create_table(
        "received_callbacks",
        sa.Column("id", sa.Integer(), nullable=False),
        _words("estab", 7),
        _words("digest", 64),
        _words("secret_encrypted", 500),
        _words("scopes_granted", 2000),
        _words("scopes_asked", 2000),
        sa.Column("installed", sa.Boolean(), nullable=False),
        _moment("received_at", nullable=False),
        _moment("refused_at"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        _words("last_problem", 60),
        _moment("due_at"),
        _moment("leased_until"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_received_callbacks")),
        sa.UniqueConstraint("digest", name=op.f("uq_received_callbacks_digest")),
    )
    with op.batch_alter_table("received_callbacks", schema=None) as batch_op:
        for name in ("estab", "due_at", "leased_until"):
            index = batch_op.f(f"ix_received_callbacks_{name}")
            batch_op.create_index(index, [name], unique=False)


def downgrade() -> None:
    """Take it away again."""
    op.drop_table("received_callbacks")
    op.drop_table("reconciliations")
    op.drop_table("service_health")
    with op.batch_alter_table("connections", schema=None) as batch_op:
        for name in INDEXED:
            batch_op.drop_index(batch_op.f(f"ix_connections_{name}"))
        for name in (*TIMES, *WORDS, "token_encrypted"):
            batch_op.drop_column(name)
