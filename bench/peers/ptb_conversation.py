"""A bot as python-telegram-bot's documentation has it: ConversationHandler, PicklePersistence, an update at a time."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import uvloop
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import (
    Application,
    ApplicationBuilder,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    ConversationHandler,
    MessageHandler,
    PicklePersistence,
    filters,
)

from bench.peers.road import API_URL, FOLDER, READY, ROAD, TOKEN, WAIT, WRONG, Stop, data, following, looks_right


def keyboard(stop: Stop) -> InlineKeyboardMarkup | None:
    """Draw a screen's button."""
    return InlineKeyboardMarkup([[InlineKeyboardButton("Go on", callback_data=data(stop))]]) if stop.button else None


async def start(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
    """Show the first screen."""
    assert update.effective_chat is not None  # noqa: S101  (a command has one)
    assert context.user_data is not None  # noqa: S101
    sent = await context.bot.send_message(update.effective_chat.id, ROAD[0].text, reply_markup=keyboard(ROAD[0]))
    context.user_data["anchor"] = sent.message_id
    return 0


def tapped(number: int):  # type: ignore[no-untyped-def]  # noqa: ANN201  (a handler)
    """Make the handler of the button of one screen."""

    async def handler(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> int:
        query, stop = update.callback_query, ROAD[following(number)]
        assert query is not None  # noqa: S101
        await query.answer()
        await query.edit_message_text(stop.text, reply_markup=keyboard(stop))
        return following(number)

    return handler


def pasted(number: int):  # type: ignore[no-untyped-def]  # noqa: ANN201
    """Make the handler of what is pasted at one screen: delete it, check it, do what follows."""

    async def handler(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
        here, stop, message = ROAD[number], ROAD[following(number)], update.message
        assert message is not None  # noqa: S101
        assert context.user_data is not None  # noqa: S101
        await message.delete()
        chat, anchor, text = message.chat_id, context.user_data["anchor"], message.text or ""
        if not looks_right(here, text):
            await context.bot.send_message(chat, WRONG)
            return number
        context.user_data[here.paste] = text
        if here.paste != "key_id":
            await context.bot.edit_message_text(WAIT, chat, anchor)
            await asyncio.sleep(here.pause)
        if here.paste == "secret":
            for each in ("token", "key_id", "secret"):
                context.user_data.pop(each, None)
        await context.bot.edit_message_text(stop.text, chat, anchor, reply_markup=keyboard(stop))
        return following(number)

    return handler


def states() -> dict[object, list[CallbackQueryHandler | MessageHandler]]:  # type: ignore[type-arg]
    """List what each screen takes."""
    words = filters.TEXT & ~filters.COMMAND
    return {
        number: [
            CallbackQueryHandler(tapped(number), re.escape(data(stop)))
            if stop.button
            else MessageHandler(words, pasted(number))
        ]
        for number, stop in enumerate(ROAD)
    }


async def ready(_application: Application) -> None:  # type: ignore[type-arg]
    """Say that it runs."""
    print(READY, flush=True)


def main() -> None:
    """Run until told to stop."""
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    conversation = ConversationHandler(
        entry_points=[CommandHandler("start", start)],
        states=states(),  # type: ignore[arg-type]
        fallbacks=[CommandHandler("start", start)],
        name="onboarding",
        persistent=True,
    )
    kept = PicklePersistence(Path(FOLDER) / "peer.pickle")
    builder = ApplicationBuilder().token(TOKEN).base_url(f"{API_URL}/bot").persistence(kept).post_init(ready)
    application = builder.build()
    application.add_handler(conversation)
    application.run_polling()


if __name__ == "__main__":
    main()
