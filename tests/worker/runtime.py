"""Runs the Worker's modules in Cloudflare's real runtime, and speaks to it as its owner does."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
import subprocess
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ROOT = Path(__file__).parents[2]
WORKERD = ROOT / "node_modules/@cloudflare/workerd-linux-64/bin/workerd"
TEMPLATE = ROOT / "worker_template"
NEW_YORK = ZoneInfo("America/New_York")
COMPATIBILITY_DATE = "2026-06-01"

# Stands in for Cloudflare's scheduler: a request with ?t= fires the cron handler, as if it were due then; one with
# ?do= turns the clock for the Durable Object's alarm, see TURNED.
CRON = """
export default { async fetch(request, env) {
  const asked = new URL(request.url).searchParams;
  if (asked.has("do")) return Response.json(await env.STATE.get(env.STATE.idFromName("soar")).turn(asked.get("do")));
  if (asked.has("prove")) {
    const found = await env.STATE.get(env.STATE.idFromName("soar")).prove(await request.json());
    return Response.json(found);
  }
  const scheduledTime = new Date(Number(asked.get("t")));
  await env.WORKER.scheduled({ scheduledTime, cron: "*/15 * * * *" });
  return new Response("done");
} };
"""

# The Worker as it is, but for a clock that can be turned: nobody waits a quarter of an hour for an alarm.
TURNED = """
import { launchProof } from "./form-proof.js";
import worker, { SoarState as Real } from "./worker.js";
export default worker;
export class SoarState extends Real {
  async turn(how) {
    if (how === "due") await this.ctx.storage.setAlarm(Date.now());
    if (how === "soon") await this.ctx.storage.setAlarm(Date.now() + 1500);
    if (how === "forget-armed") this.ledger.remember("armed", null);
    if (how === "crowd") {
      for (let n = 0; n < 1000; n += 1) this.ledger.tell("other", "x".repeat(900));
      for (let n = 0; n < 2000; n += 1) this.ledger.addRun({ at: "2026-11-20T15:00:00Z", outcome: "idle" });
    }
    if (how === "nonces") {
      for (let n = 0; n < 5000; n += 1) this.ledger.claim({ nonce: `n${n}`, until: Date.now() + 5000 });
    }
    if (how === "lose") await this.ctx.storage.deleteAlarm();
    if (how === "break") this.broken = true;
    if (how === "mend") this.broken = false;
    if (how === "no-cron") this.ledger.remember("cron_at", Date.now() - 25 * 60_000);
    return this.ctx.storage.getAlarm();
  }
  prove(asked) {
    return Promise.all(asked.map((each) => launchProof(...each)));
  }
  tick(...how) {
    if (this.broken) throw new Error("as the test wants it");
    return super.tick(...how);
  }
}
"""

Bindings = Mapping[str, object]


class Workerd:
    """A deployment running in workerd; its database outlives a restart, as it outlives a new version."""

    def __init__(self, folder: Path, bindings: Bindings, http: httpx.Client) -> None:
        self.folder, self.bindings, self._http = folder, dict(bindings), http
        self.folder.joinpath("disk").mkdir(exist_ok=True)
        self.url = self.cron_url = ""
        self._memory = True
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        config = self.folder / "config.capnp"
        config.write_text(self._config())
        read_end, write_end = os.pipe()
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603  (the runtime of the project's own lock file)
                [WORKERD, "serve", config, "-I/", f"--control-fd={write_end}"],
                stdout=log,
                stderr=log,
                pass_fds=[write_end],
            )
        os.close(write_end)
        ports: dict[str, int] = {}
        with os.fdopen(read_end) as control:
            while len(ports) < 2:
                line = control.readline()
                if not line:
                    raise RuntimeError(self.log())
                event = json.loads(line)
                ports[event["socket"]] = event["port"]
        self.url, self.cron_url = f"http://127.0.0.1:{ports['http']}", f"http://127.0.0.1:{ports['cron']}"

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process = None

    def kill(self) -> None:
        """End it in the middle of whatever it does."""
        if self._process is not None:
            self._process.kill()

    def restart(self, *, memory: bool = True, **changed: object) -> None:
        """Start again with other bindings; None removes one. Without `memory` it cannot reach its Durable Object."""
        self.stop()
        self._memory = memory
        self.bindings = {name: value for name, value in (self.bindings | changed).items() if value is not None}
        self.start()

    def cron(self) -> None:
        """Let the schedule fire once."""
        due = int(time.time() // 900 * 900 * 1000)
        self._http.get(f"{self.cron_url}/?t={due}").raise_for_status()

    def turn(self, how: str) -> int | None:
        """Turn the clock of the alarm (`TURNED`); when it is set to go off, in Unix milliseconds, or None."""
        due: int | None = self._http.get(f"{self.cron_url}/?do={how}").raise_for_status().json()
        return due

    def prove(self, *asked: tuple[dict[str, object], str, float]) -> list[str]:
        """What the form thinks of launch data: its settings, the data, and the present in Unix seconds."""
        told = [[form, raw, now * 1000] for form, raw, now in asked]
        found: list[str] = self._http.post(f"{self.cron_url}/?prove=yes", json=told).raise_for_status().json()
        return found

    def log(self) -> str:
        return (self.folder / "log").read_text()

    def _config(self) -> str:
        (self.folder / "cron.js").write_text(CRON)
        (self.folder / "turned.js").write_text(TURNED)
        files = [self.folder / "turned.js", *(TEMPLATE / name for name in module_names())]
        modules = ",\n".join(
            f"(name = {json.dumps(file.name)}, {_kind(file)} = embed {json.dumps(str(file))})" for file in files
        )
        bindings = ",\n".join(_binding(name, value) for name, value in self.bindings.items())
        if self._memory:
            bindings += ', (name = "STATE", durableObjectNamespace = "SoarState")'
        disk = json.dumps(str(self.folder / "disk"))
        return f"""
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "worker", worker = .worker),
    (name = "cron", worker = .cron),
    (name = "internet", network = (allow = ["private"])),
    (name = "disk", disk = (path = {disk}, writable = true)),
  ],
  sockets = [
    (name = "http", address = "127.0.0.1:0", http = (), service = "worker"),
    (name = "cron", address = "127.0.0.1:0", http = (), service = "cron"),
  ],
);
const worker :Workerd.Worker = (
  modules = [{modules}],
  compatibilityDate = "{COMPATIBILITY_DATE}",
  bindings = [{bindings}],
  durableObjectNamespaces = [(className = "SoarState", uniqueKey = "soar", enableSql = true)],
  durableObjectStorage = (localDisk = "disk"),
);
const cron :Workerd.Worker = (
  modules = [(name = "cron.js", esModule = embed "cron.js")],
  compatibilityDate = "{COMPATIBILITY_DATE}",
  bindings = [
    (name = "WORKER", service = "worker"),
    (name = "STATE", durableObjectNamespace = (className = "SoarState", serviceName = "worker")),
  ],
);
"""


def module_names() -> list[str]:
    """The modules as they are uploaded, the main one first: workerd takes the first as the entry."""
    names = sorted(path.name for path in TEMPLATE.iterdir() if path.suffix in {".js", ".html"})
    return ["worker.js", *(name for name in names if name != "worker.js")]


def _kind(file: Path) -> str:
    return "text" if file.suffix == ".html" else "esModule"


def _binding(name: str, value: object) -> str:
    if isinstance(value, str):
        return f"(name = {json.dumps(name)}, text = {json.dumps(value)})"
    return f"(name = {json.dumps(name)}, json = {json.dumps(json.dumps(value))})"


class Owner:
    """Holds the command key of a deployment and sends signed commands."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http
        self._key = Ed25519PrivateKey.generate()
        self.public = unpadded(self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))

    def sign(self, path: str, body: bytes, *, method: str = "POST", at: float | None = None) -> dict[str, str]:
        """Headers of a command signed at a moment (Unix seconds; now unless given)."""
        sent = str(int((time.time() if at is None else at) * 1000))
        nonce = unpadded(secrets.token_bytes(16))
        message = "\n".join(["soar1", method, path, sent, nonce, hashlib.sha256(body).hexdigest()])
        return {
            "Soar-Time": sent,
            "Soar-Nonce": nonce,
            "Soar-Signature": unpadded(self._key.sign(message.encode())),
        }

    def ticket(self, script: str, lives: float = 600, number: bytes | None = None) -> str:
        """A ticket for the private form, good for so many seconds from now."""
        name, expires = unpadded(number or secrets.token_bytes(16)), int(time.time() + lives)
        signed = self._key.sign(f"soar-form\n{script}\n{name}\n{expires}".encode())
        return f"f1.{name}.{expires}.{unpadded(signed)}"

    def send(self, base: str, command: str, body: object = None) -> httpx.Response:
        """Send a command to a Worker at `base`."""
        path, content = f"/v1/{command}", json.dumps({} if body is None else body).encode()
        return self.http.post(base + path, content=content, headers=self.sign(path, content))


def wait_until(holds: Callable[[], bool], seconds: float = 10) -> None:
    """Look again and again; fails if it does not become true in time."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def wait_until_midnight_is_far(seconds: float = 20) -> None:
    """Let midnight pass, New York's and UTC's, if it is near: orders and notices belong to the day they are made on."""

    def is_far() -> bool:
        now = datetime.now(UTC)
        later = now + timedelta(seconds=seconds)
        return all(now.astimezone(zone).date() == later.astimezone(zone).date() for zone in (UTC, NEW_YORK))

    wait_until(is_far, 2 * seconds)


def unpadded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def good(response: httpx.Response) -> Any:
    """The answer of a command that must have worked."""
    assert response.status_code == 200, response.text
    return response.json()
