"""python-telegram-bot as quick as it goes: no ConversationHandler, updates side by side, state in memory."""

from __future__ import annotations

import asyncio

import uvloop
from telegram import Update
from telegram.ext import (
    ApplicationBuilder,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from bench.peers.ptb_conversation import keyboard, ready
from bench.peers.road import API_URL, ROAD, TOKEN, WAIT, WRONG, data, following, looks_right


async def start(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Show the first screen."""
    assert update.effective_chat is not None  # noqa: S101  (a command has one)
    assert context.user_data is not None  # noqa: S101
    sent = await context.bot.send_message(update.effective_chat.id, ROAD[0].text, reply_markup=keyboard(ROAD[0]))
    context.user_data.update(at=0, anchor=sent.message_id)


async def tapped(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Take a tap, if it is on the button of the screen."""
    query = update.callback_query
    assert query is not None  # noqa: S101
    assert context.user_data is not None  # noqa: S101
    await query.answer()
    at = context.user_data.get("at")
    if at is None or query.data != data(ROAD[at]):
        return
    at = context.user_data["at"] = following(at)
    await query.edit_message_text(ROAD[at].text, reply_markup=keyboard(ROAD[at]))


async def pasted(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Take what is pasted: delete it, check it, do what follows."""
    message, held = update.message, context.user_data
    assert message is not None  # noqa: S101
    assert held is not None  # noqa: S101
    at = held.get("at")
    if at is None or not ROAD[at].paste:
        return
    await message.delete()
    here, chat, text = ROAD[at], message.chat_id, message.text or ""
    if not looks_right(here, text):
        await context.bot.send_message(chat, WRONG)
        return
    held[here.paste] = text
    if here.paste != "key_id":
        await context.bot.edit_message_text(WAIT, chat, held["anchor"])
        await asyncio.sleep(here.pause)
    if here.paste == "secret":
        for each in ("token", "key_id", "secret"):
            held.pop(each, None)
    at = held["at"] = following(at)
    await context.bot.edit_message_text(ROAD[at].text, chat, held["anchor"], reply_markup=keyboard(ROAD[at]))


def main() -> None:
    """Run until told to stop."""
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    builder = ApplicationBuilder().token(TOKEN).base_url(f"{API_URL}/bot").post_init(ready)
    application = builder.concurrent_updates(True).connection_pool_size(256).pool_timeout(60).build()
    application.add_handler(CommandHandler("start", start))
    application.add_handler(CallbackQueryHandler(tapped))
    application.add_handler(MessageHandler(filters.TEXT & ~filters.COMMAND, pasted))
    application.run_polling()


if __name__ == "__main__":
    main()
