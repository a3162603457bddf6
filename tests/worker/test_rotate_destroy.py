"""Changing the keys, giving up its Cloudflare token, ending the Worker: the three things it does with that token."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.alpaca.server import ServedAlpaca
from tests.worker.broker import Broker
from tests.worker.conftest import TOKEN, Deploy, Deployment
from tests.worker.runtime import wait_until

SCRIPT = f"/client/v4/accounts/{'c' * 32}/workers/scripts/soar-paper-ab12cd34"


def rotate(deployed: Deployment, pair: dict[str, Any], **instead: str) -> tuple[int, Any]:
    body = {"key_id": pair["key_id"], "secret": pair["secret"]} | instead
    answer = deployed.owner.send(deployed.workerd.url, "rotate", body)
    return answer.status_code, answer.json()


def test_new_keys_change_in_one_request(deployed: Deployment) -> None:
    pair = deployed.broker.new_keys()
    deployed.tick()
    assert deployed.ask("status")["paused"]["reason"] == "keys"
    deployed.broker.calls()
    assert rotate(deployed, pair) == (200, {"rotated": True, "key_ending": pair["key_id"][-4:]})
    assert deployed.broker.calls() == ["GET /v2/account"]
    (asked,) = deployed.cloud.asked
    assert (asked.method, asked.path, asked.token) == ("PATCH", f"{SCRIPT}/secrets-bulk", TOKEN)
    assert asked.body == {
        "secrets": {
            "APCA_API_KEY_ID": {"name": "APCA_API_KEY_ID", "type": "secret_text", "text": pair["key_id"]},
            "APCA_API_SECRET_KEY": {"name": "APCA_API_SECRET_KEY", "type": "secret_text", "text": pair["secret"]},
        }
    }
    assert deployed.ask("status")["paused"] is None
    assert deployed.kinds() == ["latch", "change", "recovery"]
    deployed.workerd.restart(APCA_API_KEY_ID=pair["key_id"], APCA_API_SECRET_KEY=pair["secret"])
    assert deployed.tick()["outcome"] == "traded"


def test_a_pair_that_does_not_work_changes_nothing(deployed: Deployment, alpaca: ServedAlpaca) -> None:
    http = deployed.owner.http
    other, live = Broker(alpaca.paper_url, http), Broker(alpaca.live_url, http)
    status, answer = rotate(deployed, deployed.broker.keys, secret="x" * 40)
    assert (status, answer["error"]) == (409, "wrong_pair")
    status, answer = rotate(deployed, live.keys)
    assert (status, answer["error"]) == (409, "wrong_pair")
    status, answer = rotate(deployed, other.keys)
    assert (status, answer["error"]) == (409, "other_account")
    deployed.broker.change(status="ACTION_REQUIRED")
    status, answer = rotate(deployed, deployed.broker.keys)
    assert (status, answer["error"]) == (409, "account_not_active")
    deployed.broker.fault("html", path="/v2/account")
    status, answer = rotate(deployed, deployed.broker.keys)
    assert (status, answer["error"]) == (502, "alpaca_unreachable")
    assert deployed.cloud.asked == []
    assert deployed.kinds() == []


def test_without_a_token_the_keys_stay(deploy: Deploy) -> None:
    deployed = deploy(CLOUDFLARE_API_TOKEN=None)
    deployed.broker.calls()
    status, answer = rotate(deployed, deployed.broker.keys)
    assert (status, answer["error"]) == (409, "no_token")
    assert deployed.broker.calls() == []


def test_a_refusal_of_cloudflare_is_passed_on(deployed: Deployment) -> None:
    deployed.cloud.refuse(403, 10000)
    status, answer = rotate(deployed, deployed.broker.keys)
    assert (status, answer["error"], answer["cloudflare_code"]) == (502, "cloudflare_refused", 10000)
    assert len(deployed.cloud.asked) == 1
    assert deployed.kinds() == []


def test_what_passes_at_cloudflare_is_tried_again(deployed: Deployment) -> None:
    deployed.cloud.refuse(409, 10035)
    assert rotate(deployed, deployed.broker.keys)[0] == 200
    assert len(deployed.cloud.asked) == 2
    deployed.cloud.answers = [(502, b"<html>"), (500, b""), (504, b"<html>")]
    status, answer = rotate(deployed, deployed.broker.keys)
    assert (status, answer["error"], answer["cloudflare_code"]) == (502, "cloudflare_refused", None)


def test_it_gives_up_its_own_token(deployed: Deployment) -> None:
    held = {"CLOUDFLARE_API_TOKEN": None}
    assert deployed.ask("token_clear") == {"holds_cloudflare_token": False}
    (asked,) = deployed.cloud.asked
    assert (asked.method, asked.path, asked.token) == ("DELETE", f"{SCRIPT}/secrets/CLOUDFLARE_API_TOKEN", TOKEN)
    deployed.cloud.refuse(404, 10056)  # as when the answer to an earlier try was lost
    assert deployed.ask("token_clear") == {"holds_cloudflare_token": False}
    deployed.workerd.restart(**held)
    assert deployed.ask("status")["holds_cloudflare_token"] is False
    assert deployed.ask("token_clear") == {"holds_cloudflare_token": False}
    assert len(deployed.cloud.asked) == 2
    assert deployed.ask("status")["key_ending"] == deployed.broker.keys["key_id"][-4:]
    assert deployed.kinds() == []


def test_a_token_that_is_dead_stays_until_somebody_takes_it_out(deployed: Deployment) -> None:
    deployed.cloud.refuse(403, 10000)
    answer = deployed.owner.send(deployed.workerd.url, "token_clear")
    assert (answer.status_code, answer.json()["error"]) == (502, "cloudflare_refused")
    assert answer.json()["cloudflare_code"] == 10000
    deployed.cloud.refuse(409, 10035)  # what passes is tried again
    assert deployed.ask("token_clear") == {"holds_cloudflare_token": False}
    assert len(deployed.cloud.asked) == 3


def test_the_end_is_paused_then_cancelled_then_deleted(deployed: Deployment) -> None:
    deployed.broker.fills(policy="hold")
    deployed.tick()
    deployed.broker.place(symbol="SPY", qty="1", side="buy", type="market", time_in_force="day")
    states: list[list[str]] = []
    deployed.cloud.on_request = lambda _: states.append([order["status"] for order in deployed.broker.orders()])
    answer = deployed.owner.send(deployed.workerd.url, "destroy")
    assert answer.status_code == 202
    assert answer.json() == {"destroying": True, "cancelled": 1, "warning": None}
    (asked,) = deployed.cloud.wait_for(1)
    assert (asked.method, asked.path, asked.token) == ("DELETE", f"{SCRIPT}?force=true", TOKEN)
    assert states == [["new", "canceled"]]
    assert deployed.ask("status")["paused"]["reason"] == "destroy"
    assert deployed.tick()["outcome"] == "paused"


def test_without_a_token_the_worker_at_least_stops(deploy: Deploy) -> None:
    deployed = deploy(CLOUDFLARE_API_TOKEN=None)
    deployed.broker.fills(policy="hold")
    deployed.tick()
    answer = deployed.owner.send(deployed.workerd.url, "destroy")
    assert (answer.status_code, answer.json()["error"], answer.json()["cancelled"]) == (409, "no_token", 1)
    assert deployed.ask("status")["paused"]["reason"] == "destroy"
    assert deployed.cloud.asked == []


@pytest.mark.parametrize("trouble", ["keys", "html"])
def test_dead_keys_do_not_stand_in_the_way_of_the_end(deployed: Deployment, trouble: str) -> None:
    if trouble == "keys":
        deployed.broker.new_keys()
    else:
        deployed.broker.fault("html", path="/v2/orders")
    answer = deployed.owner.send(deployed.workerd.url, "destroy")
    assert (answer.status_code, answer.json()["cancelled"]) == (202, 0)
    assert answer.json()["warning"].startswith("Alpaca did not confirm")
    assert [asked.method for asked in deployed.cloud.wait_for(1)] == ["DELETE"]


def test_a_worker_that_cannot_delete_itself_says_so(deployed: Deployment) -> None:
    deployed.cloud.refuse(403, 10000)
    assert deployed.owner.send(deployed.workerd.url, "destroy").status_code == 202
    deployed.cloud.wait_for(1)
    wait_until(lambda: deployed.kinds() == ["pause", "other"])
    assert deployed.events()[-1] == (
        "other: The bot could not delete itself. Cloudflare did not allow it. "
        "It is paused. Please delete it in your Cloudflare account."
    )
