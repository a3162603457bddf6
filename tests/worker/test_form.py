"""The private form by HTTP: who may hand in keys, how often, and what the Worker answers."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from sandbox.alpaca.server import ServedAlpaca
from tests.worker.broker import Broker
from tests.worker.conftest import Deploy, Deployment
from tests.worker.runtime import Owner, wait_until
from tests.worker.visitor import CODE, SCRIPT, TELEGRAM, Visitor, opens, sha256, without_keys

PUBLISHED_EXAMPLE = (
    "user=%7B%22id%22%3A279058397%2C%22first_name%22%3A%22Vladislav%20%2B%20-%20%3F%20%5C%2F%22%2C%22last_name%22%3A%22"
    "Kibenko%22%2C%22username%22%3A%22vdkfrost%22%2C%22language_code%22%3A%22ru%22%2C%22is_premium%22%3Atrue%2C%22"
    "allows_write_to_pm%22%3Atrue%2C%22photo_url%22%3A%22https%3A%5C%2F%5C%2Ft.me%5C%2Fi%5C%2Fuserpic%5C%2F320%5C%2F"
    "4FPEE4tmP3ATHa57u6MqTDih13LTOiMoKoLDRG4PnSA.svg%22%7D&chat_instance=8134722200314281151&chat_type=private"
    "&auth_date=1733584787&signature=zL-ucjNyREiHDE8aihFwpfR9aggP2xiAo3NSpfe-p7IbCisNlDKlo7Kb6G4D0Ao2mBrSgEk4maLSdv6MLIlADQ"
    "&hash=2174df5b000556d044f3f020384e879c8efcab55ddea2ced4eb752e93e7080d6"
)


@pytest.fixture
def bare(deploy: Deploy) -> Deployment:
    """A Worker without keys, set up for the form."""
    return without_keys(deploy)


def refusals(visitor: Visitor, pair: dict[str, Any], **instead: object) -> tuple[str, int | None]:
    told = visitor.hands_in(pair, **instead)
    assert set(told) == {"ok", "error", "left"}
    return told["error"], told["left"]


def form_of(deployed: Deployment) -> tuple[str, int, str]:
    form = deployed.ask("status")["form"]
    return form["state"], form["tries"], form["last"]


def test_the_owner_connects_his_account(bare: Deployment) -> None:
    broker = bare.broker
    assert bare.ask("status")["keys"] == {
        "state": "none", "where": None, "ending": "", "account_ending": "", "mode": "paper", "since": None,
    }  # fmt: skip
    visitor = opens(bare)
    broker.calls()
    assert visitor.looks() == {"ok": True, "code": False}
    told = visitor.hands_in(broker.keys)
    ending = broker.account["account_number"][-4:]
    assert told == {"ok": True, "account_ending": ending, "mode": "paper", "equity": "1000.00", "currency": "USD"}
    assert broker.calls() == ["GET /v2/account"]
    status = bare.ask("status")
    keys = status["keys"] | {"since": None}
    assert keys == {
        "state": "held", "where": "store", "ending": broker.keys["key_id"][-4:], "account_ending": ending,
        "mode": "paper", "since": None,
    }  # fmt: skip
    assert status["keys"]["since"].startswith("20")
    assert status["account"]["equity"] == "1000.00"
    assert status["form"]["state"] == "used"
    assert bare.events() == ["change: The Alpaca keys are in."]
    assert bare.tick()["outcome"] == "traded"
    assert broker.account["account_number"] not in str(status)
    assert broker.keys["key_id"] not in str(status)


def test_without_telegram_the_code_from_the_chat_is_wanted(bare: Deployment) -> None:
    visitor = opens(bare)
    visitor.launch = ""
    assert visitor.looks() == {"ok": True, "code": True}
    assert refusals(visitor, bare.broker.keys) == ("need_code", 5)
    assert refusals(visitor, bare.broker.keys, code="000000") == ("bad_code", 4)
    visitor.code = CODE
    assert visitor.hands_in(bare.broker.keys)["ok"]


def test_a_form_without_a_code_wants_telegrams_word(bare: Deployment) -> None:
    visitor = opens(bare, code=None)
    assert refusals(visitor, bare.broker.keys, launch="", code=CODE) == ("bad_launch", 4)


def test_launch_data_of_others_is_no_proof(bare: Deployment) -> None:
    good = TELEGRAM.launches()
    for launch, error in (
        (TELEGRAM.launches(user=901), "other_user"),
        (TELEGRAM.launches(age=700), "stale_launch"),
        (TELEGRAM.launches(age=-120), "stale_launch"),
        (TELEGRAM.launches(bot=1), "bad_launch"),
        (good.replace("%22id%22%3A+900", "%22id%22%3A+901"), "bad_launch"),
        (good + "&user=%7B%22id%22%3A900%7D", "bad_launch"),
        (good.partition("&signature")[0], "bad_launch"),
        ("nonsense", "bad_launch"),
    ):
        visitor = opens(bare)
        visitor.launch, visitor.code = launch, CODE
        assert visitor.looks()["error"] == error
        assert refusals(visitor, bare.broker.keys) == (error, 4)
        assert form_of(bare) == ("open", 1, error)
    assert bare.broker.calls() == []


def test_launch_data_that_telegram_itself_signed_is_genuine(bare: Deployment) -> None:
    """The published example, signed by Telegram: docs.telegram-mini-apps.com/platform/init-data."""
    key = "e7bf03a2fa4602af4580703d88dda5bb59f32ed8b02a56c187fe7d34caed242d"
    genuine, signed_at = PUBLISHED_EXAMPLE, 1733584787
    form: dict[str, object] = {"bot": 7342037359, "owner": 279058397, "telegram_key": key}
    soon = signed_at + 5
    assert bare.workerd.prove(
        (form, genuine, soon),
        (form | {"owner": 1}, genuine, soon),
        (form | {"bot": 1}, genuine, soon),
        (form | {"telegram_key": key.replace("e7", "e6")}, genuine, soon),
        (form, genuine, signed_at + 601),
        (form, genuine, signed_at - 31),
        (form, "", soon),
    ) == ["launch", "other_user", "bad_launch", "bad_launch", "stale_launch", "stale_launch", ""]
    places = range(0, genuine.index("&hash"), 8)
    forged = [genuine[:at] + ("1" if genuine[at] != "1" else "2") + genuine[at + 1 :] for at in places]
    assert "launch" not in bare.workerd.prove(*((form, each, soon) for each in forged))


def test_a_ticket_works_once(bare: Deployment) -> None:
    visitor = opens(bare)
    first = visitor.hands_in(bare.broker.keys)
    assert first["ok"]
    bare.broker.calls()
    assert visitor.hands_in(bare.broker.keys) == first
    assert refusals(visitor, {"key_id": "PK" + "A" * 18, "secret": "b" * 40})[0] == "used"
    assert visitor.looks()["error"] == "used"
    assert bare.broker.calls() == []


def test_a_double_submit_is_checked_once(bare: Deployment) -> None:
    visitor = opens(bare)
    bare.broker.calls()
    with ThreadPoolExecutor(3) as threads:
        told = list(threads.map(lambda _: visitor.hands_in(bare.broker.keys), range(3)))
    assert told[0]["ok"]
    assert told == [told[0]] * 3
    assert bare.broker.calls() == ["GET /v2/account"]
    assert bare.events() == ["change: The Alpaca keys are in."]


def test_five_wrong_tries_close_the_form(bare: Deployment) -> None:
    visitor = opens(bare)
    wrong = {"key_id": bare.broker.keys["key_id"], "secret": "x" * 40}
    assert [refusals(visitor, wrong) for _ in range(5)] == [("wrong_pair", left) for left in (4, 3, 2, 1, 0)]
    bare.broker.calls()
    assert refusals(visitor, bare.broker.keys) == ("closed", 0)
    assert visitor.looks() == {"ok": False, "error": "closed", "left": 0}
    assert bare.broker.calls() == []
    assert form_of(bare) == ("locked", 5, "wrong_pair")
    with ThreadPoolExecutor(8) as threads:
        visitor = opens(bare)
        found = threads.map(lambda n: visitor.hands_in(wrong | {"secret": f"{n}" * 40})["error"], range(8))
        assert sorted(found) == ["closed"] * 3 + ["wrong_pair"] * 5
    assert bare.broker.calls() == ["GET /v2/account"] * 5
    assert opens(bare).hands_in(bare.broker.keys)["ok"]


def test_slips_of_the_hand_cost_no_try(bare: Deployment, alpaca: ServedAlpaca) -> None:
    keys, live = bare.broker.keys, Broker(alpaca.live_url, bare.owner.http).keys
    visitor = opens(bare)
    assert refusals(visitor, {"key_id": keys["secret"], "secret": keys["key_id"]}) == ("swapped", 5)
    assert refusals(visitor, live) == ("wrong_mode", 5)
    assert refusals(visitor, {"key_id": keys["key_id"], "secret": "short"}) == ("bad_request", 5)
    assert form_of(bare) == ("open", 0, "bad_request")
    assert visitor.hands_in(keys)["ok"]


def test_alpaca_down_costs_no_try_either(bare: Deployment) -> None:
    visitor = opens(bare)
    bare.broker.fault("html", path="/v2/account")
    assert refusals(visitor, bare.broker.keys) == ("alpaca_unreachable", 5)
    bare.broker.change(status="ACTION_REQUIRED")
    assert refusals(visitor, bare.broker.keys) == ("account_not_active", 5)
    bare.broker.change(status="ACTIVE")
    assert visitor.hands_in(bare.broker.keys)["ok"]


def test_the_first_account_stays_the_only_one(bare: Deployment, alpaca: ServedAlpaca) -> None:
    assert opens(bare).hands_in(bare.broker.keys)["ok"]
    other = Broker(alpaca.paper_url, bare.owner.http)
    assert refusals(opens(bare), other.keys) == ("other_account", 4)
    bare.broker.market(is_open=True)
    newer = bare.broker.new_keys()
    assert opens(bare).hands_in(newer)["ok"]
    assert bare.ask("status")["keys"]["ending"] == newer["key_id"][-4:]
    assert bare.tick()["outcome"] == "traded"


def test_a_new_ticket_replaces_the_one_before(bare: Deployment) -> None:
    old, new = opens(bare), opens(bare)
    assert refusals(old, bare.broker.keys) == ("closed", 5)
    assert new.looks()["ok"]
    assert bare.ask("form_close")["form"]["state"] == "none"
    assert refusals(new, bare.broker.keys) == ("closed", 0)


@pytest.mark.parametrize("wrong", [False, True])
def test_what_is_closed_while_alpaca_is_asked_stays_closed(bare: Deployment, *, wrong: bool) -> None:
    """Cancelled, or replaced by another form, between the tap on Connect and Alpaca's answer."""
    pair = bare.broker.keys | ({"secret": "x" * 40} if wrong else {})

    def meanwhile(act: Callable[[], Any]) -> tuple[dict[str, Any], Any]:
        visitor = opens(bare)
        bare.broker.fault("hang", path="/v2/account", seconds=0.5)
        with ThreadPoolExecutor(1) as thread:
            told = thread.submit(visitor.hands_in, pair)
            wait_until(bare.broker.met)
            acted = act()
            return told.result(), acted

    assert meanwhile(lambda: bare.ask("form_close"))[0]["error"] == "closed"
    assert form_of(bare) == ("none", 0, "")
    told, newer = meanwhile(lambda: opens(bare))
    assert told["error"] == "closed"
    assert bare.ask("status")["keys"]["state"] == "none"
    assert newer.hands_in(bare.broker.keys)["ok"]


