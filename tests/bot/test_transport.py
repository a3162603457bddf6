"""What carries the calls: answers however they come, failures in httpx's and in the Telegram library's words."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
import pytest
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import RequestData
from telegram.request._requestparameter import RequestParameter

from bot.telegram.request import QuietRequest
from bot.transport import Transport, proxy_for

PLAIN = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"


@dataclass
class Server:
    url: str
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0


@asynccontextmanager
async def serving(*answers: bytes | float, close_after: bool = False) -> AsyncIterator[Server]:
    """Answer every request with these bytes, piece by piece; a number is a pause in seconds."""
    seen = Server("")

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                lengths = [line[15:] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
                seen.requests.append(head + await reader.readexactly(int(lengths[0]) if lengths else 0))
                for piece in answers:
                    if isinstance(piece, float):
                        await asyncio.sleep(piece)
                    else:
                        writer.write(piece)
                        await writer.drain()
                if close_after:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    seen.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield seen
    finally:
        server.close()


@asynccontextmanager
async def client(seconds: float = 5.0, connections: int = 4) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=Transport(connections), timeout=seconds) as made:
        yield made


@asynccontextmanager
async def calls(seconds: float = 5.0) -> AsyncIterator[QuietRequest]:
    request = QuietRequest(2, seconds, None)
    await request.initialize()
    try:
        yield request
    finally:
        await request.shutdown()


def form(**values: object) -> RequestData:
    return RequestData([RequestParameter(name, value, None) for name, value in values.items()])


@pytest.mark.asyncio
@pytest.mark.parametrize("answer", [PLAIN, CHUNKED])
async def test_an_answer_is_read_however_it_comes_and_its_connection_used_again(answer: bytes) -> None:
    async with serving(answer[:20], 0.01, answer[20:]) as server, client() as http:
        for _ in range(3):
            found = await http.post(f"{server.url}/a%2Fb?c=d%20e", content=b"body", headers={"x-mark": "1"})
            assert (found.status_code, found.content) == (200, b"hello")
    assert server.connections == 1
    assert len(server.requests) == 3
    assert server.requests[0].startswith(b"POST /a%2Fb?c=d%20e HTTP/1.1\r\n")
    assert server.requests[0].endswith(b"\r\n\r\nbody")
    assert server.requests[0].lower().count(b"content-length: 4\r\n") == server.requests[0].count(b"x-mark: 1\r\n") == 1


@pytest.mark.asyncio
async def test_a_compressed_answer_is_unpacked_once_by_the_client_above() -> None:
    body = gzip.compress(b"hello")
    head = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(body)
    async with serving(head + body) as server, client() as http:
        assert (await http.get(server.url)).content == b"hello"


@pytest.mark.asyncio
async def test_neither_cookies_nor_redirects_are_followed() -> None:
    answer = b"HTTP/1.1 302 Found\r\nset-cookie: a=b\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n"
    async with serving(answer) as server, client() as http:
        http.cookies.clear()
        assert (await http.get(server.url)).status_code == 302
        http.cookies.clear()
        assert (await http.get(server.url)).status_code == 302
    assert len(server.requests) == 2
    assert not any(b"cookie" in request.lower() for request in server.requests)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "answer", [b"", b"HTTP/1.1 200 OK\r\ncontent-le", PLAIN[:-2], CHUNKED[:-9], b"SSH-2.0-x\r\n\r\n"]
)
async def test_an_answer_cut_short_or_of_another_kind_is_a_network_error(answer: bytes) -> None:
    async with serving(answer, close_after=True) as server, client() as http:
        with pytest.raises(httpx.NetworkError):
            await http.post(server.url, content=b"canary")


@pytest.mark.asyncio
async def test_a_late_answer_is_a_timeout_and_never_reaches_another_request() -> None:
    async with serving(0.3, PLAIN) as server, client(0.1) as http:
        with pytest.raises(httpx.ReadTimeout):
            await http.get(server.url)
        assert (await http.get(server.url, timeout=5)).content == b"hello"
    assert server.connections == 2


@pytest.mark.asyncio
async def test_no_more_connections_than_allowed_and_a_bounded_wait_for_one() -> None:
    async with serving(0.2, PLAIN) as server, client(connections=2) as http:
        answers = await asyncio.gather(*(http.get(server.url) for _ in range(6)))
        assert [answer.content for answer in answers] == [b"hello"] * 6
        assert server.connections == 2
        asking = (http.get(server.url, timeout=httpx.Timeout(5, pool=0.05)) for _ in range(3))
        outcomes = await asyncio.gather(*asking, return_exceptions=True)
        assert sum(isinstance(each, httpx.TimeoutException) for each in outcomes) == 1


@pytest.mark.asyncio
async def test_nobody_there_is_a_connect_error_and_what_cannot_be_sent_is_not_quoted() -> None:
    async with serving(PLAIN) as server, client() as http:
        with pytest.raises(httpx.ConnectError):
            await http.get("http://127.0.0.1:1/")
        with pytest.raises(httpx.HTTPError) as refusal:
            await http.get(server.url, headers={"authorization": "Bearer canary\r\nx: y"})
    assert "canary" not in str(refusal.value)
    assert refusal.value.__cause__ is None
    assert server.requests == []


@pytest.mark.asyncio
async def test_the_libraries_calls_are_json() -> None:
    body = b'{"ok":true,"result":[1]}'
    async with serving(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body)) as server, calls() as to:
        answer: object = await to.post(f"{server.url}/bot1:x/getMe", form(text="a b&ü", ids=[1, 2]))
        assert answer == [1]
    head, _, sent = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /bot1:x/getMe HTTP/1.1\r\n")
    assert b"Content-Type: application/json\r\n" in head
    assert json.loads(sent) == {"text": "a b&ü", "ids": "[1, 2]"}


@pytest.mark.asyncio
async def test_the_libraries_calls_fail_in_its_own_words() -> None:
    async with serving(0.5, PLAIN) as server, calls(0.05) as to:
        with pytest.raises(TimedOut):
            await to.post(f"{server.url}/bot1:x/getMe", form())
        with pytest.raises(NetworkError, match="ClientConnectorError"):
            await to.post("http://127.0.0.1:1/bot1:x/getMe", form())
    async with serving(PLAIN) as server, calls() as to:
        with pytest.raises(TelegramError, match="Invalid server response") as refusal:
            await to.post(f"{server.url}/bot1:x/getMe", form())
    assert refusal.value.__cause__ is None


def test_the_environments_proxy_is_used_but_not_for_hosts_it_leaves_out(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    proxy_for.cache_clear()
    assert proxy_for("https", "api.telegram.org") is None
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "localhost,127.0.0.1")
    proxy_for.cache_clear()
    assert proxy_for("https", "api.telegram.org") == "http://127.0.0.1:9"
    assert proxy_for("https", "127.0.0.1") is None
    assert proxy_for("http", "api.telegram.org") is None
    proxy_for.cache_clear()


@pytest.mark.asyncio
async def test_requests_go_through_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving(PLAIN) as proxy, client() as http:
        monkeypatch.setattr("bot.transport.proxy_for", lambda *_: proxy.url)
        assert (await http.get("http://worker.example/v1")).content == b"hello"
    assert proxy.requests[0].startswith(b"GET http://worker.example/v1 HTTP/1.1\r\n")
