"""Cloudflare connected on its own page: agreed to there, carried back by hand, lent for an hour and given back."""

from __future__ import annotations

import re
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import pytest_asyncio

from sandbox.bot_process import BotProcess
from sandbox.stand_ins import StandIns
from tests.acceptance.conftest import Invites
from tests.acceptance.house import House, until
from tests.acceptance.newcomer import Newcomer


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def connecting_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder, address = tmp_path_factory.mktemp("connecting"), f"127.0.0.1:{free_port()}"
    redirect = f"http://{address}/cloudflare"
    with StandIns(execution=False) as world:
        control = f"{world.cloudflare.url}/_sandbox/oauth_clients"
        client_id = httpx.post(control, json={"redirect_url": redirect}, trust_env=False).json()["client_id"]
        settings = {
            "SOAR_CLOUDFLARE_OAUTH_CLIENT_ID": client_id,
            "SOAR_CLOUDFLARE_OAUTH_REDIRECT_URL": redirect,
            "SOAR_LISTEN": address,
        }
        with BotProcess(world.settings(folder / "data", **settings), folder / "bot.log") as bot:
            yield House(world, bot, folder / "data")


@pytest.fixture
def house(connecting_house: House) -> House:
    return connecting_house


@dataclass(frozen=True, slots=True)
class Browser:
    """A browser with its cookies; it follows no link by itself."""

    client: httpx.AsyncClient
    cloudflare: str

    async def opens(self, link: str) -> str:
        """Follow the button in the chat; returns the address of the page to agree on."""
        answer = await self.client.get(link)
        assert answer.status_code == 302, answer.text
        page = answer.headers["location"]
        assert (await self.client.get(page)).status_code == 200
        return str(page)

    async def decides(self, page: str, decision: str = "allow") -> str:
        """Tap a button on that page; returns the way back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(page).query).items()}
        answer = await self.client.post(f"{self.cloudflare}/oauth2/decide", data={**asked, "decision": decision})
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])

    async def returns(self, back: str) -> httpx.Response:
        return await self.client.get(back)

    async def agrees(self, link: str) -> str:
        """The whole way; returns the command that the last page's button sends."""
        answer = await self.returns(await self.decides(await self.opens(link)))
        assert answer.status_code == 200, answer.text
        return word_of(answer)


def word_of(answer: httpx.Response) -> str:
    found = re.search(r'href="https://t\.me/\w+\?start=(connect_[\w-]{32})"', answer.text)
    assert found, answer.text
    return f"/start {found[1]}"


@pytest_asyncio.fixture
async def browser(house: House) -> AsyncIterator[Browser]:
    async with httpx.AsyncClient(trust_env=False) as client:
        yield Browser(client, house.world.cloudflare.url)


async def link_of(person: Newcomer) -> str:
    shown = await person.sees("Connect Cloudflare")
    urls = [button["url"] for row in shown["buttons"] for button in row if "Connect with" in button["text"]]
    return str(urls[0])


async def overview(person: Newcomer) -> tuple[int, int]:
    """How many lent tokens are alive at Cloudflare, and how many were given back."""
    found = await person.sites.cloudflare()
    return len([each for each in found["tokens"] if each["kind"] == "oauth"]), int(found["revoked"])


@pytest.mark.asyncio
async def test_a_bot_is_set_up_without_a_pasted_token(ada: Newcomer, browser: Browser) -> None:
    _, given_back = await overview(ada)
    await ada.opens_cloudflare()
    await ada.agrees()
    command = await browser.agrees(await link_of(ada))
    said = await ada.says(command)
    await ada.sees("Now make the keys")  # nobody asks whether the bot keeps what ends within the hour
    await ada.phone.gone(said)
    await ada.taps("I see my keys", "Paste the Key ID")
    await ada.pastes(*await ada.keys(), then="Your bot is running")
    await ada.settles()
    (worker,) = await ada.workers()
    assert "CLOUDFLARE_API_TOKEN" not in await ada.sites.secrets(worker["name"])

    async def ended() -> bool:
        return await overview(ada) == (0, given_back + 1)

    await until(ended, "the token was not given back")


