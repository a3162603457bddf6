"""What somebody means who types: a button's words are a tap on it, a question is a wish for help."""

from __future__ import annotations

from bot.texts.direction import without
from bot.texts.limits import LABEL
from bot.texts.render import label
from bot.texts.search import find_topic, is_question
from flows import events
from flows.codec import Dialog
from flows.languages import Language
from flows.machine import takes_words, view
from flows.screen import Tap


def meant(dialog: Dialog, event: events.Event, context: events.Context, language: Language) -> events.Event:
    """Give what is meant; anything but plain text stays what it is."""
    if not isinstance(event, events.Said):
        return event
    button = _button(dialog, event.text, context, language)
    if button is not None:
        return events.Tapped(button.action, button.argument)
    if is_question(event.text) and not takes_words(dialog.state):
        topic = find_topic(event.text, language)
        return event if topic is None else events.Asked(topic)
    return event


def _button(dialog: Dialog, text: str, context: events.Context, language: Language) -> Tap | None:
    typed = _bare(text) if len(text) <= LABEL else ""
    buttons = (each for row in view(dialog, context).rows for each in row if isinstance(each, Tap))
    return next((button for button in buttons if typed and typed == _bare(label(button.label, language))), None)


def _bare(words: str) -> str:
    """Leave letters, digits and single blanks, so that neither case nor an emoji matters."""
    return " ".join("".join(each if each.isalnum() else " " for each in without(words).casefold()).split())
