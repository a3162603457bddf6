"""Where the keys rest: in one place at a time, whatever is deployed, rotated or damaged."""

from __future__ import annotations

import base64
import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.worker.broker import Broker
from tests.worker.conftest import TOKEN, Deploy, Deployment
from tests.worker.test_rotate_destroy import rotate
from tests.worker.visitor import SCRIPT, Visitor, opens, sha256, without_keys


def place_of(deployed: Deployment) -> tuple[str | None, str]:
    keys = deployed.ask("status")["keys"]
    return keys["where"], keys["ending"]


def connected(deploy: Deploy, **changed: object) -> Deployment:
    """A Worker whose owner has handed in the first pair by the form."""
    deployed = without_keys(deploy, **changed)
    assert opens(deployed).hands_in(deployed.broker.keys)["ok"]
    return deployed


def as_secrets(pair: dict[str, Any]) -> dict[str, object]:
    return {"APCA_API_KEY_ID": pair["key_id"], "APCA_API_SECRET_KEY": pair["secret"]}


def test_no_keys_yet_is_calm_everywhere(deploy: Deploy) -> None:
    bare = without_keys(deploy)
    bare.broker.calls()
    run = bare.tick()
    assert (run["outcome"], run["code"], run["reason"]) == ("idle", "no_keys", "The bot has no Alpaca keys yet.")
    bare.workerd.cron()
    assert bare.ask("pause")["paused"]["reason"] == "user"
    assert bare.ask("resume")["paused"] is None
    assert bare.ask("cancel") == {"cancelled": 0, "left": 0, "warning": None}
    for command, body in (("close", {"dry": False}), ("unlock", {})):
        answer = bare.owner.send(bare.workerd.url, command, body)
        assert (answer.status_code, answer.json()["error"]) == (409, "no_keys")
    answer = bare.owner.send(bare.workerd.url, "lock").json()
    assert answer["message"] == "The bot has no Alpaca keys yet. The bot is paused."
    assert bare.owner.send(bare.workerd.url, "destroy").json()["warning"] is None
    status = bare.ask("status")
    assert (status["keys"]["state"], status["key_ending"], status["account"]) == ("none", "", None)
    assert bare.broker.calls() == []
    assert "refusal" not in bare.kinds()


def test_a_sealed_pair_outlives_restarts_and_shows_nowhere(deploy: Deploy) -> None:
    deployed = connected(deploy)
    keys = deployed.broker.keys
    for how in ("restart", "another version"):
        deployed.workerd.restart(TEMPLATE=how)
        assert place_of(deployed) == ("store", keys["key_id"][-4:])
    assert deployed.tick()["outcome"] == "traded"
    deployed.workerd.stop()
    stored = b"".join(
        file.read_bytes() for file in deployed.workerd.folder.joinpath("disk").rglob("*") if file.is_file()
    )
    assert b"The Alpaca keys are in." in stored
    for secret in (keys["key_id"], keys["secret"], deployed.workerd.bindings["KEYS_SEAL"]):
        assert str(secret).encode() not in stored
        assert base64.b64encode(str(secret).encode()) not in stored
        assert str(secret) not in deployed.workerd.log()


def test_a_deploy_that_inherits_old_secrets_does_not_bring_them_back(deploy: Deploy) -> None:
    deployed = without_keys(deploy)
    old = deployed.broker.keys
    deployed.workerd.restart(**as_secrets(old))
    assert place_of(deployed) == ("secrets", old["key_id"][-4:])
    new = deployed.broker.new_keys()
    assert opens(deployed).hands_in(new)["ok"]
    assert deployed.events()[-1] == "change: The Alpaca keys were replaced."
    for _ in range(2):
        deployed.workerd.restart(TEMPLATE="newer")
        assert place_of(deployed) == ("store", new["key_id"][-4:])
        assert deployed.tick()["outcome"] in {"traded", "idle"}


def test_secrets_that_somebody_wrote_since_replace_the_sealed_pair(deploy: Deploy) -> None:
    deployed = connected(deploy)
    new = deployed.broker.new_keys()
    deployed.workerd.restart(KEYS_STAMP="00000002", **as_secrets(new))
    assert place_of(deployed) == ("secrets", new["key_id"][-4:])
    assert deployed.tick()["outcome"] == "traded"
    deployed.workerd.restart(KEYS_STAMP="00000001")
    assert place_of(deployed) == ("secrets", new["key_id"][-4:])


