"""The control API under /_sandbox/: sets up accounts and tokens, looks inside, and makes things go wrong."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from types import UnionType
from typing import Any

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp

from sandbox.cloudflare.authority import new_token_value
from sandbox.cloudflare.crons import CronClock
from sandbox.cloudflare.edge import Calls, Latency
from sandbox.cloudflare.faults import Faults, InvalidFaultError
from sandbox.cloudflare.firing import fire, fire_missed
from sandbox.cloudflare.oauth import OAuth
from sandbox.cloudflare.runtime import Runtime
from sandbox.cloudflare.state import SOAR_PERMISSIONS, Account, Cloud, Script, Token, stamp
from sandbox.time.timeline import Timeline

ACCOUNT_FIELDS: Mapping[str, type | UnionType] = {
    "name": str,
    "subdomain": str | None,
    "email_verified": bool,
    "crons_used": int,
    "scripts_used": int,
}
LONGEST_JUMP = 7 * 24 * 3600
TOKEN_KINDS = ("user", "account", "old")
TOKEN_STATES = ("active", "disabled", "expired")


class InvalidRequestError(ValueError):
    """A control request that makes no sense; the text says why."""


@dataclass(frozen=True, slots=True)
class Control:
    """What the control API reaches."""

    cloud: Cloud
    runtime: Runtime | None
    public_url: str
    calls: Calls
    faults: Faults
    latency: Latency
    clock: CronClock
    oauth: OAuth
    timeline: Timeline | None = None

    async def add_account(self, request: Request) -> object:
        """Open an account."""
        return {"id": open_account(self.cloud, _facts(await _body(request))).id}

    async def change_account(self, request: Request) -> object:
        """Change an account's facts."""
        account = self._account(request.path_params["account"])
        for name, value in _facts(await _body(request)).items():
            setattr(account, name, value)
        return {"id": account.id}

    async def add_token(self, request: Request) -> object:
        """Issue a token; by default a user's, for the first account, with the permissions Soar's link asks for."""
        token = self._new_token(await _body(request))
        self.cloud.tokens[token.value] = token
        return {"token": token.value, "id": token.id, "accounts": list(token.accounts)}

    async def remove_token(self, request: Request) -> object:
        """Forget a token, as when its owner deletes it."""
        if self.cloud.tokens.pop(request.path_params["token"], None) is None:
            raise InvalidRequestError("no such token")
        return {}

    async def add_oauth_client(self, request: Request) -> object:
        """Register an OAuth client by its redirect URL; `token_seconds` is how long its tokens last."""
        body = await _body(request)
        redirect, seconds = body.get("redirect_url"), body.get("token_seconds", self.oauth.token_seconds)
        if not isinstance(redirect, str) or not isinstance(seconds, int):
            raise InvalidRequestError("redirect_url is text, token_seconds a whole number")
        client, self.oauth.token_seconds = self.cloud.new_id(), seconds
        self.oauth.clients[client] = redirect
        return {"client_id": client}

    async def overview(self, request: Request) -> object:
        """Show accounts, Workers and tokens."""
        url = self.public_url or str(request.base_url).rstrip("/").removesuffix("/_sandbox")
        accounts = [_account(account, url) for account in self.cloud.accounts.values()]
        return {
            "accounts": accounts,
            "tokens": [_token(token, self.cloud.now()) for token in self.cloud.tokens.values()],
            "revoked": self.oauth.revoked,
        }

    async def secrets(self, request: Request) -> object:
        """Show a Worker's secrets in clear: this is a sandbox, and tests must see what arrived."""
        _, script = self._script(request.path_params["script"], request)
        return {b.name: b.value for b in script.live.bindings if b.kind == "secret_text"}

    async def log(self, request: Request) -> object:
        """Show what a Worker printed since it was last started."""
        _, script = self._script(request.path_params["script"], request)
        pid = self.runtime.pids().get(script.id) if self.runtime is not None else None
        return {"pid": pid, "log": self.runtime.log(script.id) if self.runtime is not None else ""}

    async def module(self, request: Request) -> Response:
        """Give one deployed module's bytes."""
        _, script = self._script(request.path_params["script"], request)
        for module in script.live.modules:
            if module.name == request.path_params["module"]:
                return Response(module.content, media_type="application/octet-stream")
        raise InvalidRequestError("no such module")

    async def fire_cron(self, request: Request) -> object:
        """Fire a Worker's scheduled() now."""
        body = await _body(request)
        _, script = self._script(str(body.get("script")), request, body.get("account"))
        moment = int(body.get("scheduled_time", self.cloud.now().timestamp() * 1000))
        default = script.schedules[0].cron if script.schedules else "* * * * *"
        run = await fire(self.runtime, script, str(body.get("cron", default)), moment)
        return {"script": script.name, "cron": run.cron, "scheduled_time": moment, "outcome": run.outcome}

    async def set_clock(self, request: Request) -> object:
        """Start or stop the clock that fires crons, and set how late a change of schedule counts."""
        body = await _body(request)
        self.clock.running = bool(body.get("running", self.clock.running))
        delay = body.get("delay_seconds", self.clock.delay.total_seconds())
        self.clock.delay = timedelta(seconds=float(delay))
        return {"running": self.clock.running, "delay_seconds": self.clock.delay.total_seconds()}

    async def travel(self, request: Request) -> object:
        """Let `seconds` pass at once: every Worker goes on by the new time, and what was missed is fired once."""
        seconds = (await _body(request)).get("seconds")
        if self.timeline is None or not isinstance(seconds, (int, float)) or not 0 <= seconds <= LONGEST_JUMP:
            raise InvalidRequestError("only a sandbox with a time of its own can travel, forward and a week at most")
        since, jump = self.cloud.now(), partial(self.timeline.jump, float(seconds))
        if self.runtime is None:
            jump()
        else:
            scripts = [each for account in self.cloud.accounts.values() for each in account.scripts.values()]
            await self.runtime.turn_clocks(scripts, jump)
        return {"fired": await fire_missed(self.cloud, self.runtime, since, self.cloud.now())}

    async def list_faults(self, _request: Request) -> object:
        """Show the faults in force."""
        return {"faults": self.faults.shown()}

    async def add_fault(self, request: Request) -> object:
        """Put a fault in force."""
        return self.faults.add(await _body(request)).shown()

    async def remove_faults(self, request: Request) -> object:
        """End one fault or all."""
        number = request.path_params.get("number")
        self.faults.remove(int(number) if number is not None else None)
        return {}

    async def set_latency(self, request: Request) -> object:
        """Slow down the API by `seconds`, and the Workers' addresses by `workers_seconds`."""
        body = await _body(request)
        self.latency.api = float(body.get("seconds", self.latency.api))
        self.latency.workers = float(body.get("workers_seconds", self.latency.workers))
        return {"seconds": self.latency.api, "workers_seconds": self.latency.workers}

    async def list_calls(self, request: Request) -> object:
        """Show the calls numbered `since` and later."""
        return self.calls.since(int(request.query_params.get("since", "1")))

    def _account(self, account: str) -> Account:
        try:
            return self.cloud.accounts[account]
        except KeyError:
            raise InvalidRequestError("no such account") from None

    def _script(self, name: str, request: Request, account: str | None = None) -> tuple[Account, Script]:
        found = self.cloud.named(name, account or request.query_params.get("account"))
        if found is None:
            raise InvalidRequestError("no such script")
        return found

    def _new_token(self, body: dict[str, Any]) -> Token:
        kind, status = body.get("kind", "user"), body.get("status", "active")
        if kind not in TOKEN_KINDS or status not in TOKEN_STATES:
            raise InvalidRequestError(f"kind must be one of {TOKEN_KINDS}, status one of {TOKEN_STATES}")
        if not self.cloud.accounts:
            open_account(self.cloud, {})
        wanted = body.get("accounts") or [body.get("account") or next(iter(self.cloud.accounts))]
        return Token(
            id=self.cloud.new_id(),
            name=str(body.get("name", "Soar")),
            value=new_token_value(kind, self.cloud.new_id),
            kind=kind,
            accounts=tuple(self._account(account).id for account in wanted),
            permissions=frozenset(body.get("permissions", SOAR_PERMISSIONS)),
            status=status,
            expires_on=_moment(body.get("expires_on")),
            not_before=_moment(body.get("not_before")),
            ip_restricted=bool(body.get("ip_restricted", False)),
            lists_accounts=bool(body.get("lists_accounts", True)),
        )