def test_who_has_no_good_ticket_never_reaches_what_it_remembers(bare: Deployment) -> None:
    """Its Durable Object cannot be reached at all here, so whatever is answered was answered without it."""
    keys = bare.broker.keys
    good = opens(bare)
    bare.workerd.restart(memory=False)
    assert good.hands_in(keys)["error"] == "internal"
    stranger = Owner(bare.owner.http)
    for ticket, error in [
        ("", "no_ticket"),
        ("f1.x.1.y", "bad_ticket"),
        (stranger.ticket(SCRIPT), "bad_ticket"),
        (bare.owner.ticket("soar-paper-other"), "bad_ticket"),
        (good.ticket.replace(good.ticket.split(".")[2], str(int(time.time()) + 9000)), "bad_ticket"),
        (bare.owner.ticket(SCRIPT, lives=-1), "expired"),
    ]:
        visitor = Visitor(bare, ticket)
        assert visitor.hands_in(keys) == {"ok": False, "error": error, "left": None}
        assert visitor.looks()["error"] == error
    assert bare.owner.http.get(f"{bare.workerd.url}/form").status_code == 200


def test_only_the_page_itself_may_send(bare: Deployment) -> None:
    visitor = opens(bare)
    body = {"ticket": visitor.ticket, "launch": visitor.launch, "code": "", **_named(bare.broker.keys)}
    for headers in (
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
    ):
        assert visitor.posts("keys", body, **headers).status_code == 400
    for odd in ([], "x", {**body, "more": "x"}, {**body, "secret": 5}, {**body, "launch": "x" * 20_000}):
        assert visitor.posts("keys", odd).json() == {"ok": False, "error": "bad_request", "left": None}
    assert form_of(bare) == ("open", 0, "")
    assert bare.broker.calls() == []


