"""What a new plan may do before its owner has seen it, and what a command may change."""

from __future__ import annotations

from typing import Any

import pytest

from tests.worker.conftest import BUY, CEILINGS, Deploy, Deployment

BOTH = CEILINGS | {"symbols": ["VTI", "SPY"], "per_day": "20.00"}
SPY = BUY | {"symbols": ["SPY"]}


def set_(deployed: Deployment, **wanted: object) -> tuple[int, Any]:
    answer = deployed.owner.send(deployed.workerd.url, "set", wanted)
    return answer.status_code, answer.json()


def refusal(deployed: Deployment, **wanted: object) -> str:
    before = deployed.ask("status")
    status, answer = set_(deployed, **wanted)
    assert (status, set(answer)) == (400, {"error", "message"})
    after = deployed.ask("status")
    assert all(before[name] == after[name] for name in ("plan", "limits", "armed"))
    return str(answer["error"])


def test_a_new_deployment_only_shows_what_it_would_order(deploy: Deploy) -> None:
    deployed = deploy(armed=False)
    assert deployed.ask("status")["armed"] is False
    for _ in range(2):
        run = deployed.tick()
        assert (run["outcome"], run["code"]) == ("dry", "unarmed")
        assert [(order["symbol"], order["status"]) for order in run["orders"]] == [("VTI", "dry")]
    deployed.workerd.cron()
    assert deployed.broker.orders() == []
    assert deployed.events() == ["other: A trial: nothing was ordered. Due today: $10.00 of VTI."]
    assert deployed.ask("arm") == {"armed": True}
    assert deployed.ask("arm") == {"armed": True}
    assert deployed.kinds() == ["other", "change"]
    assert deployed.ask("status")["armed"] is True
    assert deployed.tick(dry=True)["code"] == "dry"
    assert deployed.tick()["outcome"] == "traded"


def test_arming_outlives_a_new_version_but_not_another_plan(deployed: Deployment) -> None:
    deployed.workerd.restart(TEMPLATE="newer")
    assert deployed.ask("status")["armed"] is True
    deployed.workerd.restart(PLAN=BUY | {"every": "week"})
    assert deployed.ask("status")["armed"] is False
    assert deployed.tick()["code"] == "unarmed"


def test_who_watches_needs_no_arming(deploy: Deploy) -> None:
    deployed = deploy(PLAN={"kind": "watch"}, armed=False)
    assert deployed.ask("status")["armed"] is True
    assert deployed.tick()["outcome"] == "idle"


def test_a_worker_that_ordered_before_there_was_arming_goes_on(deployed: Deployment) -> None:
    assert deployed.tick()["outcome"] == "traded"
    deployed.workerd.turn("forget-armed")
    assert deployed.ask("status")["armed"] is True
    assert deployed.tick()["outcome"] == "idle"
    deployed.workerd.restart(PLAN=BUY | {"every": "week"})
    assert deployed.ask("status")["armed"] is False


def test_a_new_plan_is_in_force_and_must_be_armed_again(deploy: Deploy) -> None:
    deployed = deploy(CEILINGS=BOTH)
    assert deployed.ask("set", {"plan": SPY}) == {"plan": SPY, "limits": BOTH, "armed": False}
    assert deployed.kinds() == ["change"]
    run = deployed.tick()
    assert (run["code"], [order["symbol"] for order in run["orders"]]) == ("unarmed", ["SPY"])
    deployed.ask("arm")
    assert [order["symbol"] for order in deployed.tick()["orders"]] == ["SPY"]
    assert [order["symbol"] for order in deployed.broker.orders()] == ["SPY"]
    deployed.workerd.restart(TEMPLATE="newer")
    status = deployed.ask("status")
    assert (status["plan"], status["armed"]) == (SPY, True)


