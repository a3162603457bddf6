"""The sandbox's Cloudflare as these tests use it, and transports that break at a chosen request."""

from __future__ import annotations

import base64
import dataclasses
from typing import Any

import httpx

from deploy.clock import Clock
from deploy.cloudflare import Cloudflare
from deploy.sealing import SEAL_BYTES
from deploy.secret import Secret
from deploy.steps import Deployed, Site, State, Step, deploy
from deploy.template import Template
from tests.deploy.scripted import FakeClock
from tests.deploy.site import COMMAND_KEY, DEPLOYMENT, KEYS


class Killed(BaseException):
    """Stands for the end of the process: nothing in between may catch it."""


class Breaking(httpx.AsyncBaseTransport):
    """Lets requests through until the one to break, then raises: before it is sent, or after it was applied."""

    def __init__(self, at: int | None, error: BaseException | None = None, *, applied: bool = False) -> None:
        self._real = httpx.AsyncHTTPTransport(verify=False)  # plain HTTP; reading certificates is slow
        self._at = at
        self._error = error
        self._applied = applied
        self.sent: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        breaks = self._error is not None and len(self.sent) == self._at
        self.sent.append(f"{request.method} {request.url.path}")
        if breaks and not self._applied:
            assert self._error is not None
            raise self._error
        response = await self._real.handle_async_request(request)
        if breaks:
            await response.aread()
            assert self._error is not None
            raise self._error
        return response

    async def aclose(self) -> None:
        await self._real.aclose()


class Sandbox:
    """The stand-in, through its control API."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = httpx.Client(base_url=f"{url}/_sandbox")

    def post(self, path: str, /, **fields: object) -> Any:
        return self._http.post(path, json=fields).raise_for_status().json()

    def get(self, path: str) -> Any:
        return self._http.get(path).raise_for_status().json()

    def delete(self, path: str) -> None:
        self._http.delete(path).raise_for_status()

    def account(self, number: str) -> Any:
        return next(found for found in self.get("/overview")["accounts"] if found["id"] == number)

    def api_calls(self, since: int = 1) -> list[str]:
        calls = self.get(f"/calls?since={since}")["calls"]
        return [f"{c['method']} {c['path']}" for c in calls if c["path"].startswith("/client/")]

    def close(self) -> None:
        self._http.close()


@dataclasses.dataclass
class Home:
    """A fresh account in the sandbox, and ways to act on it over a transport of one's choice."""

    sandbox: Sandbox
    account_id: str
    token: Secret

    def site(self, http: httpx.AsyncClient, clock: Clock | None = None) -> Site:
        deployment = dataclasses.replace(
            DEPLOYMENT,
            account_id=self.account_id,
            subdomain=f"ann-{self.account_id[:12]}",
            worker_url_template=self.sandbox.url + "/workers/{subdomain}/{script}",
        )
        cloudflare = Cloudflare(http, f"{self.sandbox.url}/client/v4", clock or FakeClock())
        return Site(cloudflare, self.token, deployment)


def move_in(sandbox: Sandbox, *, named: bool = True) -> Home:
    account = sandbox.post("/accounts", name="Ann")["id"]
    if named:
        sandbox._http.patch(f"/accounts/{account}", json={"subdomain": f"ann-{account[:12]}"}).raise_for_status()
    return Home(sandbox, account, Secret(sandbox.post("/tokens", account=account)["token"]))


async def silent(_step: Step, _state: State) -> None:
    return


async def go(
    site: Site, template: Template, *, keys: bool = True, first: bool = False, keyless: bool = False
) -> Deployed:
    return await deploy(
        site,
        keys=KEYS if keys and not keyless else None,
        template=template,
        command_key=COMMAND_KEY,
        progress=silent,
        first=first,
        keyless=keyless,
    )


def assert_complete(home: Home) -> None:
    scripts = home.sandbox.account(home.account_id)["scripts"]
    assert [script["name"] for script in scripts] == [DEPLOYMENT.script]
    assert scripts[0]["tags"] == list(DEPLOYMENT.tags)
    assert scripts[0]["schedules"] == ["*/15 * * * *"]
    secrets = home.sandbox.get(f"/scripts/{DEPLOYMENT.script}/secrets?account={home.account_id}")
    assert len(base64.b64decode(secrets.pop("KEYS_SEAL"))) == SEAL_BYTES
    assert secrets == {
        "APCA_API_KEY_ID": KEYS.key_id.reveal(),
        "APCA_API_SECRET_KEY": KEYS.secret.reveal(),
        "CLOUDFLARE_API_TOKEN": home.token.reveal(),
    }
