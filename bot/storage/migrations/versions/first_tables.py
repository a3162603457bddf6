"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "updates",
        sa.Column("update_id", Id, primary_key=True, autoincrement=False),
        sa.Column("chat_id", sa.BigInteger),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("received_at", sa.Double, nullable=False),
        sa.Column("parked", sa.String),
    )
    op.create_index("updates_received_at", "updates", ["received_at"])
    op.create_table(
        "dialogs",
        sa.Column("chat_id", Id, primary_key=True, autoincrement=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("rendered_version", sa.Integer, nullable=False),
        sa.Column("anchor_message_id", sa.BigInteger),
        sa.Column("language", sa.String),
        sa.Column("updated_at", sa.Double, nullable=False),
    )
    _make_operations()
    _make_tickets()
    _make_workers()
    op.create_table(
        "pending_deletions",
        sa.Column("chat_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("message_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("since", sa.Double, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_at", sa.Double, nullable=False),
        sa.Column("told", sa.Boolean, nullable=False),
    )
    op.create_index("pending_deletions_next_at", "pending_deletions", ["next_at"])
    op.create_table(
        "consents",
        sa.Column("chat_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("text_sha256", sa.String, primary_key=True),
        sa.Column("at", sa.Double, nullable=False),
    )


def _make_operations() -> None:
    op.create_table(
        "operations",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("chat_id", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("plan_version", sa.Integer, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("step", sa.String),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("error_code", sa.String),
        sa.Column("incident", sa.String),
        sa.Column("arguments", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text),
        sa.Column("cancelling", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("started_at", sa.Double),
        sa.Column("heartbeat_at", sa.Double),
        sa.Column("progress_at", sa.Double),
        sa.Column("ended_at", sa.Double),
    )
    op.create_index("operations_chat_id", "operations", ["chat_id", "created_at"])
    op.create_index("operations_state", "operations", ["state"])


def _make_tickets() -> None:
    op.create_table(
        "tickets",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("chat_id", sa.BigInteger, nullable=False),
        sa.Column("purpose", sa.String, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("key_name", sa.String, nullable=False),
        sa.Column("expires_at", sa.Double, nullable=False),
        sa.Column("operation_id", sa.String),
    )
    for column in ("chat_id", "expires_at", "operation_id"):
        op.create_index(f"tickets_{column}", "tickets", [column])


def _make_workers() -> None:
    op.create_table(
        "workers",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("chat_id", sa.BigInteger, nullable=False),
        sa.Column("mode", sa.String, nullable=False),
        sa.Column("script", sa.String, nullable=False),
        sa.Column("cloudflare_account", sa.String, nullable=False),
        sa.Column("subdomain", sa.String, nullable=False),
        sa.Column("url", sa.String, nullable=False),
        sa.Column("alpaca_account_hash", sa.String, nullable=False),
        sa.Column("alpaca_account_ending", sa.String, nullable=False),
        sa.Column("command_key", sa.LargeBinary, nullable=False),
        sa.Column("plan", sa.Text, nullable=False),
        sa.Column("ceilings", sa.Text, nullable=False),
        sa.Column("template", sa.String, nullable=False),
        sa.Column("holds_cloudflare_token", sa.Boolean, nullable=False),
        sa.Column("key_ending", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("last_event", sa.Integer, nullable=False),
    )
    op.create_index("workers_chat_id", "workers", ["chat_id"])


def downgrade() -> None:
    """Drop them."""
    for table in ("consents", "pending_deletions", "workers", "tickets", "operations", "dialogs", "updates"):
        op.drop_table(table)
