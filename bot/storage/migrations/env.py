"""Alembic runs this file for every command; `bot.storage.schema` hands it the connection to work on."""

from __future__ import annotations

from alembic import context

from bot.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,  # SQLite can undo CREATE TABLE too, now that BEGIN is ours
)
with context.begin_transaction():
    context.run_migrations()
