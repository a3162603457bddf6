"""The Bot API's door: `/bot<token>/<method>` over HTTP, with the failures that were ordered.

It speaks ASGI itself because a failure may have to cut the connection, and because load runs come through here.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any, Final

from starlette.types import Receive, Scope, Send

from sandbox.telegram.account import Account
from sandbox.telegram.answering import answered
from sandbox.telegram.calls import Arguments, read_arguments
from sandbox.telegram.chat_calls import refuse_if_logged_out
from sandbox.telegram.faults import Fault
from sandbox.telegram.methods import Method, method_named
from sandbox.telegram.refusals import Refused, too_many_requests
from sandbox.telegram.world import World

BODY_BYTES: Final = 50 * 1024 * 1024
_JSON: Final = b"application/json"
_HTML: Final = b"text/html"
_BROKEN: Final = b'{"ok":true,"result":{"message_id":'


class Gateway:
    """Answers every call of every bot."""

    def __init__(self, world: World) -> None:
        """Serve the bots of this world."""
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        at = self._world.clock.steady()
        account = self._world.accounts.get(scope["path_params"]["token"])
        if account is None:
            await _reply(send, 401, Refused(401, "Unauthorized").body())
            return
        method = method_named(scope["path_params"]["method"])
        if method is None:
            await _reply(send, 404, Refused(404, "Not Found").body())
            return
        body = await _read(receive)
        if body is None:
            await _reply(send, 413, Refused(413, "Request Entity Too Large").body())
            return
        call = _Call(account, method, at, receive, send)
        try:
            arguments = await read_arguments(scope["query_string"], _content_type(scope), body)
        except Refused as refusal:
            account.journal.sent(method.name, body, {})
            await call.refuse(refusal)
            return
        account.journal.sent(method.name, body, arguments.values)
        await call.run(arguments)


class _Call:
    """One call on its way through failures, flood control and its method."""

    __slots__ = ("_account", "_at", "_method", "_receive", "_send", "_values", "chat_id")

    def __init__(self, account: Account, method: Method, at: float, receive: Receive, send: Send) -> None:
        self._account = account
        self._method = method
        self._at = at
        self._receive = receive
        self._send = send
        self._values: dict[str, Any] = {}
        self.chat_id: int | None = None

    async def run(self, arguments: Arguments) -> None:
        self._values = arguments.values
        self.chat_id = _chat_of(self._account, arguments)
        fault = self._account.faults.strike(self._method.name, self.chat_id)
        if fault is not None and await self._failed_before(fault):
            return
        try:
            body = await self._carried_out(arguments)
        except Refused as refusal:
            await self.refuse(refusal)
            return
        if body is None:
            self._note(0)
        elif fault is None or not await self._failed_after(fault):
            await self._answer(body)

    async def _carried_out(self, arguments: Arguments) -> dict[str, Any] | None:
        """Do what is asked; None if the caller has gone away meanwhile."""
        refuse_if_logged_out(self._account)
        self._account.flood.check(self._method.name, self.chat_id)
        doing = answered(self._account, self._method, arguments)
        if self._method.name != "getUpdates":
            return await doing
        return await self._while_connected(asyncio.ensure_future(doing))

    async def _while_connected(self, doing: asyncio.Future[dict[str, Any]]) -> dict[str, Any] | None:
        gone = asyncio.ensure_future(_disconnected(self._receive))
        both: set[asyncio.Future[Any]] = {doing, gone}
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            return doing.result() if doing.done() else None
        except asyncio.CancelledError:
            # Only a server that stops cancels a request: the poll ends as if its time were up.
            return {"ok": True, "result": []}
        finally:
            gone.cancel()
            doing.cancel()

    async def _failed_before(self, fault: Fault) -> bool:
        match fault.kind:
            case "429":
                await self.refuse(too_many_requests(fault.retry_after))
            case "5xx":
                page = f"<html><head><title>{fault.status}</title></head><body>nginx</body></html>".encode()
                await self._raw(fault.status, page, _HTML)
            case "drop_before":
                await self._cut()
            case "hang":
                return await self._hang(fault.seconds)
            case _:
                return False
        return True

    async def _failed_after(self, fault: Fault) -> bool:
        match fault.kind:
            case "drop_after":
                await self._cut()
            case "malformed":
                await self._raw(200, _BROKEN, _JSON)
            case "hang_after":
                return await self._hang(fault.seconds)
            case _:
                return False
        return True

    async def _hang(self, seconds: float) -> bool:
        """Keep the caller waiting; True if it gave up, so that nothing more is to be done."""
        try:
            async with asyncio.timeout(seconds):
                await _disconnected(self._receive)
        except TimeoutError:
            return False
        self._note(0)
        return True

    async def _cut(self) -> None:
        """Close the connection without a byte of answer."""
        self._note(0)
        # uvicorn's request cycle is behind `receive`; its transport is the only way not to answer at all.
        transport = getattr(getattr(self._receive, "__self__", None), "transport", None)
        if transport is None:
            raise RuntimeError("only uvicorn can cut a connection")
        transport.abort()
        await _disconnected(self._receive)

    async def refuse(self, refusal: Refused) -> None:
        self._note(refusal.code)
        await _reply(self._send, refusal.code, refusal.body())

    async def _answer(self, body: dict[str, Any]) -> None:
        updates: tuple[int, ...] = ()
        if self._method.name == "getUpdates":
            updates = tuple(update["update_id"] for update in body["result"])
        self._note(200, updates)
        await _reply(self._send, 200, body)

    async def _raw(self, status: int, content: bytes, kind: bytes) -> None:
        self._note(status)
        await _respond(self._send, status, content, kind)

    def _note(self, status: int, updates: tuple[int, ...] = ()) -> None:
        account = self._account
        times = (self._at, account.clock.steady())
        account.journal.answered(
            self._method.name, times, chat_id=self.chat_id, params=self._values, status=status, updates=updates
        )


def _chat_of(account: Account, arguments: Arguments) -> int | None:
    values = arguments.values
    if "chat_id" in values:
        try:
            return int(values["chat_id"])
        except (TypeError, ValueError):
            return None
    tap = account.taps.get(values.get("callback_query_id", ""))
    return tap.chat_id if tap is not None else None


def _content_type(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"content-type":
            text: str = value.decode("latin-1")
            return text
    return ""


async def _read(receive: Receive) -> bytes | None:
    """Read a request's body; None when it is larger than the Bot API takes."""
    message = await receive()
    if not message.get("more_body"):
        return bytes(message.get("body", b""))
    pieces, size = [message["body"]], len(message["body"])
    while message.get("more_body"):
        message = await receive()
        size += len(message.get("body", b""))
        if size <= BODY_BYTES:
            pieces.append(message.get("body", b""))
    return b"".join(pieces) if size <= BODY_BYTES else None


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _reply(send: Send, status: int, body: dict[str, Any]) -> None:
    await _respond(send, status, json.dumps(body, separators=(",", ":")).encode(), _JSON)


async def _respond(send: Send, status: int, content: bytes, kind: bytes) -> None:
    headers = [(b"content-type", kind), (b"content-length", str(len(content)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})


async def execute(account: Account, name: str, values: dict[str, Any]) -> None:
    """Carry out a call that came in a webhook's answer; like the original, tell nobody how it went."""
    method = method_named(name)
    if method is None:
        return
    account.journal.sent(method.name, json.dumps(values).encode(), values)
    arguments, at, status = Arguments(values), account.clock.steady(), 200
    try:
        await answered(account, method, arguments)
    except Refused as refusal:
        status = refusal.code
    times = (at, account.clock.steady())
    chat_id = _chat_of(account, arguments)
    account.journal.answered(method.name, times, chat_id=chat_id, params=values, status=status)
