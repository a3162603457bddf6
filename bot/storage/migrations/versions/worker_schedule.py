"""What wakes a Worker, Cloudflare's cron or its own alarm; and a way to find the Workers of an account."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the column and the index."""
    op.add_column("workers", sa.Column("schedule", sa.String, nullable=False, server_default="cron"))
    op.create_index("workers_cloudflare_account", "workers", ["cloudflare_account"])


def downgrade() -> None:
    """Remove them."""
    op.drop_index("workers_cloudflare_account", "workers")
    op.drop_column("workers", "schedule")
