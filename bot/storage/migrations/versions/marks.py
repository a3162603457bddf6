"""A table of moments to remember, by name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make it."""
    op.create_table("marks", sa.Column("name", sa.String, primary_key=True), sa.Column("at", sa.Double, nullable=False))


def downgrade() -> None:
    """Remove it."""
    op.drop_table("marks")
