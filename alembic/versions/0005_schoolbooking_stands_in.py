"""SchoolBooking stands in"""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

LINK_MOMENTS = (
    "token_expires_at",
    "awaiting_since",
    "synced_at",
    "changed_at",
    "read_at",
    "whole_at",
    "asked_at",
    "refused_at",
    "ending_at",
    "watched_at",
    "due_at",
    "leased_until",
)
TABLES = ("received", "marks", "log_lines", "log_ins", "links", "attempts", "accounts")


def _moment(name: str, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sqlmodel.sql.sqltypes.UTCDateTime(), nullable=nullable)


def _words(name: str, length: int) -> sa.Column:
    kind = sqlmodel.sql.sqltypes.AutoString(length=length)
    return sa.Column(name, kind, nullable=False)


def _table(name: str, *contents: sa.Column | sa.Constraint, key: tuple[str, ...] = ("id",)) -> None:
    number = () if key != ("id",) else (sa.Column("id", sa.Integer(), nullable=False),)
    whole = sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_booking_{name}"))
    op.create_table(f"booking_{name}", *number, *contents, whole)


def _index(table: str, *columns: str) -> None:
    with op.batch_alter_table(f"booking_{table}", schema=None) as batch_op:
        for column in columns:
            name = batch_op.f(f"ix_booking_{table}_{column}")
            batch_op.create_index(name, [column], unique=False)


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_booking_{table}_{'_'.join(columns)}"))


def _belongs(table: str, column: str, to: str, **more: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_booking_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [f"booking_{to}.id"], name=name, **more)


def upgrade() -> None:
    """Add what this revision adds."""
    _table("accounts", _words("email", 254), _moment("created_at"), _unique("accounts", "email"))
    _table(
        "log_ins",
        _words("token_hash", 64),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=True),
        _moment("created_at"),
        _belongs("log_ins", "account_id", "accounts"),
        _unique("log_ins", "token_hash"),
    )
    _index("log_ins", "account_id")
    _table(
        "attempts",
        _words("state", 64),
        _words("verifier", 128),
        sa.Column("account_id", sa.Integer(), nullable=False),
        _moment("created_at"),
        _belongs("attempts", "account_id", "accounts"),
        _unique("attempts", "state"),
    )
    _index("attempts", "account_id", "created_at")
    _table(
        "links",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("school", sa.JSON(), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("access_token", sa.Text(), nullable=False),
        sa.Column("refresh_token", sa.Text(), nullable=False),
        _moment("connected_at"),
        *(_moment(name, nullable=True) for name in LINK_MOMENTS),
        sa.Column("failures", sa.Integer(), nullable=False),
        _belongs("links", "account_id", "accounts"),
        _unique("links", "account_id", "school_id"),
    )
    _index("links", "account_id", "due_at", "leased_until")
    for name, contents, key in (
        ("received", ("number", "data"), ("link_id", "kind", "number")),
        ("marks", ("last_modified",), ("link_id", "kind")),
    ):
        kinds = {
            "number": sa.Column("number", sa.Integer(), nullable=False),
            "data": sa.Column("data", sa.JSON(), nullable=False),
            "last_modified": _words("last_modified", 60),
        }
        _table(
            name,
            sa.Column("link_id", sa.Integer(), nullable=False),
            _words("kind", 40),
            *(kinds[column] for column in contents),
            _belongs(name, "link_id", "links", ondelete="CASCADE"),
            key=key,
        )
    _table(
        "log_lines",
        sa.Column("link_id", sa.Integer(), nullable=False),
        _moment("at"),
        _words("tone", 10),
        _words("words", 500),
        _belongs("log_lines", "link_id", "links", ondelete="CASCADE"),
    )
    _index("log_lines", "link_id")


def downgrade() -> None:
    """Take it away again."""
    for name in TABLES:
        op.drop_table(f"booking_{name}")
