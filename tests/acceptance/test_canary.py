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
    found = {"traffic": traffic, "log": house.bot.log.read_bytes()}
    found |= {f"file {path.name}": path.read_bytes() for path in house.data.rglob("*") if path.is_file()}
    return found | {f"{name} of the process": shown(process, name) for name in ("cmdline", "environ")}


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
        # The bot's own threads may still have written; what it leaves behind at its end counts too.
        pid = house.bot.pid
        house.bot.stop()
        assert leaks(places(house, pid, b"") if Path(f"/proc/{pid}").exists() else _files(house), ada.pasted) == []


def _files(house: House) -> Mapping[str, bytes]:
    files = {path.name: path.read_bytes() for path in house.data.rglob("*") if path.is_file()}
    return files | {"log": house.bot.log.read_bytes()}


@pytest.mark.asyncio
async def test_the_search_finds_what_was_planted(busy_house: House, tmp_path: Path) -> None:
    secret = "PKPLANTED" + "7Q" * 6
    assert leaks({"log": f"key={secret}".encode()}, [secret]) == ["log"]
    for disguise in (
        secret.encode("utf-16-le"),
        base64.b64encode(f"user:{secret}".encode()),
        base64.b64encode(secret.encode()),
        secret[::-1].encode(),
        secret[:HALF].encode(),
        secret.encode().hex().encode(),
    ):
        assert leaks({"file": b"before" + disguise + b"after"}, [secret]) == ["file"]
    slashed = "aB3/dE6+gH9/jK2mN5pQ8rS1tU4vW7xY0zA3bC6d"
    assert leaks({"log": quote(slashed).encode()}, [slashed]) == ["log"]
    assert leaks({"log": json.dumps(slashed).replace("/", "\\/").encode()}, [slashed]) == ["log"]
    assert leaks({"log": b"nothing here"}, [secret, slashed]) == []

    # One leak in each of the places that the search of a real run looks at.
    url = busy_house.world.telegram.url
    async with httpx.AsyncClient(timeout=60, trust_env=False) as client:
        phone = Phone(url, 602, client=client)
        await phone.says("hello there")
        token = busy_house.world.settings(tmp_path)["SOAR_TELEGRAM_TOKEN"]
        await client.post(f"{url}/bot{token}/sendMessage", json={"chat_id": 602, "text": f"Your key is {secret}"})
        traffic = await traffic_of(busy_house, client)
    planted = busy_house.data / "planted"
    planted.write_text(secret)
    idle = [sys.executable, "-c", "import sys; sys.stdin.read()", secret]
    with subprocess.Popen(idle, stdin=subprocess.PIPE, env={"KEPT": secret}) as process:
        try:
            found = leaks(places(busy_house, process.pid, traffic), [secret])
        finally:
            planted.unlink()
            assert process.stdin is not None
            process.stdin.close()
    assert sorted(found) == ["cmdline of the process", "environ of the process", "file planted", "traffic"]
