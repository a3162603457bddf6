"""Uploads really run: state, secrets, crons, deletion, and no process left behind."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from sandbox.cloudflare.runtime import PREFIX, remove_leftovers
from sandbox.cloudflare.server import create_app
from sandbox.serving import Served

if TYPE_CHECKING:
    from tests.sandbox.cloudflare.conftest import Client

ROOT = Path(__file__).resolve().parents[3]
SECRETS = [
    {"type": "secret_text", "name": "KEY", "text": "old key"},
    {"type": "secret_text", "name": "SECRET", "text": 'a "quoted" \\ ü\nsecret'},
]
VARIABLES = [
    {"type": "plain_text", "name": "MODE", "text": "paper"},
    {"type": "json", "name": "PLAN", "json": {"kind": "watch"}},
]
KEEP = ["secret_text", "secret_key"]


def wait_until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def pid_of(client: Client, name: str) -> int:
    return int(client.control("GET", f"/scripts/{name}/log").json()["pid"])


FRAMED = """
export default { fetch(request) {
  const headers = { "Content-Security-Policy": "default-src 'none'; frame-ancestors https://web.telegram.org" };
  return Response.json([request.headers.get("Origin"), new URL(request.url).origin], { headers });
} };
"""


def test_a_page_has_the_workers_own_origin_and_fits_into_the_chat(running: Client) -> None:
    """As at workers.dev and in Telegram's web client, though both are other ports of this machine."""
    assert running.upload("framed", FRAMED).status_code == 200
    address = running.open_address("framed")
    own = f"https://framed.{running.subdomain}.workers.dev"
    answer = running.http.post(address, headers={"Origin": running.url})
    assert answer.json() == [own, own]
    assert running.http.post(address, headers={"Origin": "http://evil.example"}).json() == ["http://evil.example", own]
    policy = answer.headers["content-security-policy"]
    assert policy == f"default-src 'none'; frame-ancestors http://{httpx.URL(running.url).host}:*"


def test_deploy_sequence(running: Client) -> None:
    started = time.monotonic()
    answer = running.upload_counter("soar-paper-1", bindings=[*SECRETS, *VARIABLES], tags=["soar"])
    url = running.open_address("soar-paper-1")
    crons = running.workers("PUT", "/scripts/soar-paper-1/schedules", json=[{"cron": "*/15 * * * *"}])
    first = running.http.get(f"{url}/count")

    assert time.monotonic() - started < 5  # far under half a second on an idle machine
    assert answer.json()["result"]["handlers"] == ["fetch", "scheduled"]
    assert [entry["cron"] for entry in crons.json()["result"]["schedules"]] == ["*/15 * * * *"]
    assert first.json() == {"count": 1}
    assert running.http.get(f"{url}/env").json() == {
        "MODE": "paper",
        "PLAN": {"kind": "watch"},
        "KEY": "old key",
        "SECRET": 'a "quoted" \\ ü\nsecret',
    }


def test_an_address_passes_the_request_on_and_the_answer_back(running: Client) -> None:
    running.upload_counter("echo")
    url = running.open_address("echo")

    answer = running.http.put(f"{url}/echo?a=b%20c", content=b"body \x00 bytes")

    assert answer.status_code == 201
    assert answer.content == b"body \x00 bytes"
    assert answer.headers["x-method"] == "PUT"
    assert answer.headers["x-url"] == "https://echo.ada.workers.dev/echo?a=b%20c"
    assert answer.headers.get_list("set-cookie") == ["a=1", "b=2"]
    assert running.http.get(f"{url}").status_code == 404
    threw = running.http.get(f"{url}/throw")
    assert (threw.status_code, "1101" in threw.text) == (500, True)
    assert running.http.get(f"{url}/out", params={"to": f"{url}/count"}).json() == {"count": 1}


def test_stored_state_survives_redeploys_and_secret_changes_but_not_deletion(running: Client) -> None:
    running.upload_counter("stays", bindings=SECRETS)
    url = running.open_address("stays")
    counts = [running.http.get(f"{url}/count").json()["count"]]
    running.upload_counter("stays", keep_bindings=KEEP)
    counts.append(running.http.get(f"{url}/count").json()["count"])
    running.workers("PUT", "/scripts/stays/secrets", json={"name": "KEY", "text": "new", "type": "secret_text"})
    counts.append(running.http.get(f"{url}/count").json()["count"])
    assert counts == [1, 2, 3]

    assert running.workers("DELETE", "/scripts/stays?force=true").json()["success"] is True
    assert running.http.get(f"{url}/count").status_code == 404
    running.upload_counter("stays")
    assert running.http.get(f"{running.open_address('stays')}/count").json() == {"count": 1}


