"""A column for the text that was agreed to, so that a copy can be sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make it."""
    op.add_column("consents", sa.Column("wording", sa.Text))


def downgrade() -> None:
    """Remove it."""
    op.drop_column("consents", "wording")
