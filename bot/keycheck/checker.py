"""Asks Alpaca about keys, in threads of its own: a slow Alpaca must not hold up anything else in the process."""

from __future__ import annotations

import asyncio
import gc
import re
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from bot.alpaca import Answer, Reach, ask_account, load
from bot.keycheck.outcomes import Busy, Check, Mode, WrongPair, read, read_other, refused
from deploy.secret import Secret

# What can stand in a header; anything else would end in an exception that quotes it.
_SENDABLE: Final = re.compile(r"[!-~]{1,256}")


class KeyChecker:
    """Checks pairs of keys; one for the whole process.

    The threads are daemons and not asyncio's own: those also resolve names, and Python waits for them on exit, so that
    a hung check would slow the whole process and then its end.
    """

    def __init__(
        self,
        paper_url: str,
        live_url: str,
        *,
        threads: int = 16,
        waiting: int = 512,
        deadline: float = 20.0,
        timeouts: tuple[float, float] = (5.0, 10.0),
        told: Callable[[int | str], None] = lambda _answer: None,
    ) -> None:
        """Ask at these trading hosts. Seconds: `deadline` for a whole check, `timeouts` to connect and for each read.

        `threads` checks run at once and `waiting` more may wait; beyond that the outcome is Busy. `told` hears of each
        question's status, or how far it got.
        """
        self._urls: dict[Mode, str] = {"paper": paper_url.rstrip("/"), "live": live_url.rstrip("/")}
        self._slots = asyncio.Semaphore(threads)
        self._most = threads + waiting
        self._inside = 0
        self._deadline = deadline
        self._timeouts = timeouts
        self._told = told
        self._closed = False
        self._prepared = False

    def prepare(self) -> None:
        """Begin to import what the first check would have to wait for; returns at once, and does it once.

        It takes half a second and 80 MB, so it waits until somebody is on the way to a check.
        """
        if not self._prepared:
            self._prepared = True
            threading.Thread(target=_load_for_good, name="key check import", daemon=True).start()

    def close(self) -> None:
        """Take no more checks; those under way end by themselves or with the process."""
        self._closed = True

    async def check(self, key_id: Secret, secret: Secret, mode: Mode) -> Check:
        """Find out whether the pair is good for `mode`; never raises on what Alpaca or the network does.

        A refused pair is looked up in the other mode too, read-only, because mixing them up is the usual mistake.
        """
        if not all(_SENDABLE.fullmatch(one.reveal()) for one in (key_id, secret)):
            return WrongPair()
        if self._closed or self._inside >= self._most:
            return Busy()
        self._inside += 1
        try:
            return await self._check(key_id, secret, mode)
        finally:
            self._inside -= 1

    async def _check(self, key_id: Secret, secret: Secret, mode: Mode) -> Check:
        end = asyncio.get_running_loop().time() + self._deadline
        answer = await self._ask(self._urls[mode], key_id, secret, end)
        if not refused(answer):
            return read(answer)
        other: Mode = "live" if mode == "paper" else "paper"
        if self._urls[other] == self._urls[mode]:
            return WrongPair(request_id=answer.request_id)
        second = await self._ask(self._urls[other], key_id, secret, end)
        return read_other(second, other, answer.request_id)

    async def _ask(self, url: str, key_id: Secret, secret: Secret, end: float) -> Answer:
        """Ask one host in a thread; the slot is given back when the thread ends, even long after the deadline."""
        reach = Reach.NOT_ASKED
        try:
            async with asyncio.timeout_at(end):
                await self._slots.acquire()
                answer = self._start(url, key_id, secret)
                reach = Reach.SLOW
                answered = await answer
        except TimeoutError:
            answered = Answer(reach)
        self._told(answered.status or answered.reach.name.lower())
        return answered

    def _start(self, url: str, key_id: Secret, secret: Secret) -> asyncio.Future[Answer]:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Answer] = loop.create_future()

        def deliver(answer: Answer) -> None:
            self._slots.release()
            if not future.done():
                future.set_result(answer)

        def work() -> None:
            answer = ask_account(url, key_id, secret, self._timeouts)
            with suppress(RuntimeError):  # the loop has been closed meanwhile
                loop.call_soon_threadsafe(deliver, answer)

        try:
            threading.Thread(target=work, name="key check", daemon=True).start()
        except RuntimeError:  # no more threads to be had
            deliver(Answer(Reach.NOT_ASKED))
        return future


def _load_for_good() -> None:
    load()
    gc.freeze()  # what is loaded stays: looking through it again and again would take 100 ms each time