def test_everything_else_stays_closed(bare: Deployment) -> None:
    http, url = bare.owner.http, bare.workerd.url
    for method, path in [
        ("POST", "/form"), ("PUT", "/form"), ("GET", "/form/keys"), ("POST", "/form/"), ("GET", "/form/x"),
        ("GET", "/forms"), ("OPTIONS", "/form/keys"), ("GET", "/"),
    ]:  # fmt: skip
        assert http.request(method, url + path).status_code == 401, (method, path)


def test_a_worker_from_before_there_was_a_form_says_closed(deploy: Deploy) -> None:
    deployed = deploy()
    visitor = Visitor(deployed, deployed.owner.ticket(SCRIPT))
    assert visitor.hands_in(deployed.broker.keys) == {"ok": False, "error": "closed", "left": None}
    answer = deployed.owner.send(
        deployed.workerd.url, "form", {"ticket": sha256(visitor.ticket), "code": None, "expires": 2_000_000_000}
    )
    assert (answer.status_code, answer.json()["error"]) == (409, "no_form")
    status = deployed.ask("status")
    assert (status["keys"]["state"], status["keys"]["where"], status["form"]["state"]) == ("held", "secrets", "none")
    assert deployed.tick()["outcome"] == "traded"


@pytest.mark.parametrize(
    "odd",
    [
        {"KEYS_SEAL": "c2hvcnQ="},
        {"KEYS_SEAL": None},
        {"FORM": {"bot": 1, "owner": 2, "telegram_key": "no"}},
        {"FORM": {"bot": "1", "owner": 2, "telegram_key": TELEGRAM.public}},
    ],
)
def test_a_form_that_is_set_up_badly_stays_closed(deploy: Deploy, odd: dict[str, object]) -> None:
    deployed = without_keys(deploy, **odd)
    assert Visitor(deployed, deployed.owner.ticket(SCRIPT)).hands_in(deployed.broker.keys)["error"] == "closed"


def test_what_is_no_ticket_opens_nothing(bare: Deployment) -> None:
    for odd in (
        {},
        {"ticket": "x", "code": None, "expires": 5},
        {"ticket": "0" * 64, "code": "123456", "expires": 5},
        {"ticket": "0" * 64, "code": None, "expires": "5"},
    ):
        answer = bare.owner.send(bare.workerd.url, "form", odd)
        assert (answer.status_code, answer.json()["error"]) == (400, "bad_request")
    assert bare.ask("status")["form"]["state"] == "none"


def _named(pair: dict[str, Any]) -> dict[str, str]:
    return {"key_id": pair["key_id"], "secret": pair["secret"]}
