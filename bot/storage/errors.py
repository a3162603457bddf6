"""What storage may raise. Nothing of SQLAlchemy or of a database driver crosses this line.

Exception
├── StorageError   the database could not do it; `retryable` says whether trying again later makes sense
└── StaleDialog    somebody else has saved the dialog since it was loaded
"""

from __future__ import annotations


class StorageError(Exception):
    """The database did not do what was asked; nothing of the failed work was kept.

    `code` is one of locked, disk_full, io_error, cannot_open, read_only, corrupt, integrity, conflict, unavailable,
    connection_lost, commit_unknown, wal_busy, closed, schema, statement. Only after `commit_unknown` (the connection
    broke while committing) may the work have been kept all the same.
    """

    def __init__(self, code: str, *, retryable: bool, detail: str = "") -> None:
        """Keep the stable `code`, and a `detail` that names tables and columns but never values."""
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.retryable = retryable
        self.detail = detail


class StaleDialog(Exception):  # noqa: N818  (an outcome the caller expects, not a fault)
    """The dialog has moved on since it was loaded: load it again and take the step anew."""

    def __init__(self, chat_id: int) -> None:
        """Name the chat."""
        super().__init__(f"dialog {chat_id} was saved by somebody else")
        self.chat_id = chat_id
