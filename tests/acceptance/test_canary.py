"""The whole road with the log at DEBUG, then a search for every pasted secret in everything that is left."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote, quote_plus

import httpx
import pytest

from sandbox.telegram.phone import Phone
from tests.acceptance.house import House, open_house
from tests.acceptance.newcomer import Newcomer

HALF = 16  # of a Key ID's twenty characters; its last four are shown on purpose


def disguises(secret: str) -> Iterator[bytes]:
    """List how a secret may look when it has gone through somebody's hands."""
    for text in (secret, secret[:HALF], secret[-HALF:], secret[::-1]):
        yield text.encode()
        yield text.encode("utf-16-le")
        yield text.encode().hex().encode()
        yield quote(text, safe="").encode()
        yield quote_plus(text).encode()
        yield json.dumps(text)[1:-1].replace("/", "\\/").encode()
    for before in range(3):  # base64 depends on where in a triple the text begins
        coded = base64.b64encode(b"\0" * before + secret.encode())
        yield coded[4 : len(secret)]


def places(house: House, process: int, traffic: bytes) -> Mapping[str, bytes]:
    """Gather all that can be read: what was sent, the log, every file, and what the system shows of the process."""
    told = {f"{name} of the process": shown(process, name) for name in ("cmdline", "environ")}
    return {"traffic": traffic, **kept(house), **told}


def kept(house: House) -> Mapping[str, bytes]:
    """Gather what lasts: the log and every file."""
    files = {f"file {path.name}": path.read_bytes() for path in house.data.rglob("*") if path.is_file()}
    return {"log": house.bot.log.read_bytes(), **files}


def shown(process: int, name: str) -> bytes:
    """Read what /proc tells; a process that is not dumpable tells nobody but root."""
    try:
        return Path(f"/proc/{process}/{name}").read_bytes()
    except PermissionError:
        return b""


def leaks(where: Mapping[str, bytes], secrets: list[str]) -> list[str]:
    """Name the places in which any form of any secret is found."""
    forms = {form for secret in secrets for form in disguises(secret)}
    return [place for place, content in where.items() if any(form in content for form in forms)]


async def traffic_of(house: House, client: httpx.AsyncClient) -> bytes:
    return (await client.get(f"{house.world.telegram.url}/_sandbox/traffic")).raise_for_status().content


async def whole_road(ada: Newcomer) -> None:
    """Every kind of secret in every way: set up, mistakes on the way, new keys, farewell."""
    await ada.agrees()
    await ada.pastes(await ada.token(status="disabled"), then="This token is switched off")
    await ada.connects()
    await ada.taps("I see my keys", "Paste the Key ID")
    key_id, secret = await ada.keys()
    await ada.pastes(key_id, secret[::-1], then="Alpaca does not accept this pair")
    await ada.mischief.alpaca("html")
    await ada.pastes(key_id, secret, then="I cannot reach Alpaca now")
    await ada.mischief.cloudflare("bad_gateway", f"{ada.account}/workers/scripts/", method="PUT")
    await ada.taps("Try again", "Your bot is running")
    await ada.pastes(*await ada.keys(), then="nothing asks for it now")
    await ada.taps("🔑 Change keys", "Now make the keys")
    key_id, secret = await ada.keys()
    ada.keeps_to_herself(key_id, secret)
    photo = await ada.phone.sends_photo(caption=f"{key_id}\n{secret}")
    await ada.phone.gone(photo)
    await ada.sees("Both keys are changed")
    await ada.taps("📊 Status", "▶️ Running")
    await ada.taps("🗑 Remove", "To go on, type DESTROY")
    await ada.says("destroy")
    await ada.sees("is gone")
    await ada.settles()


@pytest.mark.asyncio
async def test_no_secret_is_left_anywhere(tmp_path: Path) -> None:
    with open_house(tmp_path, execution=True, SOAR_LOG_LEVEL="DEBUG") as house:
        async with httpx.AsyncClient(timeout=60, trust_env=False) as client:
            ada = Newcomer(house, client, Phone(house.world.telegram.url, 601, client=client), "Ada")
            await whole_road(ada)
            assert len(ada.pasted) >= 10
            found = places(house, house.bot.pid, await traffic_of(house, client))
            assert {"file soar.sqlite3", "file soar.sqlite3-wal", "log"} <= found.keys()
            assert leaks(found, ada.pasted) == []
        house.bot.stop()
        assert leaks(kept(house), ada.pasted) == []


PLANTED = "PKPLANTED" + "7Q" * 6
SLASHED = "aB3/dE6+gH9/jK2mN5pQ8rS1tU4vW7xY0zA3bC6d"


@pytest.mark.parametrize(
    "trace",
    [
        f"key={PLANTED}.".encode(),
        f"half a key: {PLANTED[:HALF]}".encode(),
        PLANTED[::-1].encode(),
        PLANTED.encode("utf-16-le"),
        PLANTED.encode().hex().encode(),
        base64.b64encode(PLANTED.encode()),
        base64.b64encode(f"user:{PLANTED}".encode()),
        quote(SLASHED).encode(),
        json.dumps(SLASHED).replace("/", "\\/").encode(),
    ],
)
def test_the_search_sees_through_disguises(trace: bytes) -> None:
    assert leaks({"log": b"before" + trace + b"after", "file": b"nothing"}, [PLANTED, SLASHED]) == ["log"]


def test_the_search_finds_a_leak_wherever_it_is_planted(busy_house: House) -> None:
    """One leak in each of the places that the search of a real run looks at."""
    telegram = busy_house.world.telegram.url
    token = busy_house.world.settings(busy_house.data)["SOAR_TELEGRAM_TOKEN"]
    with httpx.Client(timeout=60, trust_env=False) as client:
        client.post(f"{telegram}/_sandbox/users", json={"id": 602})
        client.post(f"{telegram}/_sandbox/chats/602/messages", json={"text": "hello there"})
        client.post(f"{telegram}/bot{token}/sendMessage", json={"chat_id": 602, "text": f"Your key is {PLANTED}"})
        traffic = client.get(f"{telegram}/_sandbox/traffic").content
    planted = busy_house.data / "planted"
    planted.write_text(PLANTED)
    idle = [sys.executable, "-c", "import sys; print('here', flush=True); sys.stdin.read()", PLANTED]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(idle, env={"KEPT": PLANTED}, **pipes) as process:  # noqa: S603
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"here\n"
            found = leaks(places(busy_house, process.pid, traffic), [PLANTED])
        finally:
            planted.unlink()
            process.communicate()
    assert sorted(found) == ["cmdline of the process", "environ of the process", "file planted", "traffic"]
