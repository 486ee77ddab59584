"""One Assembly school at most holds a school of Xporter on Demand

Of schools that hold one already under the same number, the one that was connected
first keeps it. The others lose what opens it and everything read through it: their apps'
access ends, and what was synced for them is due to be deleted.
"""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

DFE_DIGITS = 7
NOT_HELD = {
    "secret_encrypted": "",
    "token_encrypted": "",
    "scopes": "",
    "scopes_asked": "",
    "install_stage": "",
    "mis_code": "",
    "mis_school_name": "",
    "mis_estab": "",
    "problem_kind": "",
    "problem_detail": "",
    "trouble_told": "",
    "failures": 0,
    "mis_says": sa.null(),
    **dict.fromkeys(
        (
            "invited_at",
            "authorised_at",
            "secret_at",
            "secret_unreadable_at",
            "token_expires_at",
            "installed_at",
            "paused_at",
            "withdrawn_at",
            "school_matches",
            "school_checked_at",
            "mismatched_at",
            "data_at",
            "collected_at",
            "first_connected_at",
            "connected_at",
            "problem_at",
            "due_at",
            "notice_due_at",
        )
    ),
}


def _text(name: str, length: int, **more: object) -> sa.Column:
    return sa.Column(name, sqlmodel.sql.sqltypes.AutoString(length=length), **more)


def _moment(name: str, **more: object) -> sa.Column:
    return sa.Column(name, sqlmodel.sql.sqltypes.UTCDateTime(), **more)


def upgrade() -> None:
    with op.batch_alter_table("schools", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("number_is_shared", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.create_index(
            batch_op.f("ix_schools_la_code_establishment_number"),
            ["la_code", "establishment_number"],
        )
    with op.batch_alter_table("received_callbacks", schema=None) as batch_op:
        batch_op.add_column(_text("sender", 16, nullable=False, server_default=""))
    op.create_table(
        "unmatched_authorisations",
        _text("estab", DFE_DIGITS, nullable=False),
        _moment("first_seen_at", nullable=False),
        _text("reason", 20, nullable=False),
        _text("school_name", 200, nullable=False),
        sa.PrimaryKeyConstraint("estab", name=op.f("pk_unmatched_authorisations")),
    )
    with op.batch_alter_table("connections", schema=None) as batch_op:
        batch_op.add_column(_text("xporter_estab", DFE_DIGITS, nullable=True))
        batch_op.add_column(_moment("claimed_at", nullable=True))
    _give_each_number_to_one_school()
    with op.batch_alter_table("connections", schema=None) as batch_op:
        batch_op.create_unique_constraint(
            batch_op.f("uq_connections_xporter_estab"), ["xporter_estab"]
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_connections_key_needs_claim"),
            "xporter_estab IS NOT NULL OR (secret_encrypted = '' AND token_encrypted = '')",
        )


_MOMENT = sqlmodel.sql.sqltypes.UTCDateTime()
_AUTHORISATIONS = sa.table(
    "authorisations",
    sa.column("id", sa.Integer()),
    sa.column("school_id", sa.Integer()),
    sa.column("revoked_at", _MOMENT),
)
_TOKENS = sa.table(
    "oauth_tokens",
    sa.column("authorisation_id", sa.Integer()),
    sa.column("revoked_at", _MOMENT),
)
_SYNCS = sa.table(
    "school_syncs",
    sa.column("school_id", sa.Integer()),
    sa.column("wanted_scopes", sa.JSON()),
    sa.column("purge_at", _MOMENT),
    sa.column("due_at", _MOMENT),
)


def _give_each_number_to_one_school() -> None:
    bind = op.get_bind()
    connections = sa.Table("connections", sa.MetaData(), autoload_with=bind)
    rows = bind.execute(
        sa.text(
            "SELECT c.school_id, s.la_code || s.establishment_number"
            " FROM connections c JOIN schools s ON s.id = c.school_id"
            " WHERE c.invited_at IS NOT NULL OR c.authorised_at IS NOT NULL"
            " OR c.secret_encrypted <> '' OR c.token_encrypted <> ''"
            " ORDER BY c.first_connected_at IS NULL, c.first_connected_at,"
            " c.authorised_at IS NULL, c.authorised_at, c.invited_at, c.school_id"
        )
    ).all()
    held: set[str] = set()
    for school_id, estab in rows:
        is_number = len(estab) == DFE_DIGITS and estab.isdigit()
        values = NOT_HELD
        if not is_number or estab in held:
            _end_access(school_id)
        else:
            held.add(estab)
            columns = connections.c
            since = sa.func.coalesce(columns.invited_at, columns.authorised_at, columns.checked_at)
            values = {"xporter_estab": estab, "claimed_at": since}
        bind.execute(
            sa.update(connections).where(connections.c.school_id == school_id).values(**values)
        )


def _end_access(school_id: int) -> None:
    now, bind = datetime.now(UTC), op.get_bind()
    ended = sa.select(_AUTHORISATIONS.c.id).where(_AUTHORISATIONS.c.school_id == school_id)
    for table, which in (
        (_TOKENS, _TOKENS.c.authorisation_id.in_(ended)),
        (_AUTHORISATIONS, _AUTHORISATIONS.c.school_id == school_id),
    ):
        in_force = table.c.revoked_at.is_(None)
        bind.execute(sa.update(table).where(which, in_force).values(revoked_at=now))
    of_school = _SYNCS.c.school_id == school_id
    nothing = {"wanted_scopes": [], "purge_at": now, "due_at": now}
    bind.execute(sa.update(_SYNCS).where(of_school).values(**nothing))


def downgrade() -> None:
    with op.batch_alter_table("connections", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_connections_key_needs_claim"), type_="check")
        batch_op.drop_constraint(batch_op.f("uq_connections_xporter_estab"), type_="unique")
        batch_op.drop_column("claimed_at")
        batch_op.drop_column("xporter_estab")
    op.drop_table("unmatched_authorisations")
    with op.batch_alter_table("received_callbacks", schema=None) as batch_op:
        batch_op.drop_column("sender")
    with op.batch_alter_table("schools", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_schools_la_code_establishment_number"))
        batch_op.drop_column("number_is_shared")