@pytest.mark.parametrize("damage", ["another seal", "no seal", "another name", "a changed byte"])
def test_a_seal_that_does_not_open_is_no_keys_and_a_notice(deploy: Deploy, damage: str) -> None:
    deployed = connected(deploy)
    good = dict(deployed.workerd.bindings)
    match damage:
        case "another seal":
            deployed.workerd.restart(KEYS_SEAL=base64.b64encode(os.urandom(32)).decode())
        case "no seal":
            deployed.workerd.restart(KEYS_SEAL=None)
        case "another name":
            deployed.workerd.restart(SCRIPT="soar-paper-cd34ab12")
        case _:
            deployed.workerd.stop()
            spoil(deployed.workerd.folder / "disk")
            deployed.workerd.restart()
    deployed.broker.calls()
    for _ in range(2):
        assert deployed.tick()["code"] == "no_keys"
    assert place_of(deployed) == (None, "")
    notice = "refusal: The keys that were stored cannot be read any more. Please give the bot its keys once more."
    assert deployed.events()[1:] == [notice]
    assert deployed.broker.calls() == []
    deployed.workerd.restart(**{name: good[name] for name in ("KEYS_SEAL", "SCRIPT")})
    if damage == "a changed byte":
        assert opens(deployed).hands_in(deployed.broker.keys)["ok"]
    assert deployed.tick()["outcome"] == "traded"


def spoil(disk: Path) -> None:
    """Change one byte of what is sealed."""
    changed = 0
    for file in disk.rglob("*.sqlite"):
        with sqlite3.connect(file) as database:
            if database.execute("SELECT 1 FROM sqlite_master WHERE name = 'facts'").fetchone():
                change = "UPDATE facts SET value = replace(value, 'sealed\":\"', 'sealed\":\"AAAA') WHERE name = 'keys'"
                changed += database.execute(change).rowcount
        database.close()
    assert changed == 1


def test_with_a_cloudflare_token_they_become_its_own_secrets(deploy: Deploy) -> None:
    deployed = without_keys(deploy, CLOUDFLARE_API_TOKEN=TOKEN)
    keys = deployed.broker.keys
    visitor = opens(deployed)
    first = visitor.hands_in(keys)
    assert first["ok"]
    (asked,) = deployed.cloud.asked
    assert {name: each["text"] for name, each in asked.body["secrets"].items()} == as_secrets(keys)
    assert deployed.ask("status")["form"]["state"] == "used"
    deployed.workerd.restart(**as_secrets(keys))
    assert place_of(deployed) == ("secrets", keys["key_id"][-4:])
    assert deployed.ask("status")["keys"]["account_ending"] == first["account_ending"]
    assert deployed.events() == ["change: The Alpaca keys are in."]
    assert visitor.hands_in(keys) == first
    assert len(deployed.cloud.asked) == 1


def test_cloudflare_refusing_loses_nothing(deploy: Deploy) -> None:
    deployed = connected(deploy)
    old = deployed.broker.keys
    deployed.workerd.restart(CLOUDFLARE_API_TOKEN=TOKEN)
    visitor = opens(deployed)
    deployed.cloud.answers = [(502, b"<html>")] * 3
    assert visitor.hands_in(old)["error"] == "cloudflare_refused"
    assert deployed.ask("status")["form"] | {"expires": 0} == {
        "state": "open", "expires": 0, "tries": 0, "last": "cloudflare_refused",
    }  # fmt: skip
    assert place_of(deployed)[0] == "store"
    assert visitor.hands_in(old)["ok"]


def test_a_cloudflare_token_that_is_dead_does_not_stand_in_the_way(deploy: Deploy) -> None:
    """What Cloudflare refuses for good is kept sealed instead; the secrets that are bound count no more."""
    deployed = without_keys(deploy, CLOUDFLARE_API_TOKEN=TOKEN)
    old = deployed.broker.keys
    deployed.workerd.restart(**as_secrets(old))
    new = deployed.broker.new_keys()
    visitor = opens(deployed)
    deployed.cloud.refuse(403, 10000, times=2)
    told = visitor.hands_in(new)
    assert told["ok"], told
    assert visitor.hands_in(new) == told
    assert place_of(deployed) == ("store", new["key_id"][-4:])
    status = deployed.ask("status")
    assert (status["form"]["state"], status["paused"]) == ("used", None)
    deployed.workerd.restart(TEMPLATE="newer")
    assert place_of(deployed) == ("store", new["key_id"][-4:])
    assert deployed.tick()["outcome"] == "traded"
    assert deployed.events().count("change: The Alpaca keys were replaced.") == 1
    newest = deployed.broker.new_keys()
    assert rotate(deployed, newest)[1]["error"] == "cloudflare_refused"
    assert place_of(deployed) == ("store", new["key_id"][-4:])
    assert rotate(deployed, newest)[0] == 200
    deployed.workerd.restart(**as_secrets(newest))
    assert place_of(deployed) == ("secrets", newest["key_id"][-4:])