def test_an_alarm_set_before_a_redeploy_goes_off_after_it(running: Client) -> None:
    running.upload_counter("alarmed")
    url = running.open_address("alarmed")
    running.http.get(f"{url}/arm")
    running.upload_counter("alarmed")
    wait_until(lambda: running.http.get(f"{url}/count").json()["count"] > 1000)


def test_a_rotation_changes_both_secrets_in_one_version(running: Client) -> None:
    running.upload_counter("rotates", bindings=SECRETS)
    url = running.open_address("rotates")
    before = running.script("rotates")["versions"]
    change = {"KEY": {"name": "KEY", "type": "secret_text", "text": "new key"}, "SECRET": None}

    answer = running.workers("PATCH", "/scripts/rotates/secrets-bulk", json={"secrets": change})

    assert answer.json()["success"] is True
    assert running.http.get(f"{url}/env").json() == {"KEY": "new key"}
    assert running.script("rotates")["versions"] == before + 1


def test_code_that_does_not_load_leaves_the_old_version_running(running: Client, refusal_of: Any) -> None:
    running.upload_counter("careful")
    url = running.open_address("careful")
    running.http.get(f"{url}/count")

    answer = running.upload("careful", "export default { fetch( }")

    assert refusal_of(answer) == (400, 10021)
    assert "SyntaxError" in answer.json()["errors"][0]["message"]
    assert running.http.get(f"{url}/count").json() == {"count": 2}
    assert running.script("careful")["versions"] == 1


@pytest.mark.parametrize(
    ("code", "metadata", "expected"),
    [
        pytest.param("export default {}", {}, 10068, id="no handlers"),
        pytest.param("throw new Error('at start')", {}, 10021, id="throws while loading"),
        pytest.param('import "./missing.js"; export default { fetch() {} }', {}, 10021, id="missing module"),
        pytest.param(
            "export default { fetch() {} }",
            {"exports": {"Gone": {"type": "durable-object", "storage": "sqlite"}}},
            10070,
            id="declared class not exported",
        ),
        pytest.param("export default { fetch() {} }", {"compatibility_date": "2099-01-01"}, 10021, id="future date"),
    ],
)
def test_refused_code(running: Client, refusal_of: Any, code: str, metadata: dict[str, Any], expected: int) -> None:
    assert refusal_of(running.upload("refused", code, **metadata)) == (400, expected)
    assert running.workers("GET", "/scripts").json()["result"] == []


def test_a_class_with_data_cannot_be_dropped_from_the_code(running: Client, refusal_of: Any) -> None:
    running.upload_counter("holds")
    assert refusal_of(running.upload("holds", "export default { fetch() {} }")) == (400, 10064)


def test_crons_fire_and_tell_their_outcome(running: Client) -> None:
    running.upload_counter("ticks")
    url = running.open_address("ticks")
    running.workers("PUT", "/scripts/ticks/schedules", json=[{"cron": "*/15 * * * *"}])

    fired = running.control("POST", "/cron", {"script": "ticks", "scheduled_time": 1_795_000_000_000}).json()
    failed = running.control("POST", "/cron", {"script": "ticks", "cron": "1 1 1 1 *"}).json()

    assert (fired["outcome"], failed["outcome"]) == ("ok", "exception")
    assert fired["cron"] == "*/15 * * * *"
    assert running.http.get(f"{url}/count").json() == {"count": 101}
    assert running.script("ticks")["runs"] == 2


def test_a_worker_deletes_itself_after_answering(running: Client) -> None:
    running.upload_counter("leaves")
    url = running.open_address("leaves")
    pid = pid_of(running, "leaves")
    api = f"{running.url}/client/v4/accounts/{running.account}/workers/scripts/leaves?force=true"

    answer = running.http.post(f"{url}/destroy", headers={"x-api": api, "x-token": running.token})

    assert (answer.status_code, answer.json()) == (202, {"destroying": True})
    wait_until(lambda: not is_alive(pid))
    assert running.http.get(f"{url}/count").status_code == 404
    assert running.workers("GET", "/scripts").json()["result"] == []


