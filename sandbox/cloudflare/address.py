"""Where Workers answer: /workers/{subdomain}/{script}/… passes the request on, as workers.dev would."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import Receive, Scope, Send

from sandbox.cloudflare.edge import CUT_HEADER
from sandbox.cloudflare.runtime import Runtime
from sandbox.cloudflare.state import Account, Cloud, Script
from sandbox.cloudflare.stub import answer_in_place
from sandbox.cloudflare.workerd import InvalidWorkerError, WorkerGoneError, WorkerThrewError

BASE = b"/workers/"
NOTHING_HERE = """<!DOCTYPE html><html lang="en-US"><head><title>There is nothing here yet</title></head><body>
<h1>There is nothing here yet</h1><p>If you expect something to be here, it may take some time. Please check back
again later.</p></body></html>"""
THREW = """<!DOCTYPE html><html lang="en-US"><head><title>Worker threw exception</title></head><body>
<h1>Error 1101</h1><p>Worker threw exception</p></body></html>"""
NOT_PASSED_ON = frozenset({b"host", b"connection", b"content-length", b"transfer-encoding", b"x-forwarded-proto"})
TELEGRAM_WEB = b"https://web.telegram.org"
NOT_PASSED_BACK = frozenset({b"connection", b"content-length", b"transfer-encoding"})


class Addresses:
    """The ASGI app under /workers."""

    def __init__(self, cloud: Cloud, runtime: Runtime | None, hidden_for: Callable[[str], timedelta]) -> None:
        """`hidden_for` tells how long a new address, such as /ann/soar-paper-1f3c, still answers 404."""
        self._cloud = cloud
        self._runtime = runtime
        self._hidden_for = hidden_for

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request for a Worker."""
        response = await self._answer(Request(scope, receive), scope)
        await response(scope, receive, send)

    async def _answer(self, request: Request, scope: Scope) -> Response:
        target = bytes(scope["raw_path"]).partition(BASE)[2]
        subdomain, _, rest = target.partition(b"/")
        name, slash, path = rest.partition(b"/")
        found = self._find(subdomain.decode("latin-1"), name.decode("latin-1"))
        if found is None:
            return HTMLResponse(NOTHING_HERE, 404)
        account, script = found
        query = scope["query_string"]
        whole = (slash or b"/") + path + (b"?" + query if query else b"")
        if self._runtime is None:
            await request.body()
            return answer_in_place(request.url.path, account, script, self._cloud.now())
        return await self._pass_on(self._runtime, request, account, script, whole)

    def _find(self, subdomain: str, name: str) -> tuple[Account, Script] | None:
        account = self._cloud.account_at(subdomain)
        script = account.scripts.get(name) if account is not None else None
        if account is None or script is None or not script.workers_dev or script.address_since is None:
            return None
        if self._cloud.now() < script.address_since + self._hidden_for(f"/{account.subdomain}/{script.name}"):
            return None
        return account, script

    async def _pass_on(
        self, runtime: Runtime, request: Request, account: Account, script: Script, target: bytes
    ) -> Response:
        host = f"{script.name}.{account.subdomain}.workers.dev".encode()
        # A page at this address has the stand-in's own origin; the Worker is to see the one it would have.
        ours = (b"origin", str(request.base_url).rstrip("/").encode())
        headers = [
            (name, b"https://" + host if (name, value) == ours else value)
            for name, value in request.headers.raw
            if name not in NOT_PASSED_ON
        ]
        extra = [(b"host", host), (b"x-forwarded-proto", b"https"), (b"cf-connecting-ip", b"127.0.0.1")]
        try:
            answer = await runtime.fetch(script, request.method, target, [*headers, *extra], await request.body())
        except WorkerGoneError:
            return Response(status_code=502, headers={CUT_HEADER: "yes"})
        except (WorkerThrewError, InvalidWorkerError):
            return HTMLResponse(THREW, 500)
        response = Response(answer.body, answer.status)
        # The sandbox's chat page, on another port, is what Telegram's web client is elsewhere: it may frame a Mini App.
        chat = f"http://{request.url.hostname}:*".encode()
        kept = [
            (name.lower(), value.replace(TELEGRAM_WEB, chat) if name.lower() == b"content-security-policy" else value)
            for name, value in answer.headers
            if name.lower() not in NOT_PASSED_BACK
        ]
        response.raw_headers = [*kept, *(pair for pair in response.raw_headers if pair[0] == b"content-length")]
        return response
