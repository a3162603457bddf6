"""The alarm of the Durable Object: for accounts without a cron slot, and beside a cron that may stop."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest

from tests.worker.conftest import Deploy, Deployment
from tests.worker.runtime import wait_until

QUARTER = 900_000


def is_quarter_to_come(moment: float | None) -> bool:
    return moment is not None and moment % QUARTER == 0 and 0 < moment - time.time() * 1000 <= QUARTER


def goes_off(deployed: Deployment) -> None:
    """Let the alarm be due, and wait until it was set again."""
    deployed.workerd.turn("due")
    wait_until(lambda: is_quarter_to_come(deployed.workerd.turn("look")))


def ticks(deployed: Deployment) -> int:
    count: int = deployed.ask("status")["ticks"]
    return count


def test_the_alarm_runs_the_plan_every_quarter_of_an_hour(deployed: Deployment) -> None:
    answer = deployed.ask("alarm", {"on": True})
    assert answer["schedule"] == "alarm"
    assert is_quarter_to_come(datetime.fromisoformat(answer["next"]).timestamp() * 1000)
    for number in (1, 2, 3):
        goes_off(deployed)
        wait_until(lambda: ticks(deployed) == number)  # noqa: B023  (is called at once)
    status = deployed.ask("status")
    assert (status["schedule"], status["next_tick"]) == (answer["schedule"], answer["next"])
    assert status["last_tick"]["source"] == "alarm"
    assert len(deployed.broker.orders()) == 1


def test_without_the_alarm_nothing_goes_off(deployed: Deployment) -> None:
    assert deployed.workerd.turn("look") is None
    assert deployed.ask("status")["schedule"] == "cron"
    deployed.ask("alarm", {"on": True})
    assert deployed.ask("alarm", {"on": False})["schedule"] == "cron"
    assert deployed.workerd.turn("look") is None
    deployed.tick()
    assert deployed.workerd.turn("look") is None


def test_an_alarm_that_was_set_outlives_a_new_version(deployed: Deployment) -> None:
    deployed.ask("alarm", {"on": True})
    deployed.workerd.turn("soon")
    deployed.workerd.restart()
    wait_until(lambda: ticks(deployed) == 1)
    assert is_quarter_to_come(deployed.workerd.turn("look"))


def test_an_alarm_whose_run_breaks_goes_on(deployed: Deployment) -> None:
    deployed.ask("alarm", {"on": True})
    deployed.workerd.turn("break")
    goes_off(deployed)
    wait_until(lambda: '"at":"command","error":"Error"' in deployed.workerd.log())
    assert ticks(deployed) == 0
    deployed.workerd.turn("mend")
    goes_off(deployed)
    wait_until(lambda: ticks(deployed) == 1)
    assert "as the test wants it" not in deployed.workerd.log()


def test_a_lost_alarm_is_set_again_by_any_look(deployed: Deployment) -> None:
    deployed.ask("alarm", {"on": True})
    deployed.workerd.turn("lose")
    deployed.tick()
    assert is_quarter_to_come(deployed.workerd.turn("look"))


def test_cron_and_alarm_at_the_same_time_make_one_order(deployed: Deployment) -> None:
    deployed.ask("alarm", {"on": True})
    with ThreadPoolExecutor(2) as threads:
        cron = threads.submit(deployed.workerd.cron)
        threads.submit(goes_off, deployed).result()
        cron.result()
    wait_until(lambda: ticks(deployed) >= 1)
    assert len(deployed.broker.orders()) == 1


def test_while_the_cron_comes_the_alarm_stands_by(deployed: Deployment) -> None:
    deployed.ask("alarm", {"on": True})
    deployed.workerd.cron()
    assert deployed.ask("status")["schedule"] == "cron"
    goes_off(deployed)
    assert ticks(deployed) == 1
    deployed.workerd.turn("no-cron")
    assert deployed.ask("status")["schedule"] == "alarm"
    goes_off(deployed)
    wait_until(lambda: ticks(deployed) == 2)


def test_destroy_switches_the_alarm_off_and_a_change_of_mind_on_again(deploy: Deploy) -> None:
    deployed = deploy(CLOUDFLARE_API_TOKEN=None)
    deployed.ask("alarm", {"on": True})
    assert deployed.owner.send(deployed.workerd.url, "destroy").status_code == 409
    assert deployed.workerd.turn("look") is None
    deployed.tick()
    assert deployed.workerd.turn("look") is None
    deployed.ask("resume")
    assert is_quarter_to_come(deployed.workerd.turn("look"))


@pytest.mark.parametrize("body", [{}, {"on": "yes"}, {"on": 1}, {"on": None}])
def test_an_alarm_is_on_or_off(deployed: Deployment, body: object) -> None:
    answer = deployed.owner.send(deployed.workerd.url, "alarm", body)
    assert (answer.status_code, answer.json()["message"]) == (400, "on is true or false.")
