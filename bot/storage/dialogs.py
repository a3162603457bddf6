"""Where each chat stands in its conversation."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlalchemy import Connection, bindparam, select, update

from bot.storage.dialect import InsertOnce, is_shared, wait_for_turn
from bot.storage.errors import StaleDialog
from bot.storage.tables import dialogs

FAR = 1e12  # seconds: later than any clock


@dataclass(frozen=True, slots=True)
class Dialog:
    """One chat's state (JSON text), and the message that shows it.

    `version` grows with every step; `rendered_version` is the one the anchor message shows. `language` is what Telegram
    told last, `chosen_language` what the user has chosen instead.
    """

    chat_id: int
    user_id: int
    state: str
    version: int
    rendered_version: int
    anchor_message_id: int | None
    language: str | None
    updated_at: float
    chosen_language: str | None = None


_LOAD = select(dialogs).where(dialogs.c.chat_id == bindparam("chat"))
_LANGUAGES = select(dialogs.c.chosen_language, dialogs.c.language).where(dialogs.c.chat_id == bindparam("chat"))
_HOLD = _LOAD.with_for_update()
_INSERT = InsertOnce(dialogs)
_UPDATE = (
    update(dialogs)
    .where(dialogs.c.chat_id == bindparam("chat"), dialogs.c.version == bindparam("was"))
    .values({column: bindparam(column.name) for column in dialogs.c if column.name != "chat_id"})
)
_RENDERED = (
    update(dialogs)
    .where(dialogs.c.chat_id == bindparam("chat"), dialogs.c.rendered_version <= bindparam("shown"))
    .values(rendered_version=bindparam("shown"), anchor_message_id=bindparam("anchor"))
)
_UNRENDERED = (
    select(dialogs)
    .where(dialogs.c.rendered_version < dialogs.c.version)
    .where(dialogs.c.updated_at > bindparam("since"), dialogs.c.updated_at <= bindparam("before"))
    .order_by(dialogs.c.updated_at)
    .limit(bindparam("most"))
)
_CHANGED = (
    select(dialogs.c.chat_id)
    .where(dialogs.c.updated_at >= bindparam("since"))
    .order_by(dialogs.c.updated_at.desc())
    .limit(bindparam("most"))
)
_PAGE = (
    select(dialogs).where(dialogs.c.chat_id > bindparam("after")).order_by(dialogs.c.chat_id).limit(bindparam("most"))
)


def load(connection: Connection, chat_id: int) -> Dialog | None:
    """The chat's dialog; None when it has never had one."""
    row = connection.execute(_LOAD, {"chat": chat_id}).first()
    return None if row is None else Dialog(*row)


def hold(connection: Connection, chat_id: int) -> Dialog | None:
    """As `load`, and no other replica takes a step of this chat until the transaction ends.

    It comes first in a transaction: whoever holds a chat may touch its other rows, so nobody waits the other way round.
    """
    row = connection.execute(_HOLD, {"chat": chat_id}).first()
    if row is None and is_shared(connection):
        # A row that is not there yet cannot be locked: two first messages take turns by the chat's number.
        wait_for_turn(connection, chat_id)
        row = connection.execute(_HOLD, {"chat": chat_id}).first()
    return None if row is None else Dialog(*row)


def languages(connection: Connection, chat_id: int) -> tuple[str | None, str | None]:
    """The language a chat has chosen, and the one Telegram has told; None where there is none."""
    row = connection.execute(_LANGUAGES, {"chat": chat_id}).first()
    return (None, None) if row is None else (row[0], row[1])


def save(connection: Connection, dialog: Dialog, *, was: int) -> None:
    """Store `dialog`, whose version was `was` when it was loaded (0 when there was none).

    Raises StaleDialog when the stored version is another one by now.
    """
    row = asdict(dialog)
    if was:
        row["chat"] = row.pop("chat_id")
        kept = connection.execute(_UPDATE, row | {"was": was}).rowcount == 1
    else:
        kept = _INSERT.run(connection, row)
    if not kept:
        raise StaleDialog(dialog.chat_id)


def rendered(connection: Connection, chat_id: int, *, version: int, anchor_message_id: int | None) -> bool:
    """Note what the anchor message shows; False when a later version has been shown already."""
    values = {"chat": chat_id, "shown": version, "anchor": anchor_message_id}
    return connection.execute(_RENDERED, values).rowcount == 1


def unrendered(connection: Connection, *, since: float = -FAR, before: float = FAR, limit: int = 1000) -> list[Dialog]:
    """Dialogs whose message shows an older version, longest-waiting first: a crash came between saving and showing.

    Only those saved after `since` and not after `before`.
    """
    values = {"most": limit, "since": since, "before": before}
    return [Dialog(*row) for row in connection.execute(_UNRENDERED, values)]


def changed(connection: Connection, *, since: float, limit: int = 1000) -> list[int]:
    """The chats whose dialogs were saved since then, the latest first."""
    return list(connection.execute(_CHANGED, {"since": since, "most": limit}).scalars())


def page(connection: Connection, *, after: int, limit: int = 500) -> list[Dialog]:
    """The dialogs of chats numbered above `after`, in that order: to go through all of them a page at a time."""
    return [Dialog(*row) for row in connection.execute(_PAGE, {"after": after, "most": limit})]
