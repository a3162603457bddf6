"""A column for the language that a chat has chosen, which goes before the one Telegram tells."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make it."""
    op.add_column("dialogs", sa.Column("chosen_language", sa.String))


def downgrade() -> None:
    """Remove it."""
    op.drop_column("dialogs", "chosen_language")
