"""Every statement must also be one that PostgreSQL's dialect can say; running them there is for its own tests."""

from __future__ import annotations

from types import ModuleType

import pytest
from sqlalchemy import ClauseElement, Executable
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.schema import CreateIndex, CreateTable

from bot.storage import (
    consents,
    deletions,
    dialogs,
    forgetting,
    lookouts,
    notices,
    operations,
    outbox,
    pictures,
    tickets,
    updates,
    workers,
)
from bot.storage.dialect import InsertOnce, translated
from bot.storage.errors import StorageError
from bot.storage.tables import metadata

MODULES = (
    consents, deletions, dialogs, forgetting, lookouts, notices, operations, outbox, pictures,
    tickets, updates, workers,
)  # fmt: skip
POSTGRESQL = postgresql.dialect()  # type: ignore[no-untyped-call]


def statements(module: ModuleType) -> list[ClauseElement]:
    values = vars(module).values()
    nested = [value for mapping in values if isinstance(mapping, dict) for value in mapping.values()]
    plain = [
        value for value in (*values, *nested) if isinstance(value, Executable) and isinstance(value, ClauseElement)
    ]
    return plain + [value._by_dialect["postgresql"] for value in values if isinstance(value, InsertOnce)]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__.rpartition(".")[2])
def test_postgresql_understands_the_statements_of(module: ModuleType) -> None:
    found = statements(module)
    assert found
    for statement in found:
        assert str(statement.compile(dialect=POSTGRESQL))


def test_postgresql_gets_wide_ids_and_no_sequences() -> None:
    for table in metadata.tables.values():
        made = str(CreateTable(table).compile(dialect=POSTGRESQL))
        assert "SERIAL" not in made
        if "chat_id" in table.c:
            assert "chat_id BIGINT" in made
        for index in table.indexes:
            assert str(CreateIndex(index).compile(dialect=POSTGRESQL))


class Refused(Exception):  # noqa: N818  (as a driver's error looks to us)
    sqlstate: str | None = None


@pytest.mark.parametrize(
    ("sqlstate", "code", "retryable"),
    [
        ("40001", "conflict", True),
        ("53100", "disk_full", True),
        ("55P03", "locked", True),
        ("57P01", "unavailable", True),
        ("23505", "integrity", False),
        ("42P01", "statement", False),
        (None, "connection_lost", True),
    ],
)
def test_the_errors_of_postgresql_have_their_codes(sqlstate: str | None, code: str, *, retryable: bool) -> None:
    refused = Refused("CANARY")
    refused.sqlstate = sqlstate
    error = translated(DBAPIError("INSERT CANARY", {"value": "CANARY"}, refused))
    assert isinstance(error, StorageError)
    assert (error.code, error.retryable) == (code, retryable)
    assert "CANARY" not in str(error)


def test_a_mistake_in_a_statement_is_told_without_the_statement() -> None:
    error = translated(ArgumentError("CANARY"))
    assert isinstance(error, StorageError)
    assert str(error) == "statement: ArgumentError"
