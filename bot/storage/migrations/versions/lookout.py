"""Tables for what is to be told, for looking after Workers in turn, and for who wants to be told what."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "outbox",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("chat_id", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("lines", sa.Text, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("due_at", sa.Double, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
    )
    op.create_table(
        "lookouts",
        sa.Column("worker_id", sa.String, primary_key=True),
        sa.Column("chat_id", sa.BigInteger, nullable=False),
        sa.Column("due_at", sa.Double, nullable=False),
        sa.Column("answered_at", sa.Double),
        sa.Column("failing_since", sa.Double),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("told", sa.String, nullable=False),
    )
    op.create_table(
        "notices",
        sa.Column("chat_id", Id, primary_key=True, autoincrement=False),
        sa.Column("silenced", sa.String, nullable=False),
        sa.Column("zone", sa.String, nullable=False),
        sa.Column("summary_hour", sa.Integer),
        sa.Column("quiet_from", sa.Integer),
        sa.Column("quiet_to", sa.Integer),
        sa.Column("summary_at", sa.Double),
    )
    for table in ("outbox", "lookouts"):
        for column in ("chat_id", "due_at"):
            op.create_index(f"{table}_{column}", table, [column])
    op.create_index("notices_summary_at", "notices", ["summary_at"])


def downgrade() -> None:
    """Drop them."""
    for table in ("notices", "lookouts", "outbox"):
        op.drop_table(table)
