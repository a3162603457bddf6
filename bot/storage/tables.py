"""Every table there is. Rows hold ids, codes and sealed blobs; times are Unix seconds.

A change here needs a migration beside it; a test compares the two.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData()

# SQLite keeps rows in the order of an INTEGER key without a second index; Telegram's ids need 64 bits elsewhere.
Id = BigInteger().with_variant(Integer(), "sqlite")

updates = Table(
    "updates",
    metadata,
    Column("update_id", Id, primary_key=True, autoincrement=False),
    Column("chat_id", BigInteger),
    Column("kind", String, nullable=False),
    Column("received_at", Double, nullable=False),
    Column("parked", String),  # why it could not be handled; null when it was
    Index("updates_received_at", "received_at"),
)

dialogs = Table(
    "dialogs",
    metadata,
    Column("chat_id", Id, primary_key=True, autoincrement=False),
    Column("user_id", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("rendered_version", Integer, nullable=False),
    Column("anchor_message_id", BigInteger),
    Column("language", String),
    Column("updated_at", Double, nullable=False),
    Column("chosen_language", String),  # null follows Telegram's, which is `language`
)

operations = Table(
    "operations",
    metadata,
    Column("id", String, primary_key=True),
    Column("chat_id", BigInteger, nullable=False),
    Column("kind", String, nullable=False),
    Column("plan_version", Integer, nullable=False),
    Column("state", String, nullable=False),  # queued, running, done, failed, cancelled
    Column("step", String),
    Column("attempts", Integer, nullable=False),
    Column("error_code", String),
    Column("incident", String),
    Column("arguments", Text, nullable=False),
    Column("outcome", Text),
    Column("cancelling", Boolean, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("started_at", Double),
    Column("heartbeat_at", Double),  # the process was alive
    Column("progress_at", Double),  # the work was moving
    Column("ended_at", Double),
    Index("operations_chat_id", "chat_id", "created_at"),
    Index("operations_state", "state"),
)

tickets = Table(
    "tickets",
    metadata,
    Column("id", String, primary_key=True),
    Column("chat_id", BigInteger, nullable=False),
    Column("purpose", String, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("key_name", String, nullable=False),
    Column("expires_at", Double, nullable=False),
    Column("operation_id", String),
    Index("tickets_chat_id", "chat_id"),
    Index("tickets_expires_at", "expires_at"),
    Index("tickets_operation_id", "operation_id"),
)

workers = Table(
    "workers",
    metadata,
    Column("id", String, primary_key=True),
    Column("chat_id", BigInteger, nullable=False),
    Column("mode", String, nullable=False),
    Column("script", String, nullable=False),
    Column("cloudflare_account", String, nullable=False),
    Column("subdomain", String, nullable=False),
    Column("url", String, nullable=False),
    Column("alpaca_account_hash", String, nullable=False),
    Column("alpaca_account_ending", String, nullable=False),
    Column("command_key", LargeBinary, nullable=False),
    Column("plan", Text, nullable=False),
    Column("ceilings", Text, nullable=False),
    Column("template", String, nullable=False),
    Column("holds_cloudflare_token", Boolean, nullable=False),
    Column("key_ending", String, nullable=False),
    Column("state", String, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("last_event", Integer, nullable=False),
    Column("schedule", String, nullable=False, server_default="cron"),
    Index("workers_chat_id", "chat_id"),
    Index("workers_cloudflare_account", "cloudflare_account"),
)

pending_deletions = Table(
    "pending_deletions",
    metadata,
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("message_id", BigInteger, primary_key=True, autoincrement=False),
    Column("since", Double, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", Double, nullable=False),
    Column("told", Boolean, nullable=False),
    Index("pending_deletions_next_at", "next_at"),
)

consents = Table(
    "consents",
    metadata,
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("text_sha256", String, primary_key=True),
    Column("at", Double, nullable=False),
    Column("wording", Text),  # the text itself, to send a copy of; null where it was agreed to before copies were kept
)

marks = Table(
    "marks",
    metadata,
    Column("name", String, primary_key=True),
    Column("at", Double, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", String, primary_key=True),
    Column("chat_id", BigInteger, nullable=False),
    Column("kind", String, nullable=False),  # tell, notice
    Column("lines", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("due_at", Double, nullable=False),
    Column("attempts", Integer, nullable=False),
    Index("outbox_chat_id", "chat_id"),
    Index("outbox_due_at", "due_at"),
)

lookouts = Table(
    "lookouts",
    metadata,
    Column("worker_id", String, primary_key=True),
    Column("chat_id", BigInteger, nullable=False),
    Column("due_at", Double, nullable=False),
    Column("answered_at", Double),
    Column("failing_since", Double),
    Column("failures", Integer, nullable=False),
    Column("told", String, nullable=False),  # the trouble its owner knows of, or nothing
    Index("lookouts_chat_id", "chat_id"),
    Index("lookouts_due_at", "due_at"),
)

notices = Table(
    "notices",
    metadata,
    Column("chat_id", Id, primary_key=True, autoincrement=False),
    Column("silenced", String, nullable=False),
    Column("zone", String, nullable=False),
    Column("summary_hour", Integer),
    Column("quiet_from", Integer),
    Column("quiet_to", Integer),
    Column("summary_at", Double),
    Index("notices_summary_at", "summary_at"),
)

menus = Table(
    "menus",
    metadata,
    Column("chat_id", Id, primary_key=True, autoincrement=False),
    Column("given", String, nullable=False),  # names the list; empty when it is to be taken back
)

pictures = Table(
    "pictures",
    metadata,
    Column("chat_id", Id, primary_key=True, autoincrement=False),
    Column("message_id", BigInteger, nullable=False),
)