def test_a_deployment_cuts_the_requests_in_flight(running: Client) -> None:
    running.upload_counter("busy")
    url = running.open_address("busy")
    outcome: list[object] = []

    def ask() -> None:
        try:
            outcome.append(running.http.get(f"{url}/slow", timeout=30).status_code)
        except httpx.TransportError as error:
            outcome.append(type(error))

    asking = threading.Thread(target=ask)
    asking.start()
    wait_until(lambda: any(call["path"].endswith("/slow") for call in running.control("GET", "/calls").json()["calls"]))
    running.http.get(f"{url}/count")  # answered after the slow request has been passed on
    running.upload_counter("busy")
    asking.join(10)

    assert len(outcome) == 1
    assert outcome[0] in {httpx.RemoteProtocolError, httpx.ReadError}


def test_a_second_change_meanwhile_is_refused(running: Client) -> None:
    running.upload_counter("contested")
    answers: list[httpx.Response] = []
    uploads = [threading.Thread(target=lambda: answers.append(running.upload_counter("contested"))) for _ in range(4)]
    for thread in uploads:
        thread.start()
    for thread in uploads:
        thread.join(20)

    statuses = sorted(answer.status_code for answer in answers)
    assert statuses[0] == 200
    assert statuses[-1] == 409
    assert {a.json()["errors"][0]["code"] for a in answers if a.status_code == 409} == {10035}


def test_a_crashed_worker_is_started_again(running: Client) -> None:
    running.upload_counter("returns")
    url = running.open_address("returns")
    running.http.get(f"{url}/count")
    pid = pid_of(running, "returns")

    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: running.control("GET", "/scripts/returns/log").json()["pid"] is None)

    assert running.http.get(f"{url}/count").json() == {"count": 2}


def test_the_modules_come_back_byte_for_byte(running: Client) -> None:
    helper = "// ü\r\nexport const answer = 42;\n\n"
    main = 'import { answer } from "./answer.js";\nexport default { fetch() { return new Response(`${answer}`); } }'
    running.upload("exact", {"answer.js": helper, "worker.js": main})

    content = running.workers("GET", "/scripts/exact/content/v2")
    module = running.control("GET", "/scripts/exact/modules/answer.js")

    assert running.http.get(running.open_address("exact")).text == "42"
    assert module.content == helper.encode()
    assert running.script("exact")["modules"]["answer.js"] == hashlib.sha256(helper.encode()).hexdigest()
    boundary = content.headers["content-type"].partition("boundary=")[2].encode()
    parts = content.content.split(b"--" + boundary)
    assert [part.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n") for part in parts[1:-1]] == [
        helper.encode(),
        main.encode(),
    ]


def test_closing_ends_every_process_and_removes_every_file(tmp_path: Path, connect: Callable[[str], Client]) -> None:
    with Served(create_app(public_url="", workdir=tmp_path)) as served:
        client = connect(served.url)
        client.upload_counter("one", bindings=SECRETS)
        client.upload_counter("two")
        client.http.get(f"{client.open_address('one')}/count")
        pids = [pid_of(client, "one"), pid_of(client, "two")]
        assert all(is_alive(pid) for pid in pids)
        assert any(path.suffix == ".sqlite" for path in tmp_path.rglob("*"))

    assert not any(is_alive(pid) for pid in pids)
    assert list(tmp_path.iterdir()) == []


def test_folders_of_killed_stand_ins_are_removed_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    names = [f"{PREFIX}{ended.pid}-x", f"{PREFIX}{os.getpid()}-y", "other"]
    for name in names:
        (tmp_path / name).mkdir()

    remove_leftovers()

    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names[1:])


ORPHANS = """
import sys, time
sys.path.insert(0, {root!r})
from sandbox.cloudflare.runtime import PREFIX, remove_leftovers
from sandbox.cloudflare.server import create_app
from sandbox.serving import Served
served = Served(create_app(public_url="")).start()
print(served.url, flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's parent-death signal is Linux's")
def test_no_worker_outlives_a_killed_stand_in(connect: Callable[[str], Client]) -> None:
    command = [sys.executable, "-c", ORPHANS.format(root=str(ROOT))]
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "TMPDIR": folder}) as parent,  # noqa: S603
    ):
        assert parent.stdout is not None
        client = connect(parent.stdout.readline().strip())
        client.upload_counter("orphan")
        pid = pid_of(client, "orphan")
        assert is_alive(pid)
        parent.kill()
        wait_until(lambda: not is_alive(pid))
