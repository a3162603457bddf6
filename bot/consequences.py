"""What a step asks of the database, in its own transaction: work, consents, wishes, messages, forgetting."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from bot import wishes
from bot.operations_store import Enlist
from bot.runner.port import Operation, lane
from bot.storage import consents, deletions, menus, operations, outbox
from bot.storage.forgetting import forget_chat
from bot.texts.render import render
from flows.codec import dump_texts, load_texts
from flows.effects import Effect, ForgetChat, KeepConsent, KeepNotices, SendConsents, StartOperation, Tell
from flows.languages import Language
from flows.words import City, Moment, Text, Verbatim, listing, say


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Whose step it is and when; `fresh_id` begins the ids of what it adds, `enlist` hands work out to replicas."""

    chat_id: int
    now: float
    fresh_id: str
    language: Language
    enlist: Enlist | None = None


def carry_out(connection: Connection, moment: Occurrence, effects: Iterable[Effect]) -> Mapping[str, int] | None:
    """Do all that is the database's; gives how many rows of each table went when the chat was forgotten, else None."""
    forgotten = None
    for number, effect in enumerate(effects):
        match effect:
            case StartOperation():
                _begin(connection, moment, effect)
            case KeepConsent(text):
                _keep_consent(connection, moment, text)
            case KeepNotices(notices):
                wishes.keep(connection, moment.chat_id, notices, now=moment.now)
            case Tell(text):
                _tell(connection, moment, f"{number}", (text,))
            case SendConsents():
                _send_consents(connection, moment)
            case ForgetChat():
                forgotten = _forget(connection, moment.chat_id)
            case _:  # what is Telegram's follows after the commit
                pass
    return forgotten


def _begin(connection: Connection, moment: Occurrence, effect: StartOperation) -> None:
    added = operations.start(
        connection,
        operation_id=effect.id,
        chat_id=moment.chat_id,
        kind=effect.kind,
        arguments=effect.arguments,
        now=moment.now,
    )
    if added and moment.enlist is not None:
        row = Operation(effect.id, moment.chat_id, effect.kind, effect.arguments)
        moment.enlist(connection, row.id, lane(row))


def _tell(connection: Connection, moment: Occurrence, number: str, texts: tuple[Text, ...]) -> None:
    """Keep what is to be told until Telegram has it, so that no crash loses it."""
    message = outbox.Message(
        f"{moment.fresh_id}-{number}", moment.chat_id, "tell", dump_texts(texts), moment.now, moment.now
    )
    outbox.put(connection, message)


def _keep_consent(connection: Connection, moment: Occurrence, text: Text) -> None:
    """Keep the very text that was shown, in its language: no later change of wording or language changes the copy."""
    shown = render(text, moment.language)
    digest = hashlib.sha256(shown.encode()).hexdigest()
    wording = dump_texts((say("consent.shown", text=Verbatim(shown)),))
    consents.add(connection, consents.Consent(moment.chat_id, digest, moment.now, wording))


def _send_consents(connection: Connection, moment: Occurrence) -> None:
    known, zone = consents.for_chat(connection, moment.chat_id), wishes.read(connection, moment.chat_id).zone
    for number, consent in enumerate(known):
        head = say("consent.copy", at=Moment(int(consent.at), zone), zone=City(zone), digest=consent.text_sha256)
        wording = load_texts(consent.wording) if consent.wording else (say("consent.lost"),)
        _tell(connection, moment, f"consent-{number}", (head, *wording))
    if not known:
        _tell(connection, moment, "consent", (say("consent.none"),))


def _forget(connection: Connection, chat_id: int) -> Mapping[str, int]:
    """Forget all but the messages that are still to be deleted: those rows are ids, and go when it is done."""
    waiting = [row for row in deletions.for_chat(connection, chat_id) if not row.told]
    listed = menus.given(connection, chat_id) is not None
    counts = forget_chat(connection, chat_id)
    if listed:
        menus.put(connection, chat_id, menus.TO_DROP)
    for row in waiting:
        deletions.add(connection, chat_id=chat_id, message_id=row.message_id, now=row.since, next_at=row.next_at)
    return counts


def receipt(counts: Mapping[str, int]) -> Text:
    """Say what has been deleted."""
    named = ("workers", "consents", "operations", "outbox")
    return say("notice.receipt", rows=listing(*(say(f"receipt.{name}", count=counts.get(name, 0)) for name in named)))
