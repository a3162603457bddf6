"""Who may command the Worker, and what the commands answer."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import httpx
import pytest

from tests.worker.conftest import CEILINGS, TOKEN, Deploy, Deployment
from tests.worker.runtime import Owner, good, wait_until

Headers = dict[str, str]
Spoil = Callable[[Headers], Headers]

UNAUTHORIZED = b'{"error":"unauthorized"}'
PAUSE = "/v1/pause"


def without(name: str) -> Spoil:
    return lambda headers: {each: value for each, value in headers.items() if each != name}


def having(name: str, value: str) -> Spoil:
    return lambda headers: headers | {name: value}


SPOILT: list[Spoil] = [
    without("Soar-Signature"),
    without("Soar-Time"),
    without("Soar-Nonce"),
    lambda _: {},
    having("Soar-Signature", "A" * 86),
    having("Soar-Signature", "A" * 85 + "!"),
    having("Soar-Signature", ""),
    having("Soar-Nonce", "A" * 22),
    having("Soar-Time", str(int(time.time() * 1000) + 1)),
    having("Soar-Time", "now"),
]


def test_a_spoilt_signature_changes_nothing(deployed: Deployment) -> None:
    for spoil in SPOILT:
        headers = spoil(deployed.owner.sign(PAUSE, b"{}"))
        refused(deployed, deployed.owner.http.post(deployed.workerd.url + PAUSE, content=b"{}", headers=headers))


def test_only_the_owner_in_time_and_for_exactly_this_is_obeyed(deployed: Deployment) -> None:
    owner, url, http = deployed.owner, deployed.workerd.url + PAUSE, deployed.owner.http
    late, early = owner.sign(PAUSE, b"{}", at=time.time() - 125), owner.sign(PAUSE, b"{}", at=time.time() + 125)
    refused(deployed, http.post(url, content=b"{}", headers=late))
    refused(deployed, http.post(url, content=b"{}", headers=early))
    refused(deployed, http.post(url, content=b"{}", headers=Owner(http).sign(PAUSE, b"{}")))
    refused(deployed, http.post(url, content=b"{ }", headers=owner.sign(PAUSE, b"{}")))
    refused(deployed, http.post(url, content=b"{}", headers=owner.sign("/v1/resume", b"{}")))
    refused(deployed, http.put(url, content=b"{}", headers=owner.sign(PAUSE, b"{}")))
    large = b" " * 16_385
    refused(deployed, http.post(url, content=large, headers=owner.sign(PAUSE, large)))
    nearly = owner.sign(PAUSE, b"{}", at=time.time() - 110)
    assert http.post(url, content=b"{}", headers=nearly).status_code == 200


def test_a_stranger_learns_nothing(deployed: Deployment) -> None:
    for path in ("/", "/v1", "/v1/", "/v1/status", "/workers/name/script/", "/favicon.ico"):
        refused(deployed, deployed.owner.http.get(deployed.workerd.url + path))


def test_a_command_is_obeyed_once(deployed: Deployment) -> None:
    headers = deployed.owner.sign(PAUSE, b"{}")
    first, second = (
        deployed.owner.http.post(deployed.workerd.url + PAUSE, content=b"{}", headers=headers) for _ in range(2)
    )
    assert first.status_code == 200
    deployed.ask("resume")
    refused(deployed, second)
    deployed.workerd.restart()
    refused(deployed, deployed.owner.http.post(deployed.workerd.url + PAUSE, content=b"{}", headers=headers))


def test_a_worker_without_a_proper_command_key_obeys_nobody(deploy: Deploy) -> None:
    deployed = deploy(COMMAND_KEY="", armed=False)
    assert deployed.owner.send(deployed.workerd.url, "status").status_code == 401


def test_a_path_before_the_command_does_not_matter(deployed: Deployment) -> None:
    for prefix in ("/workers/name/soar-paper-ab12cd34", "/v1/x"):
        assert good(deployed.owner.send(deployed.workerd.url + prefix, "status"))["ticks"] == 0


COMMANDS: dict[str, object] = {
    "status": {}, "tick": {"dry": True}, "pause": {}, "resume": {}, "arm": {}, "set": {"plan": {"kind": "watch"}},
    "cancel": {}, "close": {"dry": True}, "lock": {}, "unlock": {}, "alarm": {"on": True}, "events": {}, "history": {},
    "export": {"table": "runs"}, "rotate": {"key_id": "PK"}, "token_clear": {}, "destroy": {},
}  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_obeyed_once_and_unsigned_never(deploy: Deploy, command: str) -> None:
    deployed = deploy(CLOUDFLARE_API_TOKEN=None)
    path, content = f"/v1/{command}", json.dumps(COMMANDS[command]).encode()
    post, url = deployed.owner.http.post, deployed.workerd.url + path
    assert post(url, content=content).content == UNAUTHORIZED
    headers = deployed.owner.sign(path, content)
    assert post(url, content=content, headers=headers).status_code in {200, 400, 409}
    deployed.broker.calls()
    again = post(url, content=content, headers=headers)
    assert (again.status_code, again.content) == (401, UNAUTHORIZED)
    assert deployed.broker.calls() == []


def test_what_is_not_signed_never_reaches_the_memory(deploy: Deploy) -> None:
    """Without its Durable Object the Worker can still refuse, and cannot obey."""
    deployed = deploy(armed=False)
    deployed.workerd.restart(memory=False)
    for spoil in SPOILT:
        headers = spoil(deployed.owner.sign(PAUSE, b"{}"))
        answer = deployed.owner.http.post(deployed.workerd.url + PAUSE, content=b"{}", headers=headers)
        assert (answer.status_code, answer.content) == (401, UNAUTHORIZED)
    assert deployed.owner.send(deployed.workerd.url, "pause").status_code == 500


def test_what_it_remembers_has_a_largest_size(deployed: Deployment) -> None:
    deployed.workerd.turn("crowd")
    deployed.tick()
    assert [len(rows(deployed, table)) for table in ("events", "runs")] == [1000, 2000]
    page = deployed.ask("export", {"table": "events", "limit": 500})
    assert 0 < len(page["rows"]) < 500
    assert page["next"] == page["rows"][-1]["id"]


def test_more_commands_than_it_can_remember_are_refused_for_a_while(deployed: Deployment) -> None:
    deployed.workerd.turn("nonces")
    assert deployed.owner.send(deployed.workerd.url, "pause").content == UNAUTHORIZED
    wait_until(lambda: deployed.owner.send(deployed.workerd.url, "status").status_code == 200)
    assert deployed.ask("status")["paused"] is None


def rows(deployed: Deployment, table: str) -> list[dict[str, object]]:
    """All of a table, page by page."""
    found: list[dict[str, object]] = []
    after: int | None = 0
    while after is not None:
        page = deployed.ask("export", {"table": table, "after": after})
        found, after = [*found, *page["rows"]], page["next"]
    return found


def test_an_unknown_command_is_named_as_such(deployed: Deployment) -> None:
    for name in ("constructor", "sell-everything", "status/more", "STATUS"):
        answer = deployed.owner.send(deployed.workerd.url, name)
        assert (answer.status_code, answer.json()["error"]) == (404, "unknown command")


def test_a_body_that_makes_no_sense_is_refused(deployed: Deployment) -> None:
    nonsense: list[tuple[str, object]] = [
        ("status", []),
        ("status", "x"),
        ("pause", {"reason": "Because I say so"}),
        ("pause", {"reason": "keys"}),
        ("pause", {"reason": 1}),
        ("events", {"after": -1}),
        ("events", {"limit": "all"}),
        ("rotate", {"key_id": "PK"}),
    ]
    for command, body in nonsense:
        answer = deployed.owner.send(deployed.workerd.url, command, body)
        assert answer.status_code == 400
        assert set(answer.json()) == {"error", "message"}


def test_events_are_read_with_a_cursor(deploy: Deploy) -> None:
    deployed = deploy(armed=False)
    still = {"run": None, "paused": None}
    assert deployed.ask("events", {}) == {"events": [], "next": 0, "pulse": still}
    for _ in range(2):
        deployed.ask("pause")
        deployed.ask("resume")
    first = deployed.ask("events", {"after": 0, "limit": 3})
    assert [event["kind"] for event in first["events"]] == ["pause", "pause", "pause"]
    assert set(first["events"][0]) == {"id", "at", "kind", "text"}
    rest = deployed.ask("events", {"after": first["next"]})
    assert [event["kind"] for event in rest["events"]] == ["pause"]
    assert deployed.ask("events", {"after": rest["next"]}) == {"events": [], "next": rest["next"], "pulse": still}


def test_who_reads_events_sees_that_the_bot_still_looks(deployed: Deployment) -> None:
    run = deployed.tick()
    deployed.ask("pause")
    assert deployed.ask("events", {})["pulse"] == {"run": run["at"], "paused": "user"}


def test_status_answers_when_alpaca_does_not(deployed: Deployment) -> None:
    deployed.tick()
    deployed.broker.fault("html", times=None)
    deployed.broker.calls()
    assert deployed.ask("status")["account"]["cash"] == "1000.00"
    assert deployed.broker.calls() == []


def test_no_answer_tells_a_secret(deployed: Deployment) -> None:
    deployed.tick()
    told = "".join(str(deployed.ask(command)) for command in ("status", "tick", "pause", "events", "resume"))
    keys = deployed.broker.keys
    for secret in (keys["key_id"], keys["secret"], TOKEN, deployed.broker.id):
        assert secret not in told


def test_a_new_version_keeps_pause_orders_and_history(deployed: Deployment) -> None:
    deployed.tick()
    deployed.ask("pause")
    before = deployed.ask("status")
    deployed.workerd.restart(CEILINGS=CEILINGS | {"per_day": "20.00"}, CLOUDFLARE_API_TOKEN=None)
    after = deployed.ask("status")
    same = ("paused", "ticks", "last_tick", "last_order", "orders_today", "account", "positions", "spent")
    assert {name: before[name] for name in same} == {name: after[name] for name in same}
    assert after["ceilings"]["per_day"] == "20.00"
    assert after["holds_cloudflare_token"] is False


def refused(deployed: Deployment, answer: httpx.Response) -> None:
    assert (answer.status_code, answer.content) == (401, UNAUTHORIZED)
    assert deployed.ask("status")["paused"] is None
