"""aiogram with its finite-state machine, as its documentation has it: state in memory, updates side by side."""

from __future__ import annotations

import asyncio

import uvloop
from aiogram import Bot, Dispatcher, F
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import Command
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State
from aiogram.fsm.storage.memory import MemoryStorage
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

from bench.peers.road import API_URL, READY, ROAD, TOKEN, WAIT, WRONG, Stop, data, following, looks_right

STATES = [State(f"stop{number}", group_name="Onboarding") for number in range(len(ROAD))]


def keyboard(stop: Stop) -> InlineKeyboardMarkup | None:
    """Draw a screen's button."""
    button = InlineKeyboardButton(text="Go on", callback_data=data(stop)) if stop.button else None
    return InlineKeyboardMarkup(inline_keyboard=[[button]]) if button else None


async def start(message: Message, state: FSMContext) -> None:
    """Show the first screen."""
    sent = await message.answer(ROAD[0].text, reply_markup=keyboard(ROAD[0]))
    await state.set_state(STATES[0])
    await state.update_data(anchor=sent.message_id)


def tapped(number: int):  # type: ignore[no-untyped-def]  # noqa: ANN201  (a handler)
    """Make the handler of the button of one screen."""

    async def handler(query: CallbackQuery, state: FSMContext) -> None:
        stop = ROAD[following(number)]
        await query.answer()
        await state.set_state(STATES[following(number)])
        await query.message.edit_text(stop.text, reply_markup=keyboard(stop))

    return handler


def pasted(number: int):  # type: ignore[no-untyped-def]  # noqa: ANN201
    """Make the handler of what is pasted at one screen: delete it, check it, do what follows."""

    async def handler(message: Message, state: FSMContext, bot: Bot) -> None:
        here, stop, chat = ROAD[number], ROAD[following(number)], message.chat.id
        await message.delete()
        if not looks_right(here, message.text or ""):
            await message.answer(WRONG)
            return
        held = await state.update_data({here.paste: message.text})
        if here.paste != "key_id":
            await bot.edit_message_text(WAIT, chat_id=chat, message_id=held["anchor"])
            await asyncio.sleep(here.pause)
        if here.paste == "secret":
            await state.set_data({"anchor": held["anchor"]})
        await state.set_state(STATES[following(number)])
        await bot.edit_message_text(stop.text, chat_id=chat, message_id=held["anchor"], reply_markup=keyboard(stop))

    return handler


async def main() -> None:
    """Run until told to stop."""
    bot = Bot(TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(API_URL)))
    dispatcher = Dispatcher(storage=MemoryStorage())
    dispatcher.message.register(start, Command("start"))
    for number, stop in enumerate(ROAD):
        if stop.button:
            dispatcher.callback_query.register(tapped(number), STATES[number], F.data == data(stop))
        else:
            dispatcher.message.register(pasted(number), STATES[number], F.text)
    await bot.get_me()
    print(READY, flush=True)
    await dispatcher.start_polling(bot)


if __name__ == "__main__":
    uvloop.run(main())