@pytest.mark.asyncio
async def test_what_is_lent_is_not_given_to_a_bot_to_keep(ada: Newcomer, browser: Browser) -> None:
    await ada.agrees()
    link = await link_of(ada)
    await ada.connects(keep=False)
    await ada.taps("I see my keys", "Paste the Key ID")
    await ada.pastes(*await ada.keys(), then="Your bot is running")
    script = await ada.script()
    await ada.commands("/settings", "keeps none, I ask for it")
    await ada.taps("☁️ Cloudflare token", "It keeps none")
    await ada.taps("Let it keep a token", "It must be a pasted one")
    shown = await ada.only_screen()
    assert not [each for row in shown["buttons"] for each in row if "Connect with" in each["text"]]
    _, given_back = await overview(ada)
    await ada.says(await browser.agrees(link))  # she has kept the link of an earlier question
    await ada.sees("your bot cannot keep it")

    async def ended() -> bool:
        return (await overview(ada))[1] == given_back + 1

    await until(ended, "the token was not given back")
    assert "CLOUDFLARE_API_TOKEN" not in await ada.sites.secrets(script)
    token = await ada.token()
    await ada.pastes(token, then="Your bot keeps a token now")
    assert (await ada.sites.secrets(script))["CLOUDFLARE_API_TOKEN"] == token
    await ada.settles()


@pytest.mark.asyncio
async def test_a_token_can_still_be_pasted(ada: Newcomer) -> None:
    await ada.agrees()
    assert await link_of(ada)
    await ada.connects()


@pytest.mark.asyncio
async def test_one_who_was_sent_the_link_gives_nothing_away(ada: Newcomer, invites: Invites, browser: Browser) -> None:
    mallory = await invites("Mallory")
    await mallory.agrees()
    await ada.says("/start")
    await ada.sees("Hello!")
    await ada.opens_cloudflare()
    command = await browser.agrees(await link_of(mallory))  # Ada taps what Mallory sent her
    await ada.says(command)
    await ada.sees("That way back does not belong to this chat")
    assert (await overview(ada))[0] == 0
    await mallory.says(command)
    await mallory.sees("That way back does not belong to this chat")
    await mallory.sees("Connect Cloudflare")


@pytest.mark.asyncio
async def test_the_page_alone_gives_nothing_to_another_browser(ada: Newcomer, browser: Browser, house: House) -> None:
    await ada.agrees()
    page = await browser.opens(await link_of(ada))
    async with httpx.AsyncClient(trust_env=False) as other:
        stranger = Browser(other, house.world.cloudflare.url)
        answer = await stranger.returns(await stranger.decides(page))
    assert answer.status_code == 400
    assert "Another browser" in answer.text


@pytest.mark.asyncio
async def test_every_wrong_way_back_says_what_to_do(ada: Newcomer, browser: Browser) -> None:
    await ada.agrees()
    link = await link_of(ada)
    page = await browser.opens(link)
    declined = await browser.returns(await browser.decides(page, "deny"))
    assert "You did not agree" in declined.text
    back = await browser.decides(await browser.opens(link))
    wrong = re.sub(r"code=\w+", "code=" + "0" * 32, back)
    refused = await browser.returns(wrong)
    assert "Cloudflare did not agree" in refused.text
    twice = await browser.decides(await browser.opens(link))
    assert (await browser.returns(twice)).status_code == 200
    assert (await browser.returns(twice)).status_code == 400
    base = link.partition("?")[0]
    for query in ("", "?begin=x", "?begin=" + "A" * 90, "?state=a&code=b", "?code=b", "?error=%3Cscript%3E&state=x"):
        answer = await browser.returns(base + query)
        assert answer.status_code == 400
        assert "<script>" not in answer.text
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert answer.headers["referrer-policy"] == "no-referrer"


@pytest.mark.asyncio
async def test_a_link_opened_when_nothing_is_asked_leads_back(ada: Newcomer, browser: Browser) -> None:
    await ada.agrees()
    link = await link_of(ada)
    await ada.says("/cancel")
    await ada.taps("Stop and forget", "Hello!")
    answer = await browser.returns(link)
    assert "does not wait for this any more" in answer.text


@pytest.mark.asyncio
async def test_what_was_agreed_to_outlives_a_crash(ada: Newcomer, browser: Browser, house: House) -> None:
    await ada.opens_cloudflare()
    await ada.agrees()
    command = await browser.agrees(await link_of(ada))
    house.bot.kill()
    house.restart()
    await ada.says(command)
    await ada.sees("Now make the keys")


@pytest.mark.asyncio
async def test_no_token_is_in_files_or_chat(ada: Newcomer, browser: Browser, house: House) -> None:
    await ada.opens_cloudflare()
    await ada.agrees()
    await ada.says(await browser.agrees(await link_of(ada)))
    await ada.sees("Now make the keys")
    (token,) = [each for each in (await ada.sites.cloudflare())["tokens"] if each["kind"] == "oauth"][-1:]
    value = str(token.get("token") or token["value"]).encode()
    files = [path for path in house.data.parent.rglob("*") if path.is_file()]
    assert len(files) > 2
    assert not [path.name for path in files if value in path.read_bytes()]
    assert value.decode() not in str(await ada.phone.chat())
