"""A table for the list of commands that a chat was given for itself."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make it."""
    op.create_table(
        "menus",
        sa.Column("chat_id", Id, primary_key=True, autoincrement=False),
        sa.Column("given", sa.String, nullable=False),
    )


def downgrade() -> None:
    """Remove it."""
    op.drop_table("menus")