def test_the_plan_that_was_armed_before_is_not_armed_when_it_comes_back(deploy: Deploy) -> None:
    deployed = deploy(CEILINGS=BOTH)
    deployed.ask("set", {"plan": SPY})
    assert deployed.ask("set", {"plan": BUY})["armed"] is False
    assert deployed.tick()["code"] == "unarmed"
    deployed.ask("arm")
    assert deployed.ask("set", {"plan": dict(reversed(BUY.items()))})["armed"] is True
    assert deployed.ask("set", {"plan": None}) == {"plan": BUY, "limits": BOTH, "armed": True}
    assert deployed.ask("set", {"plan": {"kind": "watch"}})["armed"] is True
    assert deployed.ask("set", {"plan": None})["armed"] is False


def test_tighter_limits_are_in_force_at_once_and_disarm_nothing(deploy: Deploy) -> None:
    deployed = deploy(CEILINGS=BOTH)
    tight = deployed.ask("set", {"limits": {"per_order": "9.99"}})
    assert tight == {"plan": BUY, "limits": BOTH | {"per_order": "9.99"}, "armed": True}
    status = deployed.ask("status")
    assert (status["limits"], status["ceilings"]) == (tight["limits"], BOTH)
    assert "the limit for one order is $9.99" in deployed.tick()["reason"]
    assert deployed.broker.orders() == []
    # What is not named stays as it was chosen; null takes a choice back.
    both = deployed.ask("set", {"limits": {"daily_loss": "5.00"}})["limits"]
    assert both == BOTH | {"per_order": "9.99", "daily_loss": "5.00"}
    assert deployed.ask("set", {"limits": {"per_order": None}})["limits"] == BOTH | {"daily_loss": "5.00"}
    assert deployed.ask("set", {"limits": None})["limits"] == BOTH
    assert deployed.tick()["outcome"] == "traded"


@pytest.mark.parametrize("change", [{"PLAN": SPY}, {"CEILINGS": BOTH | {"per_day": "19.00"}}])
def test_a_choice_is_void_when_something_else_is_deployed(deploy: Deploy, change: dict[str, object]) -> None:
    deployed = deploy(CEILINGS=BOTH)
    chosen = deployed.ask("set", {"plan": SPY | {"every": "week"}, "limits": {"per_order": "1.00"}})
    deployed.ask("arm")
    deployed.workerd.restart(TEMPLATE="newer", CEILINGS=dict(reversed(BOTH.items())))
    assert deployed.ask("status")["limits"] == chosen["limits"]
    deployed.workerd.restart(**change)
    status = deployed.ask("status")
    assert status["plan"] == deployed.workerd.bindings["PLAN"]
    assert status["limits"] == deployed.workerd.bindings["CEILINGS"]
    assert status["armed"] is False
    assert deployed.tick()["code"] == "unarmed"


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        ({"plan": BUY | {"symbols": ["QQQ"]}}, "beyond_ceiling"),
        ({"plan": BUY | {"symbols": ["VTI", "QQQ"]}}, "beyond_ceiling"),
        ({"limits": {"per_order": "10.01"}}, "beyond_ceiling"),
        ({"limits": {"per_day": "20.01"}}, "beyond_ceiling"),
        ({"limits": {"budget": "520.01"}}, "beyond_ceiling"),
        ({"limits": {"daily_loss": "5.01"}}, "beyond_ceiling"),
        ({"plan": {"kind": "constructor"}}, "bad_plan"),
        ({"plan": BUY | {"amount": 10}}, "bad_plan"),
        ({"plan": []}, "bad_plan"),
        ({"plan": ""}, "bad_plan"),
        ({"plan": False}, "bad_plan"),
        ({"limits": {"per_order": "-1"}}, "bad_limits"),
        ({"limits": {"per_order": 5}}, "bad_limits"),
        ({"limits": {"symbols": ["QQQ"]}}, "bad_limits"),
        ({"limits": {"constructor": "1.00"}}, "bad_limits"),
        ({"limits": "none"}, "bad_limits"),
        ({"limits": []}, "bad_limits"),
        ({"plan": SPY, "limits": {"per_day": "20.01"}}, "beyond_ceiling"),
        ({}, "bad_request"),
    ],
)
def test_what_a_command_may_not_choose(deploy: Deploy, wanted: dict[str, object], error: str) -> None:
    deployed = deploy(CEILINGS=BOTH | {"daily_loss": "5.00"})
    assert refusal(deployed, **wanted) == error
    assert deployed.kinds() == []
