"""Cancelling what is open, and Alpaca's own lock."""

from __future__ import annotations

from typing import Any

import pytest

from tests.worker.conftest import CEILINGS, Deploy, Deployment


def refused(deployed: Deployment, command: str) -> tuple[int, Any]:
    answer = deployed.owner.send(deployed.workerd.url, command)
    assert answer.status_code >= 400
    return answer.status_code, answer.json()


def test_only_its_own_open_orders_are_cancelled(deployed: Deployment) -> None:
    deployed.broker.fills(policy="hold")
    theirs = deployed.broker.place(symbol="SPY", qty="1", side="buy", type="market", time_in_force="day")
    deployed.tick()
    assert deployed.ask("cancel") == {"cancelled": 1, "left": 0, "warning": None}
    stands = {order["id"]: order["status"] for order in deployed.broker.orders()}
    assert stands.pop(theirs["id"]) in {"new", "accepted"}
    assert list(stands.values()) == ["canceled"]
    assert deployed.ask("cancel") == {"cancelled": 0, "left": 0, "warning": None}
    run = deployed.tick()
    assert run["outcome"] == "idle"
    assert "The order was cancelled." in run["reason"]


def test_a_cancel_that_is_not_confirmed_is_told(deployed: Deployment) -> None:
    deployed.broker.fills(policy="hold")
    deployed.tick()
    deployed.broker.fault("status", method="DELETE", path="/v2/orders", status=500, json={"message": "x"}, times=None)
    answer = deployed.ask("cancel")
    assert (answer["cancelled"], answer["left"]) == (0, 1)
    assert "Alpaca did not confirm" in answer["warning"]
    deployed.broker.market(is_open=True)
    deployed.broker.fault("html", path="/v2/orders", times=5)
    answer = deployed.ask("cancel")
    assert (answer["cancelled"], answer["left"]) == (0, 1)


def test_locking_stops_all_trading_until_it_is_unlocked(deployed: Deployment) -> None:
    locked = deployed.ask("lock")
    assert (locked["locked"], locked["paused"]["reason"]) == (True, "suspended")
    assert deployed.ask("lock") == locked
    assert deployed.broker.is_locked()
    assert deployed.tick()["outcome"] == "paused"
    assert deployed.ask("unlock") == {"locked": False, "paused": None}
    assert deployed.ask("unlock") == {"locked": False, "paused": None}
    assert not deployed.broker.is_locked()
    assert deployed.tick()["outcome"] == "traded"
    assert deployed.events()[:2] == [
        "pause: Trading is paused. You locked the Alpaca account.",
        "pause: Trading was switched on again.",
    ]


def test_unlocking_ends_no_other_pause(deployed: Deployment) -> None:
    deployed.ask("pause")
    deployed.ask("lock")
    assert deployed.ask("unlock")["paused"]["reason"] == "user"
    assert deployed.kinds() == ["pause", "pause"]


def test_a_locked_account_that_is_resumed_still_takes_no_order(deployed: Deployment) -> None:
    deployed.ask("lock")
    assert deployed.ask("resume") == {"paused": None}
    run = deployed.tick()
    assert run["outcome"] == "refused"
    assert run["reason"] == "Trading is switched off in the settings of the Alpaca account."
    assert deployed.broker.orders() == []


@pytest.mark.parametrize(
    ("fault", "status", "error"),
    [
        ({"kind": "html", "path": "/v2/account/configurations"}, 502, "alpaca_unreachable"),
        ({"kind": "cut", "path": "/v2/account/configurations"}, 502, "alpaca_unreachable"),
        (
            {"kind": "status", "path": "/v2/account/configurations", "status": 403, "json": {"message": "no"}},
            502,
            "alpaca_unreachable",
        ),
        ({"kind": "status", "path": "/v2/account$", "status": 401, "json": {"message": "no"}}, 502, "keys_rejected"),
    ],
)
def test_a_lock_that_alpaca_does_not_confirm_pauses_all_the_same(
    deployed: Deployment, fault: dict[str, Any], status: int, error: str
) -> None:
    deployed.broker.fault(**fault, times=5)
    answer = refused(deployed, "lock")
    assert (answer[0], answer[1]["error"]) == (status, error)
    assert answer[1]["message"].endswith("The bot is paused.")
    assert deployed.ask("status")["paused"]["reason"] == "suspended"
    assert deployed.tick()["outcome"] == "paused"


def test_an_unlock_that_alpaca_does_not_confirm_ends_no_pause(deployed: Deployment) -> None:
    deployed.ask("lock")
    deployed.broker.fault("html", method="PATCH", path="/v2/account/configurations", times=5)
    assert refused(deployed, "unlock")[0] == 502
    assert deployed.ask("status")["paused"]["reason"] == "suspended"


def test_another_account_is_left_as_it_is(deploy: Deploy) -> None:
    deployed = deploy(ACCOUNT_ID="00000000-0000-4000-8000-000000000000", CEILINGS=CEILINGS)
    status, answer = refused(deployed, "lock")
    assert (status, answer["error"]) == (409, "other_account")
    assert not deployed.broker.is_locked()


def test_locking_does_not_wait_for_a_run(deployed: Deployment) -> None:
    deployed.broker.fault("hang", path="/v2/positions", when="before", seconds=4)
    with deployed.running():
        locked = deployed.ask("lock")
        assert locked["locked"]
        assert deployed.ask("status")["last_tick"] is None
