"""What forbids trading: limits, the account's state, rejected keys, odd answers."""

from __future__ import annotations

import pytest

from tests.worker.conftest import BUY, CEILINGS, Deploy, Deployment


@pytest.mark.parametrize(
    ("ceilings", "says"),
    [
        ({"per_order": "9.99"}, "That would make $10.00, and the limit for one order is $9.99."),
        ({"per_day": "9.99"}, "the limit for one day is $9.99."),
        ({"budget": "9.99"}, "the whole budget is $9.99."),
        ({"symbols": ["SPY"]}, "It is not among the symbols you agreed to."),
    ],
)
def test_no_order_goes_beyond_a_limit(deploy: Deploy, ceilings: dict[str, object], says: str) -> None:
    deployed = deploy(CEILINGS=CEILINGS | ceilings)
    for _ in range(2):
        run = deployed.tick()
        assert (run["outcome"], run["orders"][0]["status"]) == ("refused", "refused")
        assert says in run["reason"]
    assert deployed.broker.orders() == []
    assert deployed.kinds() == ["refusal"]


def test_limits_count_what_was_spent_before(deploy: Deploy) -> None:
    plan = BUY | {"symbols": ["VTI", "SPY", "QQQ"]}
    ceilings = {"per_order": "10.00", "per_day": "30.00", "budget": "20.00", "symbols": ["VTI", "SPY", "QQQ"]}
    deployed = deploy(PLAN=plan, CEILINGS=ceilings)
    run = deployed.tick()
    assert run["outcome"] == "traded"
    assert run["reason"].startswith("Order placed: $10.00 of VTI, $10.00 of SPY. Not bought: $10.00 of QQQ.")
    assert len(deployed.broker.orders()) == 2
    assert deployed.tick()["outcome"] == "refused"
    assert deployed.ask("status")["spent"] == {"today": "20.00", "ever": "20.00"}
    # A new version with a higher budget remembers what the old one spent.
    deployed.workerd.restart(CEILINGS=ceilings | {"budget": "29.99"})
    assert deployed.tick()["outcome"] == "refused"
    deployed.workerd.restart(CEILINGS=ceilings | {"budget": "30.00"})
    assert deployed.tick()["outcome"] == "traded"


def test_the_own_book_counts_where_alpaca_tells_of_no_order(deploy: Deploy) -> None:
    deployed = deploy(PLAN=BUY | {"symbols": ["VTI", "SPY"]}, CEILINGS=CEILINGS | {"symbols": ["VTI", "SPY"]})
    assert deployed.tick()["outcome"] == "traded"
    deployed.broker.fault("status", method="GET", path="/v2/orders$", status=200, json=[], times=None)
    run = deployed.tick()
    assert run["outcome"] == "refused"
    assert "That would make $20.00, and the limit for one day is $10.00." in run["reason"]


def test_no_more_than_the_cash_is_spent(deployed: Deployment) -> None:
    deployed.broker.change(cash="9.99")
    run = deployed.tick()
    assert run["outcome"] == "refused"
    assert "the cash in the account is $9.99." in run["reason"]
    deployed.broker.change(cash="10.00")
    assert deployed.tick()["outcome"] == "traded"


def test_cash_that_alpaca_does_not_tell_counts_as_none(deployed: Deployment) -> None:
    deployed.broker.change(omit=["cash"])
    assert deployed.tick()["reason"] == (
        "Not bought: $10.00 of VTI. Whether it is within the cash in the account could not be checked."
    )


@pytest.mark.parametrize(
    ("damage", "detail"),
    [
        ({"CEILINGS": CEILINGS | {"per_day": "NaN"}}, "CEILINGS.per_day is not an amount in dollars."),
        ({"PLAN": None}, "PLAN is not an object."),
        ({"ACCOUNT_ID": None}, "ACCOUNT_ID is missing."),
    ],
)
def test_damaged_settings_trade_nothing(deploy: Deploy, damage: dict[str, object], detail: str) -> None:
    deployed = deploy(**damage)
    run = deployed.tick()
    assert run["outcome"] == "failed"
    assert (run["reason"], run["detail"]) == ("A setting of this bot is damaged. Nothing was traded.", detail)
    assert deployed.broker.calls() == []
    assert deployed.ask("status")["ticks"] == 1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"status": "ACCOUNT_CLOSED_PENDING"}, 'Alpaca calls its state "account closed pending"'),
        ({"trading_blocked": True}, "Alpaca has blocked trading"),
        ({"account_blocked": True}, "Alpaca has blocked this account"),
        ({"suspend_trade": True}, "Trading is switched off"),
    ],
)
def test_an_account_that_may_not_trade_does_not(deployed: Deployment, change: dict[str, object], says: str) -> None:
    deployed.broker.change(**change)
    run = deployed.tick()
    assert run["outcome"] == "refused"
    assert says in run["reason"]
    assert deployed.ask("status")["paused"] is None


