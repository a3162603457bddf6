"""One deployment that the tests of this folder share."""

from __future__ import annotations

from deploy.commands import CommandKey
from deploy.deployment import Deployment, Keys
from deploy.secret import Secret

ACCOUNT = "0a" * 16
TOKEN = Secret("cfut_CANARYTOKEN" + "t" * 37)
KEYS = Keys(Secret("PKCANARYKEY000000001"), Secret("CANARYSECRET" + "s" * 28))
COMMAND_KEY = CommandKey.generate()
DEPLOYMENT = Deployment(
    account_id=ACCOUNT,
    subdomain="ann",
    script="soar-paper-ab12cd34",
    deployment_id="ab12cd34",
    mode="paper",
    alpaca_account_id="904837e3-3b76-47ec-b432-046db621571b",
    alpaca_url="http://127.0.0.1:9",
    alpaca_data_url="http://127.0.0.1:9",
    cloudflare_api_url="http://127.0.0.1:9/client/v4",
    command_key=COMMAND_KEY.public,
    plan={"kind": "watch"},
    ceilings={"per_order": "0.00", "per_day": "0.00", "budget": "0.00", "symbols": []},
    keep_token=True,
    form={"bot": 123456, "owner": 501, "telegram_key": "e7" * 32},
)
WORKERS_PATH = f"/accounts/{ACCOUNT}/workers"
SCRIPT_PATH = f"{WORKERS_PATH}/scripts/{DEPLOYMENT.script}"
