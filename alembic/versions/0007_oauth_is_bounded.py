"""Apps register their grants; tokens end for good; requests nobody claimed are bounded.

Apps registered before go on as they were: without PKCE unless they are public, and with
every grant of their type.
"""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

OF_PUBLIC = ["authorization_code", "refresh_token"]
OF_CONFIDENTIAL = '["authorization_code", "refresh_token", "client_credentials"]'


def _moment(name: str) -> sa.Column:
    return sa.Column(name, sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True)


def _word(name: str, length: int, default: str) -> sa.Column:
    kind = sqlmodel.sql.sqltypes.AutoString(length=length)
    return sa.Column(name, kind, nullable=False, server_default=default)


def upgrade() -> None:
    """Add the columns, and fill them for what there is."""
    with op.batch_alter_table("apps", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("requires_pkce", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(
            sa.Column("grant_types", sa.JSON(), nullable=False, server_default=OF_CONFIDENTIAL)
        )
    of_public = sa.text(
        "UPDATE apps SET requires_pkce = true, grant_types = :grants WHERE client_type = 'public'"
    ).bindparams(sa.bindparam("grants", OF_PUBLIC, sa.JSON()))
    op.execute(of_public)
    with op.batch_alter_table("authorisations", schema=None) as batch_op:
        batch_op.add_column(_moment("ends_at"))
    with op.batch_alter_table("oauth_tokens", schema=None) as batch_op:
        batch_op.add_column(_moment("family_ends_at"))
        batch_op.add_column(_word("answer_nonce", 64, ""))
        batch_op.create_index(batch_op.f("ix_oauth_tokens_expires_at"), ["expires_at"])
    with op.batch_alter_table("authorisation_codes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_authorisation_codes_expires_at"), ["expires_at"])
    with op.batch_alter_table("access_requests", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "holder",
                sa.Enum("nobody", "sign_up", "person", name="holder", native_enum=False, length=32),
                nullable=False,
                server_default="nobody",
            )
        )
        batch_op.create_index("ix_access_requests_holder_id", ["holder", "id"])
        batch_op.create_index(batch_op.f("ix_access_requests_expires_at"), ["expires_at"])
    op.execute(sa.text("UPDATE access_requests SET holder = 'person' WHERE user_id IS NOT NULL"))


def downgrade() -> None:
    """Take them away again."""
    with op.batch_alter_table("access_requests", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_access_requests_expires_at"))
        batch_op.drop_index("ix_access_requests_holder_id")
        batch_op.drop_column("holder")
    with op.batch_alter_table("authorisation_codes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_authorisation_codes_expires_at"))
    with op.batch_alter_table("oauth_tokens", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_oauth_tokens_expires_at"))
        batch_op.drop_column("answer_nonce")
        batch_op.drop_column("family_ends_at")
    with op.batch_alter_table("authorisations", schema=None) as batch_op:
        batch_op.drop_column("ends_at")
    with op.batch_alter_table("apps", schema=None) as batch_op:
        batch_op.drop_column("grant_types")
        batch_op.drop_column("requires_pkce")
