"""A process with Telegram and everybody who uses it: told what to do on standard input, one JSON object a line."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

import uvloop

from bench.hooks import Hooks
from bench.http import serve
from bench.people import Lost, Papers, Person
from bench.telegram import Telegram, Times

FIRST_CHAT = 500_001
AT_ONCE = 24  # people who are brought to their place before a burst
QUIET = 8.0  # seconds without a call, after which a bot has done what it is going to do
Result = dict[str, Any]


class Crowd:
    """All people of one run."""

    def __init__(self, telegram: Telegram) -> None:
        """They meet the bot here."""
        self._telegram = telegram
        self._gathered: list[Person] = []
        self._hooks: Hooks | None = None

    def _people(self, order: Mapping[str, Any], think: float = 0.0) -> list[Person]:
        self._telegram.times = Times()
        first = FIRST_CHAT + len(self._telegram.chats)
        everybody: Iterable[Mapping[str, str]] = order["papers"]
        return [Person(self._telegram, first + index, Papers(**each), think) for index, each in enumerate(everybody)]

    async def close(self) -> None:
        """Bring nothing more to webhooks."""
        if self._hooks is not None:
            await self._hooks.close()

    async def hook(self, order: Mapping[str, Any]) -> Result:
        """From now on bring updates to these webhooks."""
        self._hooks = Hooks(order["replicas"], order["secret"])
        self._telegram.deliver = self._hooks.deliver
        return {}

    async def steady(self, order: Mapping[str, Any]) -> Result:
        """Let everybody onboard `rounds` times, beginning one after the other over `ramp` seconds.

        After `most` seconds it is over, wherever they are.
        """
        people = self._people(order, order["think"])
        began, firsts, ends, lost = time.monotonic(), [], [], []

        async def live(person: Person, delay: float) -> None:
            await asyncio.sleep(delay)
            for number in range(order["rounds"]):
                try:
                    await person.onboards()
                except Lost as loss:
                    lost.append(str(loss))
                    return
                ends.append(time.monotonic())
                if number == order["rounds"] - 1:
                    firsts.append(time.monotonic())

        delays = [order["ramp"] * index / len(people) for index in range(len(people))]
        lives = [asyncio.create_task(live(person, delay)) for person, delay in zip(people, delays, strict=True)]
        _, late = await asyncio.wait(lives, timeout=order["most"])
        waiting = self._telegram.waiting_for_delete()
        for life in late:
            life.cancel()
        await asyncio.gather(*lives, return_exceptions=bool(late))
        window = (began + order["ramp"], min(firsts, default=time.monotonic()))
        counted = sum(window[0] <= end <= window[1] for end in ends)
        self._telegram.times.delete_after_handing += waiting  # it is going to be more: a lower bound
        return {
            "onboardings": len(ends),
            "rate": counted / max(0.001, window[1] - window[0]),
            "window": window[1] - window[0],
            "waiting": len(waiting),
            "lost": lost,
            **self._samples(*window),
        }

    async def gather(self, order: Mapping[str, Any]) -> Result:
        """Bring everybody to the last question."""
        self._gathered = self._people(order)
        places = asyncio.Semaphore(AT_ONCE)

        async def come(person: Person) -> None:
            async with places:
                await person.to_secret()
                await person.is_asked()

        await asyncio.gather(*map(come, self._gathered))
        return {"people": len(self._gathered)}

    async def burst(self, _order: Mapping[str, Any]) -> Result:
        """Let all who are there answer it in the same moment."""
        self._telegram.times = Times()
        began = time.monotonic()
        for person in self._gathered:
            person.pastes_secret()
        ends, lost = [], []

        async def finish(person: Person) -> None:
            try:
                await person.is_done()
            except Lost as loss:
                lost.append(str(loss))
            else:
                ends.append(time.monotonic())

        await asyncio.gather(*map(finish, self._gathered))
        took, many = max(ends, default=began + 1) - began, len(ends)
        return {"onboardings": many, "seconds": took, "rate": many / took, "lost": lost, **self._samples(0, 1e12)}

    async def rush(self, order: Mapping[str, Any]) -> Result:
        """Let half of those who are there paste; over when the bot has got that far that `deleted` of them are gone."""
        half = self._gathered[: len(self._gathered) // 2]
        for person in half:
            person.pastes_secret()
        while len(half) - self._telegram.secrets_left() < order["deleted"]:  # noqa: ASYNC110  (after every answer)
            await asyncio.sleep(0)
        return {"secrets": len(half), "left": self._telegram.secrets_left()}

    async def late(self, _order: Mapping[str, Any]) -> Result:
        """Let the other half paste, while the bot is down."""
        for person in self._gathered[len(self._gathered) // 2 :]:
            person.pastes_secret()
        return {"left": self._telegram.secrets_left()}

    async def aftermath(self, order: Mapping[str, Any]) -> Result:
        """Wait until the bot has nothing left to do; count the secrets still to be read, and who has a bot."""
        began = self._telegram.times.last_call = time.monotonic()
        last = self._telegram.times
        while time.monotonic() < min(began + order["most"], last.last_call + QUIET):  # noqa: ASYNC110  (waits for nothing)
            await asyncio.sleep(0.2)
        done = sum(person.has_a_bot() for person in self._gathered)
        return {"secrets_left": self._telegram.secrets_left(), "done": done}

    async def wave(self, order: Mapping[str, Any]) -> Result:
        """Let everybody onboard once without thinking, at most `at_once` side by side."""
        people = self._people(order)
        places = asyncio.Semaphore(order["at_once"])
        began = time.monotonic()

        async def live(person: Person) -> None:
            async with places:
                await person.onboards()

        async with asyncio.TaskGroup() as group:
            for person in people:
                group.create_task(live(person))
        left = self._telegram.secrets_left()
        seconds = time.monotonic() - began
        refused = self._hooks.refused if self._hooks else 0
        told = {"onboardings": len(people), "seconds": seconds, "secrets_left": left, "refused": refused}
        return {**told, **self._samples(0, 1e12)}

    def _samples(self, begin: float, end: float) -> Result:
        times = self._telegram.times
        kinds = {
            "delete": times.delete_after_handing,
            "delete_from_sending": times.delete_after_sending,
            "screen": times.screen_after_tap,
        }
        return {
            "calls": times.calls,
            **{name: [took for at, took in samples if begin <= at <= end] for name, samples in kinds.items()},
        }


async def main() -> None:
    """Serve until standard input ends."""
    telegram = Telegram()
    crowd = Crowd(telegram)
    orders: dict[str, Callable[[Mapping[str, Any]], Awaitable[Result]]] = {
        each.__name__: each
        for each in (
            *(crowd.hook, crowd.steady, crowd.gather, crowd.burst),
            *(crowd.rush, crowd.late, crowd.aftermath, crowd.wave),
        )
    }
    print(json.dumps({"url": await serve(telegram.answer)}), flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        order = json.loads(line)
        print(json.dumps(await orders[order["do"]](order)), flush=True)
    await crowd.close()


if __name__ == "__main__":
    uvloop.run(main())