def open_account(cloud: Cloud, facts: dict[str, Any]) -> Account:
    """Open an account with the given facts; by default verified, empty and without a workers.dev name."""
    account = Account(cloud.new_id(), str(facts.get("name", "Sandbox account")), cloud.now())
    for name, value in facts.items():
        setattr(account, name, value)
    cloud.accounts[account.id] = account
    return account


def control_app(control: Control) -> ASGIApp:
    """Build the routes; answers carry permissive CORS headers so that a page elsewhere may use them."""
    routes = [
        ("/accounts", "POST", control.add_account),
        ("/accounts/{account}", "PATCH", control.change_account),
        ("/tokens", "POST", control.add_token),
        ("/tokens/{token}", "DELETE", control.remove_token),
        ("/oauth_clients", "POST", control.add_oauth_client),
        ("/overview", "GET", control.overview),
        ("/scripts/{script}/modules/{module:path}", "GET", control.module),
        ("/scripts/{script}/secrets", "GET", control.secrets),
        ("/scripts/{script}/log", "GET", control.log),
        ("/cron", "POST", control.fire_cron),
        ("/clock", "POST", control.set_clock),
        ("/travel", "POST", control.travel),
        ("/faults", "GET", control.list_faults),
        ("/faults", "POST", control.add_fault),
        ("/faults", "DELETE", control.remove_faults),
        ("/faults/{number:int}", "DELETE", control.remove_faults),
        ("/latency", "POST", control.set_latency),
        ("/calls", "GET", control.list_calls),
    ]
    cors = Middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["*"], allow_headers=["*"])
    return Router(
        [Route(path, _answering(handler), methods=[method]) for path, method, handler in routes], middleware=[cors]
    )


