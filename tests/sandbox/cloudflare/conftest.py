"""A client for the stand-in, and one that is up."""

from __future__ import annotations

import contextlib
import itertools
import json
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.cloudflare.server import create_app
from sandbox.serving import Served

NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # plain HTTP: loading the real ones costs time

COUNTER = """
import { DurableObject } from "cloudflare:workers";
export class Counter extends DurableObject {
  async add(by) {
    const count = ((await this.ctx.storage.get("count")) ?? 0) + by;
    await this.ctx.storage.put("count", count);
    return count;
  }
  async arm(delay) { await this.ctx.storage.setAlarm(Date.now() + delay); }
  async alarm() { await this.add(1000); }
}
const counter = (env) => env.COUNTER.get(env.COUNTER.idFromName("one"));
export default {
  async fetch(request, env, ctx) {
    const url = new URL(request.url);
    const { MODE, KEY, SECRET, PLAN } = env;
    switch (url.pathname) {
      case "/count": return Response.json({ count: await counter(env).add(1) });
      case "/arm": await counter(env).arm(400); return new Response("armed");
      case "/env": return Response.json({ MODE, KEY, SECRET, PLAN });
      case "/echo": return new Response(await request.text(), {
        status: 201,
        headers: [["set-cookie", "a=1"], ["set-cookie", "b=2"], ["x-url", request.url], ["x-method", request.method]],
      });
      case "/throw": throw new Error("out of order");
      case "/slow": await new Promise((resolve) => setTimeout(resolve, 20000)); return new Response("late");
      case "/out": return new Response(await (await fetch(url.searchParams.get("to"))).text());
      case "/destroy": {
        const [to, token] = [request.headers.get("x-api"), request.headers.get("x-token")];
        ctx.waitUntil(fetch(to, { method: "DELETE", headers: { authorization: `Bearer ${token}` } }));
        return Response.json({ destroying: true }, { status: 202 });
      }
      default: return new Response("unknown", { status: 404 });
    }
  },
  async scheduled(event, env) {
    if (event.cron === "1 1 1 1 *") throw new Error("not today");
    await counter(env).add(100);
  },
};
"""
COUNTER_BINDING = {"type": "durable_object_namespace", "name": "COUNTER", "class_name": "Counter"}
COUNTER_EXPORTS = {"Counter": {"type": "durable-object", "storage": "sqlite"}}


class Client:
    """Talks to one running stand-in, as the owner of one account."""

    def __init__(self, url: str, subdomain: str = "ada") -> None:
        self.url = url
        self.subdomain = subdomain
        self.http = httpx.Client(base_url=url, timeout=30, verify=NO_CERTIFICATES)
        self.account = str(self.control("POST", "/accounts", {"name": "Ada", "subdomain": subdomain}).json()["id"])
        self.token = self.new_token()

    def close(self) -> None:
        self.http.close()

    def control(self, method: str, path: str, body: object = None) -> httpx.Response:
        return self.http.request(method, f"/_sandbox{path}", json=body)

    def new_token(self, **wishes: Any) -> str:
        return str(self.control("POST", "/tokens", {"account": self.account, **wishes}).json()["token"])

    def api(self, method: str, path: str, *, token: str | None = None, **rest: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token or self.token}", **rest.pop("headers", {})}
        return self.http.request(method, f"/client/v4{path}", headers=headers, **rest)

    def workers(self, method: str, path: str, **rest: Any) -> httpx.Response:
        return self.api(method, f"/accounts/{self.account}/workers{path}", **rest)

    def upload(
        self, name: str, code: str | dict[str, str] = COUNTER, *, query: str = "", **metadata: Any
    ) -> httpx.Response:
        modules = {"worker.js": code} if isinstance(code, str) else code
        told = {"main_module": "worker.js", "compatibility_date": "2026-06-01", **metadata}
        parts = {module: (module, text, "application/javascript+module") for module, text in modules.items()}
        files = {"metadata": (None, json.dumps(told), "application/json"), **parts}
        return self.workers("PUT", f"/scripts/{name}{query}", files=files)

    def upload_counter(self, name: str, **metadata: Any) -> httpx.Response:
        bindings = [COUNTER_BINDING, *metadata.pop("bindings", [])]
        return self.upload(name, bindings=bindings, exports=COUNTER_EXPORTS, **metadata)

    def open_address(self, name: str) -> str:
        answer = self.workers("POST", f"/scripts/{name}/subdomain", json={"enabled": True, "previews_enabled": False})
        assert answer.status_code == 200, answer.text
        return f"{self.url}/workers/{self.subdomain}/{name}"

    def script(self, name: str) -> dict[str, Any]:
        accounts = self.control("GET", "/overview").json()["accounts"]
        scripts: list[dict[str, Any]] = next(a for a in accounts if a["id"] == self.account)["scripts"]
        return next(script for script in scripts if script["name"] == name)

    def secrets(self, name: str) -> dict[str, str]:
        values: dict[str, str] = self.control("GET", f"/scripts/{name}/secrets?account={self.account}").json()
        return values


def code_of(answer: httpx.Response) -> tuple[int, int]:
    """Take status and first error code out of a refusal."""
    body = answer.json()
    assert body["success"] is False
    assert body["result"] is None
    return answer.status_code, body["errors"][0]["code"]


@pytest.fixture
def refusal_of() -> Any:
    return code_of


@pytest.fixture
def connect() -> Iterator[Callable[[str], Client]]:
    """Connects to stand-ins that a test has started by itself."""
    with contextlib.ExitStack() as stack:
        yield lambda url: stack.enter_context(contextlib.closing(Client(url)))


@pytest.fixture(scope="module")
def keeper() -> Iterator[Served]:
    """A stand-in that keeps uploads without running them."""
    with Served(create_app(public_url="", execution=False)) as served:
        yield served


@pytest.fixture
def kept(keeper: Served, numbers: Iterator[int]) -> Iterator[Client]:
    """An account of its own on that stand-in; what a test makes go wrong ends with it."""
    with contextlib.closing(Client(keeper.url, f"ada-{next(numbers)}")) as client:
        yield client
        client.control("DELETE", "/faults")
        client.control("POST", "/latency", {"seconds": 0})


@pytest.fixture(scope="session")
def numbers() -> Iterator[int]:
    return itertools.count(1)


@pytest.fixture
def running(tmp_path: Path, connect: Callable[[str], Client]) -> Iterator[Client]:
    """A stand-in that runs what is uploaded."""
    with Served(create_app(public_url="", workdir=tmp_path)) as served:
        yield connect(served.url)