def test_rejected_keys_pause_the_worker_until_there_are_others(deployed: Deployment) -> None:
    pair = deployed.broker.new_keys()
    run = deployed.tick()
    assert run["outcome"] == "failed"
    assert "does not accept the keys" in run["reason"]
    paused = deployed.ask("status")["paused"]
    assert paused["reason"] == "keys"
    deployed.broker.calls()
    assert deployed.tick()["outcome"] == "paused"
    assert deployed.broker.calls() == []
    deployed.workerd.restart(MODE="paper")
    assert deployed.ask("status")["paused"] == paused
    deployed.workerd.restart(APCA_API_KEY_ID=pair["key_id"], APCA_API_SECRET_KEY=pair["secret"])
    assert deployed.tick()["outcome"] == "traded"
    assert deployed.kinds() == ["latch", "recovery", "trade"]


def test_new_keys_do_not_undo_what_the_owner_paused(deployed: Deployment) -> None:
    pair = deployed.broker.new_keys()
    deployed.tick()
    deployed.ask("pause", {"reason": "user"})
    deployed.workerd.restart(APCA_API_KEY_ID=pair["key_id"], APCA_API_SECRET_KEY=pair["secret"])
    assert deployed.ask("status")["paused"]["reason"] == "user"
    assert deployed.tick()["outcome"] == "paused"


@pytest.mark.parametrize("is_open", [True, False])
def test_another_account_pauses_the_worker(deploy: Deploy, *, is_open: bool) -> None:
    deployed = deploy(ACCOUNT_ID="00000000-0000-4000-8000-000000000000")
    deployed.broker.market(is_open=is_open)
    run = deployed.tick()
    assert run["outcome"] == "refused"
    assert "another Alpaca account" in run["reason"]
    assert deployed.ask("status")["paused"]["reason"] == "account"
    assert deployed.broker.orders() == []


def test_a_loss_of_its_own_shares_beyond_the_limit_pauses_until_resumed(deploy: Deploy) -> None:
    deployed = deploy(CEILINGS=CEILINGS | {"daily_loss": "4.99"})
    deployed.broker.price("VTI", "100.00")
    deployed.broker.give("VTI", "50", "200")  # the owner's own, which may lose what they like
    assert deployed.tick()["outcome"] == "traded"
    deployed.broker.price("VTI", "50.10")
    assert deployed.tick()["outcome"] == "idle"
    deployed.broker.price("VTI", "50.00")
    run = deployed.tick()
    assert run["outcome"] == "paused"
    assert run["reason"] == "The bot's shares lost $5.00 in one day, and the limit is $4.99."
    deployed.broker.price("VTI", "60.00")
    deployed.workerd.restart()
    assert deployed.ask("status")["paused"]["reason"] == "loss"
    assert deployed.tick()["outcome"] == "paused"
    deployed.ask("resume")
    assert deployed.tick()["outcome"] == "idle"


@pytest.mark.parametrize("price", [None, "", "NaN", "-1"])
def test_shares_of_unknown_worth_trade_nothing(deployed: Deployment, price: str | None) -> None:
    assert deployed.tick()["outcome"] == "traded"
    position = {"symbol": "VTI", "qty": "5", "qty_available": "5", "cost_basis": "10", "current_price": price}
    deployed.broker.fault("status", path="/v2/positions", status=200, json=[position])
    run = deployed.tick()
    assert run["outcome"] == "refused"
    assert run["reason"] == "Alpaca does not say what the bot's shares are worth, so nothing is traded."


@pytest.mark.parametrize(
    ("path", "kind", "says"),
    [
        ("/v2/account", "html", "Alpaca has a problem of its own at the moment."),
        ("/v2/account", "cut", "Alpaca could not be reached."),
        ("/v2/positions", "empty", "Alpaca sent an answer that makes no sense."),
        ("/v2/orders", "cut", "Alpaca could not be reached."),
    ],
)
def test_an_odd_answer_to_any_question_trades_nothing(deployed: Deployment, path: str, kind: str, says: str) -> None:
    deployed.broker.fault(kind, path=path, times=5)  # the runtime itself repeats a GET that was cut off
    run = deployed.tick()
    assert run["outcome"] == "failed"
    assert run["reason"] == f"{says} The bot tries again at its next look."
    assert deployed.broker.orders() == []
    deployed.broker.market(is_open=True)
    assert deployed.tick()["outcome"] == "traded"