def _answering(handler: Callable[[Request], Awaitable[object]]) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        try:
            told = await handler(request)
        except (InvalidRequestError, InvalidFaultError) as error:
            missing = str(error).startswith("no such")
            return JSONResponse({"error": str(error)}, 404 if missing else 400)
        return told if isinstance(told, Response) else JSONResponse(told)

    return answer


async def _body(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.body() or b"{}")
    except ValueError as error:
        raise InvalidRequestError("the body is not JSON") from error
    if not isinstance(body, dict):
        raise InvalidRequestError("the body must be a JSON object")
    return body


def _facts(body: dict[str, Any]) -> dict[str, Any]:
    for name, value in body.items():
        if name not in ACCOUNT_FIELDS or not isinstance(value, ACCOUNT_FIELDS[name]):
            raise InvalidRequestError(f"{name} is unknown or has the wrong type")
    return body


def _moment(text: object) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError as error:
        raise InvalidRequestError("times are ISO 8601 with a zone") from error
    if moment.tzinfo is None:
        raise InvalidRequestError("times are ISO 8601 with a zone")
    return moment


def _account(account: Account, url: str) -> dict[str, Any]:
    scripts = [_script(account, script, url) for script in account.scripts.values()]
    return {"id": account.id, "name": account.name, "subdomain": account.subdomain, "scripts": scripts}


def _script(account: Account, script: Script, url: str) -> dict[str, Any]:
    live = script.live
    return {
        "name": script.name,
        "tags": list(script.tags),
        "deployed_at": stamp(live.created_on),
        "schedules": [schedule.cron for schedule in script.schedules],
        "secrets": live.secret_names(),
        "variables": {b.name: b.value for b in live.bindings if b.kind in ("plain_text", "json")},
        "url": f"{url}/workers/{account.subdomain}/{script.name}",
        "workers_dev": script.workers_dev,
        "durable_object": bool(live.namespaces),
        "runs": len(script.runs),
        "last_outcome": script.runs[-1].outcome if script.runs else None,
        "versions": len(script.versions),
        "modules": {module.name: module.sha256 for module in live.modules},
    }


def _token(token: Token, now: datetime) -> dict[str, Any]:
    told = {"name": token.name, "token": token.value, "permissions": sorted(token.permissions)}
    return {**told, "status": token.state(now), "kind": token.kind, "accounts": list(token.accounts)}