def test_a_bot_that_is_to_go_takes_no_keys_any_more(deploy: Deploy) -> None:
    deployed = without_keys(deploy)
    visitor = opens(deployed)
    assert deployed.owner.send(deployed.workerd.url, "destroy").json()["error"] == "no_token"
    assert visitor.hands_in(deployed.broker.keys)["error"] == "closed"
    assert place_of(deployed) == (None, "")


def test_a_worker_replaced_while_it_writes_its_secrets_finds_them(deploy: Deploy) -> None:
    """The new version is there before the old one has heard that it may be: nobody told it how that went."""
    deployed = connected(deploy)
    new = deployed.broker.new_keys()
    deployed.workerd.restart(CLOUDFLARE_API_TOKEN=TOKEN)
    visitor = opens(deployed)
    deployed.cloud.on_request = lambda _: deployed.workerd.kill()
    with pytest.raises(Exception, match=r"disconnect|reset|peer|closed"):
        visitor.hands_in(new)
    deployed.cloud.on_request = lambda _: None
    deployed.workerd.restart(**as_secrets(new))
    assert place_of(deployed) == ("secrets", new["key_id"][-4:])
    assert deployed.ask("status")["form"]["state"] == "used"
    assert visitor.hands_in(new)["ok"]
    deployed.workerd.restart(APCA_API_KEY_ID=None, APCA_API_SECRET_KEY=None)
    assert place_of(deployed) == (None, "")


def test_the_signed_command_clears_the_sealed_pair(deploy: Deploy) -> None:
    deployed = connected(deploy)
    new = deployed.broker.new_keys()
    deployed.workerd.restart(CLOUDFLARE_API_TOKEN=TOKEN)
    assert rotate(deployed, new)[0] == 200
    deployed.workerd.restart(**as_secrets(new))
    assert place_of(deployed) == ("secrets", new["key_id"][-4:])
    assert deployed.tick()["outcome"] == "traded"


def test_the_signed_command_gives_a_worker_its_first_keys(deploy: Deploy) -> None:
    deployed = without_keys(deploy, CLOUDFLARE_API_TOKEN=TOKEN)
    pair = deployed.broker.keys
    assert rotate(deployed, pair)[0] == 200
    deployed.workerd.restart(**as_secrets(pair))
    assert deployed.tick()["outcome"] == "traded"
    other = Broker(deployed.broker.url, deployed.owner.http)
    assert rotate(deployed, other.keys)[1]["error"] == "other_account"


def test_the_first_account_a_look_finds_is_kept(deploy: Deploy) -> None:
    deployed = without_keys(deploy)
    other = Broker(deployed.broker.url, deployed.owner.http)
    deployed.broker.market(is_open=True)
    deployed.workerd.restart(**as_secrets(deployed.broker.keys))
    assert deployed.tick()["outcome"] == "traded"
    deployed.workerd.restart(KEYS_STAMP="00000002", **as_secrets(other.keys))
    deployed.tick()
    assert deployed.ask("status")["paused"]["reason"] == "account"


def test_keys_clear_forgets_the_sealed_pair(deploy: Deploy) -> None:
    deployed = connected(deploy)
    assert deployed.ask("keys_clear")["keys"]["state"] == "none"
    assert deployed.tick()["code"] == "no_keys"
    assert deployed.ask("keys_clear")["keys"]["state"] == "none"


def test_new_keys_by_the_form_end_the_pause_for_dead_ones(deploy: Deploy) -> None:
    deployed = connected(deploy)
    new = deployed.broker.new_keys()
    deployed.tick()
    assert deployed.ask("status")["paused"]["reason"] == "keys"
    assert opens(deployed).hands_in(new)["ok"]
    assert deployed.ask("status")["paused"] is None
    assert deployed.tick()["outcome"] == "traded"


def test_an_expired_form_says_so(deploy: Deploy) -> None:
    deployed = without_keys(deploy)
    ticket = deployed.owner.ticket(SCRIPT, 600)
    told = deployed.ask("form", {"ticket": sha256(ticket), "code": None, "expires": 1_700_000_000})
    assert told["form"]["state"] == "expired"
    assert Visitor(deployed, ticket).hands_in(deployed.broker.keys)["error"] == "expired"
