"""What docs/worker.md tells people to type, typed: every block of it in one shell, against the stand-ins."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.cloudflare import Cloudflare
from deploy.commands import CommandKey
from deploy.deployment import Deployment, Keys
from deploy.secret import Secret
from deploy.steps import Site, State, Step, deploy
from deploy.template import read_template
from deploy.wire import open_http
from sandbox.alpaca.server import ServedAlpaca
from sandbox.cloudflare.server import create_app
from sandbox.serving import Served
from tests.worker.broker import Broker
from tests.worker.conftest import BUY, CEILINGS
from tests.worker.runtime import ROOT

SCRIPT = "soar-paper-ab12cd34"
HANDBOOK = ROOT / "docs/worker.md"
LAST_LOOK = "soar arm | jq .armed\nsoar tick | jq -c .run"
TOOLS = ("bash", "curl", "jq", "openssl")


@pytest.fixture
def cloudflare() -> Iterator[str]:
    with Served(create_app(public_url="")) as served:
        yield served.url


def post(http: httpx.Client, url: str, **fields: object) -> Any:
    return http.post(url, json=fields).raise_for_status().json()


def home(http: httpx.Client, cloudflare: str, subdomain: str) -> tuple[str, str]:
    """A new Cloudflare account and a token for it."""
    account = post(http, f"{cloudflare}/_sandbox/accounts", name=subdomain, subdomain=subdomain)["id"]
    return account, post(http, f"{cloudflare}/_sandbox/tokens", account=account)["token"]


async def silent(_step: Step, _state: State) -> None:
    return


async def set_up(cloudflare: str, alpaca: ServedAlpaca, broker: Broker, account: str, token: str) -> None:
    """Deploy as Soar does."""
    key = CommandKey.generate()
    deployment = Deployment(
        account_id=account,
        subdomain="ann",
        script=SCRIPT,
        deployment_id="ab12cd34",
        mode="paper",
        alpaca_account_id=broker.id,
        alpaca_url=broker.url,
        alpaca_data_url=alpaca.data_url,
        cloudflare_api_url=f"{cloudflare}/client/v4",
        command_key=key.public,
        plan=BUY,
        ceilings=CEILINGS,
        keep_token=True,
        worker_url_template=cloudflare + "/workers/{subdomain}/{script}",
    )
    keys = Keys(Secret(broker.keys["key_id"]), Secret(broker.keys["secret"]))
    async with open_http() as http:
        site = Site(Cloudflare(http, f"{cloudflare}/client/v4"), Secret(token), deployment)
        await deploy(site, keys=keys, template=read_template(), command_key=key, progress=silent)


def typed(handbook: str, instead: Mapping[str, str]) -> str:
    """The blocks of the handbook as one script, with the reader's own values in place of the examples."""
    script = "set -euo pipefail\n" + "".join(re.findall(r"^```sh\n(.*?)^```$", handbook, re.DOTALL | re.MULTILINE))
    for example, value in instead.items():
        assert script.count(example) == 1, example
        script = script.replace(example, value)
    return script


@pytest.mark.skipif(not all(map(shutil.which, TOOLS)), reason=f"needs {', '.join(TOOLS)}")
def test_every_command_of_the_handbook_works(
    cloudflare: str, alpaca: ServedAlpaca, broker: Broker, http: httpx.Client, tmp_path: Path
) -> None:
    (old, old_token), (new, new_token) = home(http, cloudflare, "ann"), home(http, cloudflare, "bob")
    asyncio.run(set_up(cloudflare, alpaca, broker, old, old_token))
    first, second = (
        post(http, f"{broker.url}/_sandbox/keys", account=broker.id, keep_others=True) for _ in ("change", "move")
    )
    pasted = [old_token, first["key_id"], first["secret"], second["key_id"], second["secret"], new_token]
    removal = "cf -X DELETE"
    script = typed(
        HANDBOOK.read_text(),
        {
            "api=https://api.cloudflare.com/client/v4": f"api={cloudflare}/client/v4",
            "account=0123456789abcdef0123456789abcdef": f"account={old}",
            "account=fedcba9876543210fedcba9876543210": f"account={new}",
            "address=https://$script.$name.workers.dev": f"address={cloudflare}/workers/$name/$script",
            "SOAR=~/soar": f"SOAR={ROOT}",
            removal: f"address={cloudflare}/workers/bob/$script\n{LAST_LOOK}\n{removal}",
        },
    )
    broker.market(is_open=True)
    done = subprocess.run(  # noqa: S603  (our own handbook)
        [shutil.which("bash") or "bash", "-c", script],
        input="".join(f"{value}\n" for value in pasted),
        env={"HOME": str(tmp_path), "PATH": "/usr/local/bin:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    said = done.stdout.splitlines()
    assert (said.count("true"), said.count("false")) == (16, 0)
    assert "Nothing to do. Bought today already: $10.00 of VTI." in said
    assert any(line.startswith('{"schedule":"alarm"') for line in said)
    assert any(line.startswith('{"symbol":"VTI"') and '"status":"dry"' in line for line in said)
    assert any('"amount":"5.00"' in line and '"armed":false' in line for line in said)
    assert not any(value in done.stdout for value in pasted)
    # The moved Worker has forgotten what it bought, but neither the limits nor Alpaca have.
    moved = json.loads(next(line for line in said if line.startswith('{"id"')))
    assert moved["outcome"] == "refused"
    assert len(broker.orders()) == 1
    assert not (tmp_path / ".soar").exists()
