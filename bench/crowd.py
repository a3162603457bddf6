"""A process with Telegram and everybody who uses it: told what to do on standard input, one JSON object a line."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Iterable, Mapping
from typing import Any

import uvloop

from bench.http import serve
from bench.people import Papers, Person
from bench.telegram import Telegram, Times

FIRST_CHAT = 500_001
AT_ONCE = 24  # people who are brought to their place before a burst
Sample = tuple[float, float]


class Crowd:
    """All people of one run."""

    def __init__(self, telegram: Telegram) -> None:
        """They meet the bot here."""
        self._telegram = telegram

    def _people(self, papers: Iterable[Mapping[str, str]], think: float) -> list[Person]:
        self._telegram.times = Times()
        first = FIRST_CHAT + len(self._telegram.chats)
        return [Person(self._telegram, first + index, Papers(**each), think) for index, each in enumerate(papers)]

    async def steady(self, order: Mapping[str, Any]) -> dict[str, Any]:
        """Let everybody onboard `rounds` times, beginning one after the other over `ramp` seconds."""
        people = self._people(order["papers"], order["think"])
        began, firsts, ends = time.monotonic(), [], []

        async def live(person: Person, delay: float) -> None:
            await asyncio.sleep(delay)
            for number in range(order["rounds"]):
                await person.onboards()
                ends.append(time.monotonic())
                if number == order["rounds"] - 1:
                    firsts.append(time.monotonic())

        async with asyncio.TaskGroup() as group:
            for index, person in enumerate(people):
                group.create_task(live(person, order["ramp"] * index / len(people)))
        window = (began + order["ramp"], min(firsts))
        counted = sum(window[0] <= end <= window[1] for end in ends)
        return {
            "onboardings": len(ends),
            "rate": counted / max(0.001, window[1] - window[0]),
            "window": window[1] - window[0],
            **self._samples(*window),
        }

    async def burst(self, order: Mapping[str, Any]) -> dict[str, Any]:
        """Bring everybody to the last question, then let all answer it in the same moment."""
        people = self._people(order["papers"], 0.0)
        places = asyncio.Semaphore(AT_ONCE)

        async def come(person: Person) -> None:
            async with places:
                await person.to_secret()
                await person.is_asked()

        await asyncio.gather(*map(come, people))
        await asyncio.sleep(order["rest"])
        self._telegram.times = Times()
        began = time.monotonic()
        for person in people:
            person.pastes_secret()
        await asyncio.gather(*(person.is_done() for person in people))
        took = time.monotonic() - began
        return {"onboardings": len(people), "seconds": took, "rate": len(people) / took, **self._samples(0, 1e12)}

    def _samples(self, begin: float, end: float) -> dict[str, Any]:
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
    print(json.dumps({"url": await serve(telegram.answer)}), flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        order = json.loads(line)
        result = await (crowd.burst(order) if order["do"] == "burst" else crowd.steady(order))
        print(json.dumps(result), flush=True)


if __name__ == "__main__":
    uvloop.run(main())
