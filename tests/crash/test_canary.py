"""The whole road at the most talkative log level: afterwards the secrets are nowhere but where they belong."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.nursery import Nursery
from tests.crash.road import Life, begin, road

PLACES = ("data folder", "log", "sent to telegram", "chat", "environment", "command line")


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    with Nursery() as nursery:
        yield nursery


async def goes_the_road(nursery: Nursery, folder: Path, sabotage: str = "") -> tuple[set[str], str]:
    """Let somebody go the whole road; gives the places where a secret was found, and the log."""
    async with begin(nursery, folder) as life:
        life.settings["SOAR_LOG_LEVEL"] = "DEBUG"
        bot = life.start(sabotage=sabotage)
        faults: list[str] = []
        await road(life, faults)
        assert faults == []
        assert len(life.person.pasted) == 5  # a token and two pairs
        running = {"environment": proc(bot.pid, "environ"), "command line": proc(bot.pid, "cmdline")}
        await life.stop()
        found = {place for place, text in {**running, **await written(life)}.items() if holds(life, text)}
        return found, (folder / "bot.log").read_text()


async def written(life: Life) -> dict[str, bytes]:
    """Gather all that was written or sent."""
    traffic = await life.client.get(f"{life.world.telegram.url}/_sandbox/traffic")
    files = await asyncio.to_thread(lambda: [path for path in sorted(life.data.rglob("*")) if path.is_file()])
    return {
        "data folder": b"".join(path.read_bytes() for path in files),
        "log": (life.folder / "bot.log").read_bytes(),
        "sent to telegram": traffic.content,
        "chat": str(await life.phone.chat()).encode(),
    }


def proc(pid: int, what: str) -> bytes:
    return Path(f"/proc/{pid}/{what}").read_bytes()


def holds(life: Life, text: bytes) -> bool:
    """Tell whether any secret stands in a text, whole or in its greater half."""
    return any(value.encode() in text or value[: len(value) * 2 // 3].encode() in text for value in life.person.pasted)


@pytest.mark.asyncio
async def test_no_secret_is_found_anywhere(nursery: Nursery, tmp_path: Path) -> None:
    found, log = await goes_the_road(nursery, tmp_path)
    assert found == set()
    assert '"level": "debug"' in log or '"level": "info"' in log, "the log was not even written"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("sabotage", "places"),
    [("write it down", {"data folder"}), ("say it back", {"sent to telegram", "chat"}), ("log it", set())],
)
async def test_a_planted_leak_is_found(nursery: Nursery, tmp_path: Path, sabotage: str, places: set[str]) -> None:
    found, log = await goes_the_road(nursery, tmp_path, sabotage)
    assert found == places
    assert ("pasted: [hidden]" in log) is (sabotage == "log it")
